#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/evidence.h"
#include "controller/judge/reported/query_window.h"
#include "controller/measure/ledger_check.h"
#include "controller/measure/outages.h"
#include "tests/golden/gallery/figures.h"
#include "tests/golden/gallery/gallery.h"

namespace shakedown::gallery {
namespace {

using namespace shakedown::judging;
using testing::at;

std::string text(RunTime t) {
  return t == RunTime::min() ? "ever" : t == RunTime::max() ? "never" : fmt::format("{:.6g}", seconds(t.time_since_epoch()));
}
std::string text(TimeRange range) { return text(range.from) + ".." + text(range.to); }
template <class Number>
std::string text(const std::vector<Number>& list) {
  return fmt::format("{{{}}}", fmt::join(list, " "));
}

// Checks at a cadence that come late, hang, overlap, or do not come.
std::vector<ProbeResult> checks(Dice& dice, const Probe& probe, uint64_t count) {
  std::vector<ProbeResult> out;
  const double every = seconds(probe.every), limit = seconds(probe.timeout);
  const uint64_t stays = dice.of<uint64_t>({3, 12, 60});
  bool up = !dice.one_in(4);
  double t = 1;
  for (uint64_t i = 0; i < count; ++i, t += every) {
    if (dice.one_in(stays)) up = !up;
    if (dice.one_in(90)) t += dice.of<double>({4.9, 5, 5.1, 30}) * every;
    if (dice.one_in(15)) continue;
    const double late = dice.one_in(20) ? every * 1.5 : 0,
                 takes = dice.one_in(30) ? limit * dice.of<double>({1, 1.01}) : dice.between(0.001, 0.01);
    out.push_back({at(t + late), at(t + late + (up ? takes : dice.of<double>({0.001, limit}))), up && !dice.one_in(100)});
  }
  return out;
}

std::string report(const OutageReport& found) {
  std::string out = fmt::format("{} up {:.6g} down {:.6g} dark {:.6g} longest {:.4g}", text({found.first, found.last}),
                                seconds(found.up), seconds(found.down), seconds(found.dark), seconds(found.longest_good));
  for (const TimeRange& dark : found.unobserved) out += " dark " + text(dark);
  for (const Outage& one : found.outages) {
    out += fmt::format("\n  {} {} {} unobserved {:.4g} after {} until {}: {:.6g} to {:.6g}, {}", text(one.first_failed_start),
                       text(one.first_failed_end), text(one.last_failed_start), seconds(one.unobserved),
                       one.last_good_start ? text(*one.last_good_start) : "none", one.good_end ? text(*one.good_end) : "none",
                       one.lower_seconds(), one.upper_seconds(), text(one.end(at(1e6))));
  }
  return out + "\n";
}

std::string outages() {
  std::string out;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    Dice dice(seed);
    Probe probe;
    probe.every = std::chrono::milliseconds(dice.of<int>({50, 100, 1000}));
    probe.timeout = std::chrono::milliseconds(dice.of<int>({40, 200, 2500}));
    probe.down_after = dice.of<uint32_t>({0, 1, 2, 3});
    probe.up_after = dice.of<uint32_t>({0, 1, 3});
    std::vector<ProbeResult> results = checks(dice, probe, dice.of<uint64_t>({0, 1, 5, 60, 700}));
    const double end = results.empty() ? 1 : seconds(results.back().end.time_since_epoch());
    ProbeLog log;
    while (!results.empty()) {  // as they come, some before earlier ones
      const std::size_t some = std::min<std::size_t>(results.size(), 1 + dice.below(200));
      std::vector<ProbeResult> part(results.begin(), results.begin() + static_cast<std::ptrdiff_t>(some));
      results.erase(results.begin(), results.begin() + static_cast<std::ptrdiff_t>(some));
      if (part.size() > 3) std::swap(part[1], part[2]);
      log.add(part);
    }
    const double from = dice.of<double>({0, 2, end / 2});
    out += fmt::format("{} checks, {:.4g}: ", log.size(), seconds(log.longest())) +
           report(find_outages(log, probe, {at(from), at(end)}));
    out += "  whole: " + report(find_outages(log, probe, {RunTime::min(), RunTime::max()}));
    if (log.empty()) continue;
    const auto begin = log.from(at(end / 3)), good = good_before(log, probe, at(end / 2), 3);
    out += fmt::format("  {} {} {} {}\n", begin == log.end() ? "none" : text(begin->start),
                       good == log.end() ? "none" : text(good->start), log.before(at(end / 3)).size(), log.last(7).size());
  }
  return out;
}

LedgerRecord record(Dice& dice, std::vector<Culprit>& culprits) {
  LedgerLog log;
  const uint64_t count = dice.of<uint64_t>({0, 4, 30});
  for (uint64_t id = 0; id < count; ++id) {
    if (dice.one_in(25)) continue;  // not recorded
    const auto outcome = dice.of<WriteClass>(
        {WriteClass::acked, WriteClass::acked, WriteClass::acked, WriteClass::failed, WriteClass::unknown, WriteClass::pending});
    const double t = static_cast<double>(id);
    log.add(LedgerWrite{id, at(t), outcome == WriteClass::pending ? RunTime{} : at(t + dice.of<double>({0.1, 3})), outcome});
  }
  uint32_t pass = 0;
  for (uint32_t i = 0; i < 3; ++i) {
    const double effect = 5 + 9 * i, reading = effect + dice.of<double>({2, 6});
    const bool valid = i < 2 || dice.one_in(2);
    const InjectionId injection = valid ? InjectionId(i) : InjectionId();
    if (valid) culprits.push_back({injection, dice.one_in(3) ? StageId(0) : StageId(i), at(effect)});
    const uint64_t first = dice.of<uint64_t>({0, 0, i * 9U}),
                   end = std::min<uint64_t>(count, i == 2 ? count : static_cast<uint64_t>(reading));
    for (int twice = 0; twice < 2; ++twice) {
      for (uint64_t id = first; id < end + (dice.one_in(6) ? 1 : 0); ++id) {
        const auto seen = dice.of<ReadClass>({ReadClass::present, ReadClass::present, ReadClass::present, ReadClass::absent,
                                              ReadClass::absent, ReadClass::corrupt, ReadClass::duplicate, ReadClass::undecided});
        const double t = reading + twice + 0.01 * static_cast<double>(id);
        if (!dice.one_in(8)) log.add(LedgerRead{id, pass, at(t), at(t + 0.02), seen});
      }
    }
    if (!dice.one_in(6)) log.add(LedgerPass{pass++, injection, first, end, at(reading), at(reading + 3), !dice.one_in(5)});
  }
  return log.record();
}

std::string ledgers() {
  std::string out;
  for (uint64_t seed = 1; seed <= 80; ++seed) {
    Dice dice(seed);
    std::vector<Culprit> culprits;
    const LedgerRecord all = record(dice, culprits);
    const LedgerClasses c = classify(all);
    out += fmt::format("{} {} {} {}", c.attempted, c.acked, c.failed, c.unknown);
    for (const auto* list : {&c.kept, &c.lost, &c.undecided, &c.recovered, &c.maybe_lost, &c.resurrected, &c.ghosts,
                             &c.duplicates, &c.corrupt, &c.seen_then_lost}) {
      out += " " + text(*list);
    }
    const RunLoss run = run_loss(all);
    out += fmt::format("; {} {} {} {} {}, {}\n ", run.acked, run.lost, run.altered, run.undecided, run.verified,
                       unrecorded_below(all, 2, 20));
    const std::vector<AttributedLoss> losses = attribute_losses(all, culprits);
    for (const AttributedLoss& loss : losses) {
      out += fmt::format(" {}:", loss.id);
      for (const InjectionId id : loss.candidates) out += fmt::format(" {}", id.value);
    }
    for (const Culprit& one : culprits) {
      const InjectionLoss loss =
          injection_loss(all, losses, one.injection, one.effect_from, one.effect_from + std::chrono::milliseconds(500));
      out += fmt::format("\n  {} {} {} {} [{}, {}] [{:.5g}, {:.5g}] {} {} {} {}", text(loss.lost), text(loss.shared),
                         text(loss.undecided), loss.unrecorded, loss.count_lower, loss.count_upper, loss.seconds_lower,
                         loss.seconds_upper, loss.suffix_upper ? fmt::format("{:.5g}", *loss.suffix_upper) : "none",
                         loss.scattered, text(loss.split_brain), loss.verified);
    }
    out += "\n";
  }
  return out;
}

std::string parts(const std::vector<TimeRange>& list) {
  std::string out;
  for (const TimeRange& range : list) out += " " + text(range);
  return out + ";";
}

// What a team's own monitoring is asked about.
std::string asked() {
  std::string out;
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    const Exhibit exhibit = seed % 3 == 0 ? team(seed) : service(seed);
    const Timeline timeline = exhibit.drill.timeline();
    const Evidence evidence = collect(exhibit.drill.scenario, timeline, exhibit.drill.manifest);
    out += parts(steady_parts(evidence)) + parts(fault_parts(evidence)) + " " + text(span_of_stages(evidence)) + "\n";
    for (const Requirement& row : exhibit.drill.scenario.requirements) {
      const std::optional<QueryWindow> window = query_window(row, evidence);
      out += window ? text(window->range) + (window->whole ? " whole" : " with holes") : "no window";
      if (window) out += " " + with_window("a[$window] b[$window]", window->range.to - window->range.from);
      out += " probes";
      for (const ProbeId id : probes_for(row, evidence)) out += fmt::format(" {}", id.value);
      out += parts(outages_for(row, evidence)) + "\n";
    }
    const Manifest& manifest = exhibit.drill.manifest;
    out += text(run_at(wall_at(at(seed * 1.5), manifest) + std::chrono::seconds(1), manifest)) + "\n";
  }
  out += with_window("[$window]", std::chrono::milliseconds(1500)) + "\n";
  for (const double from : {0.0, 3.0, 7.0}) {
    for (const double to : {2.0, 5.0, 9.0}) {
      out +=
          fmt::format("{:.5g} {:.5g} ", seconds_outside({at(from), at(to)}, {}),
                      seconds_outside({at(from), at(to)}, {{at(4), at(6)}, {at(1), at(2.5)}, {at(5), at(5.5)}, {at(8), at(8)}}));
    }
  }
  return out + "\n";
}

}  // namespace

Figures measured() { return {{"outages", outages()}, {"ledgers", ledgers()}, {"asked", asked()}}; }

}  // namespace shakedown::gallery
