// Checks, attested rows and controls: exact verdicts, and nothing green that was not looked at.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::at;
using testing::Drill;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr double kDay = 86400;

struct Seen {
  bool done = true, holds = true;
  std::optional<double> number;
  std::string detail = "seen";
};

// A sound run with one check of the kind and a row that looks at it; without `seen` the check was not run.
Drill checked(CheckKind kind, std::optional<Seen> seen, Comparison comparison = Comparison::at_least, double limit = 1) {
  Drill drill;
  const StageId stage = drill.run(drill.add_phase("steady", 100, 100), 1);
  drill.load(stage, 1, 101, 100).probe(0, 101);
  drill.scenario.checks.push_back({"it", AgentId(), kind});
  drill.require("SE-1", CheckSli{CheckId(0), answer_of(kind)}, comparison, limit);
  if (seen) {
    CheckResult result{CheckId(0), seen->done, seen->holds, seen->number, seen->detail, at(0.1), at(0.2)};
    drill.add(Event(result));
  }
  return drill;
}

Drill certificate(Seen seen, double limit_days = 30) {
  return checked(CertificateCheck{TargetId(0)}, std::move(seen), Comparison::at_least, limit_days * kDay);
}

TEST(Checks, WhatHoldsPassesAndWhatDoesNotFails) {
  const Verdict good = checked(TlsCheck{}, Seen{}).verdict();
  EXPECT_EQ(good.state, VerdictState::pass);
  EXPECT_EQ(good.measured.unit, Unit::holds);
  EXPECT_EQ(good.measured.value, 1);
  EXPECT_EQ(good.measured.lower, 1);
  EXPECT_EQ(good.measured.upper, 1);
  EXPECT_EQ(good.measured.samples, 1U);
  EXPECT_FALSE(good.at_risk);
  EXPECT_FALSE(good.supportable);
  EXPECT_EQ(good.reason, "Check it holds: seen.");
  const Drill drill = checked(TlsCheck{}, Seen{true, false, {}, "accepts TLS 1.0"});
  EXPECT_EQ(drill.verdict().state, VerdictState::fail);
  EXPECT_EQ(drill.verdict().measured.value, 0);
  EXPECT_THAT(drill.verdict().reason, HasSubstr("does not hold: accepts TLS 1.0"));
  EXPECT_EQ(drill.judge().decision, DecisionState::no_go);
}

TEST(Checks, NothingIsGreenThatWasNotCarriedOut) {
  const Drill absent = checked(TlsCheck{}, std::nullopt);
  EXPECT_EQ(absent.verdict().state, VerdictState::unknown);
  EXPECT_THAT(absent.verdict().reason, HasSubstr("was not run"));
  // holds without done, and a number without done, count for nothing.
  for (const Drill& drill : {checked(TlsCheck{}, Seen{false, true, {}, "no connection in time"}),
                             certificate({false, true, 90 * kDay, "no connection in time"})}) {
    EXPECT_EQ(drill.verdict().state, VerdictState::unknown);
    EXPECT_THAT(drill.verdict().reason, HasSubstr("could not be carried out: no connection in time"));
    EXPECT_FALSE(drill.verdict().measured.value);
    EXPECT_NE(drill.judge().decision, DecisionState::go);
  }
  EXPECT_EQ(certificate({true, true, {}, "seen"}).verdict().state, VerdictState::unknown) << "a row about a number without one";
  EXPECT_EQ(certificate({true, true, std::nan(""), "seen"}).verdict().state, VerdictState::unknown);
}

TEST(Checks, NumbersAreComparedExactlyInBothDirections) {
  EXPECT_EQ(certificate({true, true, 90 * kDay, ""}).verdict().state, VerdictState::pass);
  EXPECT_FALSE(certificate({true, true, 90 * kDay, ""}).verdict().at_risk);
  EXPECT_TRUE(certificate({true, true, 31 * kDay, ""}).verdict().at_risk);
  EXPECT_EQ(certificate({true, true, 29.9 * kDay, ""}).verdict().state, VerdictState::fail);
  const CheckKind command = CommandCheck{{"count"}, true};
  EXPECT_EQ(checked(command, Seen{true, true, 3}, Comparison::at_most, 3).verdict().state, VerdictState::pass);
  EXPECT_EQ(checked(command, Seen{true, true, 3.5}, Comparison::at_most, 3).verdict().state, VerdictState::fail);
  EXPECT_EQ(checked(command, Seen{true, true, -1}, Comparison::at_least, 0).verdict().state, VerdictState::fail);
}

