#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/http_documents.h"
#include "tests/unit/scenario/sample.h"

namespace shakedown::test {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using namespace std::chrono_literals;

constexpr const char* kRow = R"(sli: {availability: {}}, objective: ">= 99%")";

// The sample with a second target `safe`, one check called `it`, and a requirement that looks at it.
std::string with_check(const std::string& check, const std::string& row = "sli: {check: {name: it}}") {
  return sample({{R"(targets: {api: {url: "http://127.0.0.1:18080"}})",
                  R"(targets: {api: {url: "http://127.0.0.1:18080"}, safe: {url: "https://127.0.0.1:18443"}})"},
                 {"phases:\n", "checks:\n  it: {" + check + "}\nphases:\n"},
                 {kRow, row}});
}

template <typename Kind>
Kind kind_of(const std::string& check) {
  return std::get<Kind>(accept(with_check(check)).checks.at(0).kind);
}

TEST(DecodeChecks, EveryKindWithItsDefaults) {
  const auto tls = kind_of<TlsCheck>("tls: {target: safe}");
  EXPECT_EQ(tls.target, TargetId(1));
  EXPECT_EQ(tls.floor, TlsVersion::tls1_2);
  EXPECT_TRUE(tls.forbidden.empty());
  const auto strict = kind_of<TlsCheck>("tls: {target: safe, floor: TLS1.3, forbidden: [RC4, NULL-SHA]}");
  EXPECT_EQ(strict.floor, TlsVersion::tls1_3);
  EXPECT_THAT(strict.forbidden, ElementsAre("RC4", "NULL-SHA"));
  EXPECT_EQ(kind_of<TlsCheck>("tls: {target: safe, floor: TLS1.0, forbidden: [RC4]}").floor, TlsVersion::tls1_0);
  EXPECT_EQ(kind_of<TlsCheck>("tls: {target: safe, floor: TLS1.1}").floor, TlsVersion::tls1_1);
  EXPECT_EQ(kind_of<PlainHttpCheck>("plain_http: {target: safe, port: 80}").port, 80);
  const auto login = kind_of<AuthenticationCheck>("authentication: {http: {target: api, path: /}}");
  EXPECT_THAT(http::said(login.expect).status, ElementsAre(Pair(401, 401), Pair(403, 403)));
  EXPECT_THAT(
      http::said(kind_of<AuthenticationCheck>("authentication: {http: {target: api, path: /}, status: 3xx}").expect).status,
      ElementsAre(Pair(300, 399)));
  const auto headers = kind_of<HeadersCheck>("headers: {http: {target: api, path: /}, header: {X-A: \"\", X-B: c}}");
  const auto named = http::said(headers.expect).headers;
  ASSERT_EQ(named.size(), 2U);
  EXPECT_EQ(named[0].name + named[0].equals, "X-A");
  EXPECT_EQ(named[1].equals, "c");
  EXPECT_TRUE(kind_of<HttpCheck>("http: {http: {target: api, path: /}}").number_pointer.empty());
}

TEST(DecodeChecks, AgentAndTimeout) {
  const Check plain = accept(with_check("tls: {target: safe}")).checks.at(0);
  EXPECT_EQ(plain.name, "it");
  EXPECT_FALSE(plain.agent.valid());
  EXPECT_EQ(plain.timeout, 10s);
  const Check command = accept(with_check("command: {exec: [x, y]}, timeout: 3s")).checks.at(0);
  EXPECT_EQ(command.agent, AgentId(0)) << "commands run on the agent `local`";
  EXPECT_EQ(command.timeout, 3s);
  EXPECT_THAT(std::get<CommandCheck>(command.kind).argv, ElementsAre("x", "y"));
}

Requirement row_of(const std::string& check, const std::string& row) { return accept(with_check(check, row)).requirements.at(0); }

TEST(DecodeChecks, ARowComparesWhatItsCheckGives) {
  const Requirement holds = row_of("tls: {target: safe}", "sli: {check: {name: it}}");
  EXPECT_EQ(unit_of(holds.sli), Unit::holds);
  EXPECT_EQ(holds.objective.comparison, Comparison::at_least);
  EXPECT_EQ(holds.objective.limit, 1);
  const std::string certificate = "certificate: {target: safe}";
  const Requirement expiry = row_of(certificate, R"(sli: {check: {name: it}}, objective: ">= 30d", declared: {value: 60d})");
  EXPECT_EQ(unit_of(expiry.sli), Unit::seconds);
  EXPECT_EQ(expiry.objective.limit, 30 * 86400.0);
  EXPECT_EQ(expiry.declared->value, 60 * 86400.0);
  EXPECT_EQ(row_of(certificate, R"(sli: {check: {name: it}}, objective: "<= 398d")").objective.comparison, Comparison::at_most);
  const std::string number = "command: {exec: [x], number: true}";
  const Requirement many = row_of(number, R"(sli: {check: {name: it}}, objective: "<= 1.5")");
  EXPECT_EQ(unit_of(many.sli), Unit::number);
  EXPECT_EQ(many.objective.limit, 1.5);
  EXPECT_EQ(row_of(number, R"(sli: {check: {name: it}}, objective: ">= 3")").objective.comparison, Comparison::at_least);
}

TEST(DecodeChecks, ControlsAreKeptOnceInTheirOrder) {
  EXPECT_THAT(accept(with_requirement("{availability: {}}", ">= 99%", ", controls: PCI-10.2")).requirements[0].controls,
              ElementsAre("PCI-10.2"));
  EXPECT_THAT(accept(with_requirement("{availability: {}}", ">= 99%", ", controls: [B-2, A-1, B-2]")).requirements[0].controls,
              ElementsAre("B-2", "A-1"));
}

TEST(DecodeChecks, AttestedRowsHaveTheirDates) {
  const Requirement row =
      accept(sample({{kRow, R"(sli: {attested: {statement: s, by: b, date: "2026-01-01", expires: "2026-01-01"}})"}}))
          .requirements.at(0);
  const auto& sli = std::get<AttestedSli>(row.sli);
  EXPECT_EQ(sli.statement + sli.by + sli.link + sli.date + sli.expires, "sb2026-01-012026-01-01");
  EXPECT_EQ(unit_of(row.sli), Unit::holds);
}

}  // namespace
}  // namespace shakedown::test
