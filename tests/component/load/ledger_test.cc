#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <set>

#include <gtest/gtest.h>

#include "agent/load/watch/ledger_file.h"
#include "tests/component/load/rig/drill.h"
#include "tests/component/load/rig/server.h"
#include "tests/support/http_documents.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

Text hole(std::string before, HoleKind kind) {
  Text text;
  text.pieces = {{HoleKind::literal, std::move(before)}, {kind, ""}};
  return text;
}

DrillPlan with_ledger(uint16_t port) {
  DrillPlan scenario = one_operation(port);
  Ledger ledger;
  ledger.name = "entries";
  HttpRequest write, read;
  write.method = "PUT";
  write.path = read.path = hole("/entries/", HoleKind::id);
  write.body = hole("v=", HoleKind::payload);
  ledger.write = http::request(write);
  ledger.read = http::request(read);
  HttpExpect present, absent;
  present.body_contains = hole("", HoleKind::checksum);
  absent.status = {{404, 404}};
  ledger.present = http::document(present);
  ledger.absent = http::document(absent);
  ledger.rate = Rate{200};
  ledger.settle = milliseconds(20);
  ledger.verify_rate = Rate{2000};
  scenario.ledgers.push_back(ledger);
  return scenario;
}

// A key-value store whose entries a test may lose and damage.
struct Store {
  std::mutex mutex;
  std::map<std::string, std::string> entries;

  TestServer::Script script() {
    return [this](Peer& peer) {
      while (const auto request = peer.request()) {
        const std::size_t at = request->find("/entries/") + 9;
        const std::string id = request->substr(at, request->find(' ', at) - at);
        const bool put = request->starts_with("PUT");
        const std::lock_guard lock(mutex);
        if (put) entries[id] = request->substr(request->find("\r\n\r\n") + 4);
        const auto found = entries.find(id);
        const bool sent = put                      ? peer.answer(201, "")
                          : found == entries.end() ? peer.answer(404, "no")
                                                   : peer.answer(200, found->second);
        if (!sent) return;
      }
    };
  }
  std::string key(uint64_t id) { return ledger_texts("test-run", "entries", id).id; }
};

LedgerPass verify(Drill& drill, uint32_t pass, uint64_t first) {
  std::optional<LedgerPass> finished;
  drill.runner().verify(LedgerId(0), pass, InjectionId(pass), first, [&](LedgerPass p) { finished = p; });
  EXPECT_TRUE(drill.wait([&] { return finished.has_value(); }));
  drill.collect();
  return finished.value_or(LedgerPass{});
}

TEST(LedgerKeeper, AcknowledgedWritesAreReadBackTwice) {
  Store store;
  TestServer server(store.script());
  Drill drill(with_ledger(server.port()));
  drill.runner().start_ledgers();
  drill.run_for(milliseconds(300));
  const LedgerPass pass = verify(drill, 1, 0);
  EXPECT_TRUE(pass.complete);
  EXPECT_EQ(pass.injection, InjectionId(1));
  EXPECT_EQ(pass.first_id, 0u);
  EXPECT_GE(pass.end_id, 20u);
  drill.stop();
  const Snapshot& s = drill.collected();
  const auto& reads = s.reads.at(LedgerId(0));
  EXPECT_EQ(reads.size(), 2 * pass.end_id);
  for (const LedgerRead& read : reads) {
    EXPECT_EQ(read.outcome, ReadClass::present);
    EXPECT_EQ(read.pass, 1u);
    EXPECT_LE(read.invoked, read.completed);
  }
  std::set<uint64_t> ids;
  for (const LedgerWrite& write : s.writes.at(LedgerId(0))) {
    EXPECT_EQ(write.outcome, WriteClass::acked);
    EXPECT_LE(write.invoked, write.completed);
    EXPECT_TRUE(ids.insert(write.id).second);
  }
  EXPECT_GE(ids.size(), pass.end_id);
  EXPECT_EQ(*ids.rbegin() + 1, ids.size());
  EXPECT_EQ(total_outcomes(s), 0u) << "a ledger is never load";
}

