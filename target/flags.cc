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

const Flag kFlags[] = {
    {"--port", "N", "port on 127.0.0.1; 0 (default): the kernel chooses",
     [](Options& o, std::string_view v) { return store(parse_count(v, 0, 65535), o.port); }},
    {"--data", "DIR", "keep entries in DIR/entries.log, read again at start (default: in memory)",
     set_text<&Options::data>},
    {"--pidfile", "FILE", "write the process id there; removed on SIGTERM",
     set_text<&Options::pidfile>},
    {"--truth", "FILE", "append what really happened, one JSON object a line",
     set_text<&Options::truth>},
    {"--version", "SHA", "what GET /version answers (default practice-1)", set_version},
    {"--seed", "N", "seed of every random choice (default 1)",
     [](Options& o, std::string_view v) { return store(parse_count(v, 0, UINT64_MAX), o.seed); }},
    {"--delay", "D", "wait before each answer: 5ms, exp:5ms, uniform:1ms-9ms, lognormal:5ms:0.5",
     [](Options& o, std::string_view v) { return store(parse_delay(v), o.delay); }},
    {"--workers", "C", "C servers with one queue, first come first served; needs --service",
     [](Options& o, std::string_view v) { return store(parse_count(v, 1, 100000), o.workers); }},
    {"--service", "D", "fixed time each of the --workers needs for a request",
     set_length<&Options::service>},
    {"--stall", "AT:FOR", "the whole program stands still from AT on; repeatable",
     [](Options& o, std::string_view v) { return add_window(o.stalls, parse_stall(v)); }},
    {"--outage", "AT:FOR[:MODE]",
     "refuse (default: port closed, connections reset), error (503), hang, close; repeatable",
     [](Options& o, std::string_view v) { return add_window(o.outages, parse_outage(v)); }},
    {"--script-epoch", "SECONDS", "AT counts from this UNIX time (default: process start)",
     set_epoch},
    {"--error-ratio", "P%", "this share of requests to /entries gets a 500 and is not done",
     set_share<&Options::error_ratio>},
    {"--garbage", "", "answer every request with bytes that are no HTTP",
     set_switch<&Options::garbage>},
    {"--close-each", "", "close the connection after each answer",
     set_switch<&Options::close_each>},
    {"--ack", "early|fsync", "answer a write before, or after (default), it is on disk", set_ack},
    {"--lose-last", "N", "SIGKILL loses the last N acknowledged writes; needs --ack early",
     [](Options& o, std::string_view v) { return store(parse_count(v, 1, 1000000), o.lose_last); }},
    {"--lose-window", "D", "SIGKILL loses the writes acknowledged within the last D; the same",
     set_length<&Options::lose_window>},
    {"--duplicate-ratio", "P%", "this share of ids is there twice, in GET and in the list",
     set_share<&Options::duplicate_ratio>},
    {"--corrupt-ratio", "P%", "this share of ids is answered with an altered body",
     set_share<&Options::corrupt_ratio>},
    {"--ghost", "N", "store N entries at start that nobody wrote",
     [](Options& o, std::string_view v) { return store(parse_count(v, 1, 1000000), o.ghosts); }},
    {"--ghost-prefix", "P", "their ids are P1, P2, ... (default ghost-)", set_prefix},
    {"--resurrect", "", "a PUT that --error-ratio answers with 500 is stored all the same",
     set_switch<&Options::resurrect>},
    {"--null", "", "answer a fixed 200 to everything, as fast as possible",
     set_switch<&Options::null_mode>},
    {"--threads", "N", "threads of --null (default 1)",
     [](Options& o, std::string_view v) { return store(parse_count(v, 1, 256), o.threads); }},
    {"--help", "", "this text", set_switch<&Options::help>},
};

}  // namespace

std::span<const Flag> all_flags() { return kFlags; }

}  // namespace practice
