#include "target/options.h"

#include <algorithm>

#include "target/flags.h"

namespace practice {
namespace {

constexpr std::size_t kColumn = 28;  // where the help of a flag begins

const Flag* find_flag(std::string_view name) {
  for (const Flag& flag : all_flags()) {
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
  for (const Flag& flag : all_flags()) {
    const std::size_t distance = edits(name, flag.name);
    if (distance >= best) continue;
    best = distance;
    nearest = &flag;
  }
  return nearest ? text + "; did you mean " + nearest->name + "?" : text;
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
      line.problems.push_back(name + ": expected " + (takes_value ? flag->value : "no value") + ", found " +
                              (takes_value ? "nothing" : "one"));
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
      "  PUT, GET, HEAD, DELETE /entries/{id}   GET, DELETE /entries?prefix=P   GET /count?prefix=P   GET /version   "
      "GET /health   GET /metrics\n\nFlags:\n";
  for (const Flag& flag : all_flags()) {
    std::string left = std::string("  ") + flag.name + " " + flag.value;
    if (left.size() >= kColumn) left += "\n";
    left.resize(left.size() < kColumn ? kColumn : left.size() + kColumn, ' ');
    text += left + flag.help + "\n";
  }
  text +=
      "\nExamples:\n"
      "  shakedown-target --port 18080 --data store --truth truth.jsonl --pidfile ledger.pid\n"
      "  shakedown-target --delay lognormal:5ms:0.5 --stall 10s:500ms --outage 20s:3s:hang\n"
      "  shakedown-target --data store --truth truth.jsonl --ack early --lose-last 12\n"
      "  shakedown-target --workers 4 --service 5ms\n"
      "  shakedown-target --contention 0.05 --coherency 0.001 --service 20ms\n"
      "  shakedown-target --metrics-port 0 --metrics-good 2xx,5xx --metrics-silent-when-down sli\n"
      "  shakedown-target --calls ledger=http://127.0.0.1:18080/health@1.5 --retries 2\n"
      "  shakedown-target --tls-cert c.pem --tls-key k.pem --tls-min 1.3 --require-token secret\n"
      "  shakedown-target --null --threads 2\n"
      "\nExit: 0 stopped by SIGTERM or SIGINT, 64 usage, 69 port taken, 74 disk full or not\n"
      "writable, 75 data folder in use by another process.\n";
  return text;
}

}  // namespace practice
