#include "target/metrics.h"

#include <algorithm>
#include <charconv>

namespace practice {
namespace {

constexpr std::array<double, 12> kBounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};

const char* name_of(Method method) {
  switch (method) {
    case Method::kGet: return "GET";
    case Method::kHead: return "HEAD";
    case Method::kPut: return "PUT";
    case Method::kDelete: return "DELETE";
    case Method::kOther: break;
  }
  return "other";
}

std::string number(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return std::string(text.data(), end);
}

void add_head(std::string& text, std::string_view name, std::string_view type, std::string_view help) {
  text.append("# HELP ").append(name).append(" ").append(help);
  text.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

void add_plain(std::string& text, std::string_view name, std::string_view type, std::string_view help, const std::string& value) {
  add_head(text, name, type, help);
  text.append(name).append(" ").append(value).append("\n");
}

}  // namespace

Metrics::Metrics(const Options& options, Nanos zero)
    : options_(options),
      stale_at_(options.metrics_stale_after ? zero + *options.metrics_stale_after : kNever),
      started_(static_cast<double>(wall_now()) / kSecond) {
  for (const CallSpec& call : options.calls) calls_.push_back({call.name});
  // A series that begins with its first event hides that event from increase().
  for (const int status : {200, 201, 404, 500, 502, 503, kUnanswered}) {
    for (const Method method : {Method::kGet, Method::kPut}) requests_[{status, method}] = 0;
  }
}

bool Metrics::frozen(Nanos now) {
  if (now < stale_at_) return false;
  if (frozen_.empty()) {
    begin_interval();
    frozen_ = page();
  }
  return true;
}

bool Metrics::good(int status) const {
  const auto& list = options_.metrics_good;
  return std::any_of(list.begin(), list.end(), [&](const StatusRange& range) { return range.holds(status); });
}

void Metrics::answered(Nanos now, Method method, int status, Nanos took) {
  if (!frozen(now)) count(method, status, took);
}

void Metrics::unanswered(Nanos now, Method method) {
  if (!frozen(now)) count(method, kUnanswered, std::nullopt);
}

void Metrics::count(Method method, int status, std::optional<Nanos> took) {
  const bool fine = good(status);
  if (options_.metrics_count_only == CountOnly::kOk && !fine) return;
  if (options_.metrics_count_only == CountOnly::kAnswered && !took) return;
  ++requests_[{status, method}];
  ++sums_.total;
  if (fine) ++sums_.good;
  if (!took) return;
  const double seconds = static_cast<double>(*took) / kSecond;
  const auto bucket = std::lower_bound(kBounds.begin(), kBounds.end(), seconds) - kBounds.begin();
  ++buckets_[static_cast<std::size_t>(bucket)];
  ++sums_.timed;
  sums_.seconds += seconds;
}

void Metrics::called(Nanos now, std::size_t dependency, std::uint64_t tries, std::uint64_t failures) {
  if (frozen(now)) return;
  calls_[dependency].tries += tries;
  calls_[dependency].failures += failures;
}

void Metrics::outage(Nanos now, bool begins) {
  frozen(now);
  down_ = begins;
}

void Metrics::replicas(Nanos now, unsigned count) {
  if (!frozen(now)) replicas_ = count;
}

// An interval without requests leaves the gauges as they were.
void Metrics::begin_interval() {
  const std::uint64_t total = sums_.total - last_.total;
  const std::uint64_t timed = sums_.timed - last_.timed;
  if (total > 0) {
    last_ratio_ = static_cast<double>(sums_.good - last_.good) / static_cast<double>(total);
  }
  if (timed > 0) last_average_ = (sums_.seconds - last_.seconds) / static_cast<double>(timed);
  last_ = sums_;
}

std::optional<std::string> Metrics::scrape(Nanos now) {
  if (down_ && options_.metrics_silent == Silence::kAll) return std::nullopt;
  if (frozen(now)) return frozen_;
  begin_interval();
  return page();
}

std::string Metrics::page() const {
  std::string text;
  add_plain(text, "process_start_time_seconds", "gauge", "Start of the process, UNIX time.", number(started_));
  add_plain(text, "service_up", "gauge", "1 outside a scripted outage, 0 in one.", down_ ? "0" : "1");
  if (replicas_ > 0) {
    add_plain(text, "service_replicas", "gauge", "Replicas as read from --replicas-file.", std::to_string(replicas_));
  }
  add_dependencies(text);
  if (down_ && options_.metrics_silent == Silence::kSli) return text;
  add_requests(text);
  add_durations(text);
  add_slo(text);
  return text;
}

void Metrics::add_requests(std::string& text) const {
  add_head(text, "http_requests_total", "counter", "Requests by status and method; 599 is a request that got no answer.");
  for (const auto& [key, count] : requests_) {
    text += "http_requests_total{code=\"" + std::to_string(key.first) + "\",method=\"" + name_of(key.second) + "\"} " +
            std::to_string(count) + "\n";
  }
}

void Metrics::add_durations(std::string& text) const {
  const std::string name = "http_request_duration_seconds";
  add_head(text, name, "histogram", "From the arrival of a request to its answer.");
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    below += buckets_[i];
    const std::string bound = i < kBounds.size() ? number(kBounds[i]) : std::string("+Inf");
    text += name + "_bucket{le=\"" + bound + "\"} " + std::to_string(below) + "\n";
  }
  text += name + "_sum " + number(sums_.seconds) + "\n";
  text += name + "_count " + std::to_string(below) + "\n";
  add_plain(text, name + "_average", "gauge", "Mean duration over the last scrape interval.", number(last_average_));
}

void Metrics::add_slo(std::string& text) const {
  add_plain(text, "slo_requests_total", "counter", "Requests that the SLO is about.", std::to_string(sums_.total));
  add_plain(text, "slo_requests_good_total", "counter", "Those of them that count as good.", std::to_string(sums_.good));
  add_plain(text, "slo_success_ratio_last", "gauge", "Share of good requests over the last scrape interval.",
            number(last_ratio_));
}

void Metrics::add_dependencies(std::string& text) const {
  if (calls_.empty()) return;
  const auto add = [&](const char* name, const char* help, std::uint64_t Calls::*field) {
    add_head(text, name, "counter", help);
    for (const Calls& calls : calls_) {
      text += std::string(name) + "{dependency=\"" + calls.name + "\"} " + std::to_string(calls.*field) + "\n";
    }
  };
  add("dependency_requests_total", "Requests sent to a dependency, retries included.", &Calls::tries);
  add("dependency_failures_total", "Those of them that failed.", &Calls::failures);
}

}  // namespace practice