// A replica that has nothing is not hidden by the primary that took the writes.
TEST(LedgerKeeper, TruthReadsGoToTheTargetThatTheReadNames) {
  Store primary, replica;
  TestServer writes(primary.script()), reads(replica.script());
  DrillPlan scenario = with_ledger(writes.port());
  scenario.targets.push_back(scenario.targets[0]);
  scenario.targets[1].name = "replica";
  scenario.targets[1].port = reads.port();
  scenario.ledgers[0].read.target = TargetId(1);
  Drill drill(scenario);
  drill.runner().start_ledgers();
  drill.run_for(milliseconds(100));
  verify(drill, 1, 0);
  drill.stop();
  ASSERT_FALSE(drill.collected().reads.empty());
  for (const LedgerRead& read : drill.collected().reads.at(LedgerId(0))) EXPECT_EQ(read.outcome, ReadClass::absent);
}

TEST(LedgerKeeper, TellsLostCorruptAndDuplicateEntriesApart) {
  Store store;
  TestServer server(store.script());
  Drill drill(with_ledger(server.port()));
  drill.runner().start_ledgers();
  drill.run_for(milliseconds(200));
  {
    const std::lock_guard lock(store.mutex);
    store.entries.erase(store.key(3));
    store.entries[store.key(4)] = "something else";
    store.entries[store.key(5)] += " " + store.entries[store.key(5)];
  }
  verify(drill, 1, 0);
  drill.stop();
  std::map<uint64_t, std::set<ReadClass>> seen;
  for (const LedgerRead& read : drill.collected().reads.at(LedgerId(0))) seen[read.id].insert(read.outcome);
  EXPECT_EQ(seen.at(2), std::set<ReadClass>{ReadClass::present});
  EXPECT_EQ(seen.at(3), std::set<ReadClass>{ReadClass::absent});
  EXPECT_EQ(seen.at(4), std::set<ReadClass>{ReadClass::corrupt});
  EXPECT_EQ(seen.at(5), std::set<ReadClass>{ReadClass::duplicate});
}

TEST(TruthLedgerKeeper, WhatMayLieBeyondTheKeptBodyIsNotCorrupt) {
  const std::string much(1 << 20, 'a');
  TestServer server([&](Peer& peer) {
    while (const auto request = peer.request()) {
      if (!(request->starts_with("PUT") ? peer.answer(201, "") : peer.answer(200, much + "v"))) return;
    }
  });
  DrillPlan scenario = with_ledger(server.port());
  scenario.ledgers[0].rate = Rate{20};
  Drill drill(scenario);
  drill.runner().start_ledgers();
  EXPECT_TRUE(drill.wait([&] { return drill.collect(), drill.collected().writes.contains(LedgerId(0)); }));
  verify(drill, 1, 0);
  drill.stop();
  for (const LedgerRead& read : drill.collected().reads.at(LedgerId(0))) EXPECT_EQ(read.outcome, ReadClass::undecided);
}

TEST(LedgerKeeper, WritesAreAckedFailedOrUnknown) {
  std::atomic<int> n = 0;
  TestServer server([&](Peer& peer) {
    while (peer.request()) {
      switch (n++ % 4) {
        case 0: peer.answer(201, ""); break;
        case 1: peer.answer(409, "no"); break;
        case 2: peer.answer(503, "perhaps"); break;
        default: return;  // gone after the request
      }
    }
  });
  DrillPlan scenario = with_ledger(server.port());
  scenario.connections.max = 1;
  Drill drill(scenario);
  drill.runner().start_ledgers();
  drill.run_for(milliseconds(300));
  drill.stop();
  std::map<uint64_t, WriteClass> writes;
  for (const LedgerWrite& write : drill.collected().writes.at(LedgerId(0))) writes[write.id] = write.outcome;
  ASSERT_GE(writes.size(), 8u);
  for (uint64_t id = 0; id < 8; ++id) {
    EXPECT_EQ(writes.at(id), id % 4 == 0 ? WriteClass::acked : id % 4 == 1 ? WriteClass::failed : WriteClass::unknown) << id;
  }
}

