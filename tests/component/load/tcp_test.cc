// Load, probes and ledgers over TCP, plain and in TLS.
#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "agent/load/prepare.h"
#include "agent/load/watch/ledger_file.h"
#include "tests/component/load/rig/drill.h"
#include "tests/component/load/rig/driver_rig.h"
#include "tests/component/load/rig/tls_server.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

Document until(const char* kind, Document what) { return mapping_document({{kind, std::move(what)}}); }
Request over_tcp(std::vector<std::pair<std::string, Document>> keys) {
  return {TargetId(0), "tcp", mapping_document(std::move(keys))};
}

DrillPlan lines(uint16_t port, const std::string& send, Document end) {
  DrillPlan made = one_operation(port, std::chrono::seconds(10));
  made.targets[0].scheme = "tcp";
  made.operations[0].request = over_tcp({{"send", text_document(send)}, {"until", std::move(end)}});
  made.phases = {phase_with(open_rate(100), milliseconds(300))};
  return made;
}

// "put ID TEXT" -> "ok", "get ID" -> "value TEXT" or "none".
struct LineStore {
  std::mutex mutex;
  std::map<std::string, std::string> entries;

  TestServer::Script script() {
    return [this](Peer& peer) {
      while (const auto line = peer.line()) {
        std::istringstream words(*line);
        std::string verb, id, text;
        words >> verb >> id;
        std::getline(words >> std::ws, text);
        const std::lock_guard lock(mutex);
        if (verb == "put") entries[id] = text;
        const auto found = entries.find(id);
        const std::string answer = verb == "put" ? "ok" : found == entries.end() ? "none" : "value " + found->second;
        if (!peer.send(answer + "\n")) return;
      }
    };
  }
};

TEST(TcpLoad, LinesAreSentAndAnsweredOverKeptConnections) {
  std::mutex mutex;
  std::set<std::string> heard;
  TestServer server([&](Peer& peer) {
    while (const auto line = peer.line()) {
      {
        const std::lock_guard lock(mutex);
        heard.insert(*line);
      }
      if (!peer.send("you said " + *line + "\n")) return;
    }
  });
  DrillPlan scenario = lines(server.port(), "key {key}\n", until("text", text_document("\n")));
  scenario.operations[0].key = SequenceKey{5};
  scenario.operations[0].expect =
      mapping_document({{"starts", text_document("you said")}, {"contains", text_document("key {key}")}});
  scenario.connections.max = 1;
  const Snapshot s = Drill(scenario).run();
  EXPECT_TRUE(balanced(s));
  EXPECT_EQ(total(s, Outcome::ok), 30u);
  EXPECT_EQ(server.connections(), 1u);
  const std::lock_guard lock(mutex);
  EXPECT_EQ(heard.size(), 30u);
  EXPECT_EQ(heard.count("key 5"), 1u);
}

TEST(TcpLoad, WhatDoesNotHoldHasFailed) {
  TestServer server([](Peer& peer) {
    for (int n = 0; peer.line(); ++n) {
      if (!peer.send(n % 2 == 0 ? "yes\n" : "no\n")) return;
    }
  });
  DrillPlan scenario = lines(server.port(), "?\n", until("text", text_document("\n")));
  scenario.connections.max = 1;
  scenario.operations[0].expect = mapping_document({{"regex", text_document("^yes$")}});
  const Snapshot s = Drill(scenario).run();
  EXPECT_EQ(total(s, Outcome::ok), 15u);
  EXPECT_EQ(total(s, Outcome::failed), 15u);
}

TEST(TcpLoad, EveryEndOfAnAnswer) {
  TestServer server([](Peer& peer) {
    if (peer.line()) peer.send("four");
  });
  const auto good = [&](Document end) { return total(Drill(lines(server.port(), "?\n", std::move(end))).run(), Outcome::ok); };
  EXPECT_EQ(good(until("length", integer_document(4))), 30u);
  EXPECT_EQ(good(until("regex", text_document("f.*r"))), 30u);
  Document closed = text_document("true");
  closed.type = NodeType::boolean;
  EXPECT_EQ(good(until("close", closed)), 30u);
  EXPECT_EQ(good(until("length", integer_document(5))), 0u) << "it ends before";
}

TEST(TcpLoad, AGreetingIsAwaitedWhereNothingIsSent) {
  TestServer server([](Peer& peer) {
    peer.send("220 ready\n");
    peer.wait_for_end();
  });
  DrillPlan scenario = lines(server.port(), "", until("text", text_document("\n")));
  scenario.operations[0].request = over_tcp({{"until", until("text", text_document("\n"))}});
  scenario.connections.max_requests = 1;
  EXPECT_EQ(total(Drill(scenario).run(), Outcome::ok), 30u);
}