TEST(Checks, AnUntrustedCertificateFailsHoweverLongItIsGood) {
  const Verdict verdict = certificate({true, false, 3650 * kDay, "not trusted: self-signed certificate"}).verdict();
  EXPECT_EQ(verdict.state, VerdictState::fail);
  EXPECT_FALSE(verdict.measured.value) << "its days are no measurement of what was promised";
  EXPECT_THAT(verdict.reason, HasSubstr("self-signed"));
  const Verdict expired = certificate({true, false, -2 * kDay, "not trusted: certificate has expired"}).verdict();
  EXPECT_EQ(expired.state, VerdictState::fail);
  EXPECT_EQ(expired.measured.value, -2 * kDay);
}

TEST(Checks, DeclaredAgainstMeasured) {
  Drill drill = checked(TlsCheck{}, Seen{true, false, {}, ""});
  drill.requirement(0).declared = Declared{Status::green, {}, "", {}};
  EXPECT_EQ(drill.verdict().watermelon, Watermelon::optimistic);
  Drill short_lived = certificate({true, true, 10 * kDay, ""});
  short_lived.requirement(0).declared = Declared{{}, 60 * kDay, "60d", {}};
  EXPECT_EQ(short_lived.verdict().watermelon, Watermelon::optimistic);
  Drill as_told = certificate({true, true, 59.6 * kDay, ""});
  as_told.requirement(0).declared = Declared{Status::green, 60 * kDay, "60d", {}};
  EXPECT_EQ(as_told.verdict().watermelon, Watermelon::honest) << "days are told in whole numbers";
  Drill unseen = checked(TlsCheck{}, Seen{false, false, {}, ""});
  unseen.requirement(0).declared = Declared{Status::green, {}, "", {}};
  EXPECT_EQ(unseen.verdict().watermelon, Watermelon::unverifiable);
}

TEST(Checks, EveryCheckIsListedAsItCameOut) {
  Drill drill = certificate({true, true, 90 * kDay, "verified"});
  drill.scenario.checks.push_back({"other", AgentId(), PlainHttpCheck{TargetId(0), 80}});
  const std::vector<ScoredCheck> listed = drill.judge().checks;
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed[0].name + " " + listed[0].kind + " " + listed[0].detail, "it certificate verified");
  EXPECT_TRUE(listed[0].done && listed[0].holds);
  EXPECT_EQ(listed[0].number, 90 * kDay);
  EXPECT_EQ(listed[1].kind + " " + listed[1].detail, "plain_http not run");
  EXPECT_FALSE(listed[1].done || listed[1].holds || listed[1].number);
}

WallTime day(const std::string& text) { return parse_wall(text).value(); }

Drill attested(const std::string& date, const std::string& expires, const std::string& finished) {
  Drill drill = checked(TlsCheck{}, Seen{});
  drill.require("MA-1", AttestedSli{"Backups lie elsewhere", "sam@example.com", "https://example.com/b", date, expires},
                Comparison::at_least, 1);
  drill.manifest.finished = day(finished);
  return drill;
}

TEST(Attested, IsGoodFromItsDayToItsLastAndRedAfterwards) {
  for (const char* finished : {"2026-11-01", "2026-11-20T12:00:00Z", "2026-12-31T23:59:59Z"}) {
    const Verdict verdict = attested("2026-11-01", "2026-12-31", finished).verdict(1);
    EXPECT_EQ(verdict.state, VerdictState::pass) << finished;
    EXPECT_EQ(verdict.measured.samples, 0U);
    EXPECT_FALSE(verdict.measured.value || verdict.measured.lower || verdict.measured.upper) << "it is nobody's measurement";
    EXPECT_THAT(verdict.reason, HasSubstr("Attested, not measured: \"Backups lie elsewhere\", by sam@example.com on 2026-11-01"));
    EXPECT_THAT(verdict.reason, HasSubstr("https://example.com/b"));
  }
  const Drill expired = attested("2026-11-01", "2026-12-31", "2027-01-01");
  EXPECT_EQ(expired.verdict(1).state, VerdictState::fail);
  EXPECT_THAT(expired.verdict(1).reason, HasSubstr("it expired on 2026-12-31"));
  EXPECT_EQ(expired.judge().decision, DecisionState::no_go);
  EXPECT_THAT(testing::all_text(expired.judge()), HasSubstr("which expired on"));
}