// A declared pool of one: reads come one after the other instead of waiting for it until they time out.
TEST(LedgerKeeper, TruthNoReadWaitsForAConnectionOfOurs) {
  Store store;
  TestServer server([quick = store.script()](Peer& peer) { quick(peer); });
  DrillPlan scenario = with_ledger(server.port());
  scenario.connections.max = 1;
  Drill drill(scenario);
  drill.runner().start_ledgers();
  drill.run_for(milliseconds(300));
  std::optional<LedgerPass> pass;
  drill.runner().verify(LedgerId(0), 1, InjectionId(), 0, [&](LedgerPass done) { pass = done; });
  ASSERT_TRUE(drill.wait([&] { return pass.has_value(); }));
  drill.stop();
  std::vector<LedgerRead> reads = drill.collected().reads.at(LedgerId(0));
  ASSERT_GE(reads.size(), 2u);
  std::sort(reads.begin(), reads.end(), [](const auto& a, const auto& b) { return a.invoked < b.invoked; });
  for (std::size_t i = 1; i < reads.size(); ++i) EXPECT_GE(reads[i].invoked, reads[i - 1].completed) << i;
}

TEST(LedgerKeeper, RefusedWritesFailedAndHangingOnesArePendingAtTheEnd) {
  Drill refused(with_ledger(free_port()));
  refused.runner().start_ledgers();
  refused.run_for(milliseconds(100));
  refused.stop();
  for (const LedgerWrite& write : refused.collected().writes.at(LedgerId(0))) {
    EXPECT_EQ(write.outcome, WriteClass::failed);
  }
  TestServer server([](Peer& peer) { peer.wait_for_end(); });
  DrillPlan scenario = with_ledger(server.port());
  scenario.ledgers[0].timeout = std::chrono::seconds(20);
  LoadOptions options;
  options.grace = milliseconds(20);
  Drill hanging(scenario, options);
  hanging.runner().start_ledgers();
  hanging.run_for(milliseconds(100));
  hanging.stop();
  const auto& writes = hanging.collected().writes.at(LedgerId(0));
  EXPECT_GE(writes.size(), 5u);
  for (const LedgerWrite& write : writes) EXPECT_EQ(write.outcome, WriteClass::pending);
}

TEST(LedgerKeeper, OlderEntriesAreReadOnceAfterTheNewOnes) {
  Store store;
  TestServer server(store.script());
  Drill drill(with_ledger(server.port()));
  drill.runner().start_ledgers();
  drill.run_for(milliseconds(100));
  const LedgerPass first = verify(drill, 1, 0);
  drill.run_for(milliseconds(100));
  {
    const std::lock_guard lock(store.mutex);
    store.entries.erase(store.key(0));
  }
  const LedgerPass second = verify(drill, 2, first.end_id);
  EXPECT_TRUE(second.complete);
  drill.stop();
  std::map<uint64_t, int> times;
  for (const LedgerRead& read : drill.collected().reads.at(LedgerId(0))) {
    if (read.pass != 2) continue;
    ++times[read.id];
    EXPECT_EQ(read.outcome, read.id == 0 ? ReadClass::absent : ReadClass::present) << read.id;
  }
  EXPECT_EQ(times.size(), second.end_id);
  for (const auto& [id, n] : times) EXPECT_EQ(n, id < first.end_id ? 1 : 2) << id;
}

