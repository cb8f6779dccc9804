// The rows of the checkout, a launch of which examples.cc tells.
#include "tests/unit/report/examples_parts.h"

namespace shakedown::testing {

ScoredRequirement availability() {
  auto one = row("AV-1", Area::availability, "Customers can pay", AvailabilitySli{}, {Comparison::at_least, 0.999, ">= 99.9%"});
  measure(one, VerdictState::pass, 1, 0.9998, 1, 15012, "The lower bound 99.98% clears the limit 99.9%.");
  one.requirement.means = "a customer's payment fails";
  one.requirement.declared = Declared{Status::green, 0.9995, "99.95%"};
  one.requirement.owner = "dana@example.com";
  one.verdict.supportable = 0.9998;
  one.verdict.watermelon = Watermelon::honest;
  return one;
}

ScoredRequirement latency() {
  auto one = row("PE-1", Area::performance, "Payments are quick", LatencySli{OperationId(0), 0.99, {}},
                 {Comparison::at_most, 0.02, "<= 20ms"});
  measure(one, VerdictState::pass, 0.0072345, 0.0069, 0.0076, 15012, "The upper bound 7.6ms clears the limit 20ms.");
  one.verdict.supportable = 0.0076;
  one.requirement.owner = "dana@example.com";
  return one;
}

ScoredRequirement recovery_time() {
  auto one = row("DR-1", Area::disaster_recovery, "Back within five seconds", RtoSli{FaultId(0), {ProbeId(0)}, 3, {}},
                 {Comparison::at_most, 5, "<= 5s"});
  measure(one, VerdictState::pass, 3.02, 2.99, 3.041, 3, "Met in 3 of 3; proves at least 37% of failovers at 95%.");
  one.requirement.declared = Declared{Status::green, 5, "5s"};
  one.requirement.owner = "sam@example.com";
  one.verdict.watermelon = Watermelon::honest;
  for (uint32_t n = 1; n <= 3; ++n)
    one.verdict.injections.push_back({InjectionId(n - 1), n, true, "", 2.98 + 0.005 * n, 3.02 + 0.007 * n, {}});
  return one;
}

ScoredRequirement lost_entries() {
  auto one = row("DR-2", Area::disaster_recovery, "No confirmed order is lost",
                 RpoSli{FaultId(0), LedgerId(0), RpoUnit::writes, 3, {}}, {Comparison::at_most, 0, "<= 0 writes"});
  measure(one, VerdictState::fail, 14, 14, 14, 9500, "12 to 14 acknowledged writes were lost in each of 3 injections.");
  one.requirement.means = "a confirmed order disappears";
  one.requirement.declared = Declared{Status::green, 0, "0 writes"};
  one.requirement.owner = "Sam";
  one.requirement.fix = "flush each order to disk before it is confirmed; planned for 4 Dec";
  one.verdict.watermelon = Watermelon::optimistic;
  one.verdict.watermelon_reason = "declared green and 0 writes, measured 14";
  for (uint32_t n = 1; n <= 3; ++n) one.verdict.injections.push_back({InjectionId(n - 1), n, true, "", 11.0 + n, 11.0 + n, 0.14});
  return one;
}

}  // namespace shakedown::testing
