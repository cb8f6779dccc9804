#include "target/flags.h"

#include <algorithm>

namespace practice {
namespace {

template <typename T, typename Field>
std::string store(const Parsed<T>& result, Field& field) {
  if (result.ok()) field = static_cast<Field>(result.value);
  return result.problem;
}

template <std::string Options::*field>
std::string set_text(Options& options, std::string_view text) {
  if (text.empty()) return "expected a text, found nothing";
  options.*field = text;
  return {};
}

template <bool Options::*field>
std::string set_switch(Options& options, std::string_view) {
  options.*field = true;
  return {};
}

template <double Options::*field>
std::string set_share(Options& options, std::string_view text) {
  return store(parse_share(text), options.*field);
}

template <Nanos Options::*field>
std::string set_length(Options& options, std::string_view text) {
  const auto length = parse_duration(text);
  if (length.ok() && length.value == 0) return expected<Nanos>("more than zero", text).problem;
  return store(length, options.*field);
}

template <std::optional<std::uint16_t> Options::*field>
std::string set_port(Options& options, std::string_view text) {
  return store(parse_count(text, 0, 65535), options.*field);
}

std::string add_window(std::vector<Window>& windows, const Parsed<Window>& window) {
  if (window.ok()) windows.push_back(window.value);
  return window.problem;
}

std::string set_ack(Options& options, std::string_view text) {
  if (text != "early" && text != "fsync") {
    return expected<int>("early or fsync", text).problem;
  }
  options.ack_early = text == "early";
  return {};
}

std::string set_version(Options& options, std::string_view text) {
  const auto plain = [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; };
  if (text.empty() || !std::all_of(text.begin(), text.end(), plain)) {
    return expected<int>("visible ASCII without quotes", text).problem;
  }
  options.version = text;
  return {};
}

std::string set_prefix(Options& options, std::string_view text) {
  const auto plain = [](char c) { return c > ' ' && c < 0x7f && c != '?'; };
  if (text.empty() || text.size() > 200 || !std::all_of(text.begin(), text.end(), plain)) {
    return expected<int>("1 to 200 visible ASCII characters without \"?\"", text).problem;
  }
  options.ghost_prefix = text;
  return {};
}

std::string set_epoch(Options& options, std::string_view text) {
  const auto seconds = parse_number(text, 0, 4e9);
  if (seconds.ok()) options.script_epoch = static_cast<Nanos>(seconds.value * 1e9);
  return seconds.problem;
}

std::string add_call(Options& options, std::string_view text) {
  const auto call = parse_call(text);
  if (call.ok()) options.calls.push_back(call.value);
  return call.problem;
}

std::string set_tls_min(Options& options, std::string_view text) {
  for (const char* known : {"1.0", "1.1", "1.2", "1.3"}) {
    if (text != known) continue;
    options.tls_min = text;
    return {};
  }
  return expected<int>("1.0, 1.1, 1.2 or 1.3", text).problem;
}

const Flag kFlags[] = {
    {"--port", "N", "port; 0 (default): the kernel chooses",
     [](Options& o, std::string_view v) { return store(parse_count(v, 0, 65535), o.port); }},
    {"--bind", "IPV4", "address of --port (default: 127.0.0.1, this host alone); whoever reaches it may read and write",
     [](Options& o, std::string_view v) {
       o.bind = v;
       return is_ipv4(o.bind) ? std::string() : expected<int>("an address such as 10.0.0.7", v).problem;
     }},
    {"--data", "DIR", "keep entries in DIR/entries.log, read again at start (default: in memory)", set_text<&Options::data>},
    {"--pidfile", "FILE", "write the process id there; removed on SIGTERM", set_text<&Options::pidfile>},
    {"--truth", "FILE", "append what really happened, one JSON object a line", set_text<&Options::truth>},
    {"--version", "SHA", "what GET /version answers (default practice-1)", set_version},
    {"--seed", "N", "seed of every random choice (default 1)",
     [](Options& o, std::string_view v) { return store(parse_count(v, 0, UINT64_MAX), o.seed); }},
    {"--delay", "D", "wait before each answer: 5ms, exp:5ms, uniform:1ms-9ms, lognormal:5ms:0.5",
     [](Options& o, std::string_view v) { return store(parse_delay(v), o.delay); }},
    {"--workers", "C", "C servers with one endless queue, first come first served",
     [](Options& o, std::string_view v) { return store(parse_count(v, 1, 100000), o.workers); }},
    {"--service", "D", "time of a request on each of the --workers, or alone under the law below", set_length<&Options::service>},
    {"--contention", "A", "N at once are served at N / D / (1 + A (N-1) + B N (N-1)) a second, D from --service",
     [](Options& o, std::string_view v) { return store(parse_number(v, 0, 1), o.contention); }},
    {"--coherency", "B", "the B of that law; the one that is not given is 0",
     [](Options& o, std::string_view v) { return store(parse_number(v, 0, 1), o.coherency); }},
    {"--replicas-file", "FILE", "the law's rate is times the whole number in FILE; read at start and at SIGHUP",
     set_text<&Options::replicas_file>},
    {"--stall", "AT:FOR", "the whole program stands still from AT on; repeatable",
     [](Options& o, std::string_view v) { return add_window(o.stalls, parse_stall(v)); }},
    {"--outage", "AT:FOR[:MODE]", "refuse (default: port closed, connections reset), error (503), hang, close; repeatable",
     [](Options& o, std::string_view v) { return add_window(o.outages, parse_outage(v)); }},
    {"--script-epoch", "SECONDS", "AT counts from this UNIX time (default: process start)", set_epoch},
    {"--error-ratio", "P%", "this share of requests to /entries gets a 500 and is not done", set_share<&Options::error_ratio>},
    {"--garbage", "", "answer every request with bytes that are no HTTP", set_switch<&Options::garbage>},
    {"--close-each", "", "close the connection after each answer", set_switch<&Options::close_each>},
    {"--ack", "early|fsync", "answer a write before, or after (default), it is on disk", set_ack},
    {"--lose-last", "N", "SIGKILL loses the last N acknowledged writes; needs --ack early",
     [](Options& o, std::string_view v) { return store(parse_count(v, 1, 1000000), o.lose_last); }},
    {"--lose-window", "D", "SIGKILL loses the writes acknowledged within the last D; the same",
     set_length<&Options::lose_window>},
    {"--duplicate-ratio", "P%", "this share of ids is there twice, in GET and in the list", set_share<&Options::duplicate_ratio>},
    {"--corrupt-ratio", "P%", "this share of ids is answered with an altered body", set_share<&Options::corrupt_ratio>},
    {"--ghost", "N", "store N entries at start that nobody wrote",
     [](Options& o, std::string_view v) { return store(parse_count(v, 1, 1000000), o.ghosts); }},
    {"--ghost-prefix", "P", "their ids are P1, P2, ... (default ghost-)", set_prefix},
    {"--resurrect", "", "a PUT that --error-ratio answers with 500 is stored all the same", set_switch<&Options::resurrect>},
    {"--metrics-port", "N", "serve /metrics there, out of reach of outages, not on --port", set_port<&Options::metrics_port>},
    {"--metrics-count-only", "WHICH", "what its counters know: all (default), answered or ok requests",
     [](Options& o, std::string_view v) { return store(parse_count_only(v), o.metrics_count_only); }},
    {"--metrics-good", "LIST", "statuses its SLO counts as good (default 2xx,3xx,4xx)",
     [](Options& o, std::string_view v) { return store(parse_statuses(v), o.metrics_good); }},
    {"--metrics-silent-when-down", "WHAT", "in an outage /metrics lacks requests and SLO (sli) or answers nothing (all)",
     [](Options& o, std::string_view v) { return store(parse_silence(v), o.metrics_silent); }},
    {"--metrics-stale-after", "T", "its values stand still from T of the script on",
     [](Options& o, std::string_view v) { return store(parse_duration(v), o.metrics_stale_after); }},
    {"--calls", "NAME=URL@N", "a request to /entries makes N requests (0.5: every second one does) to the URL; repeatable",
     add_call},
    {"--retries", "R", "tries after a call that failed; then the request gets a 502 (default 0)",
     [](Options& o, std::string_view v) { return store(parse_count(v, 0, 100), o.retries); }},
    {"--tls-cert", "FILE", "serve TLS with this certificate chain (PEM)", set_text<&Options::tls_cert>},
    {"--tls-key", "FILE", "its private key (PEM)", set_text<&Options::tls_key>},
    {"--tls-min", "VERSION", "lowest TLS version: 1.0, 1.1, 1.2 (default) or 1.3", set_tls_min},
    {"--ciphers", "LIST", "OpenSSL's list of ciphers; names of TLS 1.3 begin with TLS_", set_text<&Options::ciphers>},
    {"--plain-redirect-port", "N", "plain HTTP there, which redirects every request to TLS", set_port<&Options::redirect_port>},
    {"--require-token", "TOKEN", "401 without \"Authorization: Bearer TOKEN\", except for /health and /metrics",
     set_text<&Options::token>},
    {"--security-headers", "", "send HSTS, nosniff and a Content-Security-Policy", set_switch<&Options::security_headers>},
    {"--null", "", "answer a fixed 200 to everything, as fast as possible", set_switch<&Options::null_mode>},
    {"--threads", "N", "threads of --null (default 1)",
     [](Options& o, std::string_view v) { return store(parse_count(v, 1, 256), o.threads); }},
    {"--help", "", "this text", set_switch<&Options::help>},
};

}  // namespace

std::span<const Flag> all_flags() { return kFlags; }

}  // namespace practice
