#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/http_documents.h"
#include "tests/unit/scenario/sample.h"

namespace shakedown::test {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using namespace std::chrono_literals;

TEST(DecodeTraffic, DefaultsAreThoseOfTheReference) {
  const Scenario s = accept(sample());
  ASSERT_EQ(s.agents.size(), 1U);
  EXPECT_EQ(s.agents[0].name, "local");
  EXPECT_TRUE(s.agents[0].load && s.agents[0].inject && s.agents[0].local);
  EXPECT_EQ(s.service, "sample");
  EXPECT_EQ(s.connections.max, 0U) << "as many as requests are out";
  EXPECT_EQ(s.connections.backoff, 50ms);
  EXPECT_EQ(s.connections.backoff_max, 100ms);
  EXPECT_EQ(s.connections.max_age, 0s);
  const Operation& read = s.operations[0];
  EXPECT_EQ(http::said(read.request).method, "GET");
  EXPECT_EQ(read.timeout, 1s);
  EXPECT_EQ(read.noun, "request");
  EXPECT_EQ(read.expect.type, NodeType::null);
  EXPECT_EQ(s.probes[0].down_after, 3U);
  EXPECT_EQ(s.probes[0].up_after, 10U);
  EXPECT_EQ(s.probes[0].connection, ProbeConnection::reuse);
  EXPECT_EQ(s.ledgers[0].verify_rate.per_second, 500);
  EXPECT_EQ(s.ledgers[0].verify_limit, 60s);
  EXPECT_EQ(s.ledgers[0].noun, "entry");
  ASSERT_EQ(s.phases[0].load->mix.size(), 1U);
  EXPECT_EQ(s.phases[0].load->mix[0].operation, OperationId(0));
  EXPECT_EQ(s.phases[0].load->max_outstanding, 0U);
}

TEST(DecodeTraffic, AnAgentThatMayNotBeLostIsNamed) {
  EXPECT_EQ(accept(sample()).on_lost_of(AgentId(0)), OnLost::degrade);
  const Scenario s =
      accept(sample({{"components:", "agents: {local: {}, far: {roles: [load], on_lost: invalidate}}\ncomponents:"}}));
  EXPECT_EQ(s.on_lost_of(AgentId(0)), OnLost::degrade);
  EXPECT_EQ(s.on_lost_of(AgentId(1)), OnLost::invalidate);
}

TEST(DecodeTraffic, TheSeedComesFromTheFileUnlessWritten) {
  const Scenario a = accept(sample()), b = accept(sample()), c = accept(sample({{"30s", "31s"}}));
  EXPECT_EQ(a.seed, b.seed);
  EXPECT_NE(a.seed, c.seed);
  EXPECT_EQ(a.sha256, sha256_hex(sample()));
  EXPECT_EQ(accept(sample({{"name: sample", "name: sample\nseed: 42"}})).seed, 42U);
  EXPECT_EQ(sha256_hex("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-4
}

TEST(DecodeTraffic, RequestsKeepTheirHoles) {
  const Scenario s = accept(sample({{"targets:", "secrets: {token: {file: keys/t}, user: {env: USER}}\ntargets:"},
                                    {"path: \"/entries/{key}\"}",
                                     "path: \"/entries/{key}\", headers: {Authorization: \"Bearer {token}\"}, "
                                     "body: '{\"u\": \"{user}\"}'}"}}));
  const HttpRequest sent = http::said(s.operations[0].request, {"token", "user"});
  EXPECT_TRUE(sent.path.uses(HoleKind::key));
  ASSERT_EQ(sent.headers.size(), 1U);
  EXPECT_EQ(sent.headers[0].second.display(), "Bearer {token}");
  EXPECT_TRUE(sent.headers[0].second.uses(HoleKind::secret));
  EXPECT_TRUE(sent.body.uses(HoleKind::secret));
  EXPECT_EQ(s.secrets[0].source.where, "/srv/drill/keys/t");
  EXPECT_EQ(s.secrets[1].source.kind, SecretSource::Kind::env);
  EXPECT_EQ(s.secrets[1].source.where, "USER");
}

TEST(DecodeTraffic, ExpectationsAreDecodedInEveryForm) {
  const Scenario s = accept(sample({{"key: {uniform: [1, 100]}",
                                     "key: {sequence: 7}, value: {size: 16KiB}, expect: {status: [200, 4xx], "
                                     "header: {X-A: b, X-B: \"\"}, body: {contains: \"{key}\", regex: \"^a+$\"}, "
                                     "json: {/state: ok, /n: 3, /f: 0.5, /t: true, /z: null, \"\": \"5\"}}"},
                                    {"path: \"/entries/{key}\"", "path: \"/entries/{key}\", body: \"{value}\""}}));
  const Operation& read = s.operations[0];
  EXPECT_EQ(std::get<SequenceKey>(read.key).from, 7U);
  EXPECT_EQ(read.value_size.count, 16384U);
  const HttpExpect expect = http::said(read.expect);
  EXPECT_THAT(expect.status, ElementsAre(Pair(200, 200), Pair(400, 499)));
  EXPECT_EQ(expect.headers[1].equals, "");
  EXPECT_TRUE(expect.body_contains->uses(HoleKind::key));
  EXPECT_EQ(*expect.body_regex, "^a+$");
  std::vector<std::string> values;
  for (const JsonExpect& j : expect.json) values.push_back(j.equals);
  EXPECT_THAT(values, ElementsAre("\"ok\"", "3", "0.5", "true", "null", "\"5\""));
}

TEST(DecodeTraffic, TlsPathsStartAtTheFolder) {
  const Scenario s = accept(sample({{"{url: \"http://127.0.0.1:18080\"}",
                                     "{url: \"https://[::1]/v1/\", tls: {ca: ../ca.pem, certificate: /etc/c.pem, "
                                     "key: k.pem, server_name: api.example}}"}}));
  const Target& t = s.targets[0];
  EXPECT_EQ(t.scheme, "https");
  EXPECT_EQ(t.host, "::1");
  EXPECT_EQ(t.port, 443);
  EXPECT_EQ(t.base_path, "/v1");
  EXPECT_EQ(t.tls.ca_file, "/srv/ca.pem");
  EXPECT_EQ(t.tls.certificate_file, "/etc/c.pem");
  EXPECT_EQ(t.tls.key_file, "/srv/drill/k.pem");
  EXPECT_EQ(t.tls.server_name, "api.example");
}

TEST(DecodeTraffic, EveryShapeOfLoad) {
  const auto load = [](const std::string& text) { return *accept(sample({{"{open: {rate: 100/s}}", text}})).phases[0].load; };
  const auto shape = [&](const std::string& text) { return std::get<OpenLoad>(load(text).kind).shape; };
  EXPECT_EQ(std::get<OpenLoad>(load("{open: {rate: 5/s, arrivals: poisson}}").kind).arrivals, Arrivals::poisson);
  EXPECT_EQ(std::get<RampRate>(shape("{open: {ramp: {from: 1/s, to: 9/s}}}")).to.per_second, 9);
  const auto steps = std::get<StepRate>(shape("{open: {steps: [1/s, 2/s], each: 15s}}"));
  EXPECT_EQ(steps.steps.size(), 2U);
  EXPECT_EQ(steps.each, 15s);
  const auto spike = std::get<SpikeRate>(shape("{open: {spike: {base: 1/s, peak: 9/s, at: 20s, for: 10s}}}"));
  EXPECT_EQ(spike.at, 20s);
  EXPECT_EQ(spike.length, 10s);
  const auto closed = std::get<ClosedLoad>(load("{closed: {users: 3, think: 1s}}").kind);
  EXPECT_EQ(closed.users, 3U);
  EXPECT_EQ(closed.think, 1s);
  EXPECT_EQ(load("{open: {rate: 5/s}, max_outstanding: 9, from: local, mix: {read: 0.5}}").max_outstanding, 9U);
  EXPECT_DOUBLE_EQ(load("{open: {rate: 5/s}, mix: {read: 0.5}}").mix[0].weight, 0.5);
}

TEST(DecodeTraffic, AgentsAndTheirRoles) {
  const Scenario s = accept(sample({{"components:", "agents: {local: {}, far: {roles: [load]}}\ncomponents:"},
                                    {"timeout: 200ms}", "timeout: 200ms, from: far}"}}));
  EXPECT_TRUE(s.agents[0].inject);
  EXPECT_FALSE(s.agents[1].inject);
  EXPECT_FALSE(s.agents[1].local);
  EXPECT_EQ(s.probes[0].agent, AgentId(1));
  EXPECT_FALSE(s.ledgers[0].agent.valid());
}

TEST(DecodeTraffic, TraceIsW3cOrNothing) {
  EXPECT_EQ(accept(sample()).trace, Trace::none);
  EXPECT_EQ(accept("trace: w3c\n" + sample()).trace, Trace::w3c);
  EXPECT_FALSE(problems("trace: b3\n" + sample()).empty());
}

TEST(DecodeTraffic, ASecondTraceparentIsRefused) {
  const std::string own = sample({{"path: \"/entries/{key}\"}", "path: \"/entries/{key}\", headers: {TraceParent: x}}"}});
  EXPECT_NO_THROW(accept(own));
  const auto found = problems("trace: w3c\n" + own);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_NE(found[0].find("the header `TraceParent` is set by `trace: w3c`"), std::string::npos) << found[0];
}

}  // namespace
}  // namespace shakedown::test
