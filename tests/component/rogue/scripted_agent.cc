#include "tests/component/rogue/scripted_agent.h"

#include <algorithm>
#include <utility>

#include "controller/agents/planner.h"

namespace shakedown::rogue {

using namespace std::chrono_literals;

Scripted::Scripted(std::unique_ptr<AgentLink> link, boost::asio::io_context& loop, std::string name, Truth truth)
    : link_(std::move(link)), timer_(loop), name_(std::move(name)), truth_(std::move(truth)) {}

void Scripted::join() {
  AgentLink::Handlers handlers;
  handlers.received = [this](const ToAgent& message) { std::visit([this](const auto& m) { hear(m); }, message); };
  handlers.closed = [this](const std::string& reason) {
    if (refusal_.empty() && !silent_) refusal_ = reason;
    silent_ = true;
  };
  link_->open(std::move(handlers));
  Hello hello;
  hello.name = name_;
  say(hello);
}

void Scripted::moment(Moment now) {
  if (moment_ != now || did_) return;
  did_ = true;
  what_(*this);
}

bool Scripted::is_own(AgentId declared) const { return agent_or_first_loader(plan(), declared) == self(); }

void Scripted::hear(const Plan& plan) {
  assignment_ = plan.assignment;
  moment(Moment::planned);
  if (silent_) return;
  say(PlanReady{});
  moment(Moment::ready);
}

void Scripted::hear(const Go& go) {
  clock_ = RunClock(go.zero);
  reported_ = now();
  schedule();
  moment(Moment::gone);
}

void Scripted::hear(const Refusal& refusal) {
  refusal_ = refusal.reason;
  silent_ = true;
}

void Scripted::hear(const StartProbes&) { probing_ = now(); }
void Scripted::hear(const StartLedgers&) { writing_ = now(); }

void Scripted::hear(const ReachTargets& order) {
  StepDone answer;
  answer.step = order.step;
  answer.event.kind = StepEvent::Kind::ready;
  answer.event.what = "targets reached";
  answer.event.started = answer.event.ended = now();
  if (!silent_) say(answer);
}

void Scripted::hear(const RunChecks& order) {
  moment(Moment::checking);
  for (std::size_t i = 0; i < plan().checks.size(); ++i) {
    if (!is_own(plan().checks[i].agent) || silent_) continue;
    CheckResult result;
    result.check = CheckId(i);
    result.done = true;
    result.holds = truth_.checks_hold[i % 2];
    result.started = result.ended = now();
    say(Event(result));
  }
  done(order.step);
}

void Scripted::hear(const StageStart& order) {
  stages_[order.stage.value] = order.start;
  if (order.stage == StageId(0)) stage_ = order;
  if (order.stage == StageId(0)) moment(Moment::staged);
  if (order.stage == StageId(2) && plan().components[1].agent != self()) moment(Moment::injected);
}

void Scripted::hear(const Inject& order) {
  tell(order, FaultState::armed, now());
  injections_[order.injection.value] = order;
  if (order.injection == InjectionId(1)) moment(Moment::injected);
  pending_.push_back(order);
}

void Scripted::hear(const FinishFault& order) {
  tell(injections_.at(order.injection.value), FaultState::clean, now());
  done(order.step);
}

void Scripted::hear(const VerifyLedger& order) {
  moment(Moment::verifying);
  if (silent_) return;
  const RunTime at = now();
  report(at);
  const uint64_t end = written_[order.ledger.value];
  if (!order.injection.valid()) ledgers_over_.insert(order.ledger);
  Snapshot out = empty_snapshot();
  for (uint64_t n = 0; n < 2 * end; ++n) {
    const bool lost = truth_.writes_are_lost && order.ledger == LedgerId(1) && n % end % 5 == 0;
    out.reads[order.ledger].push_back({n % end, order.pass, at, at, lost ? ReadClass::absent : ReadClass::present});
  }
  say(std::move(out));
  LedgerPass pass;
  pass.pass = order.pass;
  pass.injection = order.injection;
  pass.end_id = end;
  pass.started = pass.finished = at;
  pass.complete = true;
  pass.ledger = order.ledger;
  say(Event(pass));
  done(order.step);
}

void Scripted::hear(const Shutdown&) {
  if (silent_) return;
  report(now());
  moment(Moment::leaving);
  if (silent_) return;
  say(Goodbye{});
  moment(Moment::left);
  hang_up();
}

void Scripted::done(uint64_t step) {
  if (!silent_) say(StepDone{step, true, "", {}});
}

void Scripted::tell(const Inject& order, FaultState state, RunTime at) {
  if (silent_) return;
  say(Event(FaultEvent{order.injection, order.fault, order.stage, state, at, at, "it is so", false}));
}

void Scripted::schedule() {
  timer_.expires_after(50ms);
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) tick();
  });
}

