#include <exception>
#include <set>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "agent/check/check_runner.h"
#include "agent/check/kinds/reach.h"
#include "agent/load/prepare.h"
#include "core/base/clock.h"

namespace shakedown {
namespace {

using Reachable = std::function<void(bool, std::string)>;

struct Round {
  Assignment assignment;  // what a Checking borrows
  Secrets secrets;
  std::vector<std::unique_ptr<Ask>> asks;
  OneShot never;
  MonoTime deadline{};
  AddressRanges within;
  boost::asio::io_context& loop;
};

// Owns the round while the coroutine lives.
Task<void> try_each(std::shared_ptr<Round> round, Reachable done) {
  std::set<TargetId> targets;
  for (const Operation& operation : round->assignment.plan.operations) targets.insert(operation.request.target);
  std::string trouble;
  for (const TargetId id : targets) {
    const Target& target = round->assignment.plan.targets[id.value];
    const std::string name = target.host + ":" + std::to_string(target.port);
    const Checking look{round->assignment, round->secrets, round->loop, round->asks, round->deadline, round->never};
    const Result<PreparedTarget> prepared = prepare_target(target, round->within);
    std::string why;
    if (prepared) {
      const Reached reached = co_await reach_any(look, prepared.value().endpoints);
      if (reached.socket.valid()) co_return done(true, name + " accepts connections");
      why = reached.why();
    } else {
      why = prepared.error().message;
    }
    trouble += (trouble.empty() ? "" : ", ") + name + ": " + why;
  }
  done(targets.empty(), trouble);
}

}  // namespace

void reach_targets(const DrillPlan& plan, const AddressRanges& within, Duration limit, boost::asio::io_context& loop,
                   Reachable done) {
  // Shared: the coroutine may be destroyed with the loop, long after the caller has gone.
  const std::shared_ptr<Round> round(new Round{{}, {}, {}, {}, mono_now() + limit, within, loop});
  round->assignment.plan = plan;
  boost::asio::co_spawn(loop, try_each(round, done), [done](std::exception_ptr trouble) {
    if (trouble) done(true, "not looked: the look broke off");  // not known: nobody is called dead for it
  });
}

}  // namespace shakedown
