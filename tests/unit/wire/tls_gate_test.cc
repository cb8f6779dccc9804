// What the first bytes of a connection are taken for.
#include "core/wire/grpc/tls_gate.h"

#include <gtest/gtest.h>

namespace shakedown::wire {
namespace {

std::string number(std::size_t value, std::size_t size) {
  std::string bytes;
  while (size-- > 0) bytes += static_cast<char>(value >> (8 * size) & 255);
  return bytes;
}
std::string counted(const std::string& content, std::size_t size) { return number(content.size(), size) + content; }

std::string hello(const std::string& versions, const std::string& before = "") {
  const std::string extension = number(43, 2) + counted(counted(versions, 1), 2);
  const std::string body = number(0x0303, 2) + std::string(32, 'r') + counted("session", 1) + counted(number(0x1301, 2), 2) +
                           counted(number(0, 1), 1) + counted(before + extension, 2);
  const std::string message = number(1, 1) + counted(body, 3);
  return number(22, 1) + number(0x0301, 2) + counted(message, 2);
}

TEST(TlsGate, LetsThroughWhoOffersTls13) {
  EXPECT_EQ(look_at(hello(number(0x0304, 2))), FirstWords::tls1_3);
  EXPECT_EQ(look_at(hello(number(0x0303, 2) + number(0x0304, 2), number(0, 2) + counted("x", 2))), FirstWords::tls1_3);
}

TEST(TlsGate, LetsNobodyElseThrough) {
  EXPECT_EQ(look_at(hello(number(0x0303, 2))), FirstWords::other) << "1.2 and no more";
  EXPECT_EQ(look_at(hello("")), FirstWords::other);
  EXPECT_EQ(look_at("PRI * HTTP/2.0"), FirstWords::other);
  EXPECT_EQ(look_at(number(22, 1) + number(0x0301, 2) + number(16385, 2)), FirstWords::other) << "a record that is too long";
}

TEST(TlsGate, WaitsForTheWholeOfIt) {
  const std::string whole = hello(number(0x0304, 2));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(look_at(whole.substr(0, size)), FirstWords::incomplete) << size;
  }
}

// Lengths that lie never lead beyond the bytes (the sanitizers look).
TEST(TlsGate, BelievesNoLength) {
  const std::string whole = hello(number(0x0304, 2));
  for (std::size_t at = 5; at < whole.size(); ++at) {
    for (const int byte : {0, 1, 127, 255}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(byte);
      EXPECT_NE(look_at(damaged), FirstWords::incomplete);
    }
  }
}

}  // namespace
}  // namespace shakedown::wire
