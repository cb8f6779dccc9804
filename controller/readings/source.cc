#include "controller/readings/source.h"

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <utility>

#include "core/base/clock.h"
#include "core/base/regular_file.h"
#include "core/runtime/http/client.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLongestWait = 60s;

Result<std::string> from_file(const std::string& name, const std::string& path) {
  Result<std::string> read = read_regular_file(path, kLargestSecret, ErrorKind::unavailable);
  if (!read) return fail(ErrorKind::unavailable, "secret " + name + ": " + read.error().message);
  std::string text = std::move(read.value());
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

}  // namespace

Result<std::string> resolve_secret(const Scenario& scenario, const std::string& name) {
  const auto found =
      std::find_if(scenario.secrets.begin(), scenario.secrets.end(), [&](const Secret& s) { return s.name == name; });
  if (found == scenario.secrets.end()) return fail(ErrorKind::scenario, "there is no secret " + name);
  if (found->source.kind == SecretSource::Kind::file) return from_file(name, found->source.where);
  const char* value = std::getenv(found->source.where.c_str());  // NOLINT(concurrency-mt-unsafe)
  if (value == nullptr) {
    return fail(ErrorKind::unavailable,
                "secret " + name + ": the environment variable " + found->source.where + " is not set for the controller");
  }
  return std::string(value);
}

bool pause(std::stop_token skip, Duration length) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, skip, length, [] { return false; });
  return !skip.stop_requested();
}

Result<Source> Source::open(const Scenario& scenario, const std::string& url, const std::string& token) {
  std::string value;
  if (!token.empty()) {
    SHAKEDOWN_TRY(auto resolved, resolve_secret(scenario, token));
    value = std::move(resolved);
  }
  std::string base = url;
  while (base.ends_with('/')) base.pop_back();
  return Source(PrometheusApi(base, std::move(value)), without_credentials(base));
}

std::string Source::one_series(const std::string& query, WallTime around) const {
  const std::string selector = first_selector(query);
  if (selector.empty()) return {};
  const auto found = api_.instant(selector, around);
  return found && !found.value().empty() ? found.value().front().labels : std::string();
}

Duration Source::scrape(const std::string& query, WallTime around) const {
  const std::string series = one_series(query, around);
  if (series.empty()) return {};
  const auto raw = api_.instant(series + "[5m]", around);
  if (!raw || raw.value().empty()) return {};
  const std::vector<ReadingSample>& samples = raw.value().front().samples;
  std::vector<Duration> gaps;
  for (std::size_t i = 1; i < samples.size(); ++i) gaps.push_back(samples[i].at - samples[i - 1].at);
  if (gaps.empty()) return {};
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::nth_element(gaps.begin(), middle, gaps.end());
  // Intervals are whole tenths of a second; what is beside it is jitter.
  const Duration tenth = 100ms;
  return std::max(tenth, (*middle + tenth / 2) / tenth * tenth);
}

void Source::await_sample(const std::string& query, WallTime at, Duration ago, Duration scrape, std::stop_token skip) const {
  const MonoTime was = mono_now() - ago;
  const MonoTime limit = was + std::min(3 * scrape, kLongestWait);
  const std::string series = one_series(query, at);
  const Duration between = std::clamp<Duration>(scrape / 4, 50ms, 1s);
  while (mono_now() < limit) {
    if (!series.empty()) {
      const auto raw = api_.instant(series + "[5m]", at + (mono_now() - was));
      if (raw && !raw.value().empty() && !raw.value().front().samples.empty() && raw.value().front().samples.back().at >= at) {
        return;
      }
    }
    if (!pause(skip, between)) return;
  }
}

}  // namespace shakedown
