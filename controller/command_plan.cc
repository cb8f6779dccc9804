// validate, plan, schema: what needs only the scenario file.
#include <cstdio>

#include "controller/commands.h"
#include "controller/plan_text.h"
#include "controller/scoring.h"
#include "core/config/scenario.h"

namespace shakedown {

int validate_command(const std::vector<std::string>& files) {
  bool valid = true;
  for (const std::string& file : files) {
    const Decoded decoded = load_scenario(file);
    for (const Diagnostic& diagnostic : decoded.diagnostics) std::printf("%s\n", diagnostic.text().c_str());
    valid = valid && decoded.scenario.has_value();
    if (decoded.scenario) std::printf("%s: valid\n", file.c_str());
  }
  return valid ? 0 : exit_code(ErrorKind::scenario);
}

int plan_command(const std::string& file, const std::string& undo_records) {
  const Result<Scenario> scenario = load_or_explain(file);
  if (!scenario) return report_error(scenario.error());
  std::fputs(plan_text(scenario.value()).c_str(), stdout);
  if (scenario.value().has_faults()) std::printf("\nundo records on this host: %s\n", undo_records.c_str());
  return 0;
}

int schema_command() {
  std::fputs(scenario_schema_json().c_str(), stdout);
  return 0;
}

}  // namespace shakedown
