#include "tests/component/rogue/rogue_drill.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/asio/co_spawn.hpp>
#include <filesystem>

#include "controller/drill/run.h"
#include "controller/judge/judge.h"
#include "controller/scenario/scenario.h"
#include "core/wire/grpc/client.h"
#include "core/wire/grpc/server.h"

namespace shakedown::rogue {

using namespace std::chrono_literals;

namespace {

// GUESTS stands for the agents without a share.
constexpr const char* kScenario = R"(shakedown: v1
name: rogue
service: practice
owner: owner@example.com
targets:
  api: {url: "http://127.0.0.1:1"}
agents:
  local: {roles: [load, inject]}
  helper: {roles: [load, inject]}
GUESTS
components:
  front: {process: {pidfile: front.pid, exe: front}, start: ["true"]}
  back: {process: {pidfile: back.pid, exe: back}, start: ["true"]}
operations:
  read: {http: {target: api, path: /}, timeout: 100ms}
  other: {http: {target: api, path: /other}, timeout: 100ms}
probes:
  front-door: {operation: read, every: 10ms, timeout: 50ms, down_after: 2, up_after: 3, from: local}
  back-door: {operation: read, every: 10ms, timeout: 50ms, down_after: 2, up_after: 3, from: helper}
ledgers:
  book:
    write: {http: {target: api, method: PUT, path: "/{id}", body: "{payload}"}}
    read: {http: {target: api, path: "/{id}"}}
    present: {body: {contains: "{checksum}"}}
    absent: {status: 404}
    rate: 200/s
    settle: 0s
    from: local
  diary:
    write: {http: {target: api, method: PUT, path: "/{id}", body: "{payload}"}}
    read: {http: {target: api, path: "/{id}"}}
    present: {body: {contains: "{checksum}"}}
    absent: {status: 404}
    rate: 200/s
    settle: 0s
    from: helper
checks:
  first: {http: {http: {target: api, path: /}}}
  second: {http: {http: {target: api, path: /}}, agent: helper}
phases:
  - {name: steady, duration: 1s, load: {open: {rate: 1000/s}, mix: {read: 1}}}
  - {name: front, duration: 1s, faults: [{name: kill-front, at: 100ms, kill: {component: front, signal: SIGKILL}, recover_within: 60s}]}
  - {name: back, duration: 1s, faults: [{name: kill-back, at: 100ms, kill: {component: back, signal: SIGKILL}, recover_within: 60s}]}
requirements:
  - {id: AV, area: availability, title: It answers, sli: {availability: {phases: [steady]}}, objective: ">= 98%"}
  - {id: PE, area: performance, title: It is quick, sli: {latency: {operation: read, quantile: 50%}}, objective: "<= 20ms"}
  - {id: DR-1, area: disaster-recovery, title: Front back soon, sli: {rto: {fault: kill-front, probe: front-door, injections: 1}}, objective: "<= 150ms"}
  - {id: DR-2, area: disaster-recovery, title: Back back soon, sli: {rto: {fault: kill-back, probe: back-door, injections: 1}}, objective: "<= 150ms"}
  - {id: DU-1, area: data-storage, title: The book is kept, sli: {durability: {ledger: book}}, objective: "<= 5 writes"}
  - {id: DU-2, area: data-storage, title: The diary is kept, sli: {durability: {ledger: diary}}, objective: "<= 5 writes"}
  - {id: SE-1, area: security, title: First, sli: {check: {name: first}}}
  - {id: SE-2, area: security, title: Second, sli: {check: {name: second}}}
)";

Scenario scenario_with(std::size_t guests) {
  std::string text = kScenario, lines;
  for (std::size_t i = 0; i < guests; ++i) lines += "  guest-" + std::to_string(i) + ": {roles: [inject]}\n";
  const std::string mark = "GUESTS\n";
  text.replace(text.find(mark), mark.size(), lines);
  Decoded decoded = decode_scenario(text, "rogue.yaml", "/");
  for (const Diagnostic& one : decoded.diagnostics) ADD_FAILURE() << one.problem;
  if (!decoded.scenario) std::abort();
  decoded.scenario->components[1].agent = kHelper;  // a file gives another agent no inline commands
  return *decoded.scenario;
}

Truth truth(bool well) {
  Truth out;
  out.outage[0] = well ? 50ms : 300ms;
  out.outage[1] = 50ms;
  out.requests_fail = out.writes_are_lost = !well;
  out.checks_hold[0] = well;
  return out;
}

class Silent final : public Progress {
 public:
  void tick(const LiveView&, RunTime) override {}
  void note(const std::string&) override {}
};

// Its file goes when the drill is over.
struct Record {
  Record() {
    std::string name = (std::filesystem::temp_directory_path() / "rogue-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    folder = name;
  }
  ~Record() { std::filesystem::remove_all(folder); }
  std::string path() const { return folder + "/journal.shk"; }
  std::string folder;
};

// The agents of one drill, each rogue with what it can use.
class Company {
 public:
  Company(const Scenario& scenario, const std::string& address, const std::string& token, boost::asio::io_context& loop,
          bool well)
      : scenario_(scenario), address_(address), token_(token), loop_(loop), well_(well) {}

