// What the drill depends on in its environment.
#include <array>
#include <utility>

#include "controller/scenario/sections/decode.h"

namespace shakedown {
namespace {

using Test = Condition::Test;

std::string without_blanks(std::string text) {
  text.erase(0, text.find_first_not_of(' '));
  return text;
}

// The longer signs first.
void read_test(const std::string& is, Condition& condition) {
  static const std::array<std::pair<const char*, Test>, 6> kSigns = {{{"<=", Test::at_most},
                                                                      {">=", Test::at_least},
                                                                      {"==", Test::equal},
                                                                      {"!=", Test::differs},
                                                                      {"<", Test::less},
                                                                      {">", Test::more}}};
  condition.expected = is;
  for (const auto& [sign, test] : kSigns) {
    if (!is.starts_with(sign)) continue;
    condition.test = test;
    condition.expected = without_blanks(is.substr(std::string(sign).size()));
    return;
  }
}

std::string usual(Condition::Source source) {
  switch (source) {
    case Condition::Source::alertmanager: return "quiet";
    case Condition::Source::http: return "2xx";
    case Condition::Source::command: return "exit code 0";
    case Condition::Source::prometheus: return "";
  }
  return "";
}

void read_source(const View& view, Condition& condition) {
  const std::string kind = view.which({"prometheus", "alertmanager", "http", "command"});
  if (kind.empty()) return;
  const View inner = view[kind];
  if (kind == "command") {
    condition.source = Condition::Source::command;
    condition.argv = inner["exec"].texts();
    return;
  }
  condition.url = inner["url"].text();
  condition.token = inner["token"].text();
  if (kind == "prometheus") {
    condition.source = Condition::Source::prometheus;
    condition.query = inner["query"].text();
  } else if (kind == "alertmanager") {
    condition.source = Condition::Source::alertmanager;
    condition.query = inner["alert"].text();
  } else {
    condition.source = Condition::Source::http;
    condition.pointer = inner["json"].text();
  }
}

void check_is(Decoding& d, const View& view, const Condition& condition) {
  const bool no_usual = condition.source == Condition::Source::prometheus || !condition.pointer.empty();
  if (view["is"].absent() && no_usual && view) {
    d.diagnostics.error(view.at(), "condition " + ticked(condition.name) + " does not say what its value must be",
                        "add `is:`, for example is: \"< 5\"");
  }
  const bool alert = condition.source == Condition::Source::alertmanager;
  if (view["is"] && alert && condition.expected != "quiet" && condition.expected != "firing") {
    d.diagnostics.error(view["is"].at(), "an alert is `quiet` or `firing`, not " + ticked(condition.expected), "");
  }
}

}  // namespace

std::vector<ConditionId> decode_condition_names(const Decoding& d, const View& list) { return list.ids<ConditionId>(d.names); }

void decode_conditions(Decoding& d, const View& root) {
  for (const auto& [name, view] : root["conditions"].entries()) {
    Condition condition;
    condition.name = name;
    read_source(view, condition);
    read_test(view["is"] ? view["is"].text() : usual(condition.source), condition);
    condition.every = view["every"].duration();
    condition.missing_for = view["missing_for"].duration();
    check_is(d, view, condition);
    d.scenario.conditions.push_back(std::move(condition));
  }
  for (const View& view : root["announce"].items()) {
    d.scenario.announce.push_back({view["webhook"].text(), view["token"].text(), view["command"].texts()});
  }
  if (const View view = root["silence"]) {
    Silence silence{view["url"].text(), view["token"].text(), {}};
    for (const auto& [label, value] : view["matchers"].entries()) silence.matchers.emplace_back(label, value.text());
    d.scenario.silence = std::move(silence);
  }
  if (const View ready = root["ready"]) d.scenario.ready_conditions = decode_condition_names(d, ready["conditions"]);
}

}  // namespace shakedown
