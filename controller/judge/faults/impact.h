// What a disturbance did to the load: failed requests, delay, the worst second.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>

#include "controller/judge/evidence.h"
#include "controller/judge/faults/delay.h"
#include "controller/judge/faults/injections.h"
#include "controller/measure/bounds/intervals.h"

namespace shakedown::judging {

struct Harm {
  uint64_t failed = 0;         // failed, refused, reset, timeout, dropped_by_target
  uint64_t excess = 0;         // of these: above their share in quiet time under the same load, to the nearest
  uint64_t unfinished = 0;     // may or may not have failed
  uint64_t answered = 0;       // ok
  uint64_t ours = 0;           // never sent or lost on our side: missing data
  double delayed_seconds = 0;  // summed latency of good answers above their mean outside fault windows under the same load, >= 0
  double unseen_seconds = 0;   // delay that `ours` can have had at most: their timeouts
  double worst_error_ratio = 0;  // of any second
  // Requests that the users of a closed load did not make while they waited for bad ones, and for bad or slow ones; infinite =
  // there is no quiet time that says how many.
  double held_up = 0, held_up_or_slow = 0;
};

struct LostWrites {
  double lower = 0, upper = 0;  // over all ledgers
  bool known = false;           // every ledger was completely read back
};

class HarmMeter {
 public:
  explicit HarmMeter(const Evidence& evidence);
  // Of an injection, whose own aftermath is no usual time: failures are held against what was before it, where anything was;
  // delays where that is 8 quiet seconds at least.
  HarmMeter before(RunTime injected) const;
  // Of the whole seconds that meet the range, all phases; of requests to that target only, where one is named. Seconds in
  // `told` are left out and the others join them, so that what several ranges share is counted once.
  Harm over(TimeRange range, TargetId target = {}, std::set<int64_t>* told = nullptr) const;
  // Bounds of the delay over the range: what answers vary by themselves is no fault's, and a histogram knows each of them
  // to 0.27 % only.
  Bounds delay(TimeRange range, double confidence) const;
  // Bounds of the requests that failed beyond their share in quiet time. Where none failed then, all that failed; where there was
  // no quiet time under that load, between those that failed while a probe saw the service away and all of them.
  Bounds failures(TimeRange range, double confidence) const;
  // What surely lies in a fault's window of the seconds that it meets. A second that it shares with the time before or after
  // counts too where next to nothing of it lies outside, or there is no whole one and half of it does not: of an open load at a
  // constant rate so many requests at most were due outside (a binomial of those of the second, wrong once in a million; uniform
  // arrivals scatter less).
  struct Inside {
    TimeRange seconds;   // whole ones
    double outside = 0;  // requests of these that may have been due outside of the window
    double longest = 0;  // seconds that each of them took at most
  };
  Inside inside(TimeRange window) const;
  // Requests that failed and were due before the window, but may have been out when it began: perhaps the fault's, with what
  // the users of a closed load did not ask for while they waited for these.
  Harm in_flight_at_fault(TimeRange window) const;
  // Whether there was a quiet time under the load of each second of the range that had good answers, to compare delays with.
  bool has_baseline(TimeRange range) const;
  // The same for failures, of all that the range asked for.
  bool knows_usual_failures(TimeRange range) const;
  // The share of such requests that fail in quiet time; 0 where there is none.
  double usual_failures(const SecondRow& row) const;

 private:
  // Outside fault windows, of measured phases with the same load: under another one answers take another time.
  struct Quiet {
    QuietAnswers answers;   // latency of good answers
    QuietAnswers failures;  // 1 for a request that failed, outside of outages
  };
  using Usual = std::map<OperationId, Quiet>;
  // Which of the different loads, and at which thousandths a second where its rate changes: steps, a ramp, a spike.
  using LoadKey = std::pair<std::size_t, int64_t>;
  // What one operation did in a second under one load.
  struct QuietSecond {
    double latency = 0, timed = 0;  // of good answers
    double bad = 0, judged = 0;
    void add(const SecondRow& row, bool away);
  };
  using QuietSeconds = std::map<std::pair<LoadKey, OperationId>, std::map<int64_t, QuietSecond>>;
  LoadKey load_in(StageId stage, int64_t second) const;
  std::map<LoadKey, Usual> quiet_until(int64_t second) const;
  const Quiet* usual(const SecondRow& row) const;
  // How the users of one closed stage spent a range of seconds.
  struct UserTime {
    double bad = 0, all = 0;  // seconds
    uint64_t bad_requests = 0, requests = 0;
  };
  bool all_rows(TimeRange range, const std::function<bool(const SecondRow&)>& holds) const;
  bool even(int64_t second) const;
  void add_outside(Inside& inside, int64_t second, double share) const;
  double usual_cycle(StageId stage) const;  // what one request of a closed load takes its user in quiet time; 0 = not known
  void add_held_up(Harm& harm, StageId stage, const UserTime& time) const;

  const Evidence* evidence_;
  std::vector<std::size_t> load_of_;  // by PhaseId: which of the different loads
  std::shared_ptr<const QuietSeconds> seconds_;
  std::shared_ptr<const std::set<int64_t>> away_;  // seconds in which a probe saw the service away
  std::map<LoadKey, Usual> quiet_;
};

LostWrites lost_writes(const InjectionView& view, const Evidence& evidence);

}  // namespace shakedown::judging
