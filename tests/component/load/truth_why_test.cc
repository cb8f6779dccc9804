// Why requests failed: counts by status, a few single exchanges, and the traces that lead on. All against real targets.
#include <cstdlib>
#include <mutex>
#include <set>

#include <gtest/gtest.h>

#include "tests/component/load/rig/drill.h"
#include "tests/component/load/rig/server.h"
#include "tests/support/http_documents.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

const Witnesses& witnesses_of(const Snapshot& all) {
  static const Witnesses none;
  const auto found = all.witnesses.find({StageId(0), OperationId(0)});
  return found == all.witnesses.end() ? none : found->second;
}

uint64_t counted(const Cell& cell, uint16_t status, Mismatch wrong) {
  for (const AnswerCount& one : cell.all_answers()) {
    if (one.status == status && one.wrong == wrong) return one.count;
  }
  return 0;
}

std::string header_of(const std::string& request, const std::string& name) {
  const std::size_t at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const std::size_t from = at + name.size() + 4;
  return request.substr(from, request.find("\r\n", from) - from);
}

TEST(TruthWhy, AnswersAreCountedByStatusAndByWhatWasWrong) {
  std::atomic<uint64_t> asked = 0, sent[5] = {};
  TestServer server([&](Peer& peer) {
    while (peer.request()) {
      const uint64_t kind = asked++ % 5;
      ++sent[kind];
      bool open = true;
      switch (kind) {
        case 0: open = peer.answer(404, "nothing here"); break;
        case 1: open = peer.answer(200, "ok, but"); break;
        case 2: open = peer.answer(200, "not well", "X-Ok: 1\r\n"); break;
        case 3: open = peer.answer(201, "ok", "X-Ok: 1\r\n"); break;
        default: open = peer.answer(200, "ok", "X-Ok: 1\r\n"); break;
      }
      if (!open) return;
    }
  });
  DrillPlan scenario = one_operation(server.port(), std::chrono::seconds(10));
  HttpExpect expect;
  expect.headers = {{"X-Ok", ""}};
  expect.body_contains = Text::literal("ok");
  scenario.operations[0].expect = http::document(expect);
  scenario.phases.push_back(phase_with(open_rate(200), milliseconds(500)));
  const Snapshot all = Drill(scenario).run();
  const Cell sum = whole(all);
  EXPECT_EQ(counted(sum, 404, Mismatch::status), sent[0]);
  EXPECT_EQ(counted(sum, 200, Mismatch::header), sent[1]);
  EXPECT_EQ(counted(sum, 200, Mismatch::body), sent[2]);
  EXPECT_EQ(counted(sum, 201, Mismatch::none), sent[3]);
  EXPECT_EQ(counted(sum, 200, Mismatch::none), sent[4]);
  EXPECT_EQ(sum.untold(), 0u);
  EXPECT_EQ(sum.count(Outcome::failed), sent[0] + sent[1] + sent[2]);
  const auto first = witnesses_of(all).first_bad();
  ASSERT_EQ(first.size(), 3u);
  for (const Exchange* one : first) {
    const std::string expected = one->wrong == Mismatch::status   ? "nothing here"
                                 : one->wrong == Mismatch::header ? "ok, but"
                                                                  : "not well";
    EXPECT_EQ(one->answer, expected);
    EXPECT_FALSE(one->cut);
  }
}

TEST(TruthWhy, AnAnswerWhoseBodyNobodyAskedForIsStillShownWhenItIsBad) {
  TestServer server([](Peer& peer) {
    while (peer.request() && peer.answer(503, "out of disk" + std::string(2000, '.'))) {
    }
  });
  DrillPlan scenario = one_operation(server.port());
  scenario.phases.push_back(phase_with(open_rate(100), milliseconds(200)));
  const Snapshot all = Drill(scenario).run();
  const auto first = witnesses_of(all).first_bad();
  ASSERT_EQ(first.size(), 3u);
  EXPECT_EQ(first[0]->status, 503);
  EXPECT_EQ(first[0]->answer, "out of disk" + std::string(kExcerpt - 11, '.'));
  EXPECT_TRUE(first[0]->cut);
}

TEST(TruthWhy, BrokenAndRefusedRequestsAreShownWithoutAnAnswer) {
  TestServer server([](Peer& peer) { peer.request(); });
  DrillPlan scenario = one_operation(server.port());
  http::put(scenario.operations[0].request.document, "method", text_document("POST"));
  scenario.phases.push_back(phase_with(open_rate(100), milliseconds(200)));
  const Snapshot all = Drill(scenario).run();
  const auto slowest = witnesses_of(all).slowest_bad();
  ASSERT_FALSE(slowest.empty());
  EXPECT_EQ(slowest[0]->outcome, Outcome::reset);
  EXPECT_EQ(slowest[0]->status, 0);
  EXPECT_TRUE(whole(all).answers.empty());
  EXPECT_EQ(whole(all).untold(), 0u);
}

