#include "agent/check/tls/cipher_suites.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace shakedown {
namespace {

bool has(const std::vector<uint16_t>& suites, uint16_t suite) {
  return std::find(suites.begin(), suites.end(), suite) != suites.end();
}

TEST(CipherSuites, ClassesThatOpensslKnows) {
  const auto cbc = suites_of("CBC");
  EXPECT_TRUE(has(cbc, 0x002F)) << "AES128-SHA";
  EXPECT_TRUE(has(cbc, 0xC013)) << "ECDHE-RSA-AES128-SHA";
  EXPECT_FALSE(has(cbc, 0xC02F)) << "ECDHE-RSA-AES128-GCM-SHA256";
  EXPECT_TRUE(has(suites_of("NULL"), 0x003B)) << "NULL-SHA256";
  EXPECT_TRUE(has(suites_of("kRSA"), 0x009C)) << "AES128-GCM-SHA256";
  EXPECT_EQ(suites_of("ECDHE-RSA-AES128-SHA"), std::vector<uint16_t>{0xC013});
}

TEST(CipherSuites, ClassesThatItsBuildHasLeftOut) {
  EXPECT_TRUE(has(suites_of("RC4"), 0x0005));
  EXPECT_TRUE(has(suites_of("RC4"), 0xC011));
  EXPECT_FALSE(has(suites_of("RC4"), 0x0003)) << "an export cipher, a class of its own";
  EXPECT_TRUE(has(suites_of("3DES"), 0x000A));
  EXPECT_TRUE(has(suites_of("EXPORT"), 0x0003));
  EXPECT_TRUE(has(suites_of("CBC"), 0x000A));
  EXPECT_TRUE(has(suites_of("DES-CBC3-SHA"), 0x000A));
}

TEST(CipherSuites, AnUnknownWordIsNothing) {
  EXPECT_TRUE(suites_of("no-such-cipher").empty());
  EXPECT_TRUE(suites_of("TLS_AES_128_GCM_SHA256").empty()) << "TLS 1.3 has no weak ones to forbid";
}

TEST(CipherSuites, AllOfThemAreThereOnceAndNoneOfTls13) {
  auto all = all_suites();
  EXPECT_GT(all.size(), 100U);
  EXPECT_TRUE(has(all, 0x0005) && has(all, 0x000A) && has(all, 0xC02F));
  EXPECT_FALSE(has(all, 0x1301));
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

TEST(CipherSuites, Names) {
  EXPECT_EQ(suite_name(0xC013), "ECDHE-RSA-AES128-SHA");
  EXPECT_EQ(suite_name(0x000A), "DES-CBC3-SHA");
  EXPECT_EQ(suite_name(0x5A5A), "0x5A5A");
}

}  // namespace
}  // namespace shakedown
