// Who may take part: the certificate's name and roles against the roster's, and what a refusal says.
#include "controller/agents/greeting.h"

#include <gtest/gtest.h>

namespace shakedown {
namespace {

class Greetings : public ::testing::Test {
 protected:
  Greetings() {
    scenario_.agents = {{"east", true, true, false}, {"west", true, false, false}};
    members_.resize(2);
    for (std::size_t i = 0; i < members_.size(); ++i) {
      members_[i].id = AgentId(i);
      members_[i].facts.name = scenario_.agents[i].name;
    }
  }
  Greeting greet(const Identity* who, const std::string& name = "", bool begun = false) {
    Hello hello;
    hello.name = name;
    return greeting(hello, who, members_, scenario_, begun);
  }
  // Refused, with all of these in the text.
  void expect_refused(const Greeting& greeting, const std::vector<std::string>& words) {
    EXPECT_FALSE(greeting.place);
    for (const std::string& word : words) EXPECT_NE(greeting.refusal.find(word), std::string::npos) << greeting.refusal;
  }

  Scenario scenario_;
  std::vector<Member> members_;
};

const Identity kEast{PeerKind::agent, "east", {true, true, false}};
const Identity kWest{PeerKind::agent, "west", {true, false, false}};

TEST_F(Greetings, GiveTheCertificatesPlace) {
  EXPECT_EQ(greet(&kWest).place, 1u) << "not the first that is free";
  EXPECT_EQ(greet(&kEast, "east").place, 0u);
}

TEST_F(Greetings, GiveAnyPlaceToATokenWithoutAName) {
  EXPECT_EQ(greet(nullptr).place, 0u);
  EXPECT_EQ(greet(nullptr, "west").place, 1u);
}

TEST_F(Greetings, RefuseAnothersName) {
  expect_refused(greet(&kWest, "east"), {"expected --name west", "found east", "leave --name out"});
}

TEST_F(Greetings, RefuseRolesThatTheCertificateDoesNotAllow) {
  const Identity loader{PeerKind::agent, "east", {true, false, true}};
  expect_refused(greet(&loader), {"roles load, inject", "allows load, check", "certs issue --roles"});
  const Identity more{PeerKind::agent, "west", {true, true, true}};
  EXPECT_EQ(greet(&more).place, 1u) << "more than is needed is no harm";
}

TEST_F(Greetings, AskForTheRoleCheckOfWhoChecks) {
  Check check;
  check.agent = AgentId(1);
  scenario_.checks = {check};
  EXPECT_EQ(needed_roles(scenario_, AgentId(1)), (Roles{true, false, true}));
  EXPECT_EQ(needed_roles(scenario_, AgentId(0)), (Roles{true, true, false}));
  expect_refused(greet(&kWest), {"load, check", "allows load;"});
}

TEST_F(Greetings, RefuseTheUnknownTheDuplicateAndTheLate) {
  const Identity north{PeerKind::agent, "north", {true, true, true}};
  expect_refused(greet(&north), {"north", "expects east, west", "`agents`"});
  members_[0].state = MemberState::ready;
  expect_refused(greet(&kEast), {"east", "one is here already", "Stop it"});
  expect_refused(greet(&kWest, "", true), {"the run has begun", "before the next one"});
}

TEST_F(Greetings, RefuseAnotherProtocolBeforeAnythingElse) {
  Hello hello;
  hello.protocol = kProtocolVersion + 1;
  hello.name = "nobody";
  expect_refused(greeting(hello, &kEast, members_, scenario_, true),
                 {"expected protocol " + std::to_string(kProtocolVersion), "speaks " + std::to_string(kProtocolVersion + 1),
                  "the same release"});
}

}  // namespace
}  // namespace shakedown
