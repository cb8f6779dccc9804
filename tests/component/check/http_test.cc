// Authentication, headers and expected answers against a real nginx.
#include <mutex>

#include "tests/component/check/checks.h"
#include "tests/support/http_documents.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

constexpr const char* kPlaces = R"(
    location /private { return 401 "who are you\n"; }
    location /hidden { return 404; }
    location /broken { add_header X-A b always; return 503; }
    location /hardened {
      add_header Strict-Transport-Security "max-age=31536000";
      add_header X-Content-Type-Options nosniff;
      return 200 ok;
    }
    location /state { default_type application/json; return 200 '{"state": "ok", "age": 12.5, "words": "12"}'; })";

class HttpChecks : public CheckTest {
 protected:
  HttpChecks() : nginx_(kPlaces) {}
  DrillPlan plain() const { return site("http", nginx_.port()); }
  CheckResult login(const std::string& path) const {
    return check(plain(), AuthenticationCheck{http::get(path), http::statuses({401, 403})});
  }
  CheckResult headers(const std::string& path, std::vector<HeaderExpect> expected) const {
    return check(plain(), HeadersCheck{http::get(path), http::headers(expected)});
  }
  CheckResult number(const std::string& pointer) const { return check(plain(), HttpCheck{http::get("/state"), {}, pointer}); }
  Nginx nginx_;
};

TEST_F(HttpChecks, AuthenticationThatIsDemandedHolds) {
  EXPECT_TRUE(found_to_hold(login("/private")));
  EXPECT_TRUE(found_not_to_hold(login("/"), "without credentials: status 200"));
  EXPECT_TRUE(found_not_to_hold(login("/hidden"), "status 404")) << "404 does not say that a login is needed";
}

// A page that is not there, or that wants a login, does not vouch for the one that the row is about.
TEST_F(HttpChecks, TruthHeadersOfAnErrorPageAreNoEvidence) {
  EXPECT_TRUE(not_carried_out(headers("/hidden", {{"X-A", ""}}), "status 404"));
}

TEST_F(HttpChecks, AnAuthenticationCheckNeverSendsASecret) {
  std::mutex mutex;
  std::string seen;
  TestServer server([&](Peer& peer) {
    while (const auto request = peer.request()) {
      const std::lock_guard lock(mutex);
      seen += *request;
      peer.answer(401, "");
    }
  });
  ASSERT_EQ(::setenv("SHAKEDOWN_CHECK_TOKEN", "planted-secret", 1), 0);
  DrillPlan scenario = site("http", server.port());
  scenario.secrets.push_back({"token", {SecretSource::Kind::env, "SHAKEDOWN_CHECK_TOKEN"}});
  AuthenticationCheck wanted{http::get("/"), http::statuses({401})};
  EXPECT_TRUE(found_to_hold(check(scenario, wanted)));
  http::put(wanted.request.document, "headers", mapping_document({{"X-Token", text_document("{token}")}}));
  EXPECT_TRUE(not_carried_out(check(scenario, wanted), "carries a secret"));
  EXPECT_EQ(server.connections(), 1U);
  const std::lock_guard lock(mutex);
  EXPECT_EQ(seen.find("planted-secret"), std::string::npos);
}

TEST_F(HttpChecks, AClientCertificateIsACredentialToo) {
  const TlsSite mutual = nginx("ssl_client_certificate " + ca_.certificate_file() +
                               ";\nssl_verify_client optional;\n"
                               "location /mine { if ($ssl_client_verify = SUCCESS) { return 200; } return 403; }");
  TlsSpec tls = trusted();
  const std::string client = issue("client");
  tls.certificate_file = client + ".pem";
  tls.key_file = client + ".key";
  const DrillPlan scenario = site("https", mutual.port, tls);
  EXPECT_TRUE(found_to_hold(check(scenario, AuthenticationCheck{http::get("/mine"), http::statuses({403})})));
  EXPECT_TRUE(found_to_hold(check(scenario, HttpCheck{http::get("/mine"), {}, ""}))) << "other checks show it";
}

TEST_F(HttpChecks, HeadersThatAreMissingOrDifferentAreNamed) {
  const HeaderExpect hsts{"strict-transport-security", ""}, nosniff{"X-Content-Type-Options", "nosniff"};
  EXPECT_TRUE(found_to_hold(headers("/hardened", {hsts, nosniff})));
  EXPECT_TRUE(found_not_to_hold(headers("/", {hsts, nosniff}),
                                "strict-transport-security is missing; X-Content-Type-Options is missing"));
  EXPECT_TRUE(
      found_not_to_hold(headers("/hardened", {{"X-Content-Type-Options", "sniff"}}), "is \"nosniff\" instead of \"sniff\""));
  EXPECT_TRUE(not_carried_out(headers("/broken", {{"X-A", ""}}), "status 503"));
  EXPECT_TRUE(not_carried_out(headers("/hardened", {}), "no header is named"));
}