void Scripted::tick() {
  if (silent_) return;
  const RunTime at = now();
  std::vector<Inject> waiting;
  for (const Inject& one : std::exchange(pending_, {})) {
    if (one.at > at) {
      waiting.push_back(one);
      continue;
    }
    broken_[one.fault.value] = one.at;
    tell(one, FaultState::injected, one.at);
    tell(one, FaultState::effective, one.at);
  }
  pending_ = std::move(waiting);
  report(at);
  const auto runs = [&](uint32_t stage) { return stages_.contains(stage) && at > stages_[stage] + 200ms; };
  if (runs(0)) moment(Moment::running);
  if (runs(1)) moment(Moment::breaking);
  if (runs(2) && pending_.empty()) moment(Moment::broken);
  schedule();
}

Snapshot Scripted::empty_snapshot() {
  Snapshot out;
  out.agent = self();
  out.seq = ++seq_;
  out.from = reported_;
  out.to = reported_ = std::max(reported_, now());
  return out;
}

void Scripted::report(RunTime until) {
  if (!clock_) return;  // the run has not begun
  Snapshot out = empty_snapshot();
  add_probes(out, until);
  add_writes(out, until);
  add_load(out, until);
  say(std::move(out));
}

bool Scripted::probe_good(uint32_t probe, RunTime at) const {
  const auto since = broken_.find(probe);
  const auto outage = truth_.outage.find(probe);
  if (since == broken_.end() || outage == truth_.outage.end()) return true;
  return at <= since->second || at > since->second + outage->second;
}

// Checks k * every, of 1 ms each.
void Scripted::add_probes(Snapshot& to, RunTime until) {
  if (!probing_) return;
  for (uint32_t i = 0; i < plan().probes.size(); ++i) {
    const Probe& probe = plan().probes[i];
    if (!is_own(probe.agent)) continue;
    uint64_t& next = checked_[i];
    next = std::max<uint64_t>(next, static_cast<uint64_t>(std::max(Duration{}, probing_->time_since_epoch()) / probe.every) + 1);
    for (; run_time(probe.every * static_cast<int64_t>(next) + 1ms) <= until; ++next) {
      const RunTime start = run_time(probe.every * static_cast<int64_t>(next));
      to.probes[ProbeId(i)].push_back({start, start + 1ms, probe_good(i, start)});
    }
  }
}

void Scripted::add_writes(Snapshot& to, RunTime until) {
  if (!writing_) return;
  for (uint32_t i = 0; i < plan().ledgers.size(); ++i) {
    const Ledger& ledger = plan().ledgers[i];
    if (!is_own(ledger.agent) || ledgers_over_.contains(LedgerId(i))) continue;
    const Duration period = from_seconds(1 / ledger.rate.per_second);
    uint64_t& next = written_[i];
    for (; *writing_ + period * static_cast<int64_t>(next) + 1ms <= until; ++next) {
      const RunTime at = *writing_ + period * static_cast<int64_t>(next);
      to.writes[LedgerId(i)].push_back({next, at, at + 1ms, WriteClass::acked});
    }
  }
}

// A uniform open load: arrival i at (i + 1/2) / rate, every count-th is ours. Each is answered within 1 ms.
void Scripted::add_load(Snapshot& to, RunTime until) {
  const Lane lane = assignment_->lane;
  if (!stage_ || !plan().phase(stage_->phase).load || lane.count == 0) return;
  const double rate = peak_rate(std::get<OpenLoad>(plan().phase(stage_->phase).load->kind).shape);
  for (;; ++arrivals_) {
    const uint64_t i = arrivals_ * lane.count + lane.index;
    const RunTime at = stage_->start + from_seconds((static_cast<double>(i) + 0.5) / rate);
    if (at >= stage_->end || at + 1ms > until) return;
    const Outcome outcome = truth_.requests_fail && i % 5 == 0 ? Outcome::failed : Outcome::ok;
    Cell& cell = to.cells[{second_of(at), stage_->stage, OperationId(0)}];
    ++to.offered[stage_->stage];
    ++cell.counts[static_cast<std::size_t>(outcome)];
    cell.latency[static_cast<std::size_t>(outcome)].add(1ms);
    cell.service.add(1ms);
    cell.wait.add(1us);
    cell.lag.add(1us);
    cell.latency_max = 1ms;
    cell.over_limit.resize(plan().operation(OperationId(0)).limits.size());
  }
}

}  // namespace shakedown::rogue
