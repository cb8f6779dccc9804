// rules: alerting on the same objectives that a drill judges.
#include <cstdio>

#include "controller/commands.h"
#include "controller/rules.h"
#include "controller/run_folder.h"
#include "controller/scoring.h"

namespace shakedown {
namespace {

Result<void> write_rules(const std::string& file, const std::string& out) {
  SHAKEDOWN_TRY(auto scenario, load_or_explain(file));
  SHAKEDOWN_TRY(auto slos, slos_of(scenario));
  const std::string yaml = rules_yaml(slos);
  if (out.empty()) {
    std::fputs(yaml.c_str(), stdout);
    return ok();
  }
  SHAKEDOWN_TRY(auto folder, RunFolder::reopen(out));
  SHAKEDOWN_TRY(folder.write("slo-rules.yaml", yaml));
  std::printf("%s\n", folder.file("slo-rules.yaml").c_str());
  return ok();
}

}  // namespace

int rules_command(const std::string& file, const std::string& out) {
  const Result<void> written = write_rules(file, out);
  return written ? 0 : report_error(written.error());
}

}  // namespace shakedown
