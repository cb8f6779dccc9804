// What was answered, for whoever has to mend it: counts by status, and a few single exchanges. Everything here merges in any
// order and grouping to the same result, so that live runs, many agents and replays agree.
// Ownership: plain values. Threads: none.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "core/model/sample.h"

namespace shakedown {

// Answers of one status and one verdict of `expect`.
struct AnswerCount {
  uint16_t status = 0;  // 0 = no answer (an untrusted certificate), or of a protocol without one
  Mismatch wrong = Mismatch::none;
  uint64_t count = 0;
  friend bool operator==(const AnswerCount&, const AnswerCount&) = default;
};

// Lists are ascending by status and mismatch, each pair once.
void count_answer(std::vector<AnswerCount>& into, uint16_t status, Mismatch wrong, uint64_t count);
// Of those that were as expected, or of the others.
uint64_t sum_of(const std::vector<AnswerCount>& answers, bool good);

// One request and its answer.
struct Exchange {
  RunTime intended{};
  Duration latency{};  // done - intended
  Outcome outcome = Outcome::ok;
  Mismatch wrong = Mismatch::none;
  uint16_t status = 0;
  TraceId trace{};
  std::string answer;  // of a bad one: the first kExcerpt bytes of the body, secrets taken out; any bytes
  bool cut = false;    // there was more
  friend auto operator<=>(const Exchange&, const Exchange&) = default;
};

inline constexpr std::size_t kWitnesses = 3;  // of each kind
inline constexpr std::size_t kExcerpt = 256;  // bytes

// The exchanges of one stage (or more) and operation that are worth looking at: the first bad ones, the slowest bad ones, the
// slowest good ones, kWitnesses of each. Bad = the target answered wrongly, late or not at all.
class Witnesses {
 public:
  using List = std::vector<const Exchange*>;  // into this object

  // Whether add() could keep one like this: cheap, asked for every request.
  bool wants(Outcome outcome, RunTime intended, Duration latency) const;
  // Whether it belongs to them now. One that is here already does.
  bool add(Exchange exchange);
  void merge(const Witnesses& other);

  bool empty() const { return all_.empty(); }
  void clear() {
    all_.clear();
    first_until_ = RunTime::max();
    bad_ = good_ = {};
  }
  const std::vector<Exchange>& all() const { return all_; }  // ascending by intended
  List first_bad() const;                                    // ascending by intended
  List slowest_bad() const;                                  // the slowest first
  List slowest_good() const;
  friend bool operator==(const Witnesses& a, const Witnesses& b) { return a.all_ == b.all_; }

 private:
  struct Limit {
    RunTime intended = RunTime::max();
    Duration latency = Duration::min();
  };
  bool sift_down(std::size_t position);

  std::vector<Exchange> all_;
  RunTime first_until_ = RunTime::max();  // a bad one intended later is none of the first
  Limit bad_, good_;                      // the least slow ones, once there are kWitnesses
};

using WitnessMap = std::map<std::pair<StageId, OperationId>, Witnesses>;

// Exchanges of a driver's kind that are shown at all: an answer, or the lack of one. Drops are ours or were never sent.
constexpr bool is_witness(Outcome o) { return o == Outcome::ok || (is_bad(o) && o != Outcome::dropped_by_target); }

}  // namespace shakedown
