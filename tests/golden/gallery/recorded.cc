#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/measure/second_log.h"
#include "core/stats/exchange.h"
#include "core/stats/histogram.h"
#include "tests/golden/gallery/figures.h"
#include "tests/golden/gallery/gallery.h"

namespace shakedown::gallery {
namespace {

using testing::at;
using testing::Drill;

std::string text(const SparseHistogram& h) {
  std::string out = fmt::format("{}:", h.count());
  for (const BucketCount& b : h.buckets()) out += fmt::format(" {}x{}", b.bucket, b.count);
  return out;
}

SparseHistogram drawn(Dice& dice) {
  SparseHistogram out;
  for (uint64_t n = dice.below(12); n > 0; --n) {
    out.add(from_seconds(std::pow(10, dice.between(-7, 3.6))), dice.of<uint64_t>({1, 1, 3, 500}));
  }
  return out;
}

std::string histograms() {
  std::string out;
  for (const int64_t ns :
       {-5L, 0L, 1L, 1023L, 1024L, 1025L, 1'000'000L, 2'097'152L, 2'097'153L, 2'199'023'255'552L, 9'000'000'000'000L}) {
    const uint32_t bucket = histogram_bucket(Duration(ns));
    out += fmt::format("{} {} {}\n", ns, bucket, histogram_upper(bucket).count());
  }
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    Dice dice(seed);
    SparseHistogram one = drawn(dice), other = drawn(dice), both = one;
    both.merge(other);
    HistogramSum sum;
    for (const SparseHistogram* part : {&one, &other, &one}) sum.add(*part);
    out += fmt::format("{} | {} | {} | {:.6g} {}", text(one), text(both), text(sum.sparse()), both.sum_seconds(),
                       both.max().count());
    for (const double q : {0.0, 0.5, 0.99, 1.0}) out += fmt::format(" {}", both.quantile(q).count());
    for (const uint64_t k : {0U, 1U, 4U, 600U}) {
      out += fmt::format(" {} {} | {} |", both.rank(k).count(), text(both.lowest(k)), text(both.highest(k)));
    }
    for (const double limit : {1e-7, 0.001, 0.5, 1e5}) {
      const auto above = both.above(from_seconds(limit));
      out += fmt::format(" {} {}", above.surely, above.maybe);
    }
    const std::string packed = both.packed();
    const auto again = SparseHistogram::unpacked(packed), cut = SparseHistogram::unpacked(packed.substr(0, packed.size() / 2));
    out += fmt::format(" {} {} {}\n", packed.size(), again == both, cut ? text(*cut) : "none");
    std::vector<BucketCount> loose;
    for (uint64_t n = dice.below(6); n > 0; --n) loose.push_back({static_cast<uint32_t>(dice.below(6) * 1000), dice.below(3)});
    out += text(SparseHistogram::from_buckets(loose)) + "\n";
  }
  return out;
}

std::string exchanges() {
  std::string out;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Dice dice(seed);
    Witnesses one, other;
    std::vector<AnswerCount> answers;
    for (uint64_t n = dice.below(40); n > 0; --n) {
      Exchange next;
      next.intended = at(dice.between(0, 100));
      next.latency = from_seconds(dice.of<double>({0.001, 0.01, dice.between(0, 1)}));
      next.outcome = dice.of<Outcome>({Outcome::ok, Outcome::failed, Outcome::timeout, Outcome::refused});
      next.status = dice.of<uint16_t>({0, 200, 404, 503});
      const Mismatch wrong = next.outcome == Outcome::failed ? Mismatch::status : Mismatch::none;
      count_answer(answers, next.status, wrong, 1 + dice.below(3));
      Witnesses& into = dice.one_in(2) ? one : other;
      const bool wanted = into.wants(next.outcome, next.intended, next.latency);
      out += wanted ? (into.add(next) ? 'k' : 'n') : '-';
    }
    one.merge(other);
    for (const auto& list : {one.first_bad(), one.slowest_bad(), one.slowest_good()}) {
      out += " |";
      for (const Exchange* kept : list)
        out += fmt::format(" {:.6g} {:.4g} {}", seconds(kept->intended.time_since_epoch()), seconds(kept->latency),
                           to_string(kept->outcome));
    }
    for (const AnswerCount& count : answers)
      out += fmt::format(" {}/{}x{}", count.status, static_cast<int>(count.wrong), count.count);
    out += fmt::format(" {} {} {}\n", one.all().size(), sum_of(answers, true), sum_of(answers, false));
  }
  return out;
}

void fill(SecondLog& log, Dice& dice, int64_t from, int64_t to) {
  for (int64_t s = from; s < to; ++s) {
    for (uint32_t operation = 0; operation < 2; ++operation) {
      if (dice.one_in(5)) continue;
      Cell cell;
      for (uint64_t n = dice.below(4); n > 0; --n) {
        const Outcome outcome = dice.of<Outcome>({Outcome::ok, Outcome::ok, Outcome::failed, Outcome::timeout});
        const Duration latency = from_seconds(std::pow(10, dice.between(-3, 0)));
        const uint64_t times = 1 + dice.below(5);
        cell.counts[static_cast<std::size_t>(outcome)] += times;
        cell.latency[static_cast<std::size_t>(outcome)].add(latency, times);
        cell.service.add(latency / 2, times);
        cell.lag.add(from_seconds(std::pow(10, dice.between(-5, -3))), times);
        if (outcome == Outcome::failed) count_answer(cell.answers, 503, Mismatch::status, times);
      }
      if (dice.one_in(2)) cell.over_limit = {dice.below(3), dice.below(2)};
      log.add(CellKey{s, StageId(static_cast<uint32_t>(s / 37)), OperationId(operation)}, cell);
    }
  }
}

