// What one agent may say: its share of the plan and the orders that it was given, held against each of its messages before
// anything of it is recorded. Whatever an honest agent can say passes; what is not its own, not asked for, said twice, out of
// the run's time or more than the plan holds does not. It never looks whether a claim within the share is true: nobody else
// has seen it.
// Memory: bounded by the plan (a few numbers for each stage, injection, probe, ledger and open step).
// Threads: the run loop only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/model/scenario.h"
#include "core/base/result.h"
#include "core/wire/messages.h"

namespace shakedown {

class Admission {
 public:
  // The roster's scenario outlives it.
  Admission(const Scenario& roster_scenario, AgentId self);

  // An order as it leaves for this agent. now: nothing before Go.
  void ordered(const ToAgent& order, std::optional<RunTime> now);
  // Whether the agent may say this at that instant; counts it when it may. Error refused: what is wrong with it.
  Result<void> admit(const ToController& message, std::optional<RunTime> now);

 private:
  struct Say;
  struct Report;
  // How far an instant may lie off: messages on their way and the agent's clock.
  static constexpr Duration kTolerance = std::chrono::seconds(5);

  struct Stage {
    StageStart order{};
    uint64_t offered = 0, counted = 0;
  };
  struct Watched {  // a probe
    uint64_t checks = 0;
  };
  struct Kept {  // a ledger
    uint64_t writes = 0;
    std::map<uint32_t, uint64_t> reads;  // by pass
  };
  struct Injected {
    Inject order{};
    RunTime ordered_at{};
    std::set<std::pair<ComponentId, FaultState>> said{};  // by part
    uint32_t states = 0, recovers = 0, undos = 0;
  };
  struct Step {
    ToAgent order{};
    RunTime ordered_at{};
    bool reported = false;  // its LedgerPass came
    std::set<CheckId> checked{};
  };

  static Result<void> refuse(std::string why) { return fail(ErrorKind::refused, std::move(why)); }
  bool is_own(AgentId declared) const;
  RunTime latest() const { return now_ + kTolerance + clock_bound_; }
  RunTime earliest(RunTime ordered_at) const { return ordered_at - kTolerance - clock_bound_; }
  // Both instants in order, and within [ordered_at, now] as far as clocks agree.
  bool timely(RunTime from, RunTime to, RunTime ordered_at) const;
  Result<void> admit_event(const Event& event);
  Result<void> admit_done(const StepDone& done);

  // admission_measure.cc
  Result<void> admit_snapshot(const Snapshot& snapshot);
  Result<void> admit_load(const Snapshot& snapshot);
  Result<void> admit_cell(const CellKey& key, const Cell& cell);
  Result<void> admit_witnesses(const Snapshot& snapshot);
  Result<void> admit_answered(const Snapshot& snapshot);
  Result<void> admit_probe(ProbeId id, const std::vector<ProbeResult>& results);
  Result<void> admit_writes(LedgerId id, const std::vector<LedgerWrite>& writes);
  Result<void> admit_reads(LedgerId id, const std::vector<LedgerRead>& reads);
  Stage* load_stage(StageId id);
  uint64_t most_arrivals(const Stage& stage) const;
  uint64_t most_ids(const Ledger& ledger) const;

  const Scenario& scenario_;
  const AgentId self_;
  const Lane lane_;
  enum class State { joined, ready, refused, left } state_ = State::joined;
  bool gone_ = false;
  bool halted_ = false;
  RunTime now_{};  // of the message that is looked at
  Duration clock_bound_{};
  uint64_t pings_ = 0, snapshots_ = 0, notes_ = 0;
  uint64_t last_seq_ = 0;
  RunTime last_to_ = RunTime::min();
  std::optional<RunTime> probing_, writing_;  // when it was ordered
  std::map<StageId, Stage> stages_;
  std::map<ProbeId, Watched> probes_;
  std::map<LedgerId, Kept> ledgers_;
  std::map<InjectionId, Injected> injections_;
  std::map<uint64_t, Step> steps_;                  // not yet answered
  std::set<std::pair<LedgerId, uint32_t>> passes_;  // verifying steps ever ordered
};

// Whether the plan gives this agent anything to do: a load, a probe, a ledger, a check, a component, a command, the reading
// of the release. One without a share can change no verdict, so that nothing depends on its presence either.
bool has_share(const Scenario& roster_scenario, AgentId agent);

}  // namespace shakedown
