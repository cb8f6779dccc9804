#include "agent/policy/policy_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <fstream>

namespace shakedown {
namespace {

struct PolicyFileKept : ::testing::Test {
  std::string path = ::testing::TempDir() + "/kept-policy.yaml";

  void write(const std::string& text) {
    std::ofstream(path) << "shakedown-agent: v1\n" << text;
    ::chmod(path.c_str(), 0600);
  }
  PolicyFile loaded() {
    PolicyFile file(load_policy(path).value());
    EXPECT_TRUE(file.read().has_value());
    return file;
  }
  static std::string trouble(PolicyFile& file) {
    const Result<void> same = file.check_unchanged();
    return same ? "" : same.error().message;
  }
};

TEST_F(PolicyFileKept, OneThatIsGoneAllowsNothing) {
  write("faults: [kill]\n");
  PolicyFile file = loaded();
  EXPECT_EQ(trouble(file), "");
  std::remove(path.c_str());
  EXPECT_NE(trouble(file).find("can no longer be read, so that nothing is allowed"), std::string::npos) << trouble(file);
  write("faults: [kill]\n");
  EXPECT_EQ(trouble(file), "") << "it says the same again";
}

TEST_F(PolicyFileKept, OneThatSaysAnythingElseAllowsNothingOfThePlan) {
  write("faults: [kill]\n");
  for (const char* other : {"faults: []\n", "faults: [kill]\nenvironment: [A]\n", "faults: [kill]\nfolder: /srv\n",
                            "faults: [kill]\nat_once: 2\n", "faults: [kill]\nhours: {allow: [{days: [mon]}]}\n",
                            "faults: [kill]\nprotected: [/run/x.pid]\n", "faults: [kill]\ncommands: {a: [b]}\n"}) {
    write("faults: [kill]\n");
    PolicyFile file = loaded();
    write(other);
    EXPECT_NE(trouble(file).find("was changed after it allowed this plan"), std::string::npos) << other;
    EXPECT_NE(trouble(file), "") << "asked again";
    ASSERT_TRUE(file.read().has_value());
    EXPECT_EQ(trouble(file), "") << "the next plan is held against it";
  }
}

TEST_F(PolicyFileKept, OneThatOthersMayWriteOrIsDamagedAllowsNothing) {
  write("faults: [kill]\n");
  PolicyFile file = loaded();
  ::chmod(path.c_str(), 0666);
  EXPECT_NE(trouble(file), "");
  ::chmod(path.c_str(), 0600);
  EXPECT_EQ(trouble(file), "");
  write("faults: [earthquake]\n");
  EXPECT_NE(trouble(file), "");
}

TEST_F(PolicyFileKept, ACommentIsNoChange) {
  write("faults: [kill]\n");
  PolicyFile file = loaded();
  write("faults: [kill]   # for the autumn drills\n");
  EXPECT_EQ(trouble(file), "");
}

TEST_F(PolicyFileKept, APolicyThatIsNoFileDoesNotChange) {
  PolicyFile none(no_policy()), declared{Policy()};
  EXPECT_TRUE(none.read().has_value());
  EXPECT_EQ(trouble(none), "");
  EXPECT_TRUE(declared.read().has_value());
  EXPECT_EQ(trouble(declared), "");
}

}  // namespace
}  // namespace shakedown
