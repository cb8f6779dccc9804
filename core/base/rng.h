// Deterministic random numbers, the same on every machine: own generator and own samplers, because
// the distributions of the standard library differ between implementations.
// Threads: one generator belongs to one thread.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace shakedown {

// One step of SplitMix64 (Steele, Lea, Flood 2014): a good 64-bit mixer, also usable as a hash of (seed, i).
constexpr uint64_t mix64(uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

// FNV-1a of a purpose name, to derive independent streams from one run seed.
constexpr uint64_t stream_seed(uint64_t seed, std::string_view purpose, uint64_t index = 0) {
  uint64_t h = 0xcbf29ce484222325ULL;
  for (const char c : purpose) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return mix64(mix64(seed ^ h) + index);
}

// xoshiro256++ 1.0 (Blackman, Vigna 2019).
class Rng {
 public:
  explicit Rng(uint64_t seed) {
    for (uint64_t& word : state_) {
      seed += 0x9e3779b97f4a7c15ULL;
      word = mix64(seed);
    }
  }

  uint64_t next() {
    const uint64_t result = rotl(state_[0] + state_[3], 23) + state_[0];
    const uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = rotl(state_[3], 45);
    return result;
  }

  // [0, 1), 53 bits.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  // [0, n), n > 0, by multiply-shift (bias below n / 2^64).
  uint64_t below(uint64_t n) { return static_cast<uint64_t>((Wide{next()} * n) >> 64); }
  // Mean 1.
  double exponential() { return -std::log1p(-uniform()); }

 private:
  __extension__ using Wide = unsigned __int128;
  static constexpr uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
  std::array<uint64_t, 4> state_{};
};

}  // namespace shakedown