// The target sends back whatever it was sent, in one spelling after the other.
TEST(TruthWhy, ASecretThatTheTargetEchoesIsNotShown) {
  const std::string secret = "hunter2/&+\"token";
  ::setenv("SHAKEDOWN_TEST_ECHO", secret.c_str(), 1);
  const std::vector<std::string> spellings = {secret, "hunter2%2F%26%2B%22token", "hunter2/&amp;+&quot;token",
                                              "hunter2\\/&+\\\"token", "aHVudGVyMi8mKyJ0b2tlbg=="};
  std::atomic<uint64_t> asked = 0;
  TestServer server([&](Peer& peer) {
    while (const auto request = peer.request()) {
      EXPECT_NE(request->find(secret), std::string::npos) << "the target itself gets it";
      // Also across the end of what is kept.
      const std::string echo = spellings[asked++ % spellings.size()];
      if (!peer.answer(401, "who is " + echo + "? " + std::string(230, '.') + *request)) return;
    }
  });
  DrillPlan scenario = one_operation(server.port());
  scenario.secrets = {{"token", {SecretSource::Kind::env, "SHAKEDOWN_TEST_ECHO"}}};
  Text bearer;
  bearer.pieces = {{HoleKind::literal, "Bearer "}, {HoleKind::secret, "token"}};
  HttpRequest request;
  request.path = Text::literal("/");
  request.headers = {{"Authorization", bearer}};
  scenario.operations[0].request = http::request(request);
  scenario.phases.push_back(phase_with(open_rate(100), milliseconds(300)));
  const Snapshot all = Drill(scenario).run();
  ASSERT_FALSE(witnesses_of(all).empty());
  for (const Exchange& one : witnesses_of(all).all()) {
    EXPECT_EQ(one.answer.substr(0, 15), "who is {token}?") << one.answer;
    for (const char* part : {"hunter2", "aHVudGVy"}) EXPECT_EQ(one.answer.find(part), std::string::npos) << one.answer;
  }
}

TEST(TruthWhy, TheSlowestRequestLeadsToItsTrace) {
  std::mutex mutex;
  std::multiset<std::string> seen;
  std::string slow;
  TestServer server([&](Peer& peer) {
    while (const auto request = peer.request()) {
      const std::string header = header_of(*request, "traceparent");
      bool wait = false;
      {
        const std::lock_guard lock(mutex);
        seen.insert(header);
        wait = seen.size() == 20;
        if (wait) slow = header;
      }
      if (wait) std::this_thread::sleep_for(milliseconds(150));  // allow(sleep): the target is slow
      if (!peer.answer(200, "ok")) return;
    }
  });
  DrillPlan scenario = one_operation(server.port(), std::chrono::seconds(10));
  scenario.trace = Trace::w3c;
  scenario.phases.push_back(phase_with(open_rate(100), milliseconds(500)));
  const Snapshot all = Drill(scenario).run();
  const auto slowest = witnesses_of(all).slowest_good();
  ASSERT_EQ(slowest.size(), 3u);
  std::string digits;
  for (const uint8_t byte : slowest[0]->trace) {
    digits += "0123456789abcdef"[byte >> 4];
    digits += "0123456789abcdef"[byte & 15];
  }
  EXPECT_EQ(slow.substr(0, 36), "00-" + digits + "-");
  for (const std::string& header : seen) {
    ASSERT_EQ(header.size(), 55u) << header;
    EXPECT_EQ(header.substr(0, 3), "00-");
    EXPECT_EQ(header.substr(52), "-01");
    EXPECT_EQ(seen.count(header), 1u) << "no two requests share one";
  }
}

TEST(TruthWhy, WithoutTraceNobodyClaimsOne) {
  std::atomic<uint64_t> traced = 0;
  TestServer server([&](Peer& peer) {
    while (const auto request = peer.request()) {
      traced += header_of(*request, "traceparent").empty() ? 0 : 1;
      if (!peer.answer(200, "ok")) return;
    }
  });
  DrillPlan scenario = one_operation(server.port());
  scenario.phases.push_back(phase_with(open_rate(100), milliseconds(100)));
  const Snapshot all = Drill(scenario).run();
  EXPECT_EQ(traced, 0u);
  for (const Exchange& one : witnesses_of(all).all()) EXPECT_EQ(one.trace, TraceId{});
}

}  // namespace
}  // namespace shakedown
