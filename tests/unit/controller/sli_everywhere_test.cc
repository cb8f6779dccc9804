// Every kind of SLI on its whole way, from the scenario's text to the pages: none is skipped anywhere.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <set>

#include "controller/judge/judge.h"
#include "controller/metrics/page.h"
#include "controller/model/looks_at.h"
#include "controller/plan/text.h"
#include "controller/report/report.h"
#include "controller/scenario/scenario.h"

namespace shakedown {
namespace {

constexpr const char* kScenario = R"(shakedown: v1
name: every-sli
targets: {api: {url: "http://127.0.0.1:18080"}}
components: {db: {process: {pidfile: run/db.pid, exe: db}, start: [db]}}
operations: {read: {http: {target: api, path: /entries}}}
probes: {door: {operation: read, every: 10ms, timeout: 200ms}}
ledgers:
  entries:
    write: {http: {target: api, method: PUT, path: "/entries/{id}", body: "{payload}"}}
    read: {http: {target: api, path: "/entries/{id}"}}
    present: {body: {contains: "{checksum}"}}
    absent: {status: 404}
    rate: 100/s
forecast: {rate: 100/s, by: "2027-03-01"}
dependencies:
  dba: {owner: dba, calls: {service: 1}, capacity: 6000/s, commitment: {who: dba, rate: 5000/s, date: "2026-11-01", until: "2027-06-30"}}
checks: {answers: {http: {http: {target: api, path: /health}, expect: {status: 200}}}}
phases:
  - {name: steady, duration: 30s, repeat: 5, load: {open: {rate: 100/s}}, faults: [{name: crash, at: 2s, kill: {component: db}}]}
  - {name: limit, search: {rate: {from: 10/s, to: 1000/s}, hold: latency, limit: 1h}, load: {open: {rate: 1/s}}}
  - {name: more, steps: {concurrency: [1, 2, 4, 8], each: 5s, settle: 1s}, load: {closed: {users: 1}}}
requirements:
)";

// One of each alternative: as it is written, and its objective ("" = it has none).
struct Sample {
  const char* id;
  const char* sli;
  const char* objective;
};
constexpr Sample kSamples[] = {
    {"availability", "{availability: {}}", ">= 99%"},
    {"uptime", "{availability: {probe: door, period: 30d}}", ">= 99%"},
    {"latency", "{latency: {}}", "<= 20ms"},
    {"throughput", "{throughput: {}}", ">= 90/s"},
    {"error-ratio", "{error_ratio: {}}", "<= 1%"},
    {"mtbf", "{mtbf: {probe: door}}", ">= 1h"},
    {"mtbr", "{mtbr: {probe: door}}", ">= 1h"},
    {"mttr", "{mttr: {probe: door, fault: crash}}", "<= 5s"},
    {"outages", "{outages: {probe: door}}", "<= 2"},
    {"impact", "{impact: {fault: crash}}", "<= 100 requests"},
    {"tolerated", "{tolerated: {faults: crash, probe: door}}", ">= 60%"},
    {"rto", "{rto: {fault: crash, probe: door}}", "<= 5s"},
    {"rpo", "{rpo: {fault: crash, ledger: entries}}", "<= 0 writes"},
    {"durability", "{durability: {ledger: entries}}", "<= 0 writes"},
    {"capacity", "{capacity: {phase: limit}}", ">= 100/s"},
    {"headroom", "{headroom: {phase: limit}}", ">= 30%"},
    {"efficiency", "{efficiency: {phase: more, at: 4}}", ">= 50%"},
    {"degradation", "{degradation: {}}", "<= 1%"},
    {"downstream", "{downstream: {}}", ">= 20%"},
    {"check", "{check: {name: answers}}", ""},
    {"attested", "{attested: {statement: Backups lie elsewhere, by: sam, date: \"2025-01-01\", expires: \"2099-12-31\"}}", ""},
};

Scenario every_sli() {
  std::string text = kScenario;
  for (const Sample& one : kSamples) {
    const std::string objective = *one.objective == '\0' ? "" : std::string(", objective: \"") + one.objective + "\"";
    text += std::string("  - {id: ") + one.id + ", area: availability, title: Promise " + one.id + ", sli: " + one.sli +
            objective + "}\n";
  }
  Decoded decoded = decode_scenario(text, "every.yaml", "/srv/drill");
  std::string all;
  for (const Diagnostic& d : decoded.diagnostics) all += d.text() + "\n";
  EXPECT_TRUE(decoded.scenario) << all;
  return decoded.scenario.value_or(Scenario{});
}

template <std::size_t... I>
std::vector<Sli> every_alternative(std::index_sequence<I...>) {
  return {Sli(std::in_place_index<I>)...};
}
const std::vector<Sli> kAlternatives = every_alternative(std::make_index_sequence<std::variant_size_v<Sli>>());

class SliEverywhere : public ::testing::Test {
 protected:
  const Scenario scenario_ = every_sli();
  const Timeline timeline_{scenario_};
  const Scorecard card_ = judge(scenario_, timeline_, Manifest{}, WallTime{});
};

TEST_F(SliEverywhere, EachAlternativeHasASampleThatIsReadAsIt) {
  std::set<std::size_t> read;
  for (const Requirement& row : scenario_.requirements) read.insert(row.sli.index());
  for (const Sli& one : kAlternatives) {
    EXPECT_TRUE(read.contains(one.index())) << "no sample above is read as alternative " << one.index() << ", " << kind_name(one);
  }
}

TEST_F(SliEverywhere, EachWordOfTheSchemaIsAKindAndTheOtherWayRound) {
  const auto schema = nlohmann::json::parse(scenario_schema_json());
  std::set<std::string> words, kinds;
  for (const auto& [title, one] : schema["$defs"].items()) {
    if (title != "SLI") continue;
    for (const auto& [key, value] : one["properties"].items()) words.insert(key);
  }
  for (const Sli& one : kAlternatives) kinds.insert(kind_name(one));
  EXPECT_EQ(words, kinds);
}

TEST_F(SliEverywhere, EachSaysWhatItLooksAt) {
  for (const Requirement& row : scenario_.requirements) {
    const LooksAt at = looks_at(row.sli);
    const bool something = at.scope != nullptr || !at.probes.empty() || at.fault.valid() || !at.faults.empty() ||
                           at.ledger.valid() || at.search || at.series || at.dependencies != nullptr || at.check ||
                           at.attested != nullptr;
    EXPECT_TRUE(something) << row.id;
  }
}

TEST_F(SliEverywhere, ThePlanSaysWhatEachNeeds) {
  const std::string plan = plan_text(scenario_);
  for (const Requirement& row : scenario_.requirements) {
    EXPECT_FALSE(evidence_text(scenario_, row).empty()) << row.id;
    EXPECT_NE(plan.find(evidence_text(scenario_, row)), std::string::npos) << row.id;
  }
}

// Of a run that measured nothing: whatever is measured is unknown, with its reason.
TEST_F(SliEverywhere, EachIsJudgedInItsUnit) {
  ASSERT_EQ(card_.requirements.size(), std::size(kSamples));
  for (const ScoredRequirement& row : card_.requirements) {
    EXPECT_EQ(row.verdict.measured.unit, unit_of(row.requirement.sli)) << row.requirement.id;
    EXPECT_FALSE(row.verdict.reason.empty()) << row.requirement.id;
    const bool vouched = looks_at(row.requirement.sli).attested != nullptr;
    EXPECT_TRUE(vouched || row.verdict.state == VerdictState::unknown) << row.requirement.id;
  }
}

TEST_F(SliEverywhere, EveryReportTellsEach) {
  const auto json = nlohmann::json::parse(scorecard_json(card_));
  const std::string markdown = scorecard_markdown(card_), junit = scorecard_junit(card_),
                    console = scorecard_console(card_, false), html = scorecard_html(card_, timeline_);
  for (std::size_t i = 0; i < std::size(kSamples); ++i) {
    const Requirement& row = scenario_.requirements[i];
    EXPECT_EQ(json["requirements"][i]["sli"], kind_name(row.sli)) << row.id;
    for (const std::string* page : {&markdown, &junit, &console, &html})
      EXPECT_NE(page->find(row.title), std::string::npos) << row.id;
  }
}

TEST_F(SliEverywhere, EachIsOnTheMetricsPage) {
  const Manifest manifest;
  const MetricFamilies page = metrics_page({timeline_, manifest, RunTime{}, card_, WallTime{}, 0});
  std::map<std::string, std::set<std::string>> told;  // requirements by family
  for (const auto& family : page) {
    for (const auto& metric : family.metric) {
      for (const auto& label : metric.label) {
        if (label.name == "requirement") told[label.value].insert(family.name);
      }
    }
  }
  for (const Requirement& row : scenario_.requirements) {
    EXPECT_TRUE(told[row.id].contains("shakedown_requirement_info")) << row.id;
    const auto limit = std::count_if(told[row.id].begin(), told[row.id].end(),
                                     [](const std::string& name) { return name.starts_with("shakedown_requirement_limit_"); });
    EXPECT_EQ(limit, 1) << row.id;
  }
}

}  // namespace
}  // namespace shakedown
