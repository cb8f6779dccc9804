// A command of the scenario's own: its exit code, and with `number` the first line of its output.
#include <unistd.h>

#include "agent/check/checking.h"
#include "agent/secrets/command_environment.h"
#include "core/base/clock.h"
#include "core/runtime/process/child_process.h"

namespace shakedown {
namespace {

std::string first_line(const std::string& output) { return output.substr(0, output.find('\n')); }

}  // namespace

Task<Observation> carry_out(const Checking& look, const CommandCheck& check) {
  const CommandEnvironment environment{look.plan().env, look.plan().secrets};
  Result<std::vector<std::string>> variables = environment.resolve();
  if (!variables) co_return not_done(variables.error().message);
  Command command;
  command.argv = check.argv;
  command.environment = std::move(variables.value());
  command.folder = look.plan().folder;
  command.ends_with_us = true;
  command.stat_file = look.note;
  if (check.number) command.error_file = "/dev/null";  // a warning is no first line of the output
  const Duration limit = look.deadline - mono_now();
  const Result<CommandResult> ran = co_await run_command(std::move(command), limit, &look.end, LeftBehind::killed);
  if (!look.note.empty()) ::unlink(look.note.c_str());
  if (!ran) co_return not_done(ran.error().message);
  const CommandResult& result = ran.value();
  if (result.timed_out || result.cancelled || result.status.signal != 0) co_return not_done(result.text());
  if (!result.ok()) co_return fails(result.text());
  if (!check.number) co_return holds(result.text());
  const std::string line = first_line(result.output);
  Observation finding = holds("the first line of its output is " + line);
  finding.number = number_in(line);
  if (!finding.number) co_return not_done("a number was expected in the first line of its output, found \"" + line + "\"");
  co_return finding;
}

}  // namespace shakedown
