// validate, plan, schema: what needs only the scenario file.
#include <cstdio>

#include "controller/cli/commands.h"
#include "controller/plan/parts.h"
#include "controller/plan/text.h"
#include "controller/record/scoring.h"
#include "controller/scenario/scenario.h"
#include "core/base/clock.h"
#include "core/base/printable.h"
#include "core/base/units.h"

namespace shakedown {
namespace {

// It depends on the day, so it is no diagnostic of the file.
void tell_what_ends(const Scenario& scenario) {
  const std::string today = format_wall(system_clock().wall()).substr(0, 10);
  for (const std::string& one : ends_too_soon(scenario, today)) say(stdout, "warning: " + one + "\n");
}

// Each agent's part of the scenario, held against the policy.
int tell_policy(const PlanCommand& command, const Scenario& scenario, const AskPolicy& ask) {
  int code = 0;
  std::vector<std::string> told;
  for (std::size_t i = 0; i < scenario.agents.size(); ++i) {
    const Result<PolicyWords> words = ask(command.policy, scenario, AgentId(i));
    if (!words) return report_error(words.error());
    if (told != words.value().rules) {
      say(stdout, command.policy.empty() ? "\nPolicy: the local one, of agents that this command starts\n"
                                         : "\nPolicy: " + command.policy + "\n");
      for (const std::string& rule : words.value().rules) say(stdout, "  " + rule + "\n");
      told = words.value().rules;
    }
    for (const std::string& denial : words.value().denials) {
      say(stdout, "  DENIED to agent " + scenario.agents[i].name + ": " + denial + "\n");
      code = exit_code(ErrorKind::refused);
    }
  }
  return code;
}

}  // namespace

int validate_command(const std::vector<std::string>& files) {
  bool valid = true;
  for (const std::string& file : files) {
    const Decoded decoded = load_scenario(file);
    for (const Diagnostic& diagnostic : decoded.diagnostics) say(stdout, diagnostic.text() + "\n");
    valid = valid && decoded.scenario.has_value();
    if (decoded.scenario) {
      for (const std::string& one : falling_short(*decoded.scenario)) say(stdout, "warning: " + clean(one) + "\n");
      tell_what_ends(*decoded.scenario);
    }
    if (decoded.scenario) say(stdout, file + ": valid\n");
  }
  return valid ? 0 : exit_code(ErrorKind::scenario);
}

int plan_command(const PlanCommand& command, const std::string& undo_records, const AskPolicy& ask) {
  const Result<Scenario> scenario = load_or_explain(command.file);
  if (!scenario) return report_error(scenario.error());
  say(stdout, plan_text(scenario.value()));
  tell_what_ends(scenario.value());
  if (scenario.value().has_faults()) say(stdout, "\nundo records on this host: " + undo_records + "\n");
  return tell_policy(command, scenario.value(), ask);
}

int schema_command() {
  std::fputs(scenario_schema_json().c_str(), stdout);
  return 0;
}

}  // namespace shakedown