std::string look(const SecondLog& log, int64_t from, int64_t to) {
  std::string out = fmt::format("{} to {}:", from, to);
  log.each(
      [&](const Slice& slice) {
        const auto even = [&](const SecondRow& row) { return row.second >= from && row.second < to && row.second % 3 != 0; };
        const Within within = ok_within(slice, even);
        out += fmt::format("\n  {}/{} {} | {} | {} | {} | {} | {} |", slice.stage.value, slice.operation.value, text(slice.ok()),
                           text(slice.service()), text(slice.lag()), text(within.low), text(within.high),
                           text(lag_within(slice, even)));
        for (const SecondRow& row : slice.rows()) {
          out +=
              fmt::format(" {}: {} {} {} {} {:.5g}", row.second, row.offered(), fmt::join(row.over_limit, "/"), row.wrong.size(),
                          row.timed[0] + 100 * row.timed[1], row.latency_seconds[0] + row.latency_seconds[1]);
        }
      },
      from, to);
  int64_t rows = 0;
  log.each_row([&](const SecondRow& row) { rows += row.second; }, from, to);
  return out + fmt::format("\n  {}\n", rows);
}

std::string sealed() {
  std::string out;
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    Dice dice(seed);
    SecondLog log;
    const int64_t first = dice.of<int64_t>({-7, 0, 14}), end = first + dice.of<int64_t>({9, 45, 90});
    fill(log, dice, first, end);
    const auto by_second = [&](int64_t from, int64_t) { return from / 10 % 3 == 1; };
    log.seal(first + 25, by_second);
    const SecondLog copy = log;
    fill(log, dice, first + 12, first + 15);  // late
    log.seal(first + 55, by_second);
    out += fmt::format("{} {} {} {}\n", log.empty(), log.first(), log.last(), log.sealed_bytes() > copy.sealed_bytes());
    out += look(log, first, end) + look(log, first + 7, first + 31) + look(copy, first + 20, first + 21);
  }
  SecondLog none;
  none.seal(100, [](int64_t, int64_t) { return false; });
  return out + fmt::format("{} {} {}\n", none.empty(), none.first(), none.last());
}

// What an agent tells of single exchanges, as far as it is new.
std::string news() {
  std::string out;
  const Drill drill;
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    Dice dice(seed);
    Timeline timeline(drill.scenario);
    for (int i = 0; i < 6; ++i) {
      Snapshot snapshot;
      for (uint64_t n = dice.below(5); n > 0; --n) {
        Exchange next{at(i + dice.between(0, 1)), from_seconds(dice.of<double>({0.01, 0.02, 0.5})),
                      dice.of<Outcome>({Outcome::ok, Outcome::failed})};
        snapshot.witnesses[{StageId(dice.below(2)), OperationId(0)}].add(next);
      }
      WitnessMap found = snapshot.witnesses;
      timeline.keep_news(found);
      for (const auto& [key, some] : found) out += fmt::format(" {}:{}", key.first.value, some.all().size());
      if (dice.one_in(2)) timeline.apply(snapshot), timeline.keep_news(found), out += fmt::format(" {};", found.size());
    }
    out += "\n";
  }
  return out;
}

// What an outbox makes of two snapshots when it has no room for both.
std::string merged() {
  std::string out;
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    Dice dice(seed);
    Snapshot both;
    for (int i = 0; i < 3; ++i) {
      Snapshot one;
      one.seq = dice.below(9);
      one.from = at(i + dice.between(0, 0.5)), one.to = one.from + from_seconds(dice.of<double>({0, 0.2, 1}));
      one.health = {dice.between(0, 1), dice.between(0, 0.1),
                    dice.below(1000),   3,
                    dice.below(50),     std::chrono::milliseconds(dice.below(20))};
      one.offered[StageId(dice.below(2))] = dice.below(9);
      one.cells[{i / 2, StageId(0), OperationId(0)}].counts[0] = dice.below(9);
      one.probes[ProbeId(0)].push_back({one.from, one.to, true});
      one.writes[LedgerId(dice.below(2))].push_back({dice.below(9), one.from, one.to, WriteClass::acked});
      if (dice.one_in(2)) one.reads[LedgerId(0)].push_back({1, 0, one.from, one.to, ReadClass::present});
      i == 0 ? both = std::move(one) : (both.merge(std::move(one)), both);
    }
    const AgentHealth& h = both.health;
    out += fmt::format("{} {:.6g} {:.6g} {:.5g} {:.5g} {} {} {} {}", both.seq, seconds(both.from.time_since_epoch()),
                       seconds(both.to.time_since_epoch()), h.cpu_seconds, h.steal_ratio, h.rss_bytes, h.open_connections,
                       h.outstanding, h.worst_lag.count());
    for (const auto& [stage, count] : both.offered) out += fmt::format(" {}:{}", stage.value, count);
    for (const auto& [key, cell] : both.cells) out += fmt::format(" {}:{}", key.second, cell.counts[0]);
    for (const auto& [id, list] : both.writes) out += fmt::format(" {}:{}", id.value, list.size());
    out += fmt::format(" {} {}\n", both.probes[ProbeId(0)].size(), both.reads[LedgerId(0)].size());
  }
  return out;
}

}  // namespace

Figures recorded() {
  return {{"histograms", histograms()}, {"exchanges", exchanges()}, {"news", news()}, {"merged", merged()}, {"sealed", sealed()}};
}

}  // namespace shakedown::gallery
