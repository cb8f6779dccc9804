#include "tests/component/check/checks.h"

#include <stdlib.h>

#include <filesystem>

#include <boost/asio/executor_work_guard.hpp>

namespace shakedown {
namespace {

std::string temporary_folder() {
  std::string pattern = ::testing::TempDir() + "/shakedown-check-XXXXXX";
  return mkdtemp(pattern.data());
}

}  // namespace

DrillPlan site(const std::string& scheme, uint16_t port, TlsSpec tls) {
  DrillPlan made;
  made.folder = "/";
  made.agents.push_back({"local", true, true, true});
  Target target;
  target.name = "api";
  target.scheme = scheme;
  target.host = "127.0.0.1";
  target.port = port;
  target.tls = std::move(tls);
  made.targets.push_back(std::move(target));
  return made;
}

Checked run_checks(const DrillPlan& scenario) {
  Assignment assignment;
  assignment.self = AgentId(0);
  assignment.plan = scenario;
  boost::asio::io_context loop{1};
  const auto work = boost::asio::make_work_guard(loop);
  const auto runner = make_check_runner(assignment, RunClock(mono_now()), loop);
  Checked checked;
  bool over = false;
  runner->run([&](CheckResult result) { checked.results.push_back(std::move(result)); },
              [&](bool ok, std::string detail) {
                checked.ok = ok;
                checked.detail = std::move(detail);
                over = true;
              });
  while (!over) loop.run_one();
  return checked;
}

CheckResult check(DrillPlan scenario, CheckKind kind, Duration timeout) {
  scenario.checks.push_back({"it", AgentId(), std::move(kind), timeout});
  Checked checked = run_checks(scenario);
  EXPECT_TRUE(checked.ok) << checked.detail;
  EXPECT_EQ(checked.results.size(), 1U);
  if (checked.results.empty()) return {};
  EXPECT_GE(checked.results[0].ended, checked.results[0].started);
  return checked.results[0];
}

::testing::AssertionResult found_to_hold(const CheckResult& result) {
  if (result.done && result.holds) return ::testing::AssertionSuccess() << result.detail;
  return ::testing::AssertionFailure() << (result.done ? "does not hold: " : "not carried out: ") << result.detail;
}

::testing::AssertionResult found_not_to_hold(const CheckResult& result, const std::string& why) {
  const bool right = result.done && !result.holds && result.detail.find(why) != std::string::npos;
  if (right) return ::testing::AssertionSuccess() << result.detail;
  return ::testing::AssertionFailure() << "done " << result.done << ", holds " << result.holds << ": " << result.detail;
}

::testing::AssertionResult not_carried_out(const CheckResult& result, const std::string& why) {
  const bool right = !result.done && !result.holds && !result.number && result.detail.find(why) != std::string::npos;
  if (right) return ::testing::AssertionSuccess() << result.detail;
  return ::testing::AssertionFailure() << "done " << result.done << ", holds " << result.holds << ": " << result.detail;
}

CheckTest::CheckTest() : dir_(temporary_folder()), ca_(dir_, "ca", 10 * TestCa::kOneDay) {}
CheckTest::~CheckTest() { std::filesystem::remove_all(dir_); }

CheckTest::TlsSite CheckTest::nginx(const std::string& directives, const std::string& certificate) {
  const std::string path = certificate.empty() ? issue("server") : certificate;
  TlsSite made;
  made.port = free_port();
  made.nginx = std::make_unique<Nginx>("listen 127.0.0.1:" + std::to_string(made.port) + " ssl;\nssl_certificate " + path +
                                       ".pem;\nssl_certificate_key " + path + ".key;\n" + directives);
  return made;
}

}  // namespace shakedown
