// The parts of a scorecard beside its rows: searches, scaling, downstream systems, controls, what the team's own
// dashboards say.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/model/scalability.h"
#include "controller/model/trade_off.h"
#include "controller/model/verdict.h"
#include "core/model/sample.h"

namespace shakedown {

// Open: more windows may tell. Invalid: we ourselves were at fault.
enum class StepOutcome { open, holds, breaches, undecided, invalid };
const char* to_string(StepOutcome outcome);  // "holds"

// One of the named SLIs in one step of a search.
struct ScoredHold {
  RequirementId requirement;
  Measured measured;
  StepOutcome outcome = StepOutcome::open;
};
struct ScoredSearchStep {
  double rate = 0;      // offered, per second
  double answered = 0;  // good answers per second
  uint32_t windows = 0;
  bool confirmation = false;
  StepOutcome outcome = StepOutcome::open;
  std::string reason;      // of an invalid step, or a backlog that grows; may be empty
  RequirementId limiting;  // the first that breached; none = none did
  std::vector<ScoredHold> holds;
};
// The true capacity lies in [lower, upper] at the search's confidence, if it is monotonic in the rate.
struct ScoredSearch {
  std::string phase;
  double confidence = 0.95;
  std::optional<double>
      lower;  // highest rate shown to hold, less `blind`; absent = infeasible at the lowest rate, or nothing shown
  std::optional<double> upper;  // lowest rate shown to breach; absent = the top was reached
  double blind = 0;             // a rate this share above the capacity would have looked the same in windows so short
  bool confirmed = false;
  bool unconfirmed = false;             // a confirmation was asked for and did not come: `lower` is not proven
  RequirementId limiting;               // what breached first above; none = nothing did
  std::string ended;                    // why the search ended, one sentence
  std::string trouble;                  // our own: why it is no evidence; empty = it is
  std::vector<ScoredSearchStep> steps;  // in the order they were run
};

struct ScoredLevel {
  double level = 0;       // as declared
  double n = 0;           // what the law is fitted over: users, replicas, or (rate) the mean number in the system
  double throughput = 0;  // good answers per second
  double latency = 0;     // mean of good answers, seconds
  double residual = 0;    // throughput less the law's
  double efficiency = 0;
  std::string left_out;  // why it is not fitted; empty = it is
};
// Universal Scalability Law X(N) = gamma N / (1 + alpha (N - 1) + beta N (N - 1)); two-sided intervals.
struct ScoredCoefficient {
  double value = 0, lower = 0, upper = 0;
};
struct ScoredScaling {
  std::string phase;
  StepAxis axis = StepAxis::concurrency;
  double confidence = 0.95;
  bool fitted = false;
  std::string problem;  // why there is no law; empty when fitted
  ScoredCoefficient gamma, alpha, beta;
  std::optional<double> peak_n, peak_throughput;  // absent = no peak (no coherency)
  std::optional<double> ceiling;                  // gamma / alpha; absent = none
  std::optional<double> knee_lower, knee_upper;   // equal when both methods agree
  double residual_error = 0;                      // residual standard error, per second
  std::vector<std::string> warnings;
  std::vector<ScoredLevel> levels;
};

struct ScoredDependency {
  std::string name, owner;
  double needed = 0;                // calls per second at the forecast, by declared calls (measured ones where known)
  std::optional<double> capacity;   // per second
  std::string capacity_source;      // "declared", "scorecard PATH", "" = none
  std::optional<double> margin;     // capacity / needed - 1
  std::optional<double> committed;  // per second, whatever its dates
  std::optional<double> spare;      // the smaller of capacity and commitment / needed - 1: what can be counted on
  double declared_calls = 0;        // per request of the service, through the graph
  std::optional<double> measured_calls, measured_calls_in_faults;
  Watermelon calls = Watermelon::none;  // declared against measured
  std::string calls_reason;
  std::string commitment;                      // "dba: 5000/s until 2027-01-01", "" = none
  VerdictState state = VerdictState::unknown;  // pass: can take it and is committed; unknown: no evidence
  std::string reason;
  std::string problem;  // the reason without how calls were counted; "" = none
  bool first_to_break = false;
};

struct ScoredControl {
  std::string control;                         // "PCI-10.2"
  VerdictState state = VerdictState::unknown;  // the worst of its rows
  std::vector<RequirementId> rows;
  bool vouched = true;  // none of its rows was measured: somebody vouches for them
};

struct ScoredCheck {
  std::string name, kind;
  bool done = false, holds = false;
  std::optional<double> number;
  std::string detail;
};

// How many requests of load an address of a target answered.
struct ScoredAddress {
  std::string target, address;
  uint64_t answered = 0;
};

// What became of what the drill put into the target.
struct ScoredCleanup {
  std::string name;
  bool deleted = false;           // as it said
  std::optional<double> remains;  // absent = not known
  std::string detail;             // what went wrong
};

// Answers of one status, as `expect` has them or with what was wrong. status 0 = no answer.
struct ScoredAnswers {
  uint16_t status = 0;
  Mismatch wrong = Mismatch::none;
  uint64_t count = 0;
};
struct ScoredExchange {
  RunTime at{};        // when it was due
  double latency = 0;  // seconds
  Outcome outcome = Outcome::ok;
  Mismatch wrong = Mismatch::none;
  uint16_t status = 0;  // 0 = no answer
  std::string trace;    // 32 hexadecimal digits; empty = none was sent
  std::string answer;   // first bytes of the body, as they came but for secrets; of bad ones only
  bool cut = false;     // there was more
};
// What became of the requests of one operation in one phase, all its stages together.
struct ScoredTraffic {
  std::string phase, operation;
  std::array<uint64_t, kOutcomes> outcomes{};
  std::vector<ScoredAnswers> answers;  // ascending by status
  uint64_t uncounted = 0;              // answers of which the run did not record the status
  bool witnessed = false;              // single exchanges were recorded
  std::vector<ScoredExchange> first_bad, slowest_bad, slowest_good;
};

// What the team's own monitoring says of the same SLI in the same window.
struct ScoredReported {
  Watermelon watermelon = Watermelon::none;
  std::optional<double> value;       // theirs, in the SLI's unit
  std::optional<double> difference;  // theirs less ours
  double tolerance = 0;
  std::vector<std::string> causes;  // found by test, each a sentence; empty = none found
  std::string reason;               // one sentence
  std::string query, source;
  // Whether theirs moved when the target was away.
  enum class Proof { not_tested, moved, silent, unmoved } outage_proof = Proof::not_tested;
  std::optional<double> moved_after_seconds;
  std::string alert;                          // name; empty = none named
  std::optional<double> alert_after_seconds;  // absent = it did not fire
  std::optional<bool> alert_in_time;          // absent = not tested
};
const char* to_string(ScoredReported::Proof proof);

}  // namespace shakedown
