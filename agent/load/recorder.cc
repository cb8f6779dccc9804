#include "agent/load/recorder.h"

#include <algorithm>
#include <utility>

#include "agent/secrets/redact.h"

namespace shakedown {

struct Recorder::LiveCell {
  CellKey key;
  std::array<uint64_t, kOutcomes> counts{};
  std::array<std::unique_ptr<DenseHistogram>, kOutcomes> latency;
  std::unique_ptr<DenseHistogram> wait, service, lag;
  std::vector<uint64_t> over_limit;
  Duration latency_max{};
  uint64_t retried = 0, queued = 0;
  std::vector<AnswerCount> answers;
};

namespace {

// Stages whose exchanges are remembered: one ends while the next begins.
constexpr std::size_t kStages = 3;

bool is_drop(Outcome o) { return o == Outcome::dropped_by_target || o == Outcome::dropped_by_us; }

}  // namespace

Recorder::Recorder(const DrillPlan& plan, const Redactor* redactor)
    : plan_(plan), redactor_(redactor), latest_(plan.operations.size(), nullptr), noted_(plan.operations.size()) {}
Recorder::~Recorder() = default;

void Recorder::reserve(std::size_t cells) {
  std::size_t limits = 0;
  for (const Operation& operation : plan_.operations) limits = std::max(limits, operation.limits.size());
  while (spare_.size() < cells) {
    spare_.push_back(std::make_unique<LiveCell>());
    spare_.back()->over_limit.reserve(limits);
    spare_.back()->answers.reserve(8);
  }
  while (pool_.size() < cells * 4) pool_.push_back(std::make_unique<DenseHistogram>());
  live_.reserve(cells + spare_.size());
  pool_.reserve(cells * (kOutcomes + 3));
}

Recorder::LiveCell& Recorder::cell(const CellKey& key) {
  LiveCell*& latest = latest_[key.operation.value];
  if (latest != nullptr && latest->key == key) return *latest;
  const auto found = std::find_if(live_.rbegin(), live_.rend(), [&](const auto& c) { return c->key == key; });
  if (found != live_.rend()) return *(latest = found->get());
  if (spare_.empty()) spare_.push_back(std::make_unique<LiveCell>());
  live_.push_back(std::move(spare_.back()));
  spare_.pop_back();
  latest = live_.back().get();
  latest->key = key;
  latest->over_limit.assign(plan_.operation(key.operation).limits.size(), 0);
  return *latest;
}

DenseHistogram& Recorder::histogram(std::unique_ptr<DenseHistogram>& slot) {
  if (slot) return *slot;
  if (pool_.empty()) {
    slot = std::make_unique<DenseHistogram>();
  } else {
    slot = std::move(pool_.back());
    pool_.pop_back();
  }
  return *slot;
}

Recorder::Noted& Recorder::noted(const Sample& sample) {
  std::vector<Noted>& stages = noted_[sample.operation.value];
  const auto found = std::find_if(stages.rbegin(), stages.rend(), [&](const Noted& one) { return one.stage == sample.stage; });
  if (found != stages.rend()) return *found;
  if (stages.size() == kStages) stages.erase(stages.begin());
  stages.emplace_back();
  stages.back().stage = sample.stage;
  return stages.back();
}

void Recorder::note(const Sample& sample, Noted& in, std::string_view answer) {
  Exchange one;
  one.intended = sample.intended;
  one.latency = sample.done - sample.intended;
  one.outcome = sample.outcome;
  one.wrong = sample.wrong;
  one.status = sample.status;
  one.trace = sample.trace;
  if (sample.outcome != Outcome::ok && redactor_ != nullptr) {
    one.answer = redactor_->first(answer, kExcerpt);
    one.cut = answer.size() > kExcerpt;
  }
  if (in.all.add(one)) in.fresh.add(std::move(one));
}

void Recorder::take_witnesses(WitnessMap& found) {
  for (std::size_t operation = 0; operation < noted_.size(); ++operation) {
    for (Noted& one : noted_[operation]) {
      if (one.fresh.empty()) continue;
      found[{one.stage, OperationId(operation)}].merge(one.fresh);
      one.fresh.clear();
    }
  }
}

void Recorder::record(const Sample& sample, std::string_view answer) {
  LiveCell& c = cell({second_of(sample.intended), sample.stage, sample.operation});
  const auto outcome = static_cast<std::size_t>(sample.outcome);
  const Duration lag = sample.released - sample.intended;
  ++c.counts[outcome];
  c.retried += sample.retried ? 1 : 0;
  c.queued += sample.queued ? 1 : 0;
  histogram(c.lag).add(lag);
  worst_lag_ = std::max(worst_lag_, lag);
  if (is_drop(sample.outcome)) return;
  const Duration latency = sample.done - sample.intended;
  histogram(c.latency[outcome]).add(latency);
  c.latency_max = std::max(c.latency_max, latency);
  if (sample.was_sent) {
    histogram(c.wait).add(sample.sent - sample.released);
    histogram(c.service).add(sample.done - sample.sent);
  }
  if (is_witness(sample.outcome)) {
    Noted& known = noted(sample);
    if (known.all.wants(sample.outcome, sample.intended, latency)) note(sample, known, answer);
  }
  const bool ok = sample.outcome == Outcome::ok;
  if (sample.outcome == Outcome::failed || (ok && sample.status != 200)) count_answer(c.answers, sample.status, sample.wrong, 1);
  if (!ok) return;
  const auto& limits = plan_.operation(sample.operation).limits;
  for (std::size_t i = 0; i < limits.size() && latency > limits[i]; ++i) ++c.over_limit[i];
}

void Recorder::move_out(std::unique_ptr<DenseHistogram>& slot, SparseHistogram& to) {
  if (!slot) return;
  to = slot->sparse();
  slot->clear();
  pool_.push_back(std::move(slot));
}

void Recorder::take(std::map<CellKey, Cell>& cells) {
  for (auto& live : live_) {
    Cell taken;
    taken.counts = live->counts;
    for (std::size_t i = 0; i < kOutcomes; ++i) move_out(live->latency[i], taken.latency[i]);
    move_out(live->wait, taken.wait);
    move_out(live->service, taken.service);
    move_out(live->lag, taken.lag);
    taken.over_limit = live->over_limit;
    taken.latency_max = live->latency_max;
    taken.retried = std::exchange(live->retried, 0);
    taken.queued = std::exchange(live->queued, 0);
    taken.answers = live->answers;
    const auto [at, added] = cells.try_emplace(live->key, std::move(taken));
    if (!added) at->second.merge(taken);
    live->counts.fill(0);
    live->answers.clear();
    live->latency_max = Duration::zero();
    spare_.push_back(std::move(live));
  }
  live_.clear();
  std::fill(latest_.begin(), latest_.end(), nullptr);
}

Duration Recorder::take_worst_lag() { return std::exchange(worst_lag_, Duration::zero()); }

}  // namespace shakedown
