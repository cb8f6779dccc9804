// Serves /metrics from an immutable copy of metric families. A scrape takes the copy that is there and never waits for
// whoever makes the next one.
// Ownership: owns the listener and its thread. Threads: publish and await_scrape from any.
#pragma once

#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/runtime/http/metric_page.h"

namespace shakedown {

class MetricsServer {
 public:
  virtual ~MetricsServer() = default;

  // HOST:PORT with a loopback host (localhost, 127.x.x.x, [::1]); port 0 = of the kernel's choice. Errors: usage (no
  // host, no port), refused (another host, or all: the page has no password), unavailable (the port is taken).
  static Result<std::unique_ptr<MetricsServer>> listen(const std::string& address);

  // "127.0.0.1:40763"
  virtual std::string bound_address() const = 0;
  // Replaces the page.
  virtual void publish(MetricFamilies page) = 0;
  // Scrapes of any page so far.
  virtual uint64_t scrapes() const = 0;
  // Blocks until the page published last has been scraped (true), at most for the limit (false).
  virtual bool await_scrape(Duration limit) = 0;
};

}  // namespace shakedown
