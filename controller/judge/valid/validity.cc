#include "controller/judge/valid/validity.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "controller/judge/faults/injections.h"
#include "controller/judge/faults/loss.h"
#include "controller/judge/parts/controls.h"
#include "core/base/units.h"

namespace shakedown::judging {
namespace {

void everything(RunValidity& validity, Signal signal, const std::string& text) {
  validity.reasons.push_back({signal, text, true});
  if (validity.everything.empty()) validity.everything = text;
}

bool lost_during(const StageRecord& stage, const Evidence& evidence) {
  const auto& agents = evidence.timeline->agents();
  return std::any_of(agents.begin(), agents.end(), [&](const auto& entry) {
    return entry.second.lost && entry.second.lost_at < stage.range.to && evidence.sends(entry.first, stage.phase);
  });
}

// A damaged journal says nothing about how its run ended.
std::string unclosed(const Manifest& manifest) {
  if (manifest.ended_by.starts_with("the journal is damaged")) return manifest.ended_by;
  return "the journal has no closing record: the run was broken off, or the file was cut or changed";
}

void check_journal(RunValidity& validity, const Evidence& evidence) {
  if (evidence.manifest->state == RunState::running && !evidence.goes_on) {
    everything(validity, Signal::journal, unclosed(*evidence.manifest));
  }
  if (const std::string& damage = evidence.timeline->snapshot_damage(); !damage.empty()) {
    everything(validity, Signal::journal, damage);
  }
  for (const StageRecord& stage : evidence.timeline->stages()) {
    if (!stage.phase.valid() || stage.ended || stage.not_run) continue;
    if (evidence.manifest->state != RunState::completed) continue;
    everything(validity, Signal::journal,
               fmt::format("a completed run without the end of phase {}", evidence.scenario->phase(stage.phase).name));
  }
}

bool asked_release(const std::string& when, const Evidence& evidence) {
  const auto& steps = evidence.timeline->steps();
  return std::any_of(steps.begin(), steps.end(),
                     [&](const StepEvent& step) { return step.kind == StepEvent::Kind::release && step.detail == when; });
}

void check_release(RunValidity& validity, const Evidence& evidence) {
  const Manifest& manifest = *evidence.manifest;
  if (!manifest.release_start.empty() && !manifest.release_end.empty() && manifest.release_start != manifest.release_end) {
    everything(validity, Signal::release,
               fmt::format("the release changed during the run from {} to {}", manifest.release_start, manifest.release_end));
    return;
  }
  if (!evidence.scenario->release) return;
  const char* when = manifest.release_start.empty() ? "start" : "end";
  if (evidence.goes_on && !asked_release(when, evidence)) return;
  if (!manifest.release_start.empty() && !manifest.release_end.empty()) return;
  if (manifest.state == RunState::completed || asked_release(when, evidence)) {
    everything(validity, Signal::release_not_read,
               fmt::format("the release could not be read at the {}, so nobody knows what was measured", when));
  } else {
    validity.reasons.push_back(
        {Signal::release_not_read, fmt::format("the run ended before the release was read at the {}", when), false});
  }
}

// Only what this run left and still stands is a leftover; what an earlier one left is named.
void check_leftovers(RunValidity& validity, const Evidence& evidence) {
  validity.leftovers = find_leftovers(evidence);
  for (const Leftover& one : validity.leftovers) {
    const Signal signal = !one.ours ? Signal::earlier_run : one.stands ? Signal::leftover : Signal::undone_late;
    validity.reasons.push_back({signal, one.text, one.ours, one.fault, one.injection});
  }
}

void check_lost_agents(RunValidity& validity, const Evidence& evidence) {
  for (const auto& [id, record] : evidence.timeline->agents()) {
    if (!record.lost) continue;
    validity.reasons.push_back({Signal::lost_agent,
                                fmt::format("agent {} was lost {:.3f} s into the run; its load, probes and "
                                            "ledgers are unknown from then on",
                                            evidence.agent_name(id), seconds(record.lost_at)),
                                true});
  }
}

void warn(RunValidity& validity, Signal signal, std::string text) {
  validity.reasons.push_back({signal, std::move(text), false});
}

void check_strain(RunValidity& validity, const Evidence& evidence) {
  for (const auto& [id, record] : evidence.timeline->agents()) {
    const HealthRecord& health = record.health;
    const double span = seconds(health.span());
    const std::string name = evidence.agent_name(id);
    const auto& agents = evidence.manifest->agents;
    const double cores = id.value < agents.size() ? std::max(1U, agents[id.value].host.cores) : 1;
    if (span > 0 && health.later_cpu_seconds / span > 0.5 * cores) {
      warn(validity, Signal::cpu,
           fmt::format("agent {} used {:.2f} of {:g} cores", name, health.later_cpu_seconds / span, cores));
    }
    if (health.worst_steal > 0) {
      warn(validity, Signal::steal,
           fmt::format("up to {} of the CPU was stolen on the host of agent {}", percent_text(health.worst_steal), name));
    }
    for (const std::string& text : record.warnings) warn(validity, Signal::agent, fmt::format("agent {}: {}", name, text));
  }
}

uint64_t host_of(AgentId id, const Manifest& manifest) {
  return id.value < manifest.agents.size() ? manifest.agents[id.value].host.boot_id_hash : 0;
}

void check_shared_cores(RunValidity& validity, const Evidence& evidence) {
  for (std::size_t i = 0; i < evidence.scenario->components.size(); ++i) {
    const Component& component = evidence.scenario->components[i];
    const AgentId owner = component.agent.valid() ? component.agent : AgentId(0);
    const uint64_t host = host_of(owner, *evidence.manifest);
    for (const auto& [id, record] : evidence.timeline->agents()) {
      const bool shares = id == owner || (host != 0 && host_of(id, *evidence.manifest) == host);
      if (!shares || !evidence.has_load_role(id)) continue;
      warn(validity, Signal::shared_cores,
           fmt::format("load agent {} shares its cores with component {}", evidence.agent_name(id), component.name));
      break;
    }
  }
}

void check_notes(RunValidity& validity, const Evidence& evidence) {
  const Manifest& manifest = *evidence.manifest;
  for (const std::string& text : evidence.timeline->warnings()) warn(validity, Signal::agent, text);
  for (const std::string& text : manifest.teardown_failures) warn(validity, Signal::teardown, text);
  for (const ScoredCleanup& one : evidence.goes_on ? std::vector<ScoredCleanup>() : summarize_cleanups(evidence)) {
    const bool left = one.remains && *one.remains > 0;
    if (one.detail.empty() && !left) continue;
    const std::string many = left ? fmt::format(", {} left", format_number(*one.remains)) : "";
    warn(validity, Signal::cleanup, fmt::format("cleanup {}{}{}{}", one.name, many, one.detail.empty() ? "" : ": ", one.detail));
  }
  if (!manifest.rejudged_from.empty()) {
    warn(validity, Signal::rejudged,
         fmt::format("objectives changed after the run: executed with scenario {}, judged with {}", manifest.rejudged_from,
                     manifest.scenario_sha256));
  }
}

}  // namespace

std::string broken_identity(const Evidence& evidence) {
  std::map<StageId, uint64_t> sums;
  for (const auto& [key, cell] : evidence.timeline->totals()) sums[key.first] += cell.offered();
  for (const StageRecord& stage : evidence.timeline->stages()) {
    if (!stage.ended || stage.not_run || !stage.phase.valid()) continue;
    const uint64_t sum = sums[stage.stage];
    const bool may_lack = evidence.goes_on || lost_during(stage, evidence);
    if (sum == stage.offered || (may_lack && sum < stage.offered)) continue;
    return fmt::format("the accounting identity is broken in phase {}: {} arrivals offered, {} outcomes",
                       evidence.scenario->phase(stage.phase).name, stage.offered, sum);
  }
  return "";
}

bool RunValidity::valid() const {
  return std::none_of(reasons.begin(), reasons.end(), [](const ValidityReason& r) { return r.invalidates; });
}

RunValidity examine_run(const Evidence& evidence) {
  RunValidity validity;
  const std::string identity = broken_identity(evidence);
  if (!identity.empty()) everything(validity, Signal::accounting_identity, identity);
  check_journal(validity, evidence);
  check_release(validity, evidence);
  check_leftovers(validity, evidence);
  check_lost_agents(validity, evidence);
  check_injected(validity, evidence);
  for (ValidityReason& reason : unexplained_losses(evidence)) validity.reasons.push_back(std::move(reason));
  check_secrets(validity, evidence);
  check_strain(validity, evidence);
  check_shared_cores(validity, evidence);
  check_notes(validity, evidence);
  return validity;
}

void apply(const RunValidity& validity, Judged& judged) {
  if (!validity.everything.empty()) {
    touch(judged, Signal::none, validity.everything);
    return;
  }
  for (const Leftover& one : validity.leftovers) {
    if (!one.shared || judged.until <= one.at) continue;
    touch(judged, Signal::none,
          one.ours ? "an injection or an agent had left something behind before this was measured"
                   : "what an earlier run had left behind stood while this was measured");
    return;
  }
}

}  // namespace shakedown::judging