  void bring(AgentId id, const Case* what) {
    std::unique_ptr<AgentLink> link;
    RawLink* raw = nullptr;
    if (what != nullptr) {
      auto own = std::make_unique<RawLink>(address_, token_, loop_);
      raw = own.get();
      link = std::move(own);
    } else {
      auto dialled = dial(address_, token_, loop_, DialOptions{60s, 10s});
      EXPECT_TRUE(dialled) << dialled.error().text();
      link = std::move(dialled.value());
    }
    agents_.push_back(std::make_unique<Scripted>(std::move(link), loop_, scenario_.agents[id.value].name, truth(well_)));
    if (what == nullptr) return;
    auto rogue = std::make_shared<Rogue>(Rogue{*agents_.back(), raw, address_, token_, loop_});
    agents_.back()->misbehave(what->when, [rogue, what](Scripted&) { what->what(*rogue); });
  }
  void join() const {
    for (const auto& agent : agents_) agent->join();
  }
  const Scripted& agent(AgentId id) const { return *agents_[id.value]; }
  void leave() { agents_.clear(); }

 private:
  const Scenario& scenario_;
  const std::string address_, token_;
  boost::asio::io_context& loop_;
  const bool well_;
  std::vector<std::unique_ptr<Scripted>> agents_;
};

Found judged(const Scenario& scenario, Chronicle& chronicle) {
  Found out;
  const Scorecard card = judge(scenario, chronicle.timeline(), chronicle.manifest(), chronicle.manifest().finished);
  out.decision = card.decision;
  out.valid = card.valid;
  out.exit = exit_code(card);
  for (const ScoredRequirement& row : card.requirements) {
    out.rows[row.requirement.id] = row.verdict.state;
    out.why += "\n  " + row.requirement.id + ": " + row.verdict.reason;
  }
  for (const ValidityReason& reason : card.reasons) {
    out.why += "\n  " + std::string(to_string(reason.signal)) + ": " + reason.text;
    if (reason.text.find("messages refused") != std::string::npos) out.refused += reason.text + "\n";
  }
  return out;
}

}  // namespace

Found drill(bool well, const Rogues& rogues) {
  const Record record;
  const std::size_t guests = rogues.empty() ? 1 : std::max<std::size_t>(2, rogues.rbegin()->first.value) - 1;
  const Scenario scenario = scenario_with(guests);
  boost::asio::io_context loop(1);
  auto journal = JournalWriter::create(record.path());
  EXPECT_TRUE(journal);
  Chronicle chronicle(scenario, std::move(journal.value()));
  Silent progress;
  RunOptions options;
  options.run_id = "rogue";
  options.join_limit = 60s;
  Run run(scenario, options, chronicle, progress, loop);
  const std::string token = random_token();
  auto server =
      listen("127.0.0.1:0", token, loop, [&](std::unique_ptr<ControllerLink> link) { run.roster().accept(std::move(link)); });
  EXPECT_TRUE(server) << server.error().text();
  Company company(scenario, server.value()->bound_address(), token, loop, well);
  for (std::size_t i = 0; i < scenario.agents.size(); ++i) {
    const auto rogue = rogues.find(AgentId(i));
    company.bring(AgentId(i), rogue == rogues.end() ? nullptr : rogue->second);
  }
  company.join();
  boost::asio::co_spawn(loop, run.execute(), [&](std::exception_ptr error, const RunResult&) {
    EXPECT_FALSE(error);
    loop.stop();
  });
  loop.run();
  Found out = judged(scenario, chronicle);
  for (const auto& [id, what] : rogues) {
    if (!company.agent(id).did_it()) out.did_not.push_back(what->name);
  }
  company.leave();
  Timeline again(scenario);
  const auto replayed = replay(record.path(), again);
  out.journal = !replayed ? replayed.error().text() : replayed.value().summary.damage;
  return out;
}

}  // namespace shakedown::rogue
