// rules: alerting on the same objectives that a drill judges.
#include <cstdio>

#include "controller/cli/commands.h"
#include "controller/metrics/rules.h"
#include "controller/record/run_folder.h"
#include "controller/record/scoring.h"
#include "core/base/printable.h"

namespace shakedown {
namespace {

Result<void> write_file(const std::string& out, const std::string& name, const std::string& yaml) {
  if (yaml.empty()) return ok();
  SHAKEDOWN_TRY(auto folder, RunFolder::reopen(out));
  SHAKEDOWN_TRY(folder.write(name, yaml));
  say(stdout, folder.file(name) + "\n");
  return ok();
}

Result<void> write_rules(const std::string& file, const std::string& out) {
  SHAKEDOWN_TRY(auto scenario, load_or_explain(file));
  SHAKEDOWN_TRY(auto rules, slos_of(scenario));
  for (const std::string& problem : rules.left_out) say(stderr, "left out: " + clean(problem) + "\n");
  const std::string theirs = rules_yaml(rules, true), ours = rules_yaml(rules, false);
  if (!out.empty()) {
    SHAKEDOWN_TRY(write_file(out, "slo-rules.yaml", theirs));
    return write_file(out, "drill-rules.yaml", ours);
  }
  std::fputs(theirs.empty() ? ours.c_str() : theirs.c_str(), stdout);
  if (!theirs.empty() && !ours.empty()) {
    std::fputs("not printed: the rules that read our own series; --out DIR writes both files\n", stderr);
  }
  return ok();
}

}  // namespace

int rules_command(const std::string& file, const std::string& out) {
  const Result<void> written = write_rules(file, out);
  return written ? 0 : report_error(written.error());
}

}  // namespace shakedown
