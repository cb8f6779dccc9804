#include <cstdio>

#include "controller/cli/commands.h"
#include "controller/control/halting.h"
#include "core/base/printable.h"
#include "core/base/units.h"

namespace shakedown {
namespace {

constexpr Duration kUndoPatience = std::chrono::seconds(120);  // for the undo of everything

int tell(const HaltAnswer& halted) {
  if (!halted.trouble.empty()) {
    say(stderr, "shakedown: run " + clean(halted.run) + ": " + halted.trouble + "\n");
    return exit_code(ErrorKind::unavailable);
  }
  say(stdout, "run " + clean(halted.run) + ": " + clean(halted.state) + "\n");
  return 0;
}

int halt_one(const std::string& folder, const std::string& why) {
  const Result<HaltAnswer> halted = halt_run(folder, why, kUndoPatience);
  return halted ? tell(halted.value()) : report_error(halted.error());
}

}  // namespace

int halt_command(const HaltCommand& command, const HostHalt& host) {
  if (!command.run.empty()) return halt_one(command.run, command.why);
  const Result<std::string> mark = host.set(command.why);
  if (!mark) return report_error(mark.error());
  int code = 0;
  for (const std::string& listing : host.listings) {
    for (const std::string& folder : running(listing)) {
      const Result<HaltAnswer> halted = halt_run(folder, command.why, kUndoPatience);
      if (!halted) continue;  // its agents obeyed the mark first, and it is over
      const int one = tell(halted.value());
      if (one != 0) code = one;
    }
  }
  say(stdout, mark.value() + "\nnothing is broken, changed or run on this host until `shakedown resume`\n");
  const std::vector<std::string> standing = host.wait_undone();
  for (const std::string& one : standing) say(stdout, "STANDS " + clean(one) + "\n");
  return standing.empty() ? code : 4;
}

int resume_command(const HostHalt& host) {
  const Result<std::vector<std::string>> stood = host.clear();
  if (!stood) return report_error(stood.error());
  if (stood.value().empty()) std::printf("this host was not halted\n");
  for (const std::string& one : stood.value()) say(stdout, "resumed; it was " + one + "\n");
  return 0;
}

}  // namespace shakedown
