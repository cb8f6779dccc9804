// validate, plan, schema: what needs only the scenario file.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

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

// They are read on the agents, of which one may be here.
void tell_secrets(const Scenario& scenario) {
  for (const Secret& secret : scenario.secrets) {
    const std::string& where = secret.source.where;
    const bool env = secret.source.kind == SecretSource::Kind::env;
    const char* value = env ? std::getenv(where.c_str()) : nullptr;
    std::string why;
    if (env && value == nullptr) why = "env " + where + " is not set here";
    if (env && value != nullptr && *value == 0) why = "env " + where + " is empty here";
    if (!env && ::access(where.c_str(), R_OK) != 0) why = "file " + where + " cannot be read here";
    if (!why.empty()) say(stdout, "secret " + secret.name + ": " + why + "; each agent that uses it needs it\n");
  }
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
  tell_secrets(scenario.value());
  if (scenario.value().has_faults()) say(stdout, "\nundo records on this host: " + undo_records + "\n");
  return tell_policy(command, scenario.value(), ask);
}

int schema_command() {
  std::fputs(scenario_schema_json().c_str(), stdout);
  return 0;
}

}  // namespace shakedown
