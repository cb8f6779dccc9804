#include "tests/component/rogue/rogue_drill.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/asio/co_spawn.hpp>
#include <filesystem>
#include <future>
#include <thread>

#include "controller/agents/greeting.h"
#include "controller/drill/run.h"
#include "controller/judge/judge.h"
#include "controller/scenario/scenario.h"
#include "core/base/clock.h"
#include "core/wire/credentials/authority.h"
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

constexpr Roles kWrong{false, false, true};  // of anybody here

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

// Who signs; nobody, where the token is what counts.
class Signer {
 public:
  Signer(Way way, std::string folder) : folder_(std::move(folder)), token_(way == Way::token ? random_token() : "") {
    if (!token_.empty()) return;
    EXPECT_TRUE(create_authority(folder_, now_));
  }
  const std::string& token() const { return token_; }
  std::optional<Credentials> controller() const { return signed_as({PeerKind::controller, "main", {}}, {"127.0.0.1"}); }
  Door door(const std::string& address, const std::string& name, Roles roles) const {
    return {address, token_, signed_as({PeerKind::agent, name, roles}, {})};
  }

 private:
  std::optional<Credentials> signed_as(Identity identity, std::vector<std::string> hosts) const {
    if (!token_.empty()) return std::nullopt;
    const PeerKind kind = identity.kind;
    const auto folder = issue_identity(folder_, {std::move(identity), std::move(hosts), now_ - 1h, now_ + 1h});
    EXPECT_TRUE(folder) << folder.error().text();
    auto read = read_credentials(credentials_in(folder.value()), kind, now_);
    EXPECT_TRUE(read) << read.error().text();
    std::filesystem::remove_all(folder.value());  // so that one of the same name and other roles can follow
    return std::move(read.value());
  }
  const std::string folder_, token_;
  const WallTime now_ = system_clock().wall();
};

// Shows a certificate for the name of an agent with a share that does not allow its roles, and says what it likes.
class Pretender {
 public:
  Pretender(const Door& door, boost::asio::io_context& loop) : link_(door, loop) {
    AgentLink::Handlers handlers;
    handlers.received = [this](const ToAgent& message) {
      if (const auto* refusal = std::get_if<Refusal>(&message)) told_.set_value(refusal->reason);
    };
    handlers.closed = [](const std::string&) {};
    link_.open(std::move(handlers));
    Hello hello;
    hello.name = "helper";
    link_.send(hello);
    link_.send(PlanReady{});
    link_.send(EventReport{Event(RunEvent{RunEvent::Kind::aborted, RunTime{}, "stop"})});
    link_.send(Goodbye{false, "front"});
  }
  std::future<std::string> told() { return told_.get_future(); }

 private:
  std::promise<std::string> told_;
  RawLink link_;
};

// The loop of the agents, apart from the controller's: what keeps a rogue busy is no affair of the controller.
class AgentsLoop {
 public:
  ~AgentsLoop() { stop(); }
  boost::asio::io_context& loop() { return loop_; }
  void start() {
    thread_ = std::thread([this] { loop_.run(); });
  }
  void stop() {
    loop_.stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{loop_.get_executor()};
  std::thread thread_;
};

// The agents of one drill, each rogue with what it can use.
class Company {
 public:
  Company(const Scenario& scenario, const Signer& signer, const std::string& address, boost::asio::io_context& loop, bool well)
      : scenario_(scenario),
        signer_(signer),
        address_(address),
        stranger_(signer.door(address, "stranger", kWrong)),
        loop_(loop),
        well_(well) {}

  void bring(AgentId id, const Case* what) {
    const std::string& name = scenario_.agents[id.value].name;
    const Door door = signer_.door(address_, name, needed_roles(scenario_, id));
    std::unique_ptr<AgentLink> link;
    RawLink* raw = nullptr;
    if (what != nullptr) {
      auto own = std::make_unique<RawLink>(door, loop_);
      raw = own.get();
      link = std::move(own);
    } else {
      auto dialled = dial(address_, door.token, loop_, DialOptions{60s, 10s, door.credentials});
      EXPECT_TRUE(dialled) << dialled.error().text();
      link = std::move(dialled.value());
    }
    agents_.push_back(std::make_unique<Scripted>(std::move(link), loop_, name, truth(well_)));
    if (what == nullptr) return;
    auto rogue = std::make_shared<Rogue>(Rogue{*agents_.back(), raw, stranger_, loop_});
    agents_.back()->misbehave(what->when, [rogue, what](Scripted&) { what->what(*rogue); });
  }
  void join() const {
    for (const auto& agent : agents_) agent->join();
  }
  const Scripted& agent(AgentId id) const { return *agents_[id.value]; }
  void leave() { agents_.clear(); }

 private:
  const Scenario& scenario_;
  const Signer& signer_;
  const std::string address_;
  const Door stranger_;
  boost::asio::io_context& loop_;
  const bool well_;
  std::vector<std::unique_ptr<Scripted>> agents_;
};

void judged(const Scenario& scenario, Chronicle& chronicle, Found& out) {
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
}

// Waits for its refusal, before the one whose name it says has come.
std::string refused(Pretender& pretender, boost::asio::io_context& controllers) {
  std::future<std::string> told = pretender.told();
  const MonoTime limit = mono_now() + 60s;
  while (told.wait_for(0s) != std::future_status::ready && mono_now() < limit) {
    controllers.run_one_for(50ms);
    controllers.restart();
  }
  return told.wait_for(0s) == std::future_status::ready ? told.get() : "nothing";
}

}  // namespace

Found drill(Way way, bool well, const Rogues& rogues) {
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
  const Signer signer(way, record.folder + "/authority");
  ListenOptions listening;
  listening.credentials = signer.controller();
  auto server = listen(
      "127.0.0.1:0", signer.token(), loop, [&](std::unique_ptr<ControllerLink> link) { run.roster().accept(std::move(link)); },
      listening);
  EXPECT_TRUE(server) << server.error().text();
  const std::string address = server.value()->bound_address();
  AgentsLoop agents;
  Company company(scenario, signer, address, agents.loop(), well);
  for (std::size_t i = 0; i < scenario.agents.size(); ++i) {
    const auto rogue = rogues.find(AgentId(i));
    company.bring(AgentId(i), rogue == rogues.end() ? nullptr : rogue->second);
  }
  agents.start();
  std::optional<Pretender> pretender;
  Found out;
  if (way == Way::certificates)
    out.pretender = refused(pretender.emplace(signer.door(address, "helper", kWrong), agents.loop()), loop);
  boost::asio::post(agents.loop(), [&company] { company.join(); });
  boost::asio::co_spawn(loop, run.execute(), [&](std::exception_ptr error, const RunResult&) {
    EXPECT_FALSE(error);
    loop.stop();
  });
  loop.run();
  agents.stop();
  judged(scenario, chronicle, out);
  for (const auto& [id, what] : rogues) {
    if (!company.agent(id).did_it()) out.did_not.push_back(what->name);
  }
  pretender.reset();
  company.leave();
  Timeline again(scenario);
  const auto replayed = replay(record.path(), again);
  out.journal = !replayed ? replayed.error().text() : replayed.value().summary.damage;
  return out;
}

}  // namespace shakedown::rogue
