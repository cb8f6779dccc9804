#include <algorithm>
#include <functional>

#include "target/flags.h"

namespace practice {
namespace {

void check_windows(const char* flag, std::vector<Window>& windows, std::vector<std::string>& problems) {
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
    if (options.has("--threads")) {
      problems.emplace_back("--threads: expected together with --null, found without");
    }
    return;
  }
  for (const std::string& name : options.given) {
    if (fits.count(name) > 0) continue;
    problems.push_back("--null: expected only --threads, --port, --pidfile or --truth beside it, " + std::string("found ") +
                       name);
  }
}

using Need = std::function<void(bool fine, const char* text)>;

// Only one thing can say how long a request takes.
void check_service(const Options& options, const Need& need) {
  const bool workers = options.has("--workers");
  const bool law = options.follows_law();
  need(options.has("--service") || (!workers && !law),
       "--workers, --contention, --coherency: expected --service beside them, found none");
  need(!options.has("--service") || workers || law,
       "--service: expected --workers, --contention or --coherency beside it, found none");
  need(!workers || !law, "--workers: expected no --contention or --coherency beside it, found both");
  need(!options.has("--delay") || (!workers && !law),
       "--delay: expected no --workers, --contention or --coherency beside it, found both");
  need(options.replicas_file.empty() || law,
       "--replicas-file: expected together with --contention or --coherency, found without");
}

void check_losses(const Options& options, const Need& need) {
  need(!options.lags() || (options.ack_early && !options.data.empty()),
       "--lose-last, --lose-window: expected together with --ack early and --data DIR, "
       "found without");
  need(!(options.lose_last > 0 && options.lose_window > 0), "--lose-window: expected no --lose-last beside it, found both");
  need(!options.resurrect || options.error_ratio > 0, "--resurrect: expected together with --error-ratio, found without");
  need(!options.has("--ghost-prefix") || options.ghosts > 0, "--ghost-prefix: expected together with --ghost, found without");
}

void check_security(const Options& options, const Need& need) {
  const bool tls = !options.tls_cert.empty();
  need(tls == !options.tls_key.empty(), "--tls-cert, --tls-key: expected both or none, found one");
  need(tls || (!options.has("--tls-min") && !options.has("--ciphers") && !options.redirect_port),
       "--tls-min, --ciphers, --plain-redirect-port: expected together with --tls-cert, "
       "found without");
}

void check_calls(const Options& options, std::vector<std::string>& problems) {
  std::set<std::string> names;
  for (const CallSpec& call : options.calls) {
    if (names.insert(call.name).second) continue;
    problems.push_back("--calls: expected each name once, found \"" + call.name + "\" twice");
  }
  if (options.calls.empty() && options.has("--retries")) {
    problems.emplace_back("--retries: expected together with --calls, found without");
  }
}

}  // namespace

void check_together(Options& options, std::vector<std::string>& problems) {
  const Need need = [&](bool fine, const char* text) {
    if (!fine) problems.emplace_back(text);
  };
  check_null(options, problems);
  check_service(options, need);
  check_losses(options, need);
  check_security(options, need);
  check_calls(options, problems);
  check_windows("--stall", options.stalls, problems);
  check_windows("--outage", options.outages, problems);
}

}  // namespace practice
