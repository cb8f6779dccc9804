// An agent without a target: it does its share of whatever plan it gets, honestly and by arithmetic, so that what it reports
// depends on the plan alone and not on how busy the machine is. A rogue is one that also does something else at a moment.
// Threads: the loop's.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/wire/link.h"

namespace shakedown::rogue {

// What the target would have shown.
struct Truth {
  bool requests_fail = false;           // every fifth
  std::map<uint32_t, Duration> outage;  // of a probe after a fault of the same number
  bool writes_are_lost = false;         // every fifth of the second ledger
  bool checks_hold[2] = {true, true};
};

enum class Moment {
  planned,  // the plan has come and is not answered
  ready,    // answered, before Go
  gone,
  checking,   // checks are ordered, none answered
  staged,     // the stage is announced
  running,    // its load runs
  breaking,   // the first fault is at work, which is not the rogue's
  injected,   // the second fault is ordered, which is helper's
  broken,     // the second fault is at work
  verifying,  // a ledger is to be read, nothing is read yet
  leaving,    // Shutdown came, everything is sent but the goodbye
  left,       // goodbye is said
};

class Scripted {
 public:
  using Misbehave = std::function<void(Scripted&)>;

  Scripted(std::unique_ptr<AgentLink> link, boost::asio::io_context& loop, std::string name, Truth truth);

  void join();
  // Done once, at the first such moment.
  void misbehave(Moment moment, Misbehave what) {
    moment_ = moment;
    what_ = std::move(what);
  }
  void say(ToController message) { link_->send(std::move(message)); }
  void say(Event event) { link_->send(EventReport{std::move(event)}); }
  // The snapshot that is due, with nothing in it.
  Snapshot empty_snapshot();
  void hang_up() {
    silent_ = true;
    link_->close();
  }
  void go_silent() { silent_ = true; }
  AgentLink& link() { return *link_; }
  RunTime now() const { return clock_ ? clock_->now() : RunTime{}; }
  const DrillPlan& plan() const { return assignment_->plan; }
  AgentId self() const { return assignment_->self; }
  const StageStart& stage() const { return *stage_; }
  bool did_it() const { return did_; }
  // The controller's last word; empty when it was none.
  const std::string& refusal() const { return refusal_; }

 private:
  void moment(Moment now);
  template <class Other>
  void hear(const Other&) {}
  void hear(const Plan& plan);
  void hear(const Go& go);
  void hear(const Refusal& refusal);
  void hear(const StartProbes&);
  void hear(const StartLedgers&);
  void hear(const ReachTargets& order);
  void hear(const LookAtProcesses& order) { done(order.step); }
  void hear(const RunChecks& order);
  void hear(const StageStart& order);
  void hear(const Inject& order);
  void hear(const FinishFault& order);
  void hear(const VerifyLedger& order);
  void hear(const Shutdown&);
  bool is_own(AgentId declared) const;
  void done(uint64_t step);
  void tell(const Inject& order, FaultState state, RunTime at);
  void tick();
  void schedule();
  void report(RunTime until);
  void add_probes(Snapshot& to, RunTime until);
  void add_writes(Snapshot& to, RunTime until);
  void add_load(Snapshot& to, RunTime until);
  bool probe_good(uint32_t probe, RunTime at) const;

  std::unique_ptr<AgentLink> link_;
  boost::asio::steady_timer timer_;
  const std::string name_;
  const Truth truth_;
  std::optional<Assignment> assignment_;
  std::optional<RunClock> clock_;
  std::optional<StageStart> stage_;
  std::vector<Inject> pending_;         // announced, not yet at their instant
  std::map<uint32_t, RunTime> broken_;  // fault: since when
  std::map<uint32_t, Inject> injections_;
  std::map<uint32_t, RunTime> stages_;              // when each begins
  std::map<uint32_t, uint64_t> checked_, written_;  // probe, ledger: the next number
  std::optional<RunTime> probing_, writing_;
  std::set<LedgerId> ledgers_over_;  // read for the last time
  uint64_t arrivals_ = 0, seq_ = 0;
  RunTime reported_{};
  bool silent_ = false, did_ = false;
  std::optional<Moment> moment_;
  Misbehave what_;
  std::string refusal_;
};

}  // namespace shakedown::rogue
