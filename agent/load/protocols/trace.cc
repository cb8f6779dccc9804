#include "agent/load/protocols/trace.h"

#include <random>

namespace shakedown {
namespace {

uint64_t seed_of_system() {
  std::random_device device;
  return static_cast<uint64_t>(device()) << 32 | device();
}

void append_hex(std::string& out, uint64_t number, int digits) {
  static constexpr char kHex[] = "0123456789abcdef";
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out.push_back(kHex[(number >> shift) & 15]);
}

}  // namespace

TraceSource::TraceSource() : rng_(seed_of_system()) {}

TraceId TraceSource::trace() {
  TraceId out;
  for (std::size_t half = 0; half < 2; ++half) {
    const uint64_t bits = rng_.next() | half;
    for (std::size_t i = 0; i < 8; ++i) out[8 * half + i] = static_cast<uint8_t>(bits >> (56 - 8 * i));
  }
  return out;
}

void append_traceparent(std::string& out, const TraceId& trace, uint64_t span) {
  out += "traceparent: 00-";
  for (const uint8_t byte : trace) append_hex(out, byte, 2);
  out += '-';
  append_hex(out, span, 16);
  out += "-01\r\n";
}

}  // namespace shakedown
