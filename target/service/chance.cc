#include "target/service/chance.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace practice {
namespace {

constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;  // 2^64 / phi: consecutive states lie far apart

std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

double to_unit(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1.0p-53; }

std::uint64_t hash(std::uint64_t state, std::string_view text) {
  for (const char c : text) state = mix(state + kGolden + static_cast<unsigned char>(c));
  return state;
}

}  // namespace

Chance::Chance(std::uint64_t seed, std::uint64_t stream) : state_(mix(seed + kGolden) ^ mix(stream * kGolden + 1)) {}

std::uint64_t Chance::next() { return mix(state_ += kGolden); }
double Chance::unit() { return to_unit(next()); }

double Chance::normal() {
  const double radius = std::sqrt(-2 * std::log(1 - unit()));
  return radius * std::cos(2 * std::numbers::pi * unit());
}

Nanos Chance::delay(const DelaySpec& spec) {
  const auto low = static_cast<double>(spec.low);
  double nanos = 0;
  switch (spec.kind) {
    case DelaySpec::Kind::kNone: return 0;
    case DelaySpec::Kind::kFixed: return spec.low;
    case DelaySpec::Kind::kExponential: nanos = -low * std::log(1 - unit()); break;
    case DelaySpec::Kind::kUniform: nanos = low + unit() * static_cast<double>(spec.high - spec.low); break;
    case DelaySpec::Kind::kLognormal: nanos = low * std::exp(spec.sigma * normal()); break;
  }
  return static_cast<Nanos>(std::min(nanos, 1e18));
}

bool chosen(std::string_view id, std::uint64_t seed, std::string_view purpose, double share) {
  if (share <= 0) return false;
  return to_unit(mix(hash(hash(mix(seed + kGolden), purpose), id))) < share;
}

}  // namespace practice
