// Runs checks in a test as an agent does, and an nginx that speaks TLS as the test wants it.
// Threads: the test's own thread runs the agent's loop.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include "agent/check/check_runner.h"
#include "tests/component/load/rig/certificates.h"
#include "tests/component/load/rig/nginx.h"
#include "tests/component/load/rig/server.h"
#include "tests/support/http_documents.h"

namespace shakedown {

// One agent `local`, one target `api` on 127.0.0.1.
DrillPlan site(const std::string& scheme, uint16_t port, TlsSpec tls = {});

struct Checked {
  std::vector<CheckResult> results;
  bool ok = false;
  std::string detail;
};
// The scenario's checks of agent 0, to their end.
Checked run_checks(const DrillPlan& scenario);
// One check against the scenario's target.
CheckResult check(DrillPlan scenario, CheckKind kind, Duration timeout = std::chrono::seconds(20));

::testing::AssertionResult found_to_hold(const CheckResult& result);
::testing::AssertionResult found_not_to_hold(const CheckResult& result, const std::string& why);
// Not carried out: neither holds nor a number, and the detail says why.
::testing::AssertionResult not_carried_out(const CheckResult& result, const std::string& why);

// A folder of its own, a CA, and certificates for 127.0.0.1.
class CheckTest : public ::testing::Test {
 protected:
  CheckTest();
  ~CheckTest() override;

  // nginx on a TLS port beside its plain one. directives go into the server block: ssl_protocols and the like.
  struct TlsSite {
    std::unique_ptr<Nginx> nginx;
    uint16_t port = 0;
  };
  TlsSite nginx(const std::string& directives, const std::string& certificate = "");
  TlsSpec trusted() const { return {ca_.certificate_file(), "", "", ""}; }
  std::string issue(const std::string& name, long good_for = TestCa::kOneDay) const {
    return ca_.issue(name, "DNS:localhost,IP:127.0.0.1", good_for);
  }

  std::string dir_;
  TestCa ca_;
};

}  // namespace shakedown
