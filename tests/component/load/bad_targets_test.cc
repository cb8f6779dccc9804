// Targets that misbehave, each in its own way: the outcome is data, and the accounting identity
// holds.
#include <atomic>

#include <gtest/gtest.h>

#include "tests/component/load/rig/drill.h"
#include "tests/component/load/rig/server.h"
#include "tests/support/http_documents.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

struct BadTarget {
  const char* name;
  TestServer::Script script;
  Outcome outcome;
};

std::string wire(const std::string& text) { return text; }

void stream_without_end(Peer& peer) {
  if (!peer.request() || !peer.send("HTTP/1.1 200 OK\r\n\r\n")) return;
  const std::string piece(64 * 1024, 'x');
  while (peer.send(piece)) {
  }
}

void stream_chunks_of_one_byte(Peer& peer) {
  if (!peer.request() || !peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")) return;
  std::string piece;
  while (piece.size() < 64 * 1024) piece += "1\r\nz\r\n";
  while (peer.send(piece)) {
  }
}

std::vector<BadTarget> bad_targets() {
  const auto once = [](std::string bytes) {
    return [bytes = std::move(bytes)](Peer& peer) {
      if (peer.request()) peer.send(bytes);
    };
  };
  return {
      {"garbage", once("\x00\x01garbage\r\n\r\n"), Outcome::reset},
      {"closes_without_a_word", [](Peer& peer) { peer.request(); }, Outcome::reset},
      {"closes_in_the_body", once("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal"), Outcome::reset},
      {"closes_in_a_chunk", once("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe"), Outcome::reset},
      {"bad_chunk", once("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), Outcome::reset},
      {"negative_length", once("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"), Outcome::reset},
      {"oversize_head", once("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'a') + "\r\n\r\n"), Outcome::reset},
      {"pipelined_garbage", once("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokSURPLUS"), Outcome::reset},
      {"never_answers", [](Peer& peer) { peer.wait_for_end(); }, Outcome::timeout},
      {"trickles",
       [](Peer& peer) {
         while (peer.send("H")) std::this_thread::sleep_for(milliseconds(40));  // allow(sleep): the target trickles
       },
       Outcome::timeout},
      {"streams_without_end", stream_without_end, Outcome::failed},
      {"streams_chunks_of_one_byte", stream_chunks_of_one_byte, Outcome::reset},
      {"server_error",
       [](Peer& peer) {
         while (peer.request() && peer.answer(503, "no")) {
         }
       },
       Outcome::failed},
      {"redirect",
       [](Peer& peer) {
         while (peer.request() && peer.answer(302, "", "Location: /other\r\n")) {
         }
       },
       Outcome::failed},
      {"closes_after_each_answer", once("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), Outcome::ok},
      {"says_close", once("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"), Outcome::ok},
      {"close_delimited", once("HTTP/1.1 200 OK\r\n\r\nuntil the end"), Outcome::ok},
      {"half_close",
       [](Peer& peer) {
         if (!peer.request()) return;
         peer.send("HTTP/1.1 200 OK\r\n\r\nand no more");
         peer.half_close();
         peer.wait_for_end();
       },
       Outcome::ok},
      {"interim_answers",
       [](Peer& peer) {
         while (peer.request() && peer.send("HTTP/1.1 103 Early Hints\r\n\r\n") && peer.answer(200, "ok")) {
         }
       },
       Outcome::ok},
      {"chunked_in_small_pieces",
       [](Peer& peer) {
         while (peer.request()) {
           for (const char c : wire("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                                    "chunked\r\n\r\n3\r\nabc\r\n0\r\nT: 1\r\n\r\n")) {
             if (!peer.send(std::string(1, c))) return;
           }
         }
       },
       Outcome::ok},
      {"large_body",
       [](Peer& peer) {
         while (peer.request() && peer.answer(200, std::string(300'000, 'x'))) {
         }
       },
       Outcome::ok},
  };
}

class BadTargets : public ::testing::TestWithParam<std::size_t> {};

TEST_P(BadTargets, EveryArrivalHasTheExpectedOutcome) {
  const BadTarget bad = bad_targets()[GetParam()];
  TestServer server(bad.script);
  DrillPlan scenario =
      one_operation(server.port(), bad.outcome == Outcome::timeout ? milliseconds(150) : std::chrono::seconds(10));
  scenario.connections.max = 4;
  scenario.connections.max_response = Bytes{1 << 20};
  scenario.phases = {phase_with(open_rate(50), milliseconds(400))};
  Drill drill(scenario);
  const Snapshot s = drill.run();
  EXPECT_TRUE(balanced(s));
  EXPECT_EQ(total_offered(s), 20u);
  // A busy machine may read a large answer late, which is then ours.
  const std::string name = bad.name;
  const bool large = name == "large_body" || name.starts_with("streams_");
  const uint64_t late = large ? total(s, Outcome::dropped_by_us) : 0;
  EXPECT_EQ(total(s, bad.outcome) + late, 20u) << bad.name;
}

INSTANTIATE_TEST_SUITE_P(Every, BadTargets, ::testing::Range<std::size_t>(0, bad_targets().size()),
                         [](const auto& info) { return std::string(bad_targets()[info.param].name); });

// Without a limit of size that it breaks, only its timeout ends such an answer; meanwhile all others are offered, and the
// run ends.
TEST(BadTargetsMore, AStreamWithoutEndLeavesTheTurnToTheOthers) {
  TestServer server(stream_without_end);
  DrillPlan scenario = one_operation(server.port(), milliseconds(100));
  scenario.connections.max = 4;
  scenario.connections.max_response = Bytes{uint64_t{1} << 40};
  scenario.phases = {phase_with(open_rate(50), milliseconds(400))};
  Drill drill(scenario);
  const Snapshot s = drill.run();
  EXPECT_TRUE(balanced(s));
  EXPECT_EQ(total_offered(s), 20u);
  EXPECT_EQ(total_outcomes(s), 20u);
  EXPECT_EQ(total(s, Outcome::ok), 0u);
  EXPECT_EQ(total(s, Outcome::failed), 0u);
}

// Its frame is what it breaks, long before a limit of size or its timeout: nobody beside it has to wait.
TEST(BadTargetsMore, ChunksOfOneByteWithoutEndCostTheOthersNothing) {
  TestServer endless(stream_chunks_of_one_byte);
  TestServer good(always("x"));
  DrillPlan scenario = one_operation(endless.port(), std::chrono::minutes(10));
  scenario.connections.max_response = Bytes{uint64_t{1} << 40};
  const DrillPlan beside = one_operation(good.port(), std::chrono::minutes(10));
  scenario.targets.push_back(beside.targets[0]);
  scenario.operations.push_back(beside.operations[0]);
  scenario.targets[1].name = scenario.operations[1].name = "good";
  scenario.operations[1].request.target = TargetId(1);
  scenario.phases = {phase_with(open_rate(100), milliseconds(400))};
  scenario.phases[0].load->mix.push_back({OperationId(1), 1});
  Drill drill(scenario);
  const Snapshot s = drill.run();
  EXPECT_TRUE(balanced(s));
  EXPECT_EQ(total_offered(s), 40u);
  EXPECT_EQ(total_outcomes(s), 40u);
  EXPECT_GT(total(s, Outcome::ok), 0u);
  EXPECT_GT(total(s, Outcome::reset), 0u) << "the target's failure";
  // A busy machine may come late to an answer, which is then ours; nothing else happens.
  EXPECT_EQ(total(s, Outcome::ok) + total(s, Outcome::reset) + total(s, Outcome::dropped_by_us), 40u);
}

TEST(BadTargetsMore, AnAnswerSlowerThanTheSlowestFailedBeforeItsTimeout) {
  TestServer server([](Peer& peer) {
    if (!peer.request() || !peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")) return;
    while (peer.send("x")) std::this_thread::sleep_for(milliseconds(40));  // allow(sleep): the target trickles
  });
  DrillPlan scenario = one_operation(server.port(), std::chrono::seconds(60));
  scenario.connections.slowest = Bytes{1024};
  scenario.phases = {phase_with(open_rate(10), milliseconds(300))};
  Drill drill(scenario);
  const Snapshot s = drill.run();
  EXPECT_TRUE(balanced(s));
  EXPECT_EQ(total(s, Outcome::failed), 3u);
  const std::vector<AnswerCount> answers = whole(s).answers;
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].wrong, Mismatch::rate);
}

TEST(BadTargetsMore, TimeoutsAreStampedAtTheirDeadline) {
  TestServer server([](Peer& peer) { peer.wait_for_end(); });
  DrillPlan scenario = one_operation(server.port(), milliseconds(100));
  scenario.phases = {phase_with(open_rate(100), milliseconds(300))};
  Drill drill(scenario);
  const Snapshot s = drill.run();
  EXPECT_EQ(total(s, Outcome::timeout), 30u);
  const SparseHistogram latency = whole(s).latency[static_cast<std::size_t>(Outcome::timeout)];
  ASSERT_EQ(latency.buckets().size(), 1u);
  EXPECT_EQ(latency.buckets()[0].bucket, histogram_bucket(milliseconds(100)));
}

TEST(BadTargetsMore, ExpectationsSeeHeadersBodiesAndJson) {
  std::atomic<int> n = 0;
  TestServer server([&](Peer& peer) {
    while (peer.request()) {
      const bool good = n++ % 2 == 0;
      if (!peer.answer(200, good ? R"({"state":"ok"})" : R"({"state":"bad"})", "X-Shard: a\r\n")) return;
    }
  });
  DrillPlan scenario = one_operation(server.port());
  HttpExpect expect;
  expect.json = {{"/state", "\"ok\""}};
  expect.headers = {{"x-shard", "a"}};
  expect.body_regex = "state";
  scenario.operations[0].expect = http::document(expect);
  scenario.phases = {phase_with(open_rate(100), milliseconds(300))};
  Drill drill(scenario);
  const Snapshot s = drill.run();
  EXPECT_EQ(total(s, Outcome::ok), 15u);
  EXPECT_EQ(total(s, Outcome::failed), 15u);
}

TEST(BadTargetsMore, ConnectionLimitsAreKept) {
  TestServer server(always("x"));
  DrillPlan scenario = one_operation(server.port());
  scenario.connections.max_requests = 10;
  scenario.connections.max = 1;
  scenario.phases = {phase_with(ClosedLoad{1, milliseconds(1)}, milliseconds(300))};
  Drill drill(scenario);
  const Snapshot s = drill.run();
  EXPECT_EQ(total(s, Outcome::ok), total_outcomes(s));
  EXPECT_EQ(server.connections(), (total_outcomes(s) + 9) / 10);
}

TEST(BadTargetsMore, OldConnectionsAreReplaced) {
  TestServer server(always("x"));
  DrillPlan scenario = one_operation(server.port());
  scenario.connections.max_age = milliseconds(50);
  scenario.connections.max = 1;
  scenario.phases = {phase_with(open_rate(100), milliseconds(500))};
  Drill drill(scenario);
  const Snapshot s = drill.run();
  EXPECT_EQ(total(s, Outcome::ok), 50u);
  EXPECT_GE(server.connections(), 4u);
}

}  // namespace
}  // namespace shakedown
