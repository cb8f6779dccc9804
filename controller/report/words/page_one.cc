#include "controller/report/words/page_one.h"

#include <fmt/format.h>

#include "controller/model/figures.h"
#include "controller/model/looks_at.h"
#include "controller/report/words/options.h"
#include "controller/report/words/spoken.h"

namespace shakedown::report {
namespace {

std::string its_dashboard_says(const ScoredRequirement& row) {
  if (!row.reported || row.reported->watermelon != Watermelon::optimistic || !row.reported->value) return "";
  return fmt::format("; its own dashboard says {}", format_value(*row.reported->value, unit_of(row.requirement.sli)));
}

std::string failure_words(const ScoredRequirement& row) {
  const Requirement& r = row.requirement;
  const Measured& m = row.verdict.measured;
  const std::string cost = r.means.empty() ? "" : fmt::format(" ({})", r.means);
  const LooksAt at = looks_at(r.sli);
  if (at.attested != nullptr) {
    return fmt::format("\"{}\" rests on the word of {}, which expired on {}.", r.title, at.attested->by, at.attested->expires);
  }
  if (at.unit == Unit::holds) return fmt::format("\"{}\" does not hold{}.", r.title, cost);
  if (at.load == LoadFigure::quantile && m.censored) {
    return fmt::format(
        "\"{}\" does not hold{}: so many requests were not answered well that the promise ({}) has no time to be held "
        "against{}{}.",
        r.title, cost, limit_text(r.objective), team_reports(r), its_dashboard_says(row));
  }
  const std::string value = m.value && m.unit != Unit::holds
                                ? fmt::format(": measured {}{}, promised {}", m.censored ? "at least " : "",
                                              format_value(*m.value, m.unit), limit_text(r.objective))
                                : "";
  return fmt::format("\"{}\" does not hold{}{}{}{}.", r.title, cost, value, team_reports(r), its_dashboard_says(row));
}

// "No promise covers what happens if the process dies: away for 3 seconds, 129 of 132 requests failed."
std::string unjudged_fault_words(const UnjudgedPhase& one, const Happening& fault) {
  const std::string away = one.away_seconds > 0 ? "away for " + time_words(one.away_seconds) : "";
  const std::string failed = one.bad > 0 ? fmt::format("{} of {} failed", one.bad, counted(one.offered, "request")) : "";
  return fmt::format("No promise covers what happens if {}: {}{}{}.", happening_words(fault), away,
                     away.empty() || failed.empty() ? "" : ", ", failed);
}

struct Sentence {
  const Scorecard& card;