TEST_F(HttpChecks, AnAnswerAsExpectedAndItsNumber) {
  HttpExpect expect;
  expect.json.push_back({"/state", "\"ok\""});
  EXPECT_TRUE(found_to_hold(check(plain(), HttpCheck{http::get("/state"), http::document(expect), ""})));
  expect.json[0].equals = "\"bad\"";
  EXPECT_TRUE(
      found_not_to_hold(check(plain(), HttpCheck{http::get("/state"), http::document(expect), "/age"}), "not as expected"));
  EXPECT_TRUE(found_not_to_hold(check(plain(), HttpCheck{http::get("/hidden"), {}, ""}), "status 404"));
  const CheckResult age = number("/age");
  EXPECT_TRUE(found_to_hold(age));
  EXPECT_EQ(age.number, 12.5);
  EXPECT_TRUE(not_carried_out(number("/words"), "a number was expected at /words")) << "a text is no number";
  EXPECT_TRUE(not_carried_out(number("/nothing"), "found nothing"));
  EXPECT_TRUE(not_carried_out(check(plain(), HttpCheck{http::get("/"), {}, "/age"}), "found nothing")) << "no JSON at all";
}

TEST_F(HttpChecks, TruthWhatMayLieBeyondTheKeptPartOfABodyIsNotHeldAgainstTheTarget) {
  TestServer big([](Peer& peer) {
    if (peer.request()) peer.answer(200, std::string(1228800, 'x') + "MARK", "X-A: b\r\n");
  });
  HttpExpect expect;
  expect.body_contains = Text::literal("MARK");
  EXPECT_TRUE(not_carried_out(check(site("http", big.port()), HttpCheck{http::get("/"), http::document(expect), ""}),
                              "not in the first 1 MiB of the body"));
  expect.headers.push_back({"X-A", "c"});
  EXPECT_TRUE(found_not_to_hold(check(site("http", big.port()), HttpCheck{http::get("/"), http::document(expect), ""}),
                                "not as expected"))
      << "a header is not beyond the body";
}

TEST_F(HttpChecks, WithoutAnAnswerNothingIsKnown) {
  const auto all_of = [](const DrillPlan& scenario, const std::string& why) {
    EXPECT_TRUE(
        not_carried_out(check(scenario, AuthenticationCheck{http::get("/"), http::statuses({401})}, milliseconds(500)), why));
    EXPECT_TRUE(
        not_carried_out(check(scenario, HeadersCheck{http::get("/"), http::headers({{"X-A", ""}})}, milliseconds(500)), why));
    EXPECT_TRUE(not_carried_out(check(scenario, HttpCheck{http::get("/"), {}, ""}, milliseconds(500)), why));
  };
  all_of(site("http", free_port()), "the connection was refused");
  TestServer silent([](Peer& peer) { peer.wait_for_end(); });
  all_of(site("http", silent.port()), "none came in time");
  TestServer closes([](Peer& peer) { peer.request(); });
  all_of(site("http", closes.port()), "closed without a whole answer");
  const TestCa other(dir_, "other");
  const TlsSite secure = nginx("");
  all_of(site("https", secure.port, {other.certificate_file(), "", "", ""}), "its certificate is not trusted");
}

TEST_F(HttpChecks, ChecksRunInTheirOrderAndOnlyOnes) {
  DrillPlan scenario = plain();
  scenario.agents.push_back({"far", true, true, false});
  scenario.checks.push_back(
      {"first", AgentId(), HeadersCheck{http::get("/hardened"), http::headers({{"X-Content-Type-Options", ""}})}});
  scenario.checks.push_back({"not-ours", AgentId(1), HttpCheck{http::get("/state"), {}, ""}});
  scenario.checks.push_back({"second", AgentId(0), AuthenticationCheck{http::get("/"), http::statuses({401})}});
  const Checked checked = run_checks(scenario);
  ASSERT_TRUE(checked.ok) << checked.detail;
  ASSERT_EQ(checked.results.size(), 2U);
  EXPECT_EQ(checked.results[0].check, CheckId(0));
  EXPECT_EQ(checked.results[1].check, CheckId(2));
  EXPECT_LE(checked.results[0].ended, checked.results[1].started);
}

}  // namespace
}  // namespace shakedown