// Says so on each connection, and answers only who has waited for it.
TestServer::Script greeter(std::string greeting) {
  return [greeting = std::move(greeting)](Peer& peer) {
    pollfd early{peer.socket(), POLLIN, 0};
    if (::poll(&early, 1, 20) != 0 || !peer.send(greeting)) return;
    while (const auto line = peer.line()) {
      if (!peer.send("250 you said " + *line + "\r\n")) return;
    }
  };
}

TEST(TcpLoad, ADeclaredGreetingIsAwaitedBeforeAnythingIsSent) {
  for (const char* key : {"text", "regex"}) {
    TestServer server(greeter("220-mail\r\n220 ready\r\n"));
    DrillPlan scenario = lines(server.port(), "", until("text", text_document("\n")));
    scenario.operations[0].request = over_tcp({{"send", text_document("NOOP\r\n")},
                                               {"greeting", until(key, text_document("220 ready\r\n"))},
                                               {"until", until("text", text_document("\n"))}});
    scenario.operations[0].expect = mapping_document({{"starts", text_document("250 you said NOOP")}});
    scenario.connections.max = 2;
    const Snapshot s = Drill(scenario).run();
    EXPECT_EQ(total(s, Outcome::ok), 30u) << key;
    EXPECT_LE(server.connections(), 2u) << key;
  }
}

TEST(TcpLoad, TruthAGreetingThatNobodyDeclaredIsNoAnswer) {
  TestServer server([](Peer& peer) {
    if (!peer.send("220 ready\n")) return;
    while (peer.line() && peer.send("250 done\n")) {
    }
  });
  DrillPlan scenario = lines(server.port(), "NOOP\n", until("text", text_document("\n")));
  scenario.connections.max = 1;
  const Snapshot s = Drill(scenario).run();
  EXPECT_TRUE(balanced(s));
  EXPECT_LE(total(s, Outcome::ok), 5u) << "until the answer came that it was taken for";
  EXPECT_GE(total(s, Outcome::failed) + total(s, Outcome::reset), 25u);
}

TEST(TcpLoad, TruthWhatCameBeforeTheRequestIsNotItsAnswer) {
  std::atomic<bool> speak = false, said = false;
  TestServer server([&](Peer& peer) {
    while (peer.line() && peer.send("pong\n")) {
      while (!speak) ::poll(nullptr, 0, 1);
      if (!said) peer.send("pong\n");
      said = true;
    }
  });
  DriverRig rig(lines(server.port(), "ping\n", until("text", text_document("\n"))));
  rig.timeout = std::chrono::seconds(15);
  rig.submit(mono_now());
  rig.until([&] { return rig.ends == 1; });
  EXPECT_EQ(rig.outcome, Outcome::ok);
  speak = true;
  while (!said) ::poll(nullptr, 0, 1);
  rig.submit(mono_now());
  rig.until([&] { return rig.ends == 2; });
  EXPECT_EQ(rig.outcome, Outcome::failed);
}

TEST(TcpLoad, TruthAnAnswerWithoutEndFailsAtItsBoundAndIsNotBrokenOff) {
  TestServer server([](Peer& peer) {
    while (peer.line() && peer.send(std::string(5000, 'x'))) {
    }
  });
  DrillPlan scenario = lines(server.port(), "?\n", until("text", text_document("\n")));
  scenario.operations[0].request =
      over_tcp({{"send", text_document("?\n")}, {"until", until("text", text_document("\n"))}, {"most", integer_document(1000)}});
  const Snapshot s = Drill(scenario).run();
  EXPECT_EQ(total(s, Outcome::failed), 30u);
  EXPECT_EQ(total(s, Outcome::reset), 0u);
}

TEST(TcpLoad, AProbeSeesTheServiceGo) {
  TestServer server([](Peer& peer) {
    while (peer.line() && peer.send("pong\n")) {
    }
  });
  DrillPlan scenario = lines(server.port(), "ping\n", until("text", text_document("pong\n")));
  Probe probe;
  probe.name = "door";
  probe.operation = OperationId(0);
  probe.every = milliseconds(20);
  probe.timeout = std::chrono::seconds(5);
  scenario.probes = {probe};
  Drill drill(scenario);
  drill.runner().start_probes();
  drill.run_for(milliseconds(200));
  server.kill();
  drill.run_for(milliseconds(200));
  drill.stop();
  const auto& results = drill.collected().probes.at(ProbeId(0));
  ASSERT_FALSE(results.empty());
  EXPECT_TRUE(results.front().good);
  EXPECT_FALSE(results.back().good);
}

