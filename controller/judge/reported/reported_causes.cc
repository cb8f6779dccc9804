#include "controller/judge/reported/reported_causes.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/needed.h"
#include "controller/judge/scope.h"
#include "controller/model/looks_at.h"

namespace shakedown::judging {
namespace {

using Counts = std::array<uint64_t, kOutcomes>;

// What we saw in their window: the arrivals of the row's operations, and the probes' checks beside them.
struct WindowCounts {
  Counts counts{};
  std::vector<Counts> each_second;
  SparseHistogram ok, service;  // of good answers; of all that were sent
  uint64_t checks = 0, good_checks = 0;
  uint64_t of(Outcome o) const { return counts[static_cast<std::size_t>(o)]; }
};

WindowCounts count_window(const Requirement& requirement, TimeRange window, const Evidence& evidence) {
  WindowCounts out;
  const int64_t begin = second_of(window.from), end = std::max(begin, second_of(window.to));
  out.each_second.resize(static_cast<std::size_t>(end - begin));
  const std::vector<OperationId> operations = looks_at(requirement.sli).operations;
  const auto inside = [&](const SecondRow& row) { return begin <= row.second && row.second < end; };
  HistogramSum ok, service;
  evidence.timeline->seconds().each(
      [&](const Slice& slice) {
        if (!is_among(slice.operation, operations)) return;
        for (const SecondRow& row : slice.rows()) {
          for (std::size_t i = 0; i < kOutcomes && inside(row); ++i) {
            out.counts[i] += row.counts[i];
            out.each_second[static_cast<std::size_t>(row.second - begin)][i] += row.counts[i];
          }
        }
        // What the window cuts in the midst of a stage: 10 s at each end say nothing about the causes that are looked for here.
        if (!std::all_of(slice.rows().begin(), slice.rows().end(), inside)) return;
        ok.add(slice.ok());
        service.add(slice.service());
      },
      begin, end);
  out.ok = ok.sparse();
  out.service = service.sparse();
  for (const ProbeId id : probes_for(requirement, evidence)) {
    const ProbeLog& results = evidence.probe(id).results;
    for (auto at = results.from(window.from), last = results.end(); at != last && at->start < window.to; ++at) {
      ++out.checks;
      out.good_checks += at->good ? 1 : 0;
    }
  }
  return out;
}

// --- Denominator: whose requests do they count?

enum class Denominator { unknown, whole, smaller };
struct DenominatorFinding {
  Denominator kind = Denominator::unknown;
  std::string sentence;
};

uint64_t sum_of(const Counts& counts, std::initializer_list<Outcome> without) {
  uint64_t sum = 0;
  for (const Outcome o : kAllOutcomes) {
    if (std::find(without.begin(), without.end(), o) == without.end()) sum += counts[static_cast<std::size_t>(o)];
  }
  return sum;
}
uint64_t all_of(const Counts& counts) { return sum_of(counts, {}); }
uint64_t sent_of(const Counts& counts) {
  return sum_of(counts, {Outcome::refused, Outcome::dropped_by_target, Outcome::dropped_by_us, Outcome::client_error});
}
uint64_t good_of(const Counts& counts) { return counts[static_cast<std::size_t>(Outcome::ok)]; }
uint64_t answered_of(const Counts& counts) { return good_of(counts) + counts[static_cast<std::size_t>(Outcome::failed)]; }

struct Shown {
  double low = 0, high = 0;
};

// What a counter read once a scrape can show of so many requests: Prometheus knows it from the first scrape in the window
// to the last, and stretches the difference to the whole window (increase()). When the rate changes within the window,
// what is stretched is not what was missed.
Shown shown_by_scrapes(const std::vector<Counts>& each_second, uint64_t (*of)(const Counts&), Duration scrape) {
  const std::size_t n = each_second.size();
  std::vector<double> before(n + 1);
  for (std::size_t i = 0; i < n; ++i) before[i + 1] = before[i] + static_cast<double>(of(each_second[i]));
  Shown out{before[n], before[n]};
  const auto most = static_cast<std::size_t>(std::ceil(seconds(scrape)));
  for (std::size_t first = 0; first <= most; ++first) {
    for (std::size_t last = 0; last <= most && 2 * (first + last) <= n; ++last) {
      const double known = static_cast<double>(n - first - last);
      if (known <= 0) continue;
      const double shown = (before[n - last] - before[first]) * static_cast<double>(n) / known;
      out.low = std::min(out.low, shown);
      out.high = std::max(out.high, shown);
    }
  }
  return out;
}

DenominatorFinding compare_counts(const WindowCounts& ours, const Comparands& both) {
  const std::optional<double> count = both.count != nullptr ? single_value(*both.count) : std::nullopt;
  if (!count) return {};
  const double window = seconds(both.window.to - both.window.from);
  const Duration scrape = both.count->scrape;
  const double slack = std::clamp(window > 0 ? 0.5 * seconds(scrape) / window : 0, 0.02, 0.1);
  const uint64_t all = all_of(ours.counts);
  const auto is = [&](uint64_t (*of)(const Counts&), uint64_t checks) {
    const Shown shown = shown_by_scrapes(ours.each_second, of, scrape);
    const auto near = [&](double more) {
      return *count >= (shown.low + more) * (1 - slack) - 2 && *count <= (shown.high + more) * (1 + slack) + 2;
    };
    return near(0) || near(static_cast<double>(checks));
  };
  const auto says = [&](const char* which, uint64_t n) {
    return fmt::format("it counts {}: theirs is {:.0f}, ours {} of {} offered", which, *count, n, all);
  };
  if (is(all_of, ours.checks)) return {Denominator::whole, ""};
  if (is(sent_of, ours.checks)) return {Denominator::smaller, says("only requests that reached it", sent_of(ours.counts))};
  if (is(answered_of, ours.checks)) return {Denominator::smaller, says("only answered requests", answered_of(ours.counts))};
  if (is(good_of, ours.good_checks)) return {Denominator::smaller, says("only good requests", good_of(ours.counts))};
  if (*count > static_cast<double>(all)) {
    return {Denominator::unknown,
            fmt::format("it counts more than this drill's requests: theirs is {:.0f}, ours {}", *count, all)};
  }
  return {Denominator::smaller,
          fmt::format("it counts other requests than were sent: theirs is {:.0f}, ours {} offered, {} answered, {} good", *count,
                      all, answered_of(ours.counts), good_of(ours.counts))};
}

// --- Success filter: which of our failures are no failures to them?

struct Filter {
  const char* what;
  std::vector<Outcome> outcomes;
};
const std::vector<Filter>& filters() {
  static const std::vector<Filter> list = {
      {"timeouts", {Outcome::timeout, Outcome::unfinished}},
      {"refused and broken connections", {Outcome::refused, Outcome::reset}},
      {"requests without an answer",
       {Outcome::timeout, Outcome::unfinished, Outcome::refused, Outcome::reset, Outcome::dropped_by_target}},
      {"answers with a failed status", {Outcome::failed}},
  };
  return list;
}

// As a share of good answers, whichever way round the SLI tells it.
struct GoodShares {
  double theirs, ours, slack;
};

std::string find_filter(const WindowCounts& seen, const GoodShares& good, Denominator denominator) {
  double bad = static_cast<double>(seen.of(Outcome::unfinished));
  for (const Outcome o : kAllOutcomes) bad += is_bad(o) ? static_cast<double>(seen.of(o)) : 0;
  const double ok = static_cast<double>(seen.of(Outcome::ok)), all = ok + bad;
  double nearest = INFINITY;
  std::string found;
  for (const Filter& filter : filters()) {
    double n = 0;
    for (const Outcome o : filter.outcomes) n += static_cast<double>(seen.of(o));
    if (n <= 0 || n >= all) continue;
    for (const bool left_out : {true, false}) {
      if (left_out ? denominator == Denominator::whole : denominator == Denominator::smaller) continue;
      const double share = left_out ? ok / (all - n) : (ok + n) / all;
      const double off = std::fabs(good.theirs - share);
      if (off > good.slack || off > 0.25 * std::fabs(good.theirs - good.ours) || off >= nearest - 1e-9) continue;
      nearest = off;
      const char* verb = denominator == Denominator::unknown ? "it does not count {0} as failures"
                         : left_out                          ? "it leaves {0} out"
                                                             : "it counts {0} as good";
      found =
          fmt::format(fmt::runtime(verb), filter.what) + fmt::format(": ours with that is {}", format_value(share, Unit::ratio));
    }
  }
  return found;
}

// --- Last value against whole window.

std::string find_last_value(const Comparands& both, Unit unit, const Evidence& evidence) {
  if (both.series == nullptr) return {};
  double sum = 0;
  std::size_t n = 0;
  std::optional<double> last;
  for (const ReadingSample& s : samples_in(*both.series, both.window.from, both.window.to, *evidence.manifest)) {
    if (!std::isfinite(s.value)) continue;
    sum += s.value;
    last = s.value;
    ++n;
  }
  if (n < 3) return {};
  const double mean = sum / static_cast<double>(n), gap = std::fabs(both.theirs - both.ours);
  const bool is_last = std::fabs(*last - both.theirs) <= 1e-6 * std::max(1.0, std::fabs(both.theirs));
  const bool mean_differs = std::fabs(mean - both.theirs) > std::max(both.tolerance, 0.25 * gap);
  if (!is_last || !mean_differs || std::fabs(mean - both.ours) >= gap) return {};
  return fmt::format("it shows the last value instead of the whole window: {} at its end, {} on the mean of it",
                     format_value(*last, unit), format_value(mean, unit));
}

// --- Average against quantile, and latency of good answers only.

bool near(double a, double b, double share, double tolerance) { return std::fabs(a - b) <= std::max(tolerance, share * b); }

std::string find_average(double quantile, const WindowCounts& seen, const Comparands& both) {
  if (seen.ok.empty() || both.theirs >= both.lower) return {};
  const double mean = seen.ok.sum_seconds() / static_cast<double>(seen.ok.count());
  const double service = seen.service.empty() ? mean : seen.service.sum_seconds() / static_cast<double>(seen.service.count());
  const auto text = [](double v) { return format_value(v, Unit::seconds); };
  if (near(both.theirs, mean, 0.2, both.tolerance) || near(both.theirs, service, 0.2, both.tolerance)) {
    return fmt::format("it shows the average, not the {:g} % quantile: the mean of good answers is {}", quantile * 100,
                       text(mean));
  }
  const double good_only = seconds(seen.ok.quantile(quantile));
  if (near(both.theirs, good_only, 0.25, both.tolerance) && good_only < both.lower) {
    return fmt::format("it times good answers only: their {:g} % quantile is {}, failures count as slow", quantile * 100,
                       text(good_only));
  }
  return {};
}

// What is claimed beyond the window, and for how long their source keeps samples.
std::string find_retention(const Requirement& requirement, RequirementId id, const Evidence& evidence) {
  Duration period = looks_at(requirement.sli).period;
  if (requirement.declared) period = std::max(period, requirement.declared->period);
  if (period <= Duration::zero()) return {};
  for (const Reading* reading : readings_of(Reading::Kind::retention, id, evidence)) {
    const std::optional<double> kept = single_value(*reading);
    if (!kept || *kept >= seconds(period)) continue;
    return fmt::format("its source keeps samples for {}, {} are claimed", span_text(*kept), span_text(seconds(period)));
  }
  return {};
}

// Not a finite value up to the window's end, though there was one in it and requests went on.
std::string find_stale(const Requirement& requirement, const Comparands& both, const Evidence& evidence) {
  if (both.count != nullptr && !single_value(*both.count).value_or(1)) {
    return "it is stale: its number of requests did not move in the window";
  }
  if (both.series == nullptr || both.series->step <= Duration::zero()) return {};
  std::optional<RunTime> last;
  for (const ReadingSample& s : samples_in(*both.series, both.window.from, both.window.to, *evidence.manifest)) {
    if (std::isfinite(s.value)) last = run_at(s.at, *evidence.manifest);
  }
  const RunTime known = last.value_or(both.window.from);
  if (both.window.to - known <= 3 * both.series->step) return {};
  const WindowCounts after = count_window(requirement, {known, both.window.to}, evidence);
  const uint64_t sent = all_of(after.counts);
  if (sent == 0) return {};
  return fmt::format("it is stale: no value in the last {} of the window, in which {} requests were sent",
                     span_text(seconds(both.window.to - known)), sent);
}

}  // namespace

std::optional<double> single_value(const Reading& reading) {
  if (!reading.problem.empty() || reading.series.size() != 1 || reading.series.front().samples.empty()) return std::nullopt;
  const double value = reading.series.front().samples.back().value;
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::vector<std::string> find_causes(const Requirement& requirement, const Comparands& both, const Evidence& evidence) {
  std::vector<std::string> out;
  const auto note = [&out](std::string sentence) {
    if (!sentence.empty()) out.push_back(std::move(sentence));
  };
  note(find_last_value(both, unit_of(requirement.sli), evidence));
  if (!out.empty()) return out;  // what filters the last value of a gauge cannot be told
  const WindowCounts seen = count_window(requirement, both.window, evidence);
  const DenominatorFinding denominator = compare_counts(seen, both);
  note(denominator.sentence);
  const double slack = std::max(both.tolerance, (both.upper - both.lower) / 2);
  const LooksAt at = looks_at(requirement.sli);
  if (at.load == LoadFigure::good_share) {
    note(find_filter(seen, {both.theirs, both.ours, slack}, denominator.kind));
  } else if (at.load == LoadFigure::bad_share && at.over == Duration::zero()) {
    note(find_filter(seen, {1 - both.theirs, 1 - both.ours, slack}, denominator.kind));
  }
  if (at.load == LoadFigure::quantile) note(find_average(at.quantile, seen, both));
  return out;
}

std::vector<std::string> find_doubts(const Requirement& requirement, RequirementId id, const Comparands& both,
                                     const Evidence& evidence) {
  std::vector<std::string> out;
  for (std::string sentence : {find_stale(requirement, both, evidence), find_retention(requirement, id, evidence)}) {
    if (!sentence.empty()) out.push_back(std::move(sentence));
  }
  return out;
}

}  // namespace shakedown::judging
