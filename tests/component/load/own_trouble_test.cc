// Our own trouble is told apart from the target's; and single requests outside all counting.
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <optional>

#include <gtest/gtest.h>

#include "core/base/log.h"
#include "tests/component/load/rig/drill.h"
#include "tests/component/load/rig/driver_rig.h"
#include "tests/component/load/rig/server.h"
#include "tests/support/http_documents.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

// While it lives, no descriptor can be opened in this process.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int next = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(next);
    const rlimit none{static_cast<rlim_t>(next), before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST(OwnTrouble, NoDescriptorsLeftIsAClientErrorAndNoEvidenceOfAProbe) {
  TestServer server(always("x"));
  DrillPlan scenario = one_operation(server.port());
  scenario.connections.max_requests = 1;
  scenario.phases = {phase_with(open_rate(200), milliseconds(100)), phase_with(open_rate(200), milliseconds(200))};
  scenario.probes.push_back({"front", OperationId(0), milliseconds(10), milliseconds(200), 3, 3, ProbeConnection::fresh, {}});
  Drill drill(scenario);
  drill.runner().start_probes();
  // The sanitizers need descriptors when they see a class for the first time.
  log::warning("a warning before the descriptors are gone");
  drill.begin_stage(0);
  drill.run_until(drill.stage_end() + milliseconds(50));
  std::optional<NoDescriptors> none;
  drill.begin_stage(1);
  none.emplace();
  const RunTime from = drill.clock().now();
  ::poll(nullptr, 0, 300);
  const RunTime to = drill.clock().now();
  none.reset();
  drill.stop();
  const Snapshot& s = drill.collected();
  EXPECT_TRUE(balanced(s));
  EXPECT_EQ(s.offered.at(StageId(1)), 40u);
  EXPECT_EQ(total(s, Outcome::client_error), 40u);
  for (const ProbeResult& check : s.probes.at(ProbeId(0))) {
    EXPECT_TRUE(check.good);
    EXPECT_FALSE(check.start > from + milliseconds(20) && check.end < to) << "a check we could not make";
  }
}

// The one connection that is open is in use: whoever waited for it would have timed out, as if by the target.
TEST(OwnTrouble, TruthWhatFindsNoDescriptorIsNoTimeoutOfTheTarget) {
  std::atomic<bool> asked = false;
  TestServer server([&asked](Peer& peer) {
    if (peer.request()) asked = true;
    peer.wait_for_end();
  });
  DriverRig rig(one_operation(server.port(), std::chrono::seconds(20)));
  DriverOptions options;
  options.backoff = options.backoff_max = std::chrono::seconds(20);
  options.hold_back = true;
  rig.driver = rig.prepared->make_driver(rig.prepared->routes[0], options, rig.loop, rig.deadlines);
  rig.submit(mono_now());
  rig.until([&] { return asked.load(); });
  log::warning("a warning before the descriptors are gone");
  std::optional<NoDescriptors> none;
  none.emplace();
  for (int i = 0; i < 3; ++i) rig.submit(mono_now());
  none.reset();
  EXPECT_EQ(rig.outcomes, std::vector<Outcome>(3, Outcome::client_error));
}

TEST(OwnTrouble, MissingSecretStopsTheStartAndIsNamed) {
  Assignment assignment;
  assignment.self = AgentId(0);
  assignment.plan = one_operation(1);
  assignment.plan.secrets = {{"token", {SecretSource::Kind::env, "SHAKEDOWN_NO_SUCH_SECRET"}}};
  boost::asio::io_context loop;
  const auto made = make_load_runner(assignment, {}, loop);
  ASSERT_FALSE(made.has_value());
  EXPECT_NE(made.assume_error().message.find("`token`"), std::string::npos);
}

class FetchTest : public ::testing::Test {
 protected:
  Result<std::string> fetch(uint16_t port, const char* path) {
    ::setenv("SHAKEDOWN_TEST_SECRET", "s3cr3t", 1);
    DrillPlan scenario = one_operation(port);
    scenario.secrets = {{"token", {SecretSource::Kind::env, "SHAKEDOWN_TEST_SECRET"}}};
    Drill drill(scenario);
    HttpRequest request;
    request.path = Text::literal(path);
    Text bearer;
    bearer.pieces = {{HoleKind::literal, "Bearer "}, {HoleKind::secret, "token"}};
    request.headers = {{"Authorization", bearer}};
    std::optional<Result<std::string>> fetched;
    drill.runner().fetch(http::request(request), milliseconds(300), [&](Result<std::string> r) { fetched = r; });
    EXPECT_TRUE(drill.wait([&] { return fetched.has_value(); }));
    drill.stop();
    EXPECT_EQ(total_outcomes(drill.collected()), 0u);
    return *fetched;
  }
};

TEST_F(FetchTest, BodyOfAGoodAnswerAndWhyElse) {
  TestServer server([](Peer& peer) {
    while (const auto request = peer.request()) {
      const bool trusted = request->find("Authorization: Bearer s3cr3t\r\n") != std::string::npos;
      if (request->starts_with("GET /hangs")) {
        peer.wait_for_end();
        return;
      }
      const bool good = trusted && request->starts_with("GET /version");
      if (!peer.answer(good ? 200 : 404, good ? "9f2c1e" : "no")) return;
    }
  });
  const auto good = fetch(server.port(), "/version");
  ASSERT_TRUE(good.has_value());
  EXPECT_EQ(good.assume_value(), "9f2c1e");
  const auto wrong = fetch(server.port(), "/other");
  ASSERT_FALSE(wrong.has_value());
  EXPECT_NE(wrong.assume_error().message.find("404"), std::string::npos);
  const auto hanging = fetch(server.port(), "/hangs");
  ASSERT_FALSE(hanging.has_value());
  EXPECT_NE(hanging.assume_error().message.find("timeout"), std::string::npos);
  const auto refused = fetch(free_port(), "/version");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.assume_error().kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace shakedown
