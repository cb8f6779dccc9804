// SHA-256, and the chain of digests of an append-only record: each is that of the one before and of what follows it.
// Ownership: plain values. Threads: one Hash each; the free function is safe everywhere.
#pragma once

#include <array>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace shakedown {

using Digest = std::array<unsigned char, 32>;

std::string hex(const Digest& digest);  // lower-case
Digest sha256(std::string_view bytes);

// OpenSSL looks the method up but once, and a context serves many records.
class Hash {
 public:
  Hash();
  ~Hash();
  Hash(const Hash&) = delete;
  Hash& operator=(const Hash&) = delete;

  Digest of(std::initializer_list<std::string_view> parts);
  // The next digest of a chain.
  Digest link(const Digest& before, std::string_view payload);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace shakedown
