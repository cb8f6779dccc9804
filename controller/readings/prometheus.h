// The HTTP API of a Prometheus (or what speaks like one) and of an Alertmanager, as far as evidence needs it.
// Ownership: plain values. Threads: one; calls block for at most their timeout.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/model/reading.h"

namespace shakedown {

class PrometheusApi {
 public:
  // token: sent as bearer token when not empty; never part of an error.
  PrometheusApi(std::string base, std::string token) : base_(std::move(base)), token_(std::move(token)) {}

  // A vector or scalar: one sample a series. A range selector: all its samples.
  Result<std::vector<ReadingSeries>> instant(const std::string& query, WallTime at) const;
  Result<std::vector<ReadingSeries>> range(const std::string& query, WallTime from, WallTime to, Duration step) const;
  // How long samples are kept, in seconds; infinite when only their size is limited.
  Result<double> retention() const;
  // Alerts of that name which an Alertmanager knows as active: a sample at each one's start.
  Result<std::vector<ReadingSeries>> alerts(const std::string& name) const;

 private:
  Result<std::string> fetch(const std::string& path) const;
  Result<nlohmann::json> data(const std::string& path) const;

  std::string base_, token_;
};

// promql.cc
// "15d", "1h30m", "100ms" of Prometheus, the first of "30d or 10GiB"; nullopt when it begins with no duration.
std::optional<double> parse_retention(const std::string& text);

// The first selector of a PromQL expression, as it stands there without range: "http_requests_total{code=\"200\"}";
// empty when none is found.
std::string first_selector(const std::string& query);

}  // namespace shakedown
