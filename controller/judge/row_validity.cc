#include "controller/judge/row_validity.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

namespace shakedown::judging {
namespace {

struct PhaseLoss {
  double asked = 0;  // offered and never offered
  double shortfall = 0;
  uint64_t ours = 0;
};

std::map<PhaseId, PhaseLoss> losses(const LoadScope& scope, const Evidence& evidence) {
  std::map<PhaseId, PhaseLoss> out;
  const auto& stages = evidence.timeline->stages();
  for (const StageId id : scope.stages()) {
    const StageRecord& stage = stages[id.value];
    const double missing = shortfall(stage, *evidence.scenario);
    PhaseLoss& loss = out[stage.phase];
    loss.shortfall += missing;
    loss.asked += static_cast<double>(stage.offered) + missing;
  }
  for (const auto& [key, cell] : evidence.timeline->totals()) {
    if (!scope.has_stage(key.first)) continue;
    out[stages[key.first.value].phase].ours += cell.count(Outcome::dropped_by_us) + cell.count(Outcome::client_error);
  }
  return out;
}

// How far a schedule may lie from its expectation without anybody being at fault.
double slack(const OpenLoad& load, const StageRecord& stage, double expected, Duration planned) {
  double out = 2;
  if (load.arrivals == Arrivals::poisson) out += 4 * std::sqrt(expected);
  if (stage.range.to - stage.range.from < planned) out += peak_rate(load.shape);  // cut short: one second
  return out;
}

}  // namespace

double shortfall(const StageRecord& stage, const Scenario& scenario) {
  const Phase& phase = scenario.phase(stage.phase);
  if (!stage.ended || stage.not_run || !phase.load) return 0;
  const auto* open = std::get_if<OpenLoad>(&phase.load->kind);
  if (open == nullptr) return 0;
  const bool declared = stage.role == StageRole::declared;
  const Duration planned = declared ? phase.duration : stage.range.to - stage.range.from;
  const OpenLoad load = declared ? *open : OpenLoad{ConstantRate{Rate{stage.level}}, open->arrivals};
  const Duration length = std::min(stage.range.to - stage.range.from, planned);
  const double expected = arrivals_until(load.shape, length, planned);
  const double missing = expected - static_cast<double>(stage.offered);
  return missing > slack(load, stage, expected, planned) ? missing : 0;
}

void check_our_losses(Judged& judged, const LoadScope& scope, double budget, const Evidence& evidence) {
  for (const auto& [phase, loss] : losses(scope, evidence)) {
    const double lost = loss.shortfall + static_cast<double>(loss.ours);
    const double allowed = std::max(budget, 0.0) / 10;
    if (lost <= allowed * loss.asked) continue;
    touch(judged, "our losses",
          fmt::format("in phase {} the harness itself lost {:.0f} of {:.0f} arrivals ({:.0f} never offered, {} dropped "
                      "or failed on our side), more than {:g} %",
                      evidence.scenario->phase(phase).name, lost, loss.asked, loss.shortfall, loss.ours,
                      allowed * 100));
    return;
  }
}

void check_load_agents(Judged& judged, const LoadScope& scope, const Evidence& evidence) {
  const RunTime until = scope.until();
  for (const auto& [id, record] : evidence.timeline->agents()) {
    if (!record.lost || record.lost_at >= until || !evidence.has_load_role(id)) continue;
    touch(judged, "lost agent",
          fmt::format("load agent {} was lost {:.3f} s into the run, before the end of {}", evidence.agent_name(id),
                      seconds(record.lost_at), scope.describe()));
    return;
  }
}

void check_lag(Judged& judged, const SparseHistogram& lag, double limit_seconds) {
  if (judged.verdict.state != VerdictState::fail || lag.empty()) return;
  const double p99 = seconds(lag.quantile(0.99));
  if (p99 <= 0.1 * limit_seconds) return;
  touch(judged, "lag",
        fmt::format("our own lag (99 % under {}) is over 10 % of the limit, so the harness may have caused the failure",
                    format_value(p99, Unit::seconds)));
}

}  // namespace shakedown::judging
