// Identities, the authority that signs them, and what is refused before anything is dialled.
#include "core/wire/credentials/credentials.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/wire/credentials/authority.h"

namespace shakedown {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr WallTime kNow{std::chrono::seconds(1'800'000'000)};

TEST(IdentityUri, GoesThereAndBack) {
  for (const char* uri : {"shakedown://agent/east?roles=load", "shakedown://agent/e.1_x-2?roles=load,inject,check",
                          "shakedown://controller/main", "shakedown://authority/shakedown-authority"}) {
    const auto read = parse_identity_uri(uri);
    ASSERT_TRUE(read) << uri;
    EXPECT_EQ(identity_uri(read.value()), uri);
  }
}

TEST(IdentityUri, IsNothingElse) {
  for (const char* uri :
       {"", "shakedown://", "shakedown://agent", "shakedown://agent/", "shakedown://agent/east", "shakedown://agent/east?roles=",
        "shakedown://agent/east?roles=load,", "shakedown://agent/east?roles=admin", "shakedown://agent/east?role=load",
        "shakedown://agent/../x?roles=load", "shakedown://agent/a/b?roles=load", "shakedown://controller/main?roles=load",
        "shakedown://agents/east?roles=load", "https://agent/east?roles=load", "shakedown://agent/east?roles=load&x=1"}) {
    EXPECT_FALSE(parse_identity_uri(uri)) << uri;
  }
}

TEST(Roles, LieWithinOthers) {
  const Roles all{true, true, true}, load{true, false, false};
  EXPECT_TRUE(load.within(all));
  EXPECT_FALSE(all.within(load));
  EXPECT_EQ(all.text(), "load, inject, check");
  EXPECT_EQ(Roles{}.text(), "none");
}

class Folder : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/shakedown-certs-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    dir_ = name;
    const auto made = create_authority(dir_ + "/pki", kNow);
    ASSERT_TRUE(made) << made.error().text();
  }
  void TearDown() override { fs::remove_all(dir_); }
  std::string issue(const std::string& name, WallTime until = kNow + 24h, PeerKind kind = PeerKind::agent,
                    const std::string& pki = "pki") {
    IssueRequest request{{kind, name, {}}, {}, kNow - 24h, until};
    if (kind == PeerKind::agent) request.identity.roles = {true, true, false};
    if (kind == PeerKind::controller) request.hosts = {"drill.example.com", "10.0.0.7", "::1"};
    auto folder = issue_identity(dir_ + "/" + pki, request);
    EXPECT_TRUE(folder) << folder.error().text();
    return folder ? folder.value() : "";
  }
  Result<Credentials> read(const std::string& folder, PeerKind kind = PeerKind::agent) {
    return read_credentials(credentials_in(folder), kind, kNow);
  }
  std::string dir_;
};

unsigned mode_of(const std::string& path) {
  struct stat info {};
  EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 0777;
}

TEST_F(Folder, IsPrivateAndComplete) {
  const std::string east = issue("east");
  EXPECT_EQ(mode_of(dir_ + "/pki"), 0700u);
  EXPECT_EQ(mode_of(dir_ + "/pki/authority.key"), 0600u);
  EXPECT_EQ(mode_of(east), 0700u);
  EXPECT_EQ(mode_of(east + "/identity.key"), 0600u);
  EXPECT_FALSE(fs::exists(east + "/authority.key")) << "a host is given no key that signs";
  const auto got = read(east);
  ASSERT_TRUE(got) << got.error().text();
  EXPECT_EQ(got.value().facts.identity, (Identity{PeerKind::agent, "east", {true, true, false}}));
  EXPECT_EQ(got.value().facts.until, kNow + 24h);
  EXPECT_EQ(got.value().facts.fingerprint.size(), 64u);
}

TEST_F(Folder, OfAControllerNamesItsHosts) {
  const auto got = read(issue("main", kNow + 24h, PeerKind::controller), PeerKind::controller);
  ASSERT_TRUE(got) << got.error().text();
  EXPECT_EQ(got.value().facts.hosts, (std::vector<std::string>{"drill.example.com", "10.0.0.7", "::1"}));
}

TEST_F(Folder, IsNeverOverwritten) {
  EXPECT_EQ(create_authority(dir_ + "/pki", kNow).error().kind, ErrorKind::output);
  issue("east");
  const auto again = issue_identity(dir_ + "/pki", {{PeerKind::agent, "east", {true, false, false}}, {}, kNow, kNow + 1h});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::output);
  EXPECT_EQ(create_authority("/tmp", kNow).error().kind, ErrorKind::refused) << "a folder that others may use";
}

