#include "core/runtime/http/metric_page.h"

namespace shakedown {

using prometheus::MetricType;

MetricFamily::MetricFamily(const char* name, const char* help, MetricType type) {
  family_.name = name;
  family_.help = help;
  family_.type = type;
}

prometheus::ClientMetric& MetricFamily::next(MetricLabels labels) {
  prometheus::ClientMetric& metric = family_.metric.emplace_back();
  metric.label.reserve(labels.size());
  for (const auto& [name, value] : labels) metric.label.push_back({name, value});
  return metric;
}

void MetricFamily::add(MetricLabels labels, double value) {
  prometheus::ClientMetric& metric = next(labels);
  (family_.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
}

void MetricFamily::add(MetricLabels labels, MetricHistogram histogram) { next(labels).histogram = std::move(histogram); }

MetricFamily counter(const char* name, const char* help) { return {name, help, MetricType::Counter}; }
MetricFamily gauge(const char* name, const char* help) { return {name, help, MetricType::Gauge}; }
MetricFamily histogram(const char* name, const char* help) { return {name, help, MetricType::Histogram}; }

}  // namespace shakedown
