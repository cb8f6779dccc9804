#include <algorithm>

#include "target/flags.h"

namespace practice {
namespace {

void check_windows(const char* flag, std::vector<Window>& windows,
                   std::vector<std::string>& problems) {
  const auto earlier = [](const Window& a, const Window& b) { return a.at < b.at; };
  std::sort(windows.begin(), windows.end(), earlier);
  for (std::size_t i = 1; i < windows.size(); ++i) {
    if (windows[i].at >= windows[i - 1].end()) continue;
    problems.push_back(std::string(flag) + ": expected windows that do not overlap, found two");
  }
}

void check_null(const Options& options, std::vector<std::string>& problems) {
  const std::set<std::string> fits = {"--null", "--threads", "--port", "--pidfile", "--truth"};
  if (!options.null_mode) {
    if (options.given.count("--threads") > 0) {
      problems.emplace_back("--threads: expected together with --null, found without");
    }
    return;
  }
  for (const std::string& name : options.given) {
    if (fits.count(name) > 0) continue;
    problems.push_back("--null: expected only --threads, --port, --pidfile or --truth beside it, " +
                       std::string("found ") + name);
  }
}

}  // namespace

void check_together(Options& options, std::vector<std::string>& problems) {
  const auto need = [&](bool fine, const char* text) {
    if (!fine) problems.emplace_back(text);
  };
  const auto given = [&](const char* name) { return options.given.count(name) > 0; };
  check_null(options, problems);
  need(given("--workers") == given("--service"),
       "--workers, --service: expected both or none, found one");
  need(!given("--workers") || !given("--delay"),
       "--delay: expected no --workers beside it, found both");
  need(!options.lags() || (options.ack_early && !options.data.empty()),
       "--lose-last, --lose-window: expected together with --ack early and --data DIR, "
       "found without");
  need(!(options.lose_last > 0 && options.lose_window > 0),
       "--lose-window: expected no --lose-last beside it, found both");
  need(!options.resurrect || options.error_ratio > 0,
       "--resurrect: expected together with --error-ratio, found without");
  need(!given("--ghost-prefix") || options.ghosts > 0,
       "--ghost-prefix: expected together with --ghost, found without");
  check_windows("--stall", options.stalls, problems);
  check_windows("--outage", options.outages, problems);
}

}  // namespace practice
