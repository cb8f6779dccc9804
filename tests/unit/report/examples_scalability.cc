#include <cmath>

#include "tests/unit/report/examples_parts.h"

namespace shakedown::testing {
namespace {

enum Position : uint32_t {
  kAvailability,
  kLatency,
  kCapacity,
  kHeadroom,
  kEfficiency,
  kDownstream,
  kTls,
  kCertificate,
  kBackups,
  kExpired
};

ScoredRequirement available() {
  auto one = availability();
  measure(one, VerdictState::fail, 0.97, 0.9667, 0.9731, 15012, "450 of 15012 failed: the upper bound 97.31% misses 99.9%.");
  one.requirement.controls = {"PCI-12.10"};
  one.verdict.supportable = 0.9667;
  one.verdict.watermelon = Watermelon::optimistic;
  one.verdict.watermelon_reason = "declared green, measured fail";
  ScoredReported reported;
  reported.watermelon = Watermelon::optimistic;
  reported.value = 1;
  reported.difference = 0.03;
  reported.tolerance = 0.001;
  reported.causes = {"success filter: they count answers with status 500 as good"};
  reported.reason = "Their 100% lies above everything that was measured, 96.67% to 97.31%.";
  reported.query = "sum(rate(http_requests_total{code!~\"4..\"}[95s])) / sum(rate(http_requests_total[95s]))";
  reported.source = "http://prometheus.example.com:9090";
  reported.outage_proof = ScoredReported::Proof::silent;
  reported.alert = "CheckoutDown";
  reported.alert_in_time = false;
  one.reported = reported;
  CostsMost most{{"kill", {"checkout"}, false, "kill-checkout"}};
  most.share = 0.75;
  most.total = 4017;
  one.options = {
      {TradeOff::Kind::focus, most, "sam@example.com"},
      {TradeOff::Kind::date, NoDay{NoDay::Why::nobody_said, 23}, "dana@example.com"},
      {TradeOff::Kind::promise,
       PromiseLimit{0.966, Unit::ratio, 0, one.requirement.objective, {"staging", "1/4 of the replicas"}}, "dana@example.com"}};
  return one;
}

ScoredRequirement quick() {
  auto one = latency();
  ScoredReported reported;
  reported.watermelon = Watermelon::honest;
  reported.value = 0.0074;
  reported.difference = 0.00017;
  reported.reason = "Their 7.4ms lies within what was measured.";
  reported.outage_proof = ScoredReported::Proof::moved;
  reported.moved_after_seconds = 14;
  one.reported = reported;
  return one;
}

ScoredRequirement capacity() {
  auto one = row("SC-1", Area::scalability, "Carries the load of March", CapacitySli{PhaseId(3)},
                 {Comparison::at_least, 2500, ">= 2500/s"});
  measure(one, VerdictState::fail, 1900, 1900, 2000, 6, "It holds at 1900/s and breaches at 2000/s; beyond, PE-1 breaks first.");
  one.requirement.owner = "kim@example.com";
  one.requirement.fix = "split the ledger by customer";
  one.requirement.fix_by = "2026-12-04";
  one.verdict.supportable = 1900;
  one.options = some_options("kim@example.com");
  return one;
}

ScoredRequirement headroom() {
  auto one =
      row("SC-2", Area::scalability, "Room for a busy day", HeadroomSli{PhaseId(3)}, {Comparison::at_least, 0.3, ">= 30%"});
  measure(one, VerdictState::fail, -0.24, -0.24, -0.2, 6, "It carries 1900/s to 2000/s; 30 % above the forecast are 3250/s.");
  one.requirement.owner = "kim@example.com";
  one.requirement.must = false;
  return one;
}

ScoredRequirement efficiency() {
  auto one = row("SC-3", Area::scalability, "More replicas carry more", EfficiencySli{PhaseId(4), 72},
                 {Comparison::at_least, 0.3, ">= 30%"});
  measure(one, VerdictState::not_proven, 0.29, 0.24, 0.33, 7, "By the law 29% of perfect scaling is reached at 72 replicas.");
  one.requirement.owner = "kim@example.com";
  one.verdict.needed = "more or longer steps";
  one.verdict.supportable = 0.24;
  return one;
}

ScoredRequirement downstream() {
  auto one =
      row("DS-1", Area::downstream, "The systems it calls can take it", DownstreamSli{}, {Comparison::at_least, 0, ">= 0%"});
  measure(one, VerdictState::fail, -0.12, -0.12, -0.12, 3,
          "accounts-db takes 4400 of the 5000 calls per second that the forecast needs.");
  one.requirement.owner = "dba@example.com";
  return one;
}

ScoredRequirement check(const char* id, const char* title, Area area, CheckSli sli, Objective objective, VerdictState state,
                        double value) {
  auto one = row(id, area, title, sli, std::move(objective));
  measure(one, state, value, value, value, 1, "The check saw what it should.");
  one.requirement.owner = "sec@example.com";
  one.requirement.controls = {"PCI-4.2"};
  return one;
}

ScoredRequirement attested(const char* id, const char* title, const char* by, const char* expires, VerdictState state) {
  auto one = row(id, Area::data_storage, title,
                 AttestedSli{"Every night a copy goes to another region and is restored once a month.", by,
                             "https://wiki.example.com/backups", "2026-09-01", expires},
                 {Comparison::at_least, 1, ""});
  measure(one, state, state == VerdictState::pass, state == VerdictState::pass, state == VerdictState::pass, 0,
          state == VerdictState::pass ? "It is vouched for, and has not expired." : "It is vouched for no longer: expired.");
  one.requirement.owner = by;
  one.requirement.controls = {"PCI-9.4"};
  return one;
}

ScoredSearchStep step(double rate, double answered, StepOutcome outcome, double p99, bool confirmation = false) {
  ScoredSearchStep one;
  one.rate = rate;
  one.answered = answered;
  one.windows = 2;
  one.confirmation = confirmation;
  one.outcome = outcome;
  if (outcome == StepOutcome::breaches) one.limiting = RequirementId(kLatency);
  if (outcome == StepOutcome::invalid) one.reason = "we were late ourselves: repeated";
  ScoredHold hold{RequirementId(kLatency), {p99, p99 * 0.92, p99 * 1.1, Unit::seconds, 9000}, outcome};
  one.holds = {hold, {RequirementId(kAvailability), {0.9999, 0.9995, 1, Unit::ratio, 9000}, StepOutcome::holds}};
  return one;
}

ScoredSearch search() {
  using enum StepOutcome;
  ScoredSearch one;
  one.phase = "find-limit";
  one.lower = 1900;
  one.upper = 2000;
  one.confirmed = true;
  one.limiting = RequirementId(kLatency);
  one.ended = "the interval is as narrow as asked for, and it held for another 20s";
  one.steps = {step(500, 500, holds, 0.006),    step(1000, 999, holds, 0.0071),      step(2000, 1920, breaches, 0.31),
               step(1500, 1499, invalid, 0.05), step(1500, 1499, holds, 0.009),      step(1750, 1748, holds, 0.0128),
               step(1900, 1897, holds, 0.0171), step(1950, 1930, undecided, 0.0203), step(1900, 1898, holds, 0.0169, true)};
  return one;
}

// The SPEC SDM91 points and the published law.
ScoredScaling scaling() {
  ScoredScaling one;
  one.phase = "scale-out";
  one.axis = StepAxis::replicas;
  one.fitted = true;
  one.gamma = {89.9952, 50.5, 129.5};
  one.alpha = {0.0277285, 0.0024, 0.05305};
  one.beta = {0.0001044, 4.9e-5, 1.6e-4};
  one.peak_n = 96.5196;
  one.peak_throughput = 1884;
  one.ceiling = 3245.59;
  one.knee_lower = 36;
  one.knee_upper = 41;
  one.residual_error = 82.85;
  one.warnings = {"the steps do not decide whether there is contention at all"};
  for (const auto& [n, x] : std::vector<std::pair<double, double>>{
           {1, 64.9}, {18, 995.9}, {36, 1652.4}, {72, 1853.2}, {108, 1828.9}, {144, 1775.0}, {216, 1702.2}})
    one.levels.push_back({n, n, x, n / x, -25.1, x / (89.9952 * n), ""});
  one.levels.push_back({288, 288, 900, 0.32, 0, 0, "the step was cut short"});
  return one;
}

ScoredDependency system(const char* name, const char* owner, double needed, std::optional<double> takes, const char* reason) {
  ScoredDependency one;
  one.name = name;
  one.owner = owner;
  one.needed = needed;
  one.capacity = takes;
  one.capacity_source = takes ? "declared" : "";
  if (takes) one.margin = one.spare = *takes / needed - 1;
  one.declared_calls = needed / 2500;
  one.state = !takes ? VerdictState::unknown : *takes < needed ? VerdictState::fail : VerdictState::pass;
  one.reason = reason;
  return one;
}

std::vector<ScoredDependency> systems() {
  std::vector<ScoredDependency> out = {
      system("accounts-db", "dba@example.com", 5000, 4400, "It takes 12 % less than the forecast needs."),
      system("card-gateway", "cards@example.com", 2500, 4000, "It takes 60 % more than needed, and has agreed to."),
      system("mailer", "mail@example.com", 2500, std::nullopt, "No capacity is known.")};
  out[0].first_to_break = true;
  out[0].measured_calls = 3.1;
  out[0].measured_calls_in_faults = 7.9;
  out[0].calls = Watermelon::optimistic;
  out[0].calls_reason = "declared 2, measured 3.1";
  out[1].commitment = "cards: 4000/s until 2027-06-30";
  return out;
}

}  // namespace

std::vector<TradeOff> some_options(const std::string& owner) {
  const Objective carried{Comparison::at_least, 2500, ">= 2500/s"};
  return {{TradeOff::Kind::resources, LawCarries{StepAxis::replicas, 2500, {}, 1884, 97, {"scale-out", 72, true, false}}, owner},
          {TradeOff::Kind::focus, GivesWay{"Payments are quick", 2000}, "dana@example.com"},
          {TradeOff::Kind::date, Provable{parse_wall("2026-12-04").value(), "2026-12-15", true, 105}, owner},
          {TradeOff::Kind::promise, PromiseLimit{1900, Unit::per_second, 0, carried, {"staging", "1/4 of the replicas"}}, owner}};
}

std::vector<ScoredRequirement> scalability_rows() {
  return {available(),
          quick(),
          capacity(),
          headroom(),
          efficiency(),
          downstream(),
          check("SE-1", "Only strong encryption", Area::security, CheckSli{CheckId(0)}, {Comparison::at_least, 1, ""},
                VerdictState::pass, 1),
          check("SE-2", "The certificate lasts", Area::security, CheckSli{CheckId(1), CheckAnswer::seconds},
                {Comparison::at_least, 30.0 * 86400, ">= 30d"}, VerdictState::pass, 74.0 * 86400),
          attested("BK-1", "Backups are kept elsewhere", "dba@example.com", "2027-03-01", VerdictState::pass),
          attested("BK-2", "A restore was rehearsed", "dba@example.com", "2026-11-01", VerdictState::fail)};
}

void add_scalability_parts(Scorecard& card) {
  card.forecast = Forecast{{2500}, "2027-03-01"};
  card.searches = {search()};
  card.scalings = {scaling()};
  card.downstream = systems();
  card.controls = {{"PCI-4.2", VerdictState::pass, {RequirementId(kTls), RequirementId(kCertificate)}, false},
                   {"PCI-9.4", VerdictState::fail, {RequirementId(kBackups), RequirementId(kExpired)}, false},
                   {"PCI-12.10", VerdictState::fail, {RequirementId(kAvailability)}, false},
                   {"PCI-3.5", VerdictState::unknown, {}, false}};
  card.checks = {{"tls-floor", "tls", true, true, std::nullopt, "TLS 1.2 and 1.3 accepted, 1.1 refused"},
                 {"certificate", "certificate", true, true, 74.0 * 86400, "CN=checkout.example.com"},
                 {"admin-closed", "authentication", true, false, std::nullopt, "answered 200 without credentials"},
                 {"lines-of-code", "command", false, false, std::nullopt, "no such program: cloc"}};
  ScoredTraffic traffic{
      "steady", "read", {}, {{200, Mismatch::none, 9680}, {200, Mismatch::body, 8}, {404, Mismatch::status, 312}}, 0, true,
      {},       {},     {}};
  traffic.outcomes[static_cast<std::size_t>(Outcome::ok)] = 9680;
  traffic.outcomes[static_cast<std::size_t>(Outcome::failed)] = 320;
  const ScoredExchange missing{
      RunTime(from_seconds(7.25)),         0.0031, Outcome::failed, Mismatch::status, 404, "4bf92f3577b34da6a3ce929d0e0e4736",
      "{\"error\":\"no such <entry>\"}\n", false};
  traffic.first_bad = traffic.slowest_bad = {missing};
  traffic.slowest_good = {
      {RunTime(from_seconds(11)), 0.42, Outcome::ok, Mismatch::none, 200, "0af7651916cd43dd8448eb211c80319c", "", false}};
  card.traffic = {std::move(traffic)};
  card.requirements[kAvailability].traffic = {0};
}

}  // namespace shakedown::testing
