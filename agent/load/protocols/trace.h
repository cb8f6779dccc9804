// Trace context for requests: W3C Trace Context, section 3.2 (traceparent), version 00, flag 01 = sampled.
// Seeded by the operating system, not by the run: two runs of one scenario must not share a trace.
// Ownership: plain value. Threads: one.
#pragma once

#include <string>

#include "core/base/rng.h"
#include "core/model/sample.h"

namespace shakedown {

class TraceSource {
 public:
  TraceSource();
  TraceId trace();  // never all zero
  uint64_t span() { return rng_.next() | 1; }

 private:
  Rng rng_;
};

// Appends "traceparent: 00-<32 digits>-<16 digits>-01\r\n".
void append_traceparent(std::string& out, const TraceId& trace, uint64_t span);

}  // namespace shakedown
