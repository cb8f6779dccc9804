#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "agent/check/check_runner.h"
#include "agent/check/checking.h"
#include "agent/load/prepare.h"
#include "core/runtime/worker.h"

namespace shakedown {
namespace {

namespace asio = boost::asio;

class Runner final : public CheckRunner {
 public:
  Runner(const Assignment& assignment, RunClock clock, asio::io_context& loop, std::string note, AddressRanges within)
      : assignment_(assignment),
        clock_(clock),
        loop_(loop),
        note_(std::move(note)),
        within_(std::move(within)),
        worker_("checks") {}
  ~Runner() override {
    cancel();
    worker_.finish();
    asks_.clear();  // while their loop is still there
  }

  void run(std::function<void(CheckResult)> each, std::function<void(bool, std::string)> done) override;
  void clean(std::size_t cleanup, std::function<void(StepEvent)> done) override;
  void cancel() override {
    worker_.post([this] { end_.fire(); });
  }

 private:
  struct Callbacks {
    std::function<void(CheckResult)> each;
    std::function<void(bool, std::string)> done;
  };

  Task<void> run_all(Callbacks say);
  Task<CheckResult> run_one(CheckId id, const Secrets& secrets);
  Task<Observation> look(const Check& check, const Secrets& secrets);
  Task<void> clean_one(std::size_t cleanup, std::function<void(StepEvent)> done);
  void over(const Callbacks& say, bool ok, const std::string& detail);

  const Assignment assignment_;
  const RunClock clock_;
  asio::io_context& loop_;
  const std::string note_;
  const AddressRanges within_;
  bool begun_ = false;  // the agent's thread; what follows belongs to the worker's
  OneShot end_;
  std::vector<std::unique_ptr<Ask>> asks_;
  Worker worker_;  // last: its thread ends first
};

void Runner::run(std::function<void(CheckResult)> each, std::function<void(bool, std::string)> done) {
  if (std::exchange(begun_, true)) return done(false, "the checks were run already");
  Callbacks say{std::move(each), std::move(done)};
  worker_.post([this, say = std::move(say)] {
    asio::co_spawn(worker_.loop(), run_all(say), [this, say](std::exception_ptr trouble) {
      if (!trouble) return over(say, true, "");
      try {
        std::rethrow_exception(trouble);
      } catch (const std::exception& e) {
        over(say, false, std::string("the checks broke off: ") + e.what());
      }
    });
  });
}

// What is posted does not refer to the Runner: it may be gone when the agent's loop comes to it.
void Runner::over(const Callbacks& say, bool ok, const std::string& detail) {
  asio::post(loop_, [say, ok, detail] { say.done(ok, detail); });
}

Task<void> Runner::run_all(Callbacks say) {
  const DrillPlan& plan = assignment_.plan;
  Result<Secrets> secrets = resolve_secrets(plan.secrets);
  for (std::size_t i = 0; i < plan.checks.size(); ++i) {
    if (owner_of(plan.checks[i], plan) != assignment_.self) continue;
    CheckResult result;
    result.check = CheckId(i);
    result.started = result.ended = clock_.now();
    if (secrets) {
      result = co_await run_one(CheckId(i), secrets.value());
    } else {
      result.detail = secrets.error().message;
    }
    asio::post(loop_, [say, result = std::move(result)] { say.each(result); });
  }
}

Task<CheckResult> Runner::run_one(CheckId id, const Secrets& secrets) {
  const Check& check = assignment_.plan.check(id);
  CheckResult result;
  result.check = id;
  result.started = clock_.now();
  Observation finding = co_await look(check, secrets);
  result.ended = clock_.now();
  result.done = finding.done;
  result.holds = finding.done && finding.holds;
  if (finding.done) result.number = finding.number;
  result.detail = presentable(std::move(finding.detail), secrets);
  co_return result;
}

Task<Observation> Runner::look(const Check& check, const Secrets& secrets) {
  const Checking with{assignment_, secrets, worker_.loop(), asks_, mono_now() + check.timeout, end_, note_, within_};
  Observation finding = not_done(why_not(Woken::ended));
  if (!end_.fired()) finding = co_await carry_out(with, check.kind);
  co_return finding;
}

void Runner::clean(std::size_t cleanup, std::function<void(StepEvent)> done) {
  worker_.post([this, cleanup, done = std::move(done)] {
    asio::co_spawn(worker_.loop(), clean_one(cleanup, done), [this, done](std::exception_ptr trouble) {
      StepEvent broken;
      broken.ok = false;
      broken.detail = "the cleanup broke off";
      if (trouble) asio::post(loop_, [done, broken = std::move(broken)] { done(broken); });
    });
  });
}

// What is left is counted whatever came of the removal.
Task<void> Runner::clean_one(std::size_t cleanup, std::function<void(StepEvent)> done) {
  const Cleanup& what = assignment_.plan.cleanups[cleanup];
  StepEvent event;
  event.kind = StepEvent::Kind::cleanup;
  event.what = what.name;
  event.started = clock_.now();
  const Result<Secrets> secrets = resolve_secrets(assignment_.plan.secrets);
  Observation removed = not_done(secrets ? "" : secrets.error().message), left = removed;
  if (secrets) removed = co_await look(what.remove, secrets.value());
  if (secrets && what.remains) left = co_await look(*what.remains, secrets.value());
  event.ok = removed.done && removed.holds;
  if (!event.ok) event.detail = "not deleted: " + removed.detail;
  if (left.done && left.holds && left.number) event.remains = left.number;
  if (what.remains && !event.remains) event.detail += (event.ok ? "" : "; ") + ("not counted: " + left.detail);
  event.ended = clock_.now();
  if (secrets) event.detail = presentable(std::move(event.detail), secrets.value());
  asio::post(loop_, [done = std::move(done), event = std::move(event)] { done(event); });
}

}  // namespace

std::unique_ptr<CheckRunner> make_check_runner(const Assignment& assignment, RunClock clock, asio::io_context& loop,
                                               std::string note, AddressRanges within) {
  return std::make_unique<Runner>(assignment, clock, loop, std::move(note), std::move(within));
}

AgentId owner_of(const Check& check, const DrillPlan& plan) {
  return check.agent.valid() ? check.agent : default_load_agent(plan);
}

}  // namespace shakedown
