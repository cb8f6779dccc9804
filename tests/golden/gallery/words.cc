#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "controller/judge/conclude.h"
#include "controller/judge/needed.h"
#include "controller/report/words/spoken.h"
#include "tests/golden/gallery/figures.h"

namespace shakedown::gallery {
namespace {

constexpr double kEndless = std::numeric_limits<double>::infinity();

using namespace shakedown::judging;
using namespace shakedown::report;

std::string times() {
  std::string out;
  std::vector<double> list = {-1,      0,       4e-4,    9.94e-4, 9.96e-4, 1e-3,   1.04e-3,
                              1.06e-3, 9.94e-3, 9.96e-3, 0.0101,  0.0994,  0.0996, 0.49};
  list.insert(list.end(),
              {0.99, 0.994, 0.996, 1, 1.04, 1.06, 1.5, 9.94, 9.96, 59, 60, 99.4, 99.6, 119.9, 120, 121, 3599, 7199, 7200, 7300});
  list.insert(list.end(), {86'400, 172'700, 172'800, 200'000, 1e7, kEndless});
  for (const double t : list) out += fmt::format("{}: {}; within {}; {}\n", t, time_words(t), within_words(t), span_text(t));
  for (const double from : list) {
    for (const double to : list) {
      if (from > to) continue;
      out +=
          fmt::format("{} {}: {}; {:.6g} {:.6g}\n", from, to, time_range_words(from, to), shown_lower(from, to), shown_upper(to));
    }
  }
  return out;
}

std::string counts() {
  std::string out;
  for (uint64_t n = 0; n < 15; ++n) out += number_words(n) + ", " + counted(n, "entry") + "\n";
  const std::vector<double> list = {0, 0.4, 1, 1.5, 2, 12, 999, 1000, 1000.5, 1e6, kEndless};
  for (const double from : list) {
    for (const double to : list) {
      if (from <= to) out += fmt::format("{} {}: {}\n", from, to, count_range_words(from, to));
    }
  }
  for (const char* noun :
       {"", "y", "entry", "day", "loss", "box", "quiz", "batch", "wish", "read", "sky", "way", "toy", "guy", "alley"}) {
    out += fmt::format("{}: {}\n", noun, plural(noun));
  }
  return out;
}

std::string shares() {
  std::string out;
  for (const double share : {-0.1, 0.0, 1e-7, 0.000123456, 0.00999, 0.0123456, 0.09994, 0.1, 0.12345, 0.3684, 0.5, 0.949, 0.95,
                             0.9949, 0.9951, 0.99951, 0.9999, 1.0, 1.25}) {
    out += fmt::format("{}: {}, at least {}, {}\n", share, percent_text(share), at_least_percent(share), confidence_text(share));
  }
  return out;
}

std::string figures_beside_limits() {
  std::string out;
  for (const Unit unit : {Unit::ratio, Unit::seconds, Unit::per_second, Unit::count, Unit::margin}) {
    for (const double limit : {0.0, 0.05, 0.5, 0.99, 0.999, 12.0, 1234.0}) {
      for (const double factor : {0.0, 0.5, 0.99, 0.9994, 0.99994, 0.999994, 1.0, 1.000006, 1.00006, 1.0006, 1.01, 2.0}) {
        out += figure(limit * factor, unit, limit) + " ";
      }
      out += "\n";
    }
  }
  return out;
}

std::string comparisons() {
  std::string out;
  for (const Comparison comparison : {Comparison::at_most, Comparison::at_least}) {
    for (const double limit : {0.0, 0.9, 1.0, 10.0, kEndless}) {
      const Objective objective{comparison, limit, ""};
      out += limit_text(objective) + ":";
      const std::vector<double> list = {-1,  0,   0.5, 0.89, 0.9, 0.909, 0.91, 0.911, 0.99,     1,
                                        1.1, 8.9, 9,   9.1,  10,  10.9,  11,   11.1,  kEndless, std::nan("")};
      for (const double lower : list) {
        for (const double upper : {lower, lower + 0.1, 2 * lower}) {
          const auto state = static_cast<int>(compare(objective, lower, upper));
          out += fmt::format(" {}{}{}{}", state, misses(objective, lower) ? "m" : "",
                             at_risk(objective, Unit::ratio, lower, upper) ? "r" : "",
                             at_risk(objective, Unit::seconds, lower, upper) ? "s" : "");
        }
      }
      out += "\n";
    }
  }
  return out;
}

void add(std::string& out, const Needed& needed) { out += fmt::format("{} [{:.5g}]\n", needed.text, needed.seconds); }

std::string needs() {
  std::string out;
  for (const uint64_t total : {0U, 1U, 20U, 1000U, 40'000U}) {
    for (const double bad : {0.0, 0.0009, 0.01, 0.2}) {
      for (const double allowed : {0.0, 0.001, 0.01, 0.1, 0.2 + 1e-9, 0.5}) {
        ShareBounds share;
        share.total = total;
        share.bad = static_cast<uint64_t>(std::ceil(bad * static_cast<double>(total)));
        share.value = total == 0 ? 0 : static_cast<double>(share.bad) / static_cast<double>(total);
        share.effect_high = 1 + 20 * bad;
        out += fmt::format("{} of {}, {}: ", share.bad, total, allowed);
        add(out, needed_samples(share, allowed, total > 20 ? 0.95 : 0.9, 60));
      }
    }
  }
  for (const uint64_t events : {0U, 1U, 4U}) {
    for (const double time : {1.0, 600.0, 86'400.0}) {
      for (const double required : {0.5, 200.0, 30'000.0, 3e6}) add(out, needed_test_time(time, events, required, 0.95));
      for (const double availability : {0.5, 0.99, 0.9999, 1.0}) {
        add(out, needed_up_time(time, availability, static_cast<double>(events) * 7, 0.9));
      }
    }
    for (const uint64_t need : {0U, 1U, 2U, 3U, 29U}) out += needed_injections(events, need) + "\n";
  }
  return out;
}

}  // namespace

Figures words() {
  return {{"times", times()},
          {"counts", counts()},
          {"shares", shares()},
          {"figures beside limits", figures_beside_limits()},
          {"comparisons", comparisons()},
          {"needed", needs()}};
}

}  // namespace shakedown::gallery
