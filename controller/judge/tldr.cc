#include "controller/judge/tldr.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "controller/judge/settle.h"
#include "controller/judge/tldr_growth.h"

namespace shakedown::judging {
namespace {

constexpr std::size_t kMostSentences = 5;

std::string when(FaultId id, const Scenario& scenario) { return "If " + happening(id, scenario); }

std::string seconds_text(double s) {
  if (s >= 120) return fmt::format("{:.3g} minutes", s / 60);
  return s >= 1 ? fmt::format("{:.2g} seconds", s) : fmt::format("{:.2g} milliseconds", s * 1000);
}

// Rounded up to two digits: for promises that were kept "within".
std::string within_text(double s) {
  if (!(s > 0)) return seconds_text(0);
  const double unit = std::pow(10, std::floor(std::log10(s)) - 1);
  return seconds_text(std::ceil(s / unit - 1e-9) * unit);
}

struct Range {
  double least = INFINITY, most = 0;
  uint64_t injections = 0;
};

// From the mildest to the worst valid injection.
Range range_of(const Verdict& verdict) {
  Range out;
  for (const InjectionVerdict& i : verdict.injections) {
    if (!i.valid) continue;
    out.least = std::min(out.least, i.lower);
    out.most = std::max(out.most, i.upper);
    ++out.injections;
  }
  return out;
}

std::string team_says(const Requirement& requirement, const std::string& of_zero) {
  if (!requirement.declared) return "";
  const Declared& declared = *requirement.declared;
  if (declared.value && *declared.value == 0) return fmt::format("; the team reports {}", of_zero);
  if (declared.value && !declared.value_text.empty()) return fmt::format("; the team reports {}", declared.value_text);
  return declared.status ? fmt::format("; the team says {}", to_string(*declared.status)) : "";
}

std::string dashboard_says(const ScoredRequirement& row) {
  if (!row.reported || row.reported->watermelon != Watermelon::optimistic || !row.reported->value) return "";
  return fmt::format("; its own dashboard says {}", format_value(*row.reported->value, unit_of(row.requirement.sli)));
}

std::string how_many(const Range& range, const std::string& noun) {
  const auto number = [](double v) { return fmt::format("{:.0f}", v); };
  if (std::isinf(range.most)) return fmt::format("at least {} confirmed {}", number(range.least), plural(noun));
  const std::string count =
      range.least == range.most ? number(range.least) : fmt::format("{} to {}", number(range.least), number(range.most));
  return fmt::format("{} confirmed {}", count, range.most == 1 ? noun : plural(noun));
}

std::string loss(const ScoredRequirement& row, const RpoSli& sli, const Scenario& scenario) {
  const Range range = range_of(row.verdict);
  const std::string noun = scenario.ledger(sli.ledger).noun;
  const std::string start = when(sli.fault, scenario);
  if (row.verdict.state == VerdictState::pass && row.verdict.measured.upper == 0) {
    return fmt::format("{}, no confirmed {} disappeared in {}.", start, noun, counted(range.injections, "drill"));
  }
  if (sli.unit == RpoUnit::writes) {
    return fmt::format("{}, {} disappear{}{}.", start, how_many(range, noun), range.most == 1 ? "s" : "",
                       team_says(row.requirement, "none"));
  }
  const double shown = std::isfinite(range.most) ? range.most : *row.verdict.measured.lower;
  return fmt::format("{}, the confirmed {} of the last {} disappear{}.", start, plural(noun), seconds_text(shown),
                     team_says(row.requirement, "no loss"));
}

std::string recovery(const ScoredRequirement& row, const RtoSli& sli, const Scenario& scenario) {
  const Range range = range_of(row.verdict);
  const std::string limit = seconds_text(row.requirement.objective.limit);
  const std::string start = when(sli.fault, scenario);
  if (row.verdict.state == VerdictState::pass) {
    return fmt::format("{}, the service is back within {}, as promised ({}).", start, within_text(range.most), limit);
  }
  const std::string away = std::isinf(range.most) ? fmt::format("more than {}", seconds_text(*row.verdict.measured.lower))
                                                  : seconds_text(range.most);
  return fmt::format("{}, the service is away for {}; promised are {}{}.", start, away, limit,
                     team_says(row.requirement, "no time away"));
}

std::string plain_failure(const ScoredRequirement& row) {
  const Requirement& r = row.requirement;
  const Measured& m = row.verdict.measured;
  const std::string cost = r.means.empty() ? "" : fmt::format(" ({})", r.means);
  if (const auto* attested = std::get_if<AttestedSli>(&r.sli)) {
    return fmt::format("\"{}\" is no longer vouched for{}: {} vouched until {}.", r.title, cost, attested->by,
                       attested->expires);
  }
  const std::string value = m.value && m.unit != Unit::holds ? fmt::format(": measured {}{}, promised {}", m.censored ? "at least " : "",
                                                  format_value(*m.value, m.unit), limit_text(r.objective))
                                    : "";
  return fmt::format("\"{}\" does not hold{}{}{}{}.", r.title, cost, value, team_says(r, "none"), dashboard_says(row));
}

std::string sentence(const ScoredRequirement& row, const Scorecard& card, const Scenario& scenario) {
  if (row.verdict.state == VerdictState::fail) {
    if (std::string told = tell_failed_growth(row, card, scenario); !told.empty()) return told;
  }
  const Sli& sli = row.requirement.sli;
  if (const auto* rpo = std::get_if<RpoSli>(&sli)) return loss(row, *rpo, scenario);
  if (const auto* rto = std::get_if<RtoSli>(&sli)) return recovery(row, *rto, scenario);
  return plain_failure(row);
}

bool about_load(const Sli& sli) {
  return std::holds_alternative<AvailabilitySli>(sli) || std::holds_alternative<LatencySli>(sli) ||
         std::holds_alternative<ThroughputSli>(sli) || std::holds_alternative<ErrorRatioSli>(sli);
}

// The highest rate that a measured phase asked for, per second.
std::optional<double> tested_rate(const Scenario& scenario) {
  std::optional<double> rate;
  for (const Phase& phase : scenario.phases) {
    if (!phase.measured || !phase.load) continue;
    const auto* open = std::get_if<OpenLoad>(&phase.load->kind);
    if (open != nullptr) rate = std::max(rate.value_or(0), peak_rate(open->shape));
  }
  return rate;
}

std::string load_sentence(const Scorecard& card, const Scenario& scenario) {
  bool any = false, all = true;
  for (const ScoredRequirement& row : card.requirements) {
    if (!row.requirement.must || !about_load(row.requirement.sli)) continue;
    any = true;
    all = all && row.verdict.state == VerdictState::pass;
  }
  if (!any || !all) return "";
  const auto rate = tested_rate(scenario);
  return rate ? fmt::format("Load holds at the tested {}/s.", format_number(*rate)) : "Load holds as tested.";
}

// The first capacity or headroom, unless a failing one was told already.
std::string capacity_sentence(const Scorecard& card, const Scenario& scenario) {
  std::string first;
  for (const ScoredRequirement& row : card.requirements) {
    if (!row.requirement.must || row.verdict.state == VerdictState::unknown) continue;
    const std::string told = tell_capacity(row, card, scenario);
    if (!told.empty() && row.verdict.state == VerdictState::fail) return "";
    if (first.empty()) first = told;
  }
  return first;
}

std::string undecided(const Scorecard& card) {
  const auto open = std::count_if(card.requirements.begin(), card.requirements.end(), [](const ScoredRequirement& r) {
    return r.requirement.must && (r.verdict.state == VerdictState::not_proven || r.verdict.state == VerdictState::unknown);
  });
  if (open == 0) return "";
  return fmt::format("{} {} not shown either way yet.", counted(static_cast<uint64_t>(open), "promise"),
                     open == 1 ? "is" : "are");
}

bool told_when_passed(const Sli& sli) {
  return std::holds_alternative<RpoSli>(sli) || std::holds_alternative<RtoSli>(sli);
}

}  // namespace

std::string happening(FaultId id, const Scenario& scenario) {
  const Fault& fault = scenario.fault(id);
  const ComponentId component = component_of(fault.kind);
  const bool only = scenario.components.size() == 1 || !component.valid();
  const std::string who = only ? "the process" : scenario.component(component).name;
  if (std::holds_alternative<KillFault>(fault.kind)) return who + " dies";
  if (std::holds_alternative<PauseFault>(fault.kind)) return who + " hangs";
  if (std::holds_alternative<StopFault>(fault.kind)) return who + " is stopped";
  return fmt::format("\"{}\" happens", fault.name);
}

std::vector<std::string> tell(const Scorecard& card, const Scenario& scenario) {
  std::vector<std::string> out;
  if (card.requirements.empty()) return {"Nothing was promised, so nothing can be judged."};
  if (!card.valid) out.push_back("This run cannot be relied upon as a whole; see the reasons.");
  const auto add = [&](VerdictState state, bool must) {
    for (const ScoredRequirement& row : card.requirements) {
      const bool told = state == VerdictState::fail || told_when_passed(row.requirement.sli);
      if (row.requirement.must != must || row.verdict.state != state || !told) continue;
      std::string said = sentence(row, card, scenario);
      const bool of_search = said == tell_capacity(row, card, scenario);  // two rows may rest on the same one
      if (!of_search || std::find(out.begin(), out.end(), said) == out.end()) out.push_back(std::move(said));
    }
  };
  add(VerdictState::fail, true);
  const std::string open = undecided(card), load = load_sentence(card, scenario);
  const std::string capacity = capacity_sentence(card, scenario);
  const std::size_t reserved = (open.empty() ? 0u : 1u) + (load.empty() ? 0u : 1u) + (capacity.empty() ? 0u : 1u);
  const std::size_t room = kMostSentences - reserved;
  if (out.size() > room) {
    const std::size_t left = out.size() - (room - 1);
    out.resize(room - 1);
    out.push_back(fmt::format("{} more {} not hold.", left, left == 1 ? "promise does" : "promises do"));
  }
  if (!capacity.empty()) out.push_back(capacity);
  if (!open.empty()) out.push_back(open);
  if (!load.empty()) out.push_back(load);
  add(VerdictState::pass, true);
  if (out.size() > kMostSentences) out.resize(kMostSentences);
  if (out.empty()) out.push_back("Everything that was promised and tested holds.");
  return out;
}

}  // namespace shakedown::judging