  std::string operator()(const told::NothingPromised&) const { return "Nothing was promised, so nothing can be judged."; }
  std::string operator()(const told::Unreliable&) const { return "This run cannot be relied upon as a whole; see the reasons."; }
  std::string operator()(const told::AllHolds&) const { return "Everything that was promised and tested holds."; }
  std::string operator()(const told::NotCaused& t) const {
    if (t.unproven > 0) {
      return fmt::format("The planned failure \"{}\" was caused {} of {} for certain; of {} it could not be proven.", t.fault,
                         t.caused, counted(t.planned, "time"), counted(t.unproven, "further try"));
    }
    if (t.caused == 0) return fmt::format("The planned failure \"{}\" was not caused; what it does is not known.", t.fault);
    return fmt::format("The planned failure \"{}\" was caused {} of {}.", t.fault, t.caused, counted(t.planned, "time"));
  }
  std::string operator()(const told::SeveralNotCaused& t) const {
    return fmt::format("{} planned failures were not caused, or not each time; what they do is not known.", t.faults);
  }
  std::string operator()(const told::FateUnknown& t) const {
    return fmt::format("Whether \"{}\" was undone is not known: contact was lost; look at once.", t.fault);
  }
  std::string operator()(const told::SeveralFatesUnknown& t) const {
    return fmt::format("Whether {} failures were undone is not known: contact was lost; look at once.", t.faults);
  }
  std::string operator()(const told::UnexplainedLoss& t) const { return card.reasons.at(t.reason).text + "."; }
  std::string operator()(const told::Failure& t) const { return failure_words(card.requirements.at(t.row)); }
  std::string operator()(const told::Loss& t) const { return loss_words(t, card); }
  std::string operator()(const told::Recovery& t) const { return recovery_words(t, card); }
  std::string operator()(const told::Carries& t) const { return capacity_words(t, card); }
  std::string operator()(const told::Inefficient& t) const { return inefficient_words(t, card); }
  std::string operator()(const told::Degrades& t) const { return degrades_words(t, card); }
  std::string operator()(const told::Dependency& t) const { return dependency_words(t, card); }
  std::string operator()(const told::MoreFail& t) const {
    return fmt::format("{} {}{} not hold.", t.promises, t.more ? "more " : "", t.promises == 1 ? "promise does" : "promises do");
  }
  std::string operator()(const told::LoadHolds& t) const {
    const char* const where = t.outside_faults ? " outside faults" : "";
    if (!(t.rate > 0)) return fmt::format("Load holds as tested{}.", where);
    const std::string more = t.forecast ? fmt::format("; the forecast is {}/s, not tested there", rate_words(*t.forecast)) : "";
    return fmt::format("Load holds at the tested {}/s{}{}.", rate_words(t.rate), where, more);
  }
  std::string operator()(const told::Unjudged& t) const {
    const UnjudgedPhase& one = card.unjudged.at(t.part);
    if (t.happening) return unjudged_fault_words(one, *t.happening);
    const std::string what = one.operation.empty() ? "" : fmt::format("{} in ", one.operation);
    return fmt::format("No promise covers {}\"{}\", where {} of {}{} failed.", what, one.phase, one.bad,
                       counted(one.offered, "request"), t.has_faults ? " outside its failures" : "");
  }
  std::string operator()(const told::Undecided& t) const {
    return fmt::format("{} {} not shown either way yet.", counted(t.promises, "promise"), t.promises == 1 ? "is" : "are");
  }
  std::string operator()(const told::Doubled& t) const {
    const ScoredLedger& ledger = card.ledgers.at(t.ledger);
    return fmt::format("{} {} there more than once.", counted(ledger.duplicates, ledger.noun),
                       ledger.duplicates == 1 ? "is" : "are");
  }
  // "1 promise that is not a must does not hold."
  std::string operator()(const told::Aside& t) const {
    const auto promises = [](std::size_t n) {
      return fmt::format("{} that {}", counted(n, "promise"), n == 1 ? "is not a must" : "are no musts");
    };
    const std::string more = t.open == 0 ? "" : fmt::format("{} not shown either way yet", t.open == 1 ? "is" : "are");
    if (t.failed == 0) return fmt::format("{} {}.", promises(t.open), more);
    return fmt::format("{} {} not hold{}.", promises(t.failed), t.failed == 1 ? "does" : "do",
                       t.open == 0 ? "" : fmt::format("; {} {}", t.open, more));
  }
};

}  // namespace

std::vector<std::string> tldr_words(const Scorecard& scorecard) {
  std::vector<std::string> out;
  for (const Told& told : scorecard.tldr) out.push_back(std::visit(Sentence{scorecard}, told));
  return out;
}

std::string team_reports(const Requirement& requirement, const std::string& of_zero) {
  if (!requirement.declared) return "";
  const Declared& declared = *requirement.declared;
  if (declared.value && *declared.value == 0 && !of_zero.empty()) return fmt::format("; the team reports {}", of_zero);
  if (declared.value && !declared.value_text.empty()) return fmt::format("; the team reports {}", declared.value_text);
  return declared.status ? fmt::format("; the team says {}", to_string(*declared.status)) : "";
}

}  // namespace shakedown::report