TEST(LedgerKeeper, VerifyingStopsAtItsLimit) {
  Store store;
  TestServer server(store.script());
  DrillPlan scenario = with_ledger(server.port());
  scenario.ledgers[0].verify_rate = Rate{20};
  scenario.ledgers[0].verify_limit = milliseconds(200);
  Drill drill(scenario);
  drill.runner().start_ledgers();
  drill.run_for(milliseconds(200));
  const LedgerPass pass = verify(drill, 1, 0);
  EXPECT_FALSE(pass.complete);
  EXPECT_LT(drill.collected().reads[LedgerId(0)].size(), 2 * pass.end_id);
  drill.stop();
}

TEST(LedgerKeeper, WritingResumesAfterVerifyingAndPassesQueueUp) {
  Store store;
  TestServer server(store.script());
  Drill drill(with_ledger(server.port()));
  drill.runner().start_ledgers();
  drill.run_for(milliseconds(100));
  std::vector<LedgerPass> passes;
  for (const uint32_t pass : {1u, 2u}) {
    drill.runner().verify(LedgerId(0), pass, InjectionId(0), 0, [&](LedgerPass p) { passes.push_back(p); });
  }
  ASSERT_TRUE(drill.wait([&] { return passes.size() == 2; }));
  EXPECT_EQ(passes[0].pass, 1u);
  EXPECT_EQ(passes[1].pass, 2u);
  EXPECT_EQ(passes[0].end_id, passes[1].end_id) << "no write between two steps that queue up";
  EXPECT_LE(passes[0].finished, passes[1].started);
  drill.run_for(milliseconds(150));
  drill.stop();
  uint64_t highest = 0;
  for (const LedgerWrite& write : drill.collected().writes.at(LedgerId(0))) highest = std::max(highest, write.id);
  EXPECT_GE(highest, passes[1].end_id);
}

TEST(LedgerKeeper, NothingIsWrittenAfterTheReadingAtTheEnd) {
  Store store;
  TestServer server(store.script());
  Drill drill(with_ledger(server.port()));
  drill.runner().start_ledgers();
  drill.run_for(milliseconds(100));
  std::optional<LedgerPass> last;
  drill.runner().verify(LedgerId(0), 1, InjectionId(), 0, [&](LedgerPass p) { last = p; });
  ASSERT_TRUE(drill.wait([&] { return last.has_value(); }));
  drill.run_for(milliseconds(100));
  drill.stop();
  EXPECT_EQ(drill.collected().writes.at(LedgerId(0)).size(), last->end_id);
}

TEST(LedgerKeeper, IntentsAreInTheFileBeforeTheTargetHearsOfThem) {
  std::string path;
  std::atomic<int> missing = 0, seen = 0;
  TestServer server([&](Peer& peer) {
    while (const auto request = peer.request()) {
      const std::size_t dash = request->rfind('-', request->find(" HTTP/1.1"));  // RUN-HASH-NUMBER
      const std::string id = request->substr(dash + 1, request->find(' ', dash) - dash - 1);
      std::ifstream file(path);
      const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
      ++seen;
      if (text.find("\nI " + id + " ") == std::string::npos) ++missing;
      if (!peer.answer(201, "")) return;
    }
  });
  Drill drill(with_ledger(server.port()));
  path = drill.work_dir() + "/ledger-entries.log";
  drill.runner().start_ledgers();
  drill.run_for(milliseconds(300));
  drill.stop();
  EXPECT_GE(seen, 20);
  EXPECT_EQ(missing, 0);
}

TEST(LedgerKeeper, AnEmptyPassAndAnUnknownLedgerAnswerToo) {
  Store store;
  TestServer server(store.script());
  Drill drill(with_ledger(server.port()));
  const LedgerPass empty = verify(drill, 1, 0);
  EXPECT_TRUE(empty.complete);
  EXPECT_EQ(empty.end_id, 0u);
  std::optional<LedgerPass> finished;
  drill.runner().verify(LedgerId(7), 2, InjectionId(), 0, [&](LedgerPass p) { finished = p; });
  ASSERT_TRUE(drill.wait([&] { return finished.has_value(); }));
  EXPECT_FALSE(finished->complete);
  drill.stop();
}

}  // namespace
}  // namespace shakedown
