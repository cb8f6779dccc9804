// The middle of a run: stages, the injections in them, and the verifying steps between.
#include <algorithm>

#include "controller/agents/planner.h"
#include "controller/drill/run_wait.h"
#include "controller/judge/judge.h"
#include "core/base/units.h"

namespace shakedown {
namespace asio = boost::asio;
using namespace std::chrono_literals;
namespace {

std::string label(const Scenario& scenario, const PlannedStage& stage) {
  const Phase& phase = scenario.phase(stage.phase);
  if (phase.repeat == 1) return phase.name;
  return phase.name + " " + std::to_string(stage.iteration + 1) + "/" + std::to_string(phase.repeat);
}

}  // namespace

asio::awaitable<void> Run::stages() {
  if (!scenario_.ledgers.empty()) roster_.send_all(StartLedgers{});
  auto groups = gapless_groups(plan_stages(scenario_), scenario_);
  for (auto& stages_of_group : groups) {
    const auto up = [this] { return probes_up_since(previous_end_); };
    if (!stopped() && !scenario_.probes.empty() && previous_end_ != RunTime{}) {
      activity_ = "waiting for the probes";
      const bool again = co_await wait(up, probe_patience(scenario_), Patience::until_stopped);
      if (!again) stop(RunState::aborted, "the probes did not come up again before the next phase");
    }
    const PhaseId phase = stages_of_group.front().phase;
    const Search* searched = scenario_.search_of(phase);
    const StepSeries* stepped = scenario_.steps_of(phase);
    if (searched == nullptr && stepped == nullptr) {
      for (PlannedStage& stage : stages_of_group) stage.id = StageId(next_stage_++);
    }
    if (searched != nullptr) {
      co_await search(*searched);
    } else if (stepped != nullptr) {
      co_await series(*stepped);
    } else if (stopped()) {
      for (const PlannedStage& stage : stages_of_group) not_run(stage, stop_->second);
    } else {
      co_await group(stages_of_group);
    }
  }
  const std::vector<uint64_t> everything(scenario_.ledgers.size(), 0);
  if (!stopped()) co_await verify(InjectionId(), everything);
}

asio::awaitable<void> Run::group(const std::vector<PlannedStage>& stages_of_group) {
  // On a whole second of the run: counts are kept by the second, and a stage of so many seconds then has so many of its own.
  RunTime start = std::chrono::ceil<std::chrono::seconds>(now() + options_.lead);
  std::vector<RunTime> ends;
  for (const PlannedStage& stage : stages_of_group) {
    announce(stage, start);
    start += scenario_.phase(stage.phase).duration;
    ends.push_back(start);
  }
  const auto never = [] { return false; };
  for (std::size_t i = 0; i < stages_of_group.size(); ++i) {
    activity_ = label(scenario_, stages_of_group[i]);
    activity_end_ = ends[i];
    if (stopped() && now() < ends[i] - scenario_.phase(stages_of_group[i].phase).duration) {
      roster_.send_all(StageStop{stages_of_group[i].id, now()});
      not_run(stages_of_group[i], stop_->second);
      continue;
    }
    co_await wait(never, ends[i] - now(), Patience::until_stopped);
    if (stopped()) {
      const RunTime at = std::min(now(), ends[i]);
      roster_.send_all(StageStop{stages_of_group[i].id, at});
      end_stage(stages_of_group[i], at, stop_->second);
    } else {
      end_stage(stages_of_group[i], ends[i], "");
    }
  }
  previous_end_ = std::min(now(), ends.back());
  if (!stages_of_group.back().injections.empty()) co_await settle(stages_of_group);
}

asio::awaitable<void> Run::settle(const std::vector<PlannedStage>& stages_of_group) {
  const PlannedStage& last = stages_of_group.back();
  activity_ = "recovery";
  activity_end_ = {};
  Duration limit = 30s;
  for (const PlannedInjection& planned : last.injections) {
    const Fault& fault = scenario_.fault(planned.fault);
    limit = std::max<Duration>(limit, fault.recover_within + hold_of(fault) + undo_patience(scenario_, fault));
  }
  const auto all_closed = [this] { return open_.empty(); };
  const bool settled = co_await wait(all_closed, limit, Patience::until_stopped);
  if (!settled && !stopped()) stop(RunState::aborted, "a fault did not come to its end within " + format_duration(limit));
  std::vector<uint64_t> read_until;
  for (std::size_t i = 0; i < scenario_.ledgers.size(); ++i) {
    uint64_t end = 0;
    for (const LedgerPass& pass : chronicle_.timeline().ledger(LedgerId(i)).passes()) end = std::max(end, pass.end_id);
    read_until.push_back(end);
  }
  // Losses of one stage cannot be told apart by fault: each of its injections answers for all of them.
  for (const PlannedInjection& planned : last.injections) {
    if (!stopped()) co_await verify(planned.id, read_until);
  }
}

asio::awaitable<void> Run::verify(InjectionId injection, const std::vector<uint64_t>& read_until) {
  activity_end_ = {};
  for (std::size_t i = 0; i < scenario_.ledgers.size(); ++i) {
    const Ledger& ledger = scenario_.ledgers[i];
    verifying_ = Verifying{LedgerId(i), chronicle_.timeline().ledger(LedgerId(i)).reads()};
    progress_.note("verifying ledger " + ledger.name + ": reads at " + format_rate(ledger.verify_rate) + " for at most " +
                   format_duration(ledger.settle + ledger.verify_limit));
    activity_ = "verifying " + ledger.name;
    activity_end_ = now() + ledger.settle + ledger.verify_limit;
    const AgentId agent = agent_or_first_loader(scenario_, ledger.agent);
    const uint64_t number = roster_.next_step();
    roster_.expect(number, agent);
    VerifyLedger message;
    message.step = number;
    message.ledger = LedgerId(i);
    message.pass = passes_++;
    message.injection = injection;
    message.first_id = read_until[i];
    roster_.send(agent, message);
    const Duration limit = ledger.settle + ledger.timeout * 4 + ledger.verify_limit * 2 + 30s;
    const StepDone done = co_await step(agent, number, limit, Patience::until_stopped);
    if (!done.ok && !stopped()) progress_.note("ledger " + ledger.name + " not fully verified: " + done.detail);
  }
  verifying_.reset();
  activity_end_ = {};
}

void Run::announce(const PlannedStage& stage, RunTime start) {
  const Phase& phase = scenario_.phase(stage.phase);
  StageEvent event;
  event.kind = StageEvent::Kind::planned;
  event.stage = stage.id;
  event.phase = stage.phase;
  event.iteration = stage.iteration;
  event.start = start;
  event.end = start + phase.duration;
  roster_.send_all(StageStart{stage.id, stage.phase, stage.iteration, event.start, event.end});
  chronicle_.record(Event(std::move(event)));
  progress_.note("phase " + label(scenario_, stage) + " for " + format_duration(phase.duration));
  for (const PlannedInjection& planned : stage.injections) {
    const Fault& fault = scenario_.fault(planned.fault);
    const AgentId agent = scenario_.component(component_of(fault.kind)).agent;
    FaultEvent armed;
    armed.injection = planned.id;
    armed.fault = planned.fault;
    armed.stage = stage.id;
    armed.earliest = armed.latest = now();
    if (!roster_.alive(agent)) {
      armed.state = FaultState::not_run;
      armed.detail = "its agent is not there";
      chronicle_.record(Event(std::move(armed)));
      continue;
    }
    open_.push_back({planned, stage.id});
    roster_.send(agent, Inject{planned.id, planned.fault, stage.id, start + fault.at});
  }
}

void Run::end_stage(const PlannedStage& stage, RunTime at, const std::string& reason) {
  StageEvent event;
  event.kind = StageEvent::Kind::ended;
  event.stage = stage.id;
  event.phase = stage.phase;
  event.iteration = stage.iteration;
  event.end = at;
  event.reason = reason;
  chronicle_.record(Event(std::move(event)));
}

void Run::not_run(const PlannedStage& stage, const std::string& reason) {
  StageEvent event;
  event.kind = StageEvent::Kind::not_run;
  event.stage = stage.id;
  event.phase = stage.phase;
  event.iteration = stage.iteration;
  event.reason = reason;
  chronicle_.record(Event(std::move(event)));
  for (const PlannedInjection& planned : stage.injections) {
    FaultEvent fault;
    fault.injection = planned.id;
    fault.fault = planned.fault;
    fault.stage = stage.id;
    fault.state = FaultState::not_run;
    fault.earliest = fault.latest = now();
    fault.detail = reason;
    chronicle_.record(Event(std::move(fault)));
  }
}

void Run::check_members() {
  if (winding_down_ || stopped()) return;
  if (chronicle_.trouble()) {
    abort(*chronicle_.trouble());
    return;
  }
  for (const Member& member : roster_.members()) {
    if (!member.shares || (member.state != MemberState::lost && member.state != MemberState::left)) continue;
    const bool loaded = std::any_of(roster_.members().begin(), roster_.members().end(), [&](const Member& m) {
      return m.state == MemberState::ready && scenario_.agents[m.id.value].load;
    });
    const bool faulting =
        std::any_of(open_.begin(), open_.end(), [&](const OpenInjection& o) { return agent_of(o) == member.id; });
    if (!loaded || faulting) {
      stop(RunState::aborted, "agent " + member.facts.name + " was lost: " + member.detail);
      return;
    }
  }
}

void Run::check_stop_conditions() {
  for (const StopCondition& condition : scenario_.stop_when) {
    const std::optional<double> value = stop_value(condition, chronicle_.timeline(), chronicle_.overdue(), now());
    if (value && condition.met(*value)) {
      stop(RunState::stopped, "stop_when " + condition.describe + ": measured " + format_value(*value, unit_of(condition.sli)));
    }
  }
}

void Run::tick() {
  chronicle_.flush();
  // We stood still for a whole lease: the watchdogs have taken everything back by now, also what setup started.
  const MonoTime at = mono_now();
  if (renewed_ != MonoTime{} && at - renewed_ >= options_.lease && !stopped()) {
    stop(RunState::aborted, "the controller stood still for longer than the lease of " + format_duration(options_.lease));
  }
  renewed_ = at;
  roster_.send_all(LeaseRenew{options_.lease});
  if (!stopped()) check_stop_conditions();
  LiveView view = live_view(chronicle_.timeline(), now());
  view.phase = activity_;
  if (verifying_) {
    const uint64_t read = chronicle_.timeline().ledger(verifying_->ledger).reads() - verifying_->before;
    view.phase += ": " + std::to_string(read) + " read back";
  }
  view.left = std::max<Duration>(Duration{}, activity_end_ - now());
  progress_.tick(view, now());
  if (options_.each_second) options_.each_second(chronicle_.timeline(), manifest_, now());
  wake_.cancel();
}

void Run::schedule_tick() {
  tick_.expires_after(1s);
  tick_.async_wait([this](const boost::system::error_code& error) {
    if (error || ended_) return;
    tick();
    schedule_tick();
  });
}

}  // namespace shakedown
