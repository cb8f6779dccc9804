// availability {operations} and error_ratio: independent failures, outages short and long, many and few, our own losses,
// users who wait.
#include <algorithm>

#include "tests/bench/calibration/trial.h"

namespace shakedown::calibration {
namespace {

constexpr char kLongRun[] = "share of requests in the long run";

struct Ratio {
  Sli sli = AvailabilitySli{};
  double length = 100, rate = 50;
};

void ask_bad_share(Run& run, const Sli& sli, double bad) {
  if (std::holds_alternative<AvailabilitySli>(sli)) {
    run.ask_about(sli, Comparison::at_least, 1 - bad);
  } else {
    run.ask_about(sli, Comparison::at_most, bad);
  }
}

Answers independent(Rng& rng, const Ratio& ratio, double bad) {
  Run run;
  ask_bad_share(run, ratio.sli, bad);
  const StageId stage = run.steady(ratio.length, ratio.rate);
  const auto n = static_cast<uint64_t>(ratio.rate);
  for (int64_t s = 0; s < static_cast<int64_t>(ratio.length); ++s) {
    const uint64_t failed = binomial(rng, n, bad);
    run.count(stage, s, Outcome::failed, failed);
    run.count(stage, s, Outcome::ok, n - failed);
  }
  return run.judge();
}

// Down now and then, in which every request fails; besides, a few fail by themselves.
struct Unsteady {
  double up = 100;
  Draw down;
  double mean_down = 1;
  double background = 0;
  double in_outage = 1;  // share that fails then
  double bad() const {
    const double share = mean_down / (up + mean_down);
    return share * in_outage + (1 - share) * background;
  }
};

Answers with_outages(Rng& rng, const Ratio& ratio, const Unsteady& service) {
  Run run;
  ask_bad_share(run, ratio.sli, service.bad());
  const StageId stage = run.steady(ratio.length, ratio.rate);
  const auto n = static_cast<uint64_t>(ratio.rate);
  const std::vector<Spell> down = down_spells(rng, ratio.length, service.up, service.down);
  for (int64_t s = 0; s < static_cast<int64_t>(ratio.length); ++s) {
    const double share = overlap(down, static_cast<double>(s), static_cast<double>(s) + 1);
    const auto hit = std::min(n, static_cast<uint64_t>(share * ratio.rate + rng.uniform()));
    const uint64_t failed = binomial(rng, hit, service.in_outage) + binomial(rng, n - hit, service.background);
    run.count(stage, s, Outcome::failed, failed);
    run.count(stage, s, Outcome::ok, n - failed);
  }
  return run.judge();
}

// Outages of this mean length, `expected` of them in the window.
Unsteady outages(const Ratio& ratio, double expected, double mean, const Draw& down) {
  return {ratio.length / expected - mean, down, mean, 0, 1};
}

// A share of the arrivals is lost by us, all of them bad (or all good) had they been sent.
Answers with_our_losses(Rng& rng, const Ratio& ratio, double bad, double lost, bool lost_are_bad) {
  Run run;
  ask_bad_share(run, ratio.sli, lost_are_bad ? bad * (1 - lost) + lost : bad * (1 - lost));
  const StageId stage = run.steady(ratio.length, ratio.rate);
  const auto n = static_cast<uint64_t>(ratio.rate);
  for (int64_t s = 0; s < static_cast<int64_t>(ratio.length); ++s) {
    const uint64_t ours = binomial(rng, n, lost), failed = binomial(rng, n - ours, bad);
    run.count(stage, s, Outcome::dropped_by_us, ours);
    run.count(stage, s, Outcome::failed, failed);
    run.count(stage, s, Outcome::ok, n - ours - failed);
  }
  return run.judge();
}

// Users who send the next request when the last one is over: 50 ms, or a second without an answer while it is down.
Answers with_waiting_users(Rng& rng, int users) {
  constexpr double kLength = 300, kUp = 27, kDown = 3;
  Run run;
  run.ask_about(AvailabilitySli{}, Comparison::at_least, kUp / (kUp + kDown));
  const PhaseId phase = run.drill.add_phase("steady", kLength, 1);
  run.drill.scenario.phases[phase.value].load->kind = ClosedLoad{static_cast<uint32_t>(users), {}};
  const StageId stage = run.drill.run(phase, 0);
  const std::vector<Spell> down = down_spells(rng, kLength, kUp, exponential(kDown));
  for (int user = 0; user < users; ++user) {
    auto next = down.begin();
    for (double now = 0.05 * rng.uniform(); now < kLength;) {
      while (next != down.end() && next->to <= now) ++next;
      const bool bad = next != down.end() && next->from <= now;
      const double took = bad ? 1 : 0.05;
      run.count(stage, static_cast<int64_t>(now), bad ? Outcome::timeout : Outcome::ok, 1, took);
      now += took;
    }
  }
  return run.judge();
}

// One in ten groups of five seconds has this share of failures, the others a tenth of it.
Answers worst_of_windows(Rng& rng, double bad) {
  const ErrorRatioSli sli{{}, std::chrono::seconds(5), {}};
  Run run;
  run.ask_about(sli, Comparison::at_most, bad);
  const StageId stage = run.steady(100, 100);
  for (int64_t s = 0; s < 100; ++s) {
    const uint64_t failed = binomial(rng, 100, s / 5 % 10 == 3 ? bad : bad / 10);
    run.count(stage, s, Outcome::failed, failed);
    run.count(stage, s, Outcome::ok, 100 - failed);
  }
  return run.judge();
}

// Failures come ten at a time, in every window with the same chance.
Answers batches_in_windows(Rng& rng, double bad) {
  const ErrorRatioSli sli{{}, std::chrono::seconds(20), {}};
  Run run;
  run.ask_about(sli, Comparison::at_most, bad);
  const StageId stage = run.steady(100, 100);
  for (int64_t s = 0; s < 100; ++s) {
    const uint64_t failed = 10 * binomial(rng, 10, bad);
    run.count(stage, s, Outcome::failed, failed);
    run.count(stage, s, Outcome::ok, 100 - failed);
  }
  return run.judge();
}

void add_independent(std::vector<Case>& out) {
  const auto add = [&](Ratio ratio, double bad, const std::string& what) {
    const std::string sli = std::holds_alternative<AvailabilitySli>(ratio.sli) ? "availability {operations}" : "error_ratio";
    out.push_back({sli, what, kLongRun, [=](Rng& rng) { return independent(rng, ratio, bad); }, ""});
  };
  add({{}, 100, 50}, 0.001, "5 000 independent, 0.1 % bad");
  add({{}, 20, 50}, 0.01, "1 000 independent, 1 % bad");
  add({{}, 10, 10}, 0.2, "100 independent, 20 % bad");
  add({{}, 600, 50}, 0.002, "30 000 independent, 0.2 % bad");
  add({ErrorRatioSli{}, 100, 50}, 0.01, "5 000 independent, 1 % bad");
}

void add_dependent(std::vector<Case>& out) {
  const auto add = [&](const std::string& what, Ratio ratio, Unsteady service, const std::string& told = "") {
    const std::string sli = std::holds_alternative<AvailabilitySli>(ratio.sli) ? "availability {operations}" : "error_ratio";
    out.push_back({sli, what, kLongRun, [=](Rng& rng) { return with_outages(rng, ratio, service); }, told});
  };
  const Ratio window{{}, 600, 20};
  add("5 outages expected, 2 s exponential", window, outages(window, 5, 2, exponential(2)));
  add("5 outages expected, 10 s exponential", window, outages(window, 5, 10, exponential(10)));
  add("5 outages expected, 10 s each", window, outages(window, 5, 10, fixed(10)));
  add("12 outages expected, 5 s exponential", window, outages(window, 12, 5, exponential(5)));
  add("30 outages expected, 0.5 s exponential", window, outages(window, 30, 0.5, exponential(0.5)));
  add("30 outages expected, 3 s exponential", window, outages(window, 30, 3, exponential(3)));
  add("2 outages expected, 5 s exponential", window, outages(window, 2, 5, exponential(5)),
      "one window in seven contains no outage, and none shows what it did not contain; the row speaks of \"this window\" (ADR "
      "7), the long run is the "
      "claim of `availability: {probe}`");
  add("20 spells expected of 5 s with 20 % bad, else 0.1 %", window, {25, exponential(5), 5, 0.001, 0.2});
  const Ratio error{ErrorRatioSli{}, 600, 20};
  add("12 outages expected, 5 s exponential", error, outages(error, 12, 5, exponential(5)));
}

void add_losses(std::vector<Case>& out) {
  for (const bool bad : {true, false}) {
    const std::string what = std::string("2 % lost by us, all ") + (bad ? "bad" : "good");
    const Ratio availability{{}, 100, 50}, error{ErrorRatioSli{}, 100, 50};
    out.push_back({"availability {operations}", what, kLongRun,
                   [=](Rng& rng) { return with_our_losses(rng, availability, 0.01, 0.02, bad); }, ""});
    out.push_back({"error_ratio", what, kLongRun, [=](Rng& rng) { return with_our_losses(rng, error, 0.01, 0.02, bad); }, ""});
  }
}

}  // namespace

void add_ratio_cases(std::vector<Case>& out) {
  add_independent(out);
  add_dependent(out);
  add_losses(out);
  out.push_back({"availability {operations}", "closed load of 8 users, 10 outages expected", "share of time up",
                 [](Rng& rng) { return with_waiting_users(rng, 8); }, ""});
  out.push_back({"error_ratio {over}", "20 windows of 5 s, two of them bad by 10 %", "largest chance of a window",
                 [](Rng& rng) { return worst_of_windows(rng, 0.1); }, ""});
  out.push_back({"error_ratio {over}", "windows of 20 s, failures ten at a time", "largest chance of a window",
                 [](Rng& rng) { return batches_in_windows(rng, 0.1); }, ""});
}

}  // namespace shakedown::calibration
