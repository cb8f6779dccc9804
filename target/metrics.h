// What the service says of itself at /metrics, in the text format of Prometheus, and the planted
// dishonesty in it. The truth is what it counts without any --metrics-* flag. Ownership: owns the
// counters. Threads: the loop only.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "target/http/http.h"
#include "target/options.h"

namespace practice {

inline constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

// The code under which a request is counted that never got an answer.
inline constexpr int kUnanswered = 599;

class Metrics {
 public:
  // `zero` is the instant --metrics-stale-after counts from.
  Metrics(const Options& options, Nanos zero);

  // One request, from its arrival to the decision on its answer.
  void answered(Nanos now, Method method, int status, Nanos took);
  void unanswered(Nanos now, Method method);
  // Tries of one call to a dependency, in the order of --calls.
  void called(Nanos now, std::size_t dependency, std::uint64_t tries, std::uint64_t failures);
  void outage(Nanos now, bool begins);
  void replicas(Nanos now, unsigned count);

  // The page, or nothing: the scraper gets no answer. Each call begins a new interval of the
  // gauges that look at the last interval only.
  std::optional<std::string> scrape(Nanos now);

 private:
  struct Sums {
    std::uint64_t total = 0;
    std::uint64_t good = 0;
    std::uint64_t timed = 0;
    double seconds = 0;
  };
  struct Calls {
    std::string name;
    std::uint64_t tries = 0;
    std::uint64_t failures = 0;
  };

  void count(Method method, int status, std::optional<Nanos> took);
  bool frozen(Nanos now);  // freezes the page when its time has come
  bool good(int status) const;
  void begin_interval();
  std::string page() const;
  void add_requests(std::string& text) const;
  void add_durations(std::string& text) const;
  void add_slo(std::string& text) const;
  void add_dependencies(std::string& text) const;

  const Options& options_;
  Nanos stale_at_;
  double started_;  // seconds of the UNIX epoch
  std::map<std::pair<int, Method>, std::uint64_t> requests_;
  std::array<std::uint64_t, 13> buckets_{};  // one a bound; the last one holds what is above every bound
  Sums sums_;
  Sums last_;  // at the last scrape
  double last_ratio_ = 1;
  double last_average_ = 0;
  std::vector<Calls> calls_;
  unsigned replicas_ = 0;
  bool down_ = false;
  std::string frozen_;
};

}  // namespace practice