DrillPlan with_line_ledger(uint16_t port) {
  DrillPlan scenario = lines(port, "?\n", until("text", text_document("\n")));
  Ledger ledger;
  ledger.name = "entries";
  const Document end = until("text", text_document("\n"));
  ledger.write = over_tcp({{"send", text_document("put {id} {payload}\n")}, {"until", end}});
  ledger.read = over_tcp({{"send", text_document("get {id}\n")}, {"until", end}});
  ledger.write_ok = mapping_document({{"starts", text_document("ok")}});
  ledger.present = mapping_document({{"starts", text_document("value ")}, {"contains", text_document("{checksum}")}});
  ledger.absent = mapping_document({{"starts", text_document("none")}});
  ledger.rate = Rate{200};
  ledger.settle = milliseconds(20);
  ledger.verify_rate = Rate{2000};
  ledger.timeout = std::chrono::seconds(10);
  scenario.ledgers.push_back(ledger);
  return scenario;
}

TEST(TcpLedger, TellsLostAndAlteredEntriesApart) {
  LineStore store;
  TestServer server(store.script());
  Drill drill(with_line_ledger(server.port()));
  drill.runner().start_ledgers();
  drill.run_for(milliseconds(200));
  {
    const std::lock_guard lock(store.mutex);
    const auto key = [](uint64_t id) { return ledger_texts("test-run", "entries", id).id; };
    store.entries.erase(key(1));
    store.entries[key(2)] = "something else";
  }
  std::optional<LedgerPass> pass;
  drill.runner().verify(LedgerId(0), 1, InjectionId(1), 0, [&](LedgerPass p) { pass = p; });
  EXPECT_TRUE(drill.wait([&] { return pass.has_value(); }));
  drill.collect();
  drill.stop();
  for (const LedgerWrite& write : drill.collected().writes.at(LedgerId(0))) EXPECT_EQ(write.outcome, WriteClass::acked);
  std::map<uint64_t, std::set<ReadClass>> seen;
  for (const LedgerRead& read : drill.collected().reads.at(LedgerId(0))) seen[read.id].insert(read.outcome);
  EXPECT_EQ(seen.at(0), std::set<ReadClass>{ReadClass::present});
  EXPECT_EQ(seen.at(1), std::set<ReadClass>{ReadClass::absent});
  EXPECT_EQ(seen.at(2), std::set<ReadClass>{ReadClass::corrupt});
}

// A refusal in a protocol that has no word for it may have been carried out all the same.
TEST(TcpLedger, TruthAnAnswerThatIsNoAcknowledgementIsUnknown) {
  TestServer server([](Peer& peer) {
    while (peer.line() && peer.send("error: try later\n")) {
    }
  });
  Drill drill(with_line_ledger(server.port()));
  drill.runner().start_ledgers();
  drill.run_for(milliseconds(100));
  drill.stop();
  const auto& writes = drill.collected().writes.at(LedgerId(0));
  ASSERT_FALSE(writes.empty());
  for (const LedgerWrite& write : writes) EXPECT_EQ(write.outcome, WriteClass::unknown);
}

TEST(TcpLoad, TlsIsSpokenToATlsTargetAndItsPeerIsVerified) {
  std::string pattern = ::testing::TempDir() + "/shakedown-tcp-XXXXXX";
  const std::string dir = mkdtemp(pattern.data());
  {
    const TestCa ca(dir, "ca");
    TlsServer server(ca.issue("server", "IP:127.0.0.1"), "", "the end");
    DrillPlan scenario = lines(server.port(), "GET / HTTP/1.1\r\n\r\n", until("text", text_document("the end")));
    scenario.targets[0].scheme = "tls";
    scenario.targets[0].tls.ca_file = ca.certificate_file();
    EXPECT_EQ(total(Drill(scenario).run(), Outcome::ok), 30u);
    scenario.targets[0].tls.server_name = "another.example";
    const Snapshot distrusted = Drill(scenario).run();
    EXPECT_EQ(total(distrusted, Outcome::ok), 0u);
    EXPECT_GT(total(distrusted, Outcome::failed), 0u);
  }
  std::filesystem::remove_all(dir);
}

TEST(TcpLoad, AnAgentOfAnotherVersionNamesTheKeyThatItDoesNotKnow) {
  Assignment assignment;
  assignment.self = AgentId(0);
  assignment.plan = lines(1, "?\n", until("text", text_document("\n")));
  assignment.plan.operations[0].request.document.entries.push_back({"proxy", {}, text_document("x")});
  const auto made = prepare(assignment);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("operation `read`: unknown key `proxy` in a TCP request"), std::string::npos)
      << made.error().message;
  assignment.plan.operations[0].request.protocol = "quic";
  const auto unknown = prepare(assignment);
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().message.find("does not speak `quic`"), std::string::npos) << unknown.error().message;
}

}  // namespace
}  // namespace shakedown
