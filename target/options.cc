#include "target/options.h"

#include <algorithm>

namespace practice {
namespace {

using Setter = std::string (*)(Options&, std::string_view);

struct Flag {
  const char* name;
  const char* value;  // empty: a switch
  const char* help;
  Setter set;
};

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

const Flag* find_flag(std::string_view name) {
  for (const Flag& flag : kFlags) {
    if (name == flag.name) return &flag;
  }
  return nullptr;
}

std::size_t edits(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  for (std::size_t j = 0; j <= right.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    std::size_t corner = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t replaced = corner + (left[i - 1] == right[j - 1] ? 0 : 1);
      corner = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

std::string unknown_flag(std::string_view name) {
  std::string text = "expected a flag that exists, found \"" + std::string(name) + "\"";
  const Flag* nearest = nullptr;
  std::size_t best = 4;
  for (const Flag& flag : kFlags) {
    const std::size_t distance = edits(name, flag.name);
    if (distance >= best) continue;
    best = distance;
    nearest = &flag;
  }
  return nearest ? text + "; did you mean " + nearest->name + "?" : text;
}

void check_windows(const char* flag, std::vector<Window>& windows,
                   std::vector<std::string>& problems) {
  const auto earlier = [](const Window& a, const Window& b) { return a.at < b.at; };
  std::sort(windows.begin(), windows.end(), earlier);
  for (std::size_t i = 1; i < windows.size(); ++i) {
    if (windows[i].at >= windows[i - 1].end()) continue;
    problems.push_back(std::string(flag) + ": expected windows that do not overlap, found two");
  }
}

void check_null(const Options& options, std::vector<std::string>& problems) {
  const std::set<std::string> fits = {"--null", "--threads", "--port", "--pidfile", "--truth"};
  if (!options.null_mode) {
    if (options.given.count("--threads") > 0) {
      problems.emplace_back("--threads: expected together with --null, found without");
    }
    return;
  }
  for (const std::string& name : options.given) {
    if (fits.count(name) > 0) continue;
    problems.push_back("--null: expected only --threads, --port, --pidfile or --truth beside it, " +
                       std::string("found ") + name);
  }
}

void check_together(Options& options, std::vector<std::string>& problems) {
  const auto need = [&](bool fine, const char* text) {
    if (!fine) problems.emplace_back(text);
  };
  const auto given = [&](const char* name) { return options.given.count(name) > 0; };
  check_null(options, problems);
  need(given("--workers") == given("--service"),
       "--workers, --service: expected both or none, found one");
  need(!given("--workers") || !given("--delay"),
       "--delay: expected no --workers beside it, found both");
  need(!options.lags() || (options.ack_early && !options.data.empty()),
       "--lose-last, --lose-window: expected together with --ack early and --data DIR, "
       "found without");
  need(!(options.lose_last > 0 && options.lose_window > 0),
       "--lose-window: expected no --lose-last beside it, found both");
  need(!options.resurrect || options.error_ratio > 0,
       "--resurrect: expected together with --error-ratio, found without");
  need(!given("--ghost-prefix") || options.ghosts > 0,
       "--ghost-prefix: expected together with --ghost, found without");
  check_windows("--stall", options.stalls, problems);
  check_windows("--outage", options.outages, problems);
}

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& arguments) {
  CommandLine line;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    const std::size_t equals = argument.find('=');
    const std::string name(argument == "-h" ? "--help" : argument.substr(0, equals));
    const Flag* flag = find_flag(name);
    if (flag == nullptr) {
      line.problems.push_back(unknown_flag(name));
      // What follows is taken for its value, so that one mistake is reported once.
      if (i + 1 < arguments.size() && arguments[i + 1].substr(0, 1) != "-") ++i;
      continue;
    }
    const bool takes_value = *flag->value != '\0';
    const bool has_value = equals != std::string_view::npos;
    if (takes_value ? !has_value && i + 1 == arguments.size() : has_value) {
      line.problems.push_back(name + ": expected " + (takes_value ? flag->value : "no value") +
                              ", found " + (takes_value ? "nothing" : "one"));
      continue;
    }
    std::string_view value;
    if (takes_value) value = has_value ? argument.substr(equals + 1) : arguments[++i];
    const std::string problem = flag->set(line.options, value);
    if (!problem.empty()) line.problems.push_back(name + ": " + problem);
    line.options.given.insert(name);
  }
  if (line.problems.empty()) check_together(line.options, line.problems);
  return line;
}

std::string help_text() {
  std::string text =
      "shakedown-target: a practice key-value service over HTTP that knows its own truth\n\n"
      "  PUT, GET, HEAD, DELETE /entries/{id}   GET /entries?prefix=P   GET /version   "
      "GET /health\n\nFlags:\n";
  for (const Flag& flag : kFlags) {
    std::string left = std::string("  ") + flag.name + " " + flag.value;
    left.resize(std::max<std::size_t>(left.size() + 1, 28), ' ');
    text += left + flag.help + "\n";
  }
  text +=
      "\nExamples:\n"
      "  shakedown-target --port 18080 --data store --truth truth.jsonl --pidfile ledger.pid\n"
      "  shakedown-target --delay lognormal:5ms:0.5 --stall 10s:500ms --outage 20s:3s:hang\n"
      "  shakedown-target --data store --truth truth.jsonl --ack early --lose-last 12\n"
      "  shakedown-target --workers 4 --service 5ms\n"
      "  shakedown-target --null --threads 2\n"
      "\nExit: 0 stopped by SIGTERM or SIGINT, 64 usage, 69 port taken, 74 disk full or not\n"
      "writable, 75 data folder in use by another process.\n";
  return text;
}

}  // namespace practice
