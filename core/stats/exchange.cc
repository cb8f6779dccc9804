#include "core/stats/exchange.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace shakedown {
namespace {

bool is_good(const Exchange& e) { return e.outcome == Outcome::ok; }
bool slower(const Exchange* a, const Exchange* b) { return a->latency != b->latency ? a->latency > b->latency : *a < *b; }

// A list that needs no heap: this runs for requests too.
struct Few {
  std::array<const Exchange*, 3 * kWitnesses + 1> items{};
  std::size_t size = 0;

  void push(const Exchange& one) { items.at(size++) = &one; }
  bool full() const { return size == kWitnesses; }
  const Exchange& last() const { return *items.at(size - 1); }
  bool has(const Exchange& one) const { return std::find(items.begin(), items.begin() + size, &one) != items.begin() + size; }
  Witnesses::List list() const { return {items.begin(), items.begin() + size}; }
};

Few some(const std::vector<Exchange>& all, bool good, bool by_slowness) {
  Few out;
  for (const Exchange& one : all) {
    if (is_good(one) == good) out.push(one);
  }
  if (by_slowness) std::sort(out.items.begin(), out.items.begin() + out.size, slower);
  out.size = std::min(out.size, kWitnesses);
  return out;
}

}  // namespace

void count_answer(std::vector<AnswerCount>& into, uint16_t status, Mismatch wrong, uint64_t count) {
  const auto key = [](const AnswerCount& one) { return std::tuple(one.status, one.wrong); };
  const AnswerCount added{status, wrong, count};
  const auto at = std::lower_bound(into.begin(), into.end(), added,
                                   [&](const AnswerCount& a, const AnswerCount& b) { return key(a) < key(b); });
  if (at != into.end() && key(*at) == key(added)) {
    at->count += count;
  } else {
    into.insert(at, added);
  }
}

uint64_t sum_of(const std::vector<AnswerCount>& answers, bool good) {
  uint64_t sum = 0;
  for (const AnswerCount& one : answers) sum += (one.wrong == Mismatch::none) == good ? one.count : 0;
  return sum;
}

Witnesses::List Witnesses::first_bad() const { return some(all_, false, false).list(); }
Witnesses::List Witnesses::slowest_bad() const { return some(all_, false, true).list(); }
Witnesses::List Witnesses::slowest_good() const { return some(all_, true, true).list(); }

bool Witnesses::wants(Outcome outcome, RunTime intended, Duration latency) const {
  if (!is_witness(outcome)) return false;
  const Limit& slow = outcome == Outcome::ok ? good_ : bad_;
  if (latency > slow.latency || (latency == slow.latency && intended <= slow.intended)) return true;
  return outcome != Outcome::ok && intended <= first_until_;
}

bool Witnesses::add(Exchange exchange) {
  if (!wants(exchange.outcome, exchange.intended, exchange.latency)) return false;
  if (all_.capacity() == 0) all_.reserve(3 * kWitnesses + 1);
  const auto at = std::lower_bound(all_.begin(), all_.end(), exchange);
  if (at != all_.end() && *at == exchange) return true;
  const auto position = at - all_.begin();
  all_.insert(at, std::move(exchange));
  return sift_down(static_cast<std::size_t>(position));
}

// Leaves out what is in none of the three lists, and notes what it takes to get into one. Whether the one at `position` stays.
bool Witnesses::sift_down(std::size_t position) {
  const Few first = some(all_, false, false), bad = some(all_, false, true), good = some(all_, true, true);
  if (first.full()) first_until_ = first.last().intended;
  if (bad.full()) bad_ = {bad.last().intended, bad.last().latency};
  if (good.full()) good_ = {good.last().intended, good.last().latency};
  const auto wanted = [&](const Exchange& one) { return first.has(one) || bad.has(one) || good.has(one); };
  const bool stays = wanted(all_[position]);
  std::array<bool, 3 * kWitnesses + 1> keep{};
  for (std::size_t i = 0; i < all_.size(); ++i) keep.at(i) = wanted(all_[i]);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < all_.size(); ++i) {
    if (!keep.at(i)) continue;
    if (kept != i) all_[kept] = std::move(all_[i]);
    ++kept;
  }
  all_.resize(kept);
  return stays;
}

void Witnesses::merge(const Witnesses& other) {
  for (const Exchange& one : other.all_) add(one);
}

}  // namespace shakedown
