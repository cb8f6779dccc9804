// rpo by count and by time, and durability: a target that loses what it had not yet written to its disk.
#include <algorithm>
#include <cmath>

#include "tests/bench/calibration/trial.h"

namespace shakedown::calibration {
namespace {

struct Crashes {
  int count = 3;
  RpoUnit unit = RpoUnit::writes;
  double longest = 3;      // of what is not yet on the disk, in seconds
  double scattered = 1;    // chance that such a write is lost
  double unread = 0;       // chance that the reading back of an id decides nothing
  double refused = 0;      // chance that a write is refused at once
  bool last_only = false;  // only the reading after the last crash is there: losses are found late
  bool durability = false;
};

struct Entry {
  LedgerWrite write;
  bool lost = false;
};

class Crashing {
 public:
  Crashing(Rng& rng, const Crashes& c) : rng_(rng), c_(c) {}

  Answers run() {
    const PhaseId phase = run_.drill.add_phase("crash", 20, 0);
    const FaultId kill = run_.drill.add_kill("kill", phase);
    for (int i = 0; i < c_.count; ++i) crash(phase, kill, 20.0 * i);
    if (c_.durability) verify(InjectionId(), 20.0 * c_.count - 0.5);
    ask(kill);
    return run_.judge();
  }

 private:
  void crash(PhaseId phase, FaultId kill, double from) {
    const StageId stage = run_.drill.run(phase, from);
    const double struck = from + 8 + rng_.uniform(), effect = struck + 0.01 * rng_.uniform();
    const double behind = c_.longest * rng_.uniform();  // committed since then: not on the disk
    const InjectionId injection = run_.drill.inject(kill, stage, struck, struck + 1);
    uint64_t lost = 0;
    for (double at = from + 0.1 * rng_.uniform(); at < effect; at += 0.1) {
      const double committed = at + 0.01 * rng_.uniform(), acked = committed + 0.005 * rng_.uniform();
      if (rng_.uniform() < c_.refused) {
        Entry no{{entries_.size(), testing::at(at), testing::at(committed), WriteClass::failed}, true};
        run_.write(no.write);
        entries_.push_back(no);
        continue;
      }
      const bool confirmed = acked < effect;
      Entry entry{{entries_.size(), testing::at(at), testing::at(confirmed ? acked : effect),
                   confirmed ? WriteClass::acked : WriteClass::unknown},
                  false};
      entry.lost = committed > effect - behind && rng_.uniform() < c_.scattered;
      lost += entry.lost && confirmed ? 1 : 0;
      run_.write(entry.write);
      entries_.push_back(entry);
    }
    worst_count_ = std::max(worst_count_, lost);
    lost_ += lost;
    worst_time_ = std::max(worst_time_, behind);
    if (!c_.last_only || from + 20 >= 20.0 * c_.count) verify(injection, from + 12);
  }

  void verify(InjectionId injection, double from) {
    LedgerPass pass;
    pass.ledger = LedgerId(0);
    pass.pass = passes_++;
    pass.injection = injection;
    pass.end_id = entries_.size();
    pass.started = testing::at(from);
    pass.complete = true;
    double now = from;
    for (const Entry& entry : entries_) {
      const ReadClass seen = rng_.uniform() < c_.unread ? ReadClass::undecided
                             : entry.lost               ? ReadClass::absent
                                                        : ReadClass::present;
      run_.read({entry.write.id, pass.pass, testing::at(now), testing::at(now + 1e-4), seen});
      now += 2e-4;
    }
    pass.finished = testing::at(now);
    run_.drill.add(pass);
  }

  void ask(FaultId kill) {
    const auto worst = static_cast<double>(worst_count_), all = static_cast<double>(lost_);
    if (c_.durability) {
      run_.ask(DurabilitySli{LedgerId(0)}, Comparison::at_most, all - 1, all);
    } else if (c_.unit == RpoUnit::writes) {
      run_.ask(RpoSli{kill, LedgerId(0), c_.unit}, Comparison::at_most, worst - 1, worst);
    } else {
      run_.ask_about(RpoSli{kill, LedgerId(0), c_.unit}, Comparison::at_most, worst_time_);
    }
  }

  Run run_;
  Rng& rng_;
  Crashes c_;
  std::vector<Entry> entries_;
  uint32_t passes_ = 0;
  uint64_t worst_count_ = 0, lost_ = 0;
  double worst_time_ = 0;
};

}  // namespace

void add_loss_cases(std::vector<Case>& out) {
  const auto add = [&](const std::string& sli, const std::string& what, const Crashes& c) {
    const std::string truth = c.durability ? "lost in the whole run" : "each loss of the run";
    out.push_back({sli, what, truth, [c](Rng& rng) { return Crashing(rng, c).run(); }, ""});
  };
  const auto time = RpoUnit::time;
  add("rpo, writes", "3 crashes, the last 0 to 3 s lost", {});
  add("rpo, writes", "10 crashes, the last 0 to 3 s lost", {.count = 10});
  add("rpo, writes", "3 crashes, half of the last 3 s lost", {.scattered = 0.5});
  add("rpo, writes", "3 crashes, 5 % not read back", {.unread = 0.05});
  add("rpo, writes", "3 crashes, read back after the last only", {.last_only = true});
  add("rpo, writes", "3 crashes, 40 % of the writes refused", {.refused = 0.4});
  add("rpo, time", "3 crashes, the last 0 to 3 s lost", {.unit = time});
  add("rpo, time", "10 crashes, the last 0 to 3 s lost", {.count = 10, .unit = time});
  add("rpo, time", "3 crashes, less lost than lies between two writes", {.unit = time, .longest = 0.1});
  add("rpo, time", "3 crashes, 5 % not read back", {.unit = time, .unread = 0.05});
  add("rpo, time", "3 crashes, 40 % of the writes refused", {.unit = time, .refused = 0.4});
  add("durability", "3 crashes, 2 % not read back at the end", {.unread = 0.02, .durability = true});
}

}  // namespace shakedown::calibration
