#include "controller/readings/plain_command.h"

#include <cstdlib>
#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "core/base/log.h"

namespace shakedown {
namespace {

Task<void> run_into(Command command, Duration limit, std::optional<Result<CommandResult>>& result) {
  Result<CommandResult> ran = co_await run_command(std::move(command), limit, nullptr, LeftBehind::killed);
  result.emplace(std::move(ran));
}

}  // namespace

Result<CommandResult> run_plain(const Scenario& scenario, const std::vector<std::string>& argv, std::vector<std::string> more,
                                Duration limit) {
  for (const char* name : {"PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ"}) {
    if (const char* value = std::getenv(name)) more.push_back(std::string(name) + "=" + value);  // NOLINT(concurrency-mt-unsafe)
  }
  Command command;
  command.argv = argv;
  command.folder = scenario.folder;
  command.environment = std::move(more);
  command.ends_with_us = true;
  boost::asio::io_context loop{1};
  std::optional<Result<CommandResult>> result;
  boost::asio::co_spawn(loop, run_into(std::move(command), limit, result), [](std::exception_ptr broken) {
    if (broken) log::error("a command of the controller threw");
  });
  loop.run();
  if (result) return std::move(*result);
  return fail(ErrorKind::unavailable, "the command could not be run");
}

}  // namespace shakedown