TEST_F(Folder, TakesNoNameThatIsAPathAndNoHostThatIsNone) {
  for (const char* name : {"", "../x", "a/b", ".x", "a b", "a\n"}) {
    EXPECT_FALSE(issue_identity(dir_ + "/pki", {{PeerKind::agent, name, {true, false, false}}, {}, kNow, kNow + 1h})) << name;
  }
  for (const char* host : {"", "a,DNS:b", "*", "x y", "a/b"}) {
    EXPECT_FALSE(issue_identity(dir_ + "/pki", {{PeerKind::controller, "main", {}}, {host}, kNow, kNow + 1h})) << host;
  }
  EXPECT_FALSE(issue_identity(dir_ + "/pki", {{PeerKind::agent, "east", {}}, {}, kNow, kNow + 1h})) << "no role";
}

TEST_F(Folder, SignsNothingBeyondItsOwnEnd) {
  const auto got = read(issue("east", kNow + 10000 * 24h));
  ASSERT_TRUE(got);
  EXPECT_EQ(got.value().facts.until, kNow + 24h * kAuthorityDays);
  const auto late =
      issue_identity(dir_ + "/pki", {{PeerKind::agent, "west", {true, false, false}}, {}, kNow + 366 * 24h, kNow + 400 * 24h});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::unavailable);
}

TEST_F(Folder, ThatEndedIsNamedWithItsDate) {
  const auto got = read(issue("east", kNow - 1h));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, ErrorKind::unavailable);
  EXPECT_NE(got.error().message.find("ended on 2027-01-15"), std::string::npos) << got.error().message;
  EXPECT_NE(got.error().message.find("certs issue"), std::string::npos);
}

TEST_F(Folder, OfTheOtherKindIsRefused) {
  EXPECT_EQ(read(issue("main", kNow + 1h, PeerKind::controller)).error().kind, ErrorKind::usage);
  EXPECT_EQ(read(issue("east"), PeerKind::controller).error().kind, ErrorKind::usage);
}

TEST_F(Folder, WithAKeyThatOthersMayReadIsRefused) {
  const std::string east = issue("east");
  ASSERT_EQ(::chmod((east + "/identity.key").c_str(), 0640), 0);
  EXPECT_EQ(read(east).error().kind, ErrorKind::refused);
}

TEST_F(Folder, OfAnotherAuthorityOrAnotherKeyIsRefused) {
  ASSERT_TRUE(create_authority(dir_ + "/other", kNow));
  const CredentialFiles ours = credentials_in(issue("east"));
  const CredentialFiles theirs = credentials_in(issue("east", kNow + 1h, PeerKind::agent, "other"));
  const auto foreign = read_credentials({theirs.authority, ours.certificate, ours.key}, PeerKind::agent, kNow);
  ASSERT_FALSE(foreign);
  EXPECT_NE(foreign.error().message.find("not signed by"), std::string::npos) << foreign.error().message;
  const auto mixed = read_credentials({ours.authority, ours.certificate, theirs.key}, PeerKind::agent, kNow);
  ASSERT_FALSE(mixed);
  EXPECT_NE(mixed.error().message.find("does not belong"), std::string::npos) << mixed.error().message;
}

TEST_F(Folder, ThroughALinkIsNotWritten) {
  ASSERT_EQ(::mkdir((dir_ + "/trap").c_str(), 0700), 0);
  fs::create_symlink(dir_ + "/elsewhere", dir_ + "/trap/authority.key");
  EXPECT_FALSE(create_authority(dir_ + "/trap", kNow));
  EXPECT_FALSE(fs::exists(dir_ + "/elsewhere"));
}

}  // namespace
}  // namespace shakedown