// Nobody vouches for it on the day that counts.
TEST(Attested, TruthWhatEndsBeforeTheLaunchIsNotProven) {
  Drill drill = attested("2026-11-01", "2026-11-30", "2026-11-20");
  drill.scenario.launch = "2026-12-15";
  EXPECT_EQ(drill.verdict(1).state, VerdictState::not_proven);
  EXPECT_THAT(drill.verdict(1).reason, HasSubstr("good until 2026-11-30, which is before the launch on 2026-12-15"));
  EXPECT_EQ(drill.judge().decision, DecisionState::not_proven);
  drill.scenario.launch = "2026-11-30";
  EXPECT_EQ(drill.verdict(1).state, VerdictState::pass) << "the last day counts";
  drill.scenario.launch = "2027-01-15";
  drill.manifest.finished = day("2026-12-02");
  EXPECT_EQ(drill.verdict(1).state, VerdictState::fail) << "expired, whenever the launch is";
}

TEST(Attested, WhatCannotBeDatedIsUnknown) {
  EXPECT_EQ(attested("soon", "2026-12-31", "2026-11-20").verdict(1).state, VerdictState::unknown);
  EXPECT_EQ(attested("2026-11-01", "never", "2026-11-20").verdict(1).state, VerdictState::unknown);
  EXPECT_EQ(attested("2026-11-21", "2026-12-31", "2026-11-20").verdict(1).state, VerdictState::unknown) << "in the future";
  Drill endless = attested("2026-11-01", "2026-12-31", "2026-11-20");
  endless.manifest.finished = WallTime{};
  EXPECT_EQ(endless.verdict(1).state, VerdictState::unknown);
}

TEST(Attested, AGoRestsOnSomethingMeasured) {
  Drill drill = attested("2026-11-01", "2026-12-31", "2026-11-20");
  EXPECT_EQ(drill.judge().decision, DecisionState::go);
  EXPECT_EQ(drill.judge().covers, "1 of 11 areas");
  drill.requirement(0).must = false;
  EXPECT_EQ(drill.judge().decision, DecisionState::not_proven) << "only words are left";
  EXPECT_EQ(drill.judge().covers, "0 of 11 areas");
}

TEST(Controls, AreTheWorstOfTheirRows) {
  Drill drill = attested("2026-11-01", "2026-12-31", "2026-11-20");  // row 0: a check that holds, row 1: attested
  drill.require("SE-2", CheckSli{CheckId(0)}, Comparison::at_least, 1);
  drill.scenario.checks.push_back({"unseen", AgentId(), TlsCheck{}});
  drill.require("SE-3", CheckSli{CheckId(1)}, Comparison::at_least, 1);
  drill.requirement(0).controls = {"PCI-4", "PCI-8"};
  drill.requirement(1).controls = {"PCI-10"};
  drill.requirement(2).controls = {"PCI-4"};
  drill.requirement(3).controls = {"PCI-8", "PCI-9"};
  const std::vector<ScoredControl> controls = drill.judge().controls;
  ASSERT_EQ(controls.size(), 4U);
  EXPECT_EQ(controls[0].control, "PCI-4");
  EXPECT_EQ(controls[0].state, VerdictState::pass);
  EXPECT_THAT(controls[0].rows, ElementsAre(RequirementId(0), RequirementId(2)));
  EXPECT_EQ(controls[1].control, "PCI-8");
  EXPECT_EQ(controls[1].state, VerdictState::unknown) << "one of its rows has no evidence";
  EXPECT_EQ(controls[2].control, "PCI-10");
  EXPECT_EQ(controls[2].state, VerdictState::pass);
  EXPECT_TRUE(controls[2].vouched && !controls[0].vouched) << "nothing was measured";
  EXPECT_EQ(controls[3].state, VerdictState::unknown);
  drill.add(Event(CheckResult{CheckId(1), true, false, {}, "seen", at(0.1), at(0.2)}));
  const std::vector<ScoredControl> after = drill.judge().controls;
  EXPECT_EQ(after[1].state, VerdictState::fail);
}

}  // namespace
}  // namespace shakedown
