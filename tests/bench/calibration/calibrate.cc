// The calibration of the judge: a table of how often a verdict at the edge of its objective is false. See docs/calibration.md.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <regex>

#include <boost/math/special_functions/beta.hpp>

#include "tests/bench/calibration/trial.h"

namespace shakedown::calibration {
namespace {

struct Options {
  std::string cells = ".*";
  uint64_t runs = 2000, seed = 1;
};

struct Counts {
  uint64_t passed = 0, failed = 0, runs = 0;         // falsely
  uint64_t far = 0, far_passed = 0, far_failed = 0;  // rightly
  double seconds = 0;
};

constexpr uint64_t kFarRuns = 400;  // enough for a share to a few percent

// P(at least k of n), each with 5 %.
double chance_of(uint64_t k, uint64_t n) {
  return k == 0 ? 1 : boost::math::ibeta(static_cast<double>(k), static_cast<double>(n - k) + 1, 0.05);
}

Counts tried(const Case& one, const Options& options) {
  Counts out;
  const auto start = std::chrono::steady_clock::now();
  for (; out.runs < options.runs; ++out.runs) {
    Rng rng = rng_of(one, options.seed, out.runs);
    ask_far(out.runs < kFarRuns);
    const Answers answers = one.trial(rng);
    out.passed += answers.outside == VerdictState::pass ? 1 : 0;
    out.failed += answers.on == VerdictState::fail ? 1 : 0;
    out.far += answers.far_inside ? 1 : 0;
    out.far_passed += answers.far_inside == VerdictState::pass ? 1 : 0;
    out.far_failed += answers.far_outside == VerdictState::fail ? 1 : 0;
  }
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return out;
}

std::string share(uint64_t k, uint64_t n, double bar) {
  char text[64];
  const bool missed = chance_of(k, n) < bar;
  std::snprintf(text, sizeof text, "%s%.1f %% (%llu)%s", missed ? "**" : "",
                100 * static_cast<double>(k) / static_cast<double>(n), static_cast<unsigned long long>(k), missed ? "**" : "");
  return text;
}

// How often a pass and a fail are given where they are clearly due.
std::string decides(const Counts& found) {
  if (found.far == 0) return "-";
  const auto percent = [&](uint64_t k) {
    return static_cast<int>(std::lround(100 * static_cast<double>(k) / static_cast<double>(found.far)));
  };
  return std::to_string(percent(found.far_passed)) + " / " + std::to_string(percent(found.far_failed)) + " %";
}

// Whether the cell is missed.
bool row(const Case& one, const Counts& found, double bar) {
  const bool missed = std::min(chance_of(found.passed, found.runs), chance_of(found.failed, found.runs)) < bar;
  const std::string result = !missed ? "kept" : one.told.empty() ? "**missed**" : "missed: " + one.told;
  std::printf("| %s | %s | %s | %s | %s | %s | %s |\n", one.sli.c_str(), one.what.c_str(), one.truth.c_str(),
              share(found.passed, found.runs, bar).c_str(), share(found.failed, found.runs, bar).c_str(), decides(found).c_str(),
              result.c_str());
  std::fflush(stdout);
  std::fprintf(stderr, "%s, %s: %.1f s\n", one.sli.c_str(), one.what.c_str(), found.seconds);
  return missed;
}

int calibrate(const Options& options) {
  const std::vector<Case> cases = all_cases();
  const double bar = 0.01 / (2 * static_cast<double>(cases.size()));
  const std::regex wanted(options.cells, std::regex::icase);
  std::printf(
      "| SLI | runs are made of | truth | false pass | false fail | decides | cell |\n| --- | --- | --- | --- | --- | --- | --- "
      "|\n");
  int tried_cells = 0, missed = 0, untold = 0;
  for (const Case& one : cases) {
    if (!std::regex_search(one.sli + ", " + one.what, wanted)) continue;
    const bool bad = row(one, tried(one, options), bar);
    ++tried_cells;
    missed += bad ? 1 : 0;
    untold += bad && one.told.empty() ? 1 : 0;
  }
  std::printf("\n%d of %zu cells with %llu runs each, seed %llu: %d missed, %d of them untold.\n", tried_cells, cases.size(),
              static_cast<unsigned long long>(options.runs), static_cast<unsigned long long>(options.seed), missed, untold);
  // For run.py beside the other figures.
  std::printf(
      "\n{\"figure\": \"calibration_cells_missed_and_not_told\", \"value\": %d, \"low\": 0, \"high\": %d, \"bar\": 0, "
      "\"unit\": \"cells\", \"repeats\": %d, \"reached\": %s}\n",
      untold, missed, tried_cells, untold > 0 ? "false" : "true");
  return untold > 0 ? 1 : 0;
}

int usage() {
  std::fputs("bench_calibration [--cells REGEX] [--runs N] [--seed S]\n", stderr);
  return 64;
}

}  // namespace
}  // namespace shakedown::calibration

int main(int argc, char** argv) {
  using namespace shakedown::calibration;
  Options options;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 >= argc) return usage();
    if (std::strcmp(argv[i], "--cells") == 0) {
      options.cells = argv[i + 1];
    } else if (std::strcmp(argv[i], "--runs") == 0) {
      options.runs = std::max<uint64_t>(1, std::strtoull(argv[i + 1], nullptr, 10));
    } else if (std::strcmp(argv[i], "--seed") == 0) {
      options.seed = std::strtoull(argv[i + 1], nullptr, 10);
    } else {
      return usage();
    }
  }
  return calibrate(options);
}
