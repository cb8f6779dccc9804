#include "controller/judge/page_one/tldr.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/capacity/tested.h"
#include "controller/judge/faults/loss.h"
#include "controller/judge/options/tradeoffs.h"
#include "controller/judge/page_one/spoken.h"
#include "controller/judge/page_one/tldr_failures.h"
#include "controller/judge/page_one/tldr_growth.h"
#include "controller/judge/settle.h"

namespace shakedown::judging {
namespace {

constexpr std::size_t kMostSentences = 5;

std::string dashboard_says(const ScoredRequirement& row) {
  if (!row.reported || row.reported->watermelon != Watermelon::optimistic || !row.reported->value) return "";
  return fmt::format("; its own dashboard says {}", format_value(*row.reported->value, unit_of(row.requirement.sli)));
}

std::string plain_failure(const ScoredRequirement& row) {
  const Requirement& r = row.requirement;
  const Measured& m = row.verdict.measured;
  const std::string cost = r.means.empty() ? "" : fmt::format(" ({})", r.means);
  if (const auto* attested = std::get_if<AttestedSli>(&r.sli)) {
    return fmt::format("\"{}\" is no longer vouched for{}: {} vouched until {}.", r.title, cost, attested->by, attested->expires);
  }
  if (std::holds_alternative<LatencySli>(r.sli) && m.censored) {
    return fmt::format(
        "\"{}\" does not hold{}: so many requests were not answered well that the promise ({}) has no time to be held "
        "against{}{}.",
        r.title, cost, limit_text(r.objective), team_says(r, "none"), dashboard_says(row));
  }
  const std::string value = m.value && m.unit != Unit::holds
                                ? fmt::format(": measured {}{}, promised {}", m.censored ? "at least " : "",
                                              format_value(*m.value, m.unit), limit_text(r.objective))
                                : "";
  return fmt::format("\"{}\" does not hold{}{}{}{}.", r.title, cost, value, team_says(r, "none"), dashboard_says(row));
}

std::string sentence(const ScoredRequirement& row, const Scorecard& card, const Scenario& scenario) {
  if (row.verdict.state == VerdictState::fail) {
    if (std::string told = tell_failed_growth(row, card, scenario); !told.empty()) return told;
  }
  const Sli& sli = row.requirement.sli;
  if (const auto* rpo = std::get_if<RpoSli>(&sli)) return tell_loss(row, *rpo, card, scenario);
  if (const auto* rto = std::get_if<RtoSli>(&sli)) return tell_recovery(row, *rto, card, scenario);
  return plain_failure(row);
}

// The lowest of the rates at which the rows were judged: at a higher one some row says nothing.
std::string load_sentence(const Scorecard& card, bool capacity_told) {
  bool any = false;
  double rate = INFINITY;
  for (const ScoredRequirement& row : card.requirements) {
    if (!about_load(row.requirement.sli)) continue;
    if (row.verdict.state == VerdictState::fail || (row.requirement.must && row.verdict.state != VerdictState::pass)) return "";
    if (!row.requirement.must || about_load_in_fault(row.requirement.sli)) continue;
    any = true;
    rate = std::min(rate, row.tested_rate.value_or(0));
  }
  if (!any) return "";
  if (!(rate > 0)) return "Load holds as tested.";
  const auto reached = [&](const ScoredSearch& s) { return s.lower && *s.lower >= card.forecast->rate.per_second; };
  const bool beyond = card.forecast && !capacity_told && card.forecast->rate.per_second > rate &&
                      std::none_of(card.searches.begin(), card.searches.end(), reached);
  const std::string more =
      beyond ? fmt::format("; the forecast is {}/s, not tested there", grouped(card.forecast->rate.per_second)) : "";
  return fmt::format("Load holds at the tested {}/s{}.", grouped(rate), more);
}

// A fault that no row is about: "No promise covers what happens if the process dies: away for 3 seconds, 129 of 132 requests
// failed."
std::string unjudged_fault(const UnjudgedPhase& one, const Scenario& scenario) {
  const auto fault =
      std::find_if(scenario.faults.begin(), scenario.faults.end(), [&](const Fault& f) { return f.name == one.fault; });
  if (fault == scenario.faults.end()) return "";
  const std::string away = one.away_seconds > 0 ? "away for " + time_words(one.away_seconds) : "";
  const std::string failed = one.bad > 0 ? fmt::format("{} of {} failed", one.bad, counted(one.offered, "request")) : "";
  return fmt::format("No promise covers what happens if {}: {}{}{}.",
                     happening(FaultId(static_cast<std::size_t>(fault - scenario.faults.begin())), scenario), away,
                     away.empty() || failed.empty() ? "" : ", ", failed);
}

// Of the phases, operations and faults that nobody judged the one that failed most, from one request in a hundred on, or for
// which the service was away.
std::string unjudged_sentence(const Scorecard& card, const Scenario& scenario) {
  const UnjudgedPhase* worst = nullptr;
  for (const UnjudgedPhase& phase : card.unjudged) {
    if (phase.bad * 100 < phase.offered && !(phase.away_seconds > 0)) continue;
    if (phase.bad == 0 && !(phase.away_seconds > 0)) continue;
    if (worst == nullptr || phase.bad > worst->bad) worst = &phase;
  }
  if (worst == nullptr) return "";
  if (!worst->fault.empty()) return unjudged_fault(*worst, scenario);
  const std::string what = worst->operation.empty() ? "" : fmt::format("{} in ", worst->operation);
  const auto phase =
      std::find_if(scenario.phases.begin(), scenario.phases.end(), [&](const Phase& p) { return p.name == worst->phase; });
  const bool drilled = phase != scenario.phases.end() && !phase->faults.empty();
  return fmt::format("No promise covers {}\"{}\", where {} of {}{} failed.", what, worst->phase, worst->bad,
                     counted(worst->offered, "request"), drilled ? " outside its failures" : "");
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

// What is not green and decides nothing: "1 promise that need not hold does not."
std::string aside(const Scorecard& card) {
  uint64_t failed = 0, open = 0;
  for (const ScoredRequirement& row : card.requirements) {
    if (row.requirement.must || row.verdict.state == VerdictState::pass) continue;
    ++(row.verdict.state == VerdictState::fail ? failed : open);
  }
  if (failed + open == 0) return "";
  const std::string more = open == 0 ? "" : fmt::format("{} not shown either way yet", open == 1 ? "is" : "are");
  if (failed == 0) return fmt::format("{} that need not hold {}.", counted(open, "promise"), more);
  return fmt::format("{} that need not hold {} not{}.", counted(failed, "promise"), failed == 1 ? "does" : "do",
                     open == 0 ? "" : fmt::format("; {} {}", open, more));
}

// What the first such ledger holds more than once: nobody promised otherwise, but it is not what was written.
std::string doubled(const Scorecard& card) {
  for (const ScoredLedger& ledger : card.ledgers) {
    if (ledger.duplicates == 0) continue;
    return fmt::format("{} {} there more than once.", counted(ledger.duplicates, ledger.noun),
                       ledger.duplicates == 1 ? "is" : "are");
  }
  return "";
}

bool told_when_passed(const Sli& sli) { return std::holds_alternative<RpoSli>(sli) || std::holds_alternative<RtoSli>(sli); }

// The sentences about rows in this state; two rows may rest on the same search or dependency, which is told once.
std::vector<std::string> told(VerdictState state, bool must, const Scorecard& card, const Scenario& scenario) {
  std::vector<std::string> out;
  for (const ScoredRequirement& row : card.requirements) {
    const bool wanted = state == VerdictState::fail || told_when_passed(row.requirement.sli);
    if (row.requirement.must != must || row.verdict.state != state || !wanted) continue;
    std::string said = sentence(row, card, scenario);
    const bool shared = said == tell_capacity(row, card, scenario) || std::holds_alternative<DownstreamSli>(row.requirement.sli);
    if (!shared || std::find(out.begin(), out.end(), said) == out.end()) out.push_back(std::move(said));
  }
  return out;
}

// As many as fit beside so many others, at least one line; the rest is counted.
std::vector<std::string> within(std::vector<std::string> said, std::size_t others) {
  const std::size_t room = kMostSentences > others + 1 ? kMostSentences - others : 1;
  if (said.size() <= room) return said;
  const std::size_t left = said.size() - (room - 1);
  said.resize(room - 1);
  said.push_back(fmt::format("{} {}{} not hold.", left, said.empty() ? "" : "more ", left == 1 ? "promise does" : "promises do"));
  return said;
}

void append(std::vector<std::string>& out, const std::vector<std::string>& more) {
  for (const std::string& said : more) {
    if (!said.empty()) out.push_back(said);
  }
}

}  // namespace

std::string happening(FaultId id, const Scenario& scenario) {
  const Fault& fault = scenario.fault(id);
  const ComponentId component = component_of(fault.kind);
  const bool only = scenario.components.size() == 1 || !component.valid();
  const auto alike = std::count_if(scenario.faults.begin(), scenario.faults.end(), [&](const Fault& other) {
    return other.kind.index() == fault.kind.index() && component_of(other.kind) == component;
  });
  const auto& process = component.valid() ? scenario.component(component).process : std::nullopt;
  const bool children = process && process->scope == ProcessScope::children;
  const std::string name = only ? "the process" : scenario.component(component).name;
  const std::string who = (children ? only ? "the workers of " : "the processes of " : "") + name;
  const std::string which = alike > 1 ? fmt::format(" (\"{}\")", fault.name) : "";
  if (std::holds_alternative<KillFault>(fault.kind)) return who + (children ? " die" : " dies") + which;
  if (std::holds_alternative<PauseFault>(fault.kind)) return who + (children ? " hang" : " hangs") + which;
  if (std::holds_alternative<StopFault>(fault.kind)) return who + (children ? " are stopped" : " is stopped") + which;
  return fmt::format("\"{}\" happens", fault.name);
}

std::vector<std::string> tell(const Scorecard& card, const Scenario& scenario) {
  if (card.requirements.empty()) return {"Nothing was promised, so nothing can be judged."};
  std::vector<std::string> out = tell_uncaused(card, scenario);
  for (const ValidityReason& reason : card.reasons) {
    if (reason.signal == Signal::unexplained_loss) out.push_back(reason.text + ".");
  }
  if (!card.valid) out.insert(out.begin(), "This run cannot be relied upon as a whole; see the reasons.");
  const std::string capacity = capacity_sentence(card, scenario);
  const std::vector<std::string> ending = {capacity, unjudged_sentence(card, scenario), undecided(card),
                                           load_sentence(card, !capacity.empty()), doubled(card)};
  const auto last = std::count_if(ending.begin(), ending.end(), [](const std::string& s) { return !s.empty(); });
  append(out, within(told(VerdictState::fail, true, card, scenario), out.size() + static_cast<std::size_t>(last)));
  append(out, ending);
  append(out, told(VerdictState::pass, true, card, scenario));
  append(out, {aside(card)});
  if (out.size() > kMostSentences) out.resize(kMostSentences);
  if (out.empty()) out.push_back("Everything that was promised and tested holds.");
  return out;
}

}  // namespace shakedown::judging
