#include <cstdio>

#include "controller/cli/commands.h"
#include "controller/drill/selftest.h"

namespace shakedown {

int selftest_command(bool quick, const MakeLocalAgent& make_agent) {
  const Result<bool> passed = run_selftest(quick, make_agent, [](const SelfCheck& check) {
    std::printf("%-6s %-8s planted: %-42s measured: %s\n", check.passed ? "pass" : "FAIL", check.name.c_str(),
                check.planted.c_str(), check.measured.c_str());
    if (!check.passed && !check.advice.empty()) std::printf("                %s\n", check.advice.c_str());
    std::fflush(stdout);
  });
  if (!passed) return report_error(passed.error());
  std::printf(passed.value() ? "the instrument gave every planted truth back\n"
                             : "the instrument is NOT to be trusted on this host\n");
  return passed.value() ? 0 : 1;
}

}  // namespace shakedown
