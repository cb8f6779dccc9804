// The families of one publication of /metrics, in the form that prometheus-cpp serves. Plain values: nothing counts
// here, every number is copied from where it is kept.
// Threads: none; one owner each.
#pragma once

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace shakedown {

using MetricFamilies = std::vector<prometheus::MetricFamily>;
using MetricLabels = std::initializer_list<std::pair<const char*, std::string>>;
using MetricHistogram = prometheus::ClientMetric::Histogram;

class MetricFamily {
 public:
  MetricFamily(const char* name, const char* help, prometheus::MetricType type);
  // Of a counter or a gauge.
  void add(MetricLabels labels, double value);
  void add(MetricLabels labels, MetricHistogram histogram);
  prometheus::MetricFamily take() { return std::move(family_); }

 private:
  prometheus::ClientMetric& next(MetricLabels labels);
  prometheus::MetricFamily family_;
};

// Names of counters end in _total; none has a unit other than seconds, bytes or a ratio.
MetricFamily counter(const char* name, const char* help);
MetricFamily gauge(const char* name, const char* help);
MetricFamily histogram(const char* name, const char* help);

}  // namespace shakedown
