#include "controller/report/html/chart_data.h"

#include <algorithm>
#include <cmath>

#include "controller/report/json/number.h"
#include "controller/report/words/text.h"
#include "controller/report/words/words.h"

namespace shakedown::report {
namespace {

constexpr int64_t kMostPoints = 1200;

struct Bin {
  uint64_t ok = 0, bad = 0, unfinished = 0, ours = 0;
  SparseHistogram ok_latency;

  void add(const SecondRow& row) {
    for (const Outcome outcome : kAllOutcomes) {
      const uint64_t count = row.count(outcome);
      if (outcome == Outcome::ok)
        ok += count;
      else if (is_bad(outcome))
        bad += count;
      else if (outcome == Outcome::unfinished)
        unfinished += count;
      else
        ours += count;
    }
  }
  uint64_t offered() const { return ok + bad + unfinished + ours; }
  // The q-quantile in ms over all arrivals of the target's; nullopt when an arrival that is not ok holds the rank.
  std::optional<double> quantile_ms(double q) const {
    const uint64_t all = ok + bad + unfinished;
    const auto rank = static_cast<uint64_t>(std::ceil(q * static_cast<double>(all)));
    if (rank == 0 || rank > ok || ok_latency.empty()) return std::nullopt;
    const uint64_t known = ok_latency.count();  // more than ok where bins cut a block of seconds
    if (known == ok) return seconds(ok_latency.rank(rank)) * 1e3;
    return seconds(ok_latency.quantile(static_cast<double>(rank) / static_cast<double>(ok))) * 1e3;
  }
};

struct Axis {
  int64_t first = 0, last = 0, width = 1;  // last: the last second with load
  std::size_t bins() const { return static_cast<std::size_t>((last - first) / width + 1); }
};

Axis axis_of(const Timeline& timeline) {
  Axis axis;
  axis.first = timeline.seconds().first();
  axis.last = timeline.seconds().last();
  axis.width = (axis.last - axis.first + kMostPoints) / kMostPoints;
  return axis;
}

Json series_of(const std::vector<Bin>& bins, const Axis& axis) {
  Json json = {{"width", axis.width}};
  for (const char* name : {"seconds", "offered", "ok", "failed", "ours", "p50", "p99", "over"}) json[name] = Json::array();
  const auto rate = [&](uint64_t count) { return json_number(static_cast<double>(count) / static_cast<double>(axis.width)); };
  for (std::size_t i = 0; i < bins.size(); ++i) {
    const Bin& bin = bins[i];
    const std::optional<double> p99 = bin.quantile_ms(0.99);
    json["seconds"].push_back(axis.first + static_cast<int64_t>(i) * axis.width);
    json["offered"].push_back(rate(bin.offered()));
    json["ok"].push_back(rate(bin.ok));
    json["failed"].push_back(rate(bin.bad + bin.unfinished));
    json["ours"].push_back(rate(bin.ours));
    json["p50"].push_back(json_number(bin.quantile_ms(0.5)));
    json["p99"].push_back(json_number(p99));
    json["over"].push_back(bin.offered() > bin.ours && !p99 ? 1 : 0);
  }
  return json;
}

Json band(double from, double to, const std::string& label, const char* kind) {
  return {{"from", json_number(from)}, {"to", json_number(std::max(from, to))}, {"label", clean(label)}, {"kind", kind}};
}

// One lane per name, in order of first appearance.
class Lanes {
 public:
  void add(const std::string& name, Json band) {
    for (Json& lane : lanes_) {
      if (lane["name"] != clean(name)) continue;
      lane["bands"].push_back(std::move(band));
      return;
    }
    lanes_.push_back({{"name", clean(name)}, {"bands", Json::array({std::move(band)})}});
  }
  Json take() { return std::move(lanes_); }

 private:
  Json lanes_ = Json::array();
};

Json lanes_of(const Scorecard& card, const Timeline& timeline, double end) {
  Lanes lanes;
  for (const StageRecord& stage : timeline.stages()) {
    if (stage.not_run || stage.phase.value >= timeline.scenario().phases.size()) continue;
    const Phase& phase = timeline.scenario().phase(stage.phase);
    const bool looks = stage.role != StageRole::declared;  // a search or series: its level tells
    const std::string repeat = looks              ? " " + format_number(stage.level)
                               : phase.repeat > 1 ? " " + std::to_string(stage.iteration + 1)
                                                  : "";
    lanes.add("phases", band(seconds(stage.range.from), seconds(stage.range.to), phase.name + repeat,
                             phase.measured ? "phase" : "unmeasured"));
  }
  for (const ScoredFault& fault : card.faults)
    if (fault.injected_at)
      lanes.add(fault.name, band(seconds(*fault.injected_at), fault.undone_at ? seconds(*fault.undone_at) : end,
                                 fault.name + " " + std::to_string(fault.injection), "fault"));
  for (const ScoredOutage& outage : card.outages) {
    const double from = seconds(outage.start);
    const double to =
        std::isfinite(outage.upper_seconds) ? from + outage.upper_seconds : std::max(from, seconds(outage.seen_until));
    lanes.add(outage.probe,
              band(from, to, "down " + range_words(outage.lower_seconds, outage.upper_seconds, Unit::seconds), "outage"));
  }
  return lanes.take();
}

}  // namespace

std::string chart_data(const Scorecard& card, const Timeline& timeline) {
  if (timeline.seconds().empty()) return {};
  const Axis axis = axis_of(timeline);
  std::vector<Bin> bins(axis.bins());
  timeline.seconds().each([&](const Slice& slice) {
    const SparseHistogram latency = slice.ok();
    Bin* last = nullptr;
    for (const SecondRow& row : slice.rows()) {
      Bin& bin = bins[static_cast<std::size_t>((row.second - axis.first) / axis.width)];
      bin.add(row);
      if (&bin != last) bin.ok_latency.merge(latency);
      last = &bin;
    }
  });

  double end = std::max(static_cast<double>(axis.last + axis.width), seconds(timeline.last()));
  for (const StageRecord& stage : timeline.stages())
    if (!stage.not_run) end = std::max(end, seconds(stage.range.to));
  Json json = series_of(bins, axis);
  json["start"] = std::min<int64_t>(0, axis.first);
  json["end"] = json_number(std::ceil(end));
  json["lanes"] = lanes_of(card, timeline, end);
  return json_dump(json, -1);
}

}  // namespace shakedown::report
