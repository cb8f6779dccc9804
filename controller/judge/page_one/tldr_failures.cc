#include "controller/judge/page_one/tldr_failures.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/options/tradeoffs.h"
#include "controller/judge/page_one/spoken.h"
#include "controller/judge/page_one/tldr.h"
#include "controller/judge/settle.h"

namespace shakedown::judging {
namespace {

std::string when(FaultId id, const Scenario& scenario) { return "If " + happening(id, scenario); }

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

// Of the valid injections those that kept the promise: a share of them may be promised.
Range kept_range(const Verdict& verdict, double promised) {
  Verdict kept = verdict;
  std::erase_if(kept.injections, [&](const InjectionVerdict& i) { return i.upper > promised; });
  return range_of(kept);
}

// What the row's valid injections lost of the ledger: only those that lost something give the time and the count.
struct Loss {
  double least = INFINITY, most = 0;  // writes
  double seconds_least = INFINITY, seconds_most = 0;
  uint64_t tries = 0, losing = 0;
  uint64_t unsure = 0;  // most writes that one try may have lost without that being certain
  bool newest = true;   // each time all of the newest, and nothing else
  double our_rate = 0;
};

Loss loss_of(const ScoredRequirement& row, const RpoSli& sli, const Scorecard& card, const Scenario& scenario) {
  Loss out;
  const std::string& fault = scenario.fault(sli.fault).name;
  for (const ScoredLedger& ledger : card.ledgers) {
    if (ledger.name != scenario.ledger(sli.ledger).name) continue;
    out.our_rate = ledger.rate;
    for (const ScoredLedgerInjection& i : ledger.injections) {
      const auto& all = row.verdict.injections;
      const auto judged = std::find_if(all.begin(), all.end(), [&](const InjectionVerdict& v) { return v.number == i.n; });
      if (i.fault != fault || judged == all.end() || !judged->valid) continue;
      const bool by_count = sli.unit == RpoUnit::writes;
      const double least = by_count ? judged->lower : static_cast<double>(i.lost);
      const double most = by_count ? judged->upper : static_cast<double>(i.lost + i.shared + i.undecided);
      ++out.tries;
      out.unsure = std::max(out.unsure, i.shared + i.undecided);
      if (!(least > 0)) continue;
      ++out.losing;
      out.least = std::min(out.least, least);
      out.most = std::max(out.most, most);
      out.seconds_least = std::min(out.seconds_least, i.rpo_lower);
      out.seconds_most = std::max(out.seconds_most, i.rpo_upper);
      out.newest = out.newest && !i.scattered && i.suffix_upper.has_value();
    }
  }
  return out;
}

// "; at the forecast 2 000 writes a second about 400 to 580, if losses follow the rate". All of a time is that time at the
// other rate; of scattered losses only the number can be scaled.
std::string in_production(const Loss& loss, const Scorecard& card) {
  if (!card.forecast || !card.forecast->writes) return "; production's number is not known";
  const double rate = card.forecast->writes->per_second;
  if (!loss.newest && !(loss.our_rate > 0)) return "; production's number is not known";
  const double times = loss.newest ? rate : rate / loss.our_rate;
  const double least = loss.newest ? shown_lower(loss.seconds_least, loss.seconds_most) : loss.least;
  const double most = loss.newest ? shown_upper(loss.seconds_most) : loss.most;
  return fmt::format("; at the forecast {} writes a second about {}, if losses follow the rate", grouped(rate),
                     count_range_words(times * least, times * most));
}

std::string nouns_of(const Loss& loss, const std::string& noun) {
  return fmt::format("{} {}", count_range_words(loss.least, loss.most), loss.most == 1 ? noun : plural(noun));
}

// A share of the crashes may be promised: of those that kept it.
std::string tell_share(const ScoredRequirement& row, const RpoSli& sli, const Scenario& scenario) {
  const Range range = range_of(row.verdict), kept = kept_range(row.verdict, row.requirement.objective.limit);
  const std::string noun = scenario.ledger(sli.ledger).noun;
  const std::string at_most = sli.unit == RpoUnit::writes ? count_range_words(kept.most, kept.most) + " confirmed " +
                                                                (kept.most == 1 ? noun : plural(noun))
                                                          : "what was confirmed in the last " + within_words(kept.most);
  return fmt::format("{}, {} lost in {} of {} tries; promised is that in {} of all.", when(sli.fault, scenario),
                     kept.most > 0 ? "at most " + at_most + (sli.unit == RpoUnit::writes && kept.most != 1 ? " are" : " is")
                                   : "no confirmed " + noun + " is",
                     kept.injections, range.injections, percent_text(sli.share->value));
}

std::string without_loss(const Loss& loss, const RpoSli& sli, const Scenario& scenario, const ScoredRequirement& row) {
  const std::string noun = scenario.ledger(sli.ledger).noun;
  const std::string start = when(sli.fault, scenario);
  const Range range = range_of(row.verdict);
  if (row.verdict.state == VerdictState::pass && loss.unsure > 0) {
    return fmt::format("{}, at most {} may have disappeared.", start, counted(loss.unsure, "confirmed " + noun));
  }
  if (row.verdict.state == VerdictState::pass && loss.tries > 0) {
    return fmt::format("{}, no confirmed {} disappeared in {}.", start, noun, counted(loss.tries, "try"));
  }
  const bool writes = sli.unit == RpoUnit::writes;
  const std::string seen = !(range.most > 0) ? ""
                           : writes          ? fmt::format(" ({} a try)", count_range_words(range.least, range.most))
                                             : fmt::format(" (of {})", time_range_words(range.least, range.most));
  return fmt::format("{}, confirmed {} disappear{}{}.", start, plural(noun), seen, team_says(row.requirement, "none"));
}

// Whether an outage belongs to this fault and another at once: its cause then names both, joined by "and".
bool with_another(const std::string& fault, const Scorecard& card) {
  return std::any_of(card.outages.begin(), card.outages.end(), [&](const ScoredOutage& o) {
    const std::string cause = " and " + o.cause + " and ";
    return o.cause != fault && cause.find(" and " + fault + " and ") != std::string::npos;
  });
}

}  // namespace

std::string tell_loss(const ScoredRequirement& row, const RpoSli& sli, const Scorecard& card, const Scenario& scenario) {
  const Loss loss = loss_of(row, sli, card, scenario);
  if (row.verdict.state == VerdictState::pass && sli.share) return tell_share(row, sli, scenario);
  if (loss.losing == 0) return without_loss(loss, sli, scenario, row);
  const std::string noun = scenario.ledger(sli.ledger).noun;
  const std::string start = when(sli.fault, scenario);
  const std::string tries =
      fmt::format("in {} of {}", loss.losing, loss.tries == 1 ? "1 try" : fmt::format("{} tries", loss.tries));
  const std::string ours = fmt::format("our {} test writes a second", format_number(loss.our_rate));
  const std::string team = team_says(row.requirement, "none");
  if (!std::isfinite(loss.most) || !std::isfinite(loss.seconds_most)) {
    return fmt::format("{}, at least {} of {} disappear ({}){}; production's number is not known.", start,
                       counted(static_cast<uint64_t>(loss.least), "confirmed " + noun), ours, tries, team);
  }
  const bool from_zero = !(loss.seconds_least > 0);
  const std::string span =
      from_zero ? within_words(loss.seconds_most) + " at most" : time_range_words(loss.seconds_least, loss.seconds_most);
  const char* what = loss.newest ? "everything" : "part of what was";
  return fmt::format("{}, {} confirmed in the last {} is lost ({} of {}, {}){}{}.", start, what, span, nouns_of(loss, noun), ours,
                     tries, in_production(loss, card), team);
}

std::string tell_recovery(const ScoredRequirement& row, const RtoSli& sli, const Scorecard& card, const Scenario& scenario) {
  const Range range = range_of(row.verdict);
  const double promised = row.requirement.objective.limit;
  const std::string limit = time_words(promised);
  const std::string start = when(sli.fault, scenario);
  const Range kept = kept_range(row.verdict, promised);
  if (row.verdict.state == VerdictState::pass && sli.share && kept.injections < range.injections) {
    return fmt::format("{}, the service is back within {} in {} of {} tries; promised are {} in {} of all.", start,
                       within_words(kept.most), kept.injections, range.injections, limit, percent_text(sli.share->value));
  }
  const auto& tries = row.verdict.injections;
  const bool masked =
      std::all_of(tries.begin(), tries.end(), [](const InjectionVerdict& one) { return one.valid && one.note == "masked"; });
  if (row.verdict.state == VerdictState::pass && masked) {
    return fmt::format("{}, nobody sees the service go away for longer than {}, as promised ({}).", start,
                       within_words(range.most), limit);
  }
  if (row.verdict.state == VerdictState::pass) {
    return fmt::format("{}, the service is back within {}, as promised ({}).", start, within_words(range.most), limit);
  }
  std::string away = time_words(range.most);
  if (away == limit) away = within_words(range.most);  // a miss is not rounded to what was promised
  if (std::isinf(range.most) || range.injections == 0) {
    const double least = row.verdict.measured.lower.value_or(0);
    away = least >= 1e-3 ? "more than " + beyond_words(least) : "a time that has no upper limit";
  }
  const char* overlapped = with_another(scenario.fault(sli.fault).name, card) ? ", in part with another failure at work" : "";
  return fmt::format("{}, the service is away for {}{}; promised {} {}{}.", start, away, overlapped,
                     limit == "1 second" ? "is" : "are", limit, team_says(row.requirement, "no time away"));
}

std::vector<std::string> tell_uncaused(const Scorecard& card, const Scenario& scenario) {
  std::vector<std::string> out, fates;
  for (const Fault& fault : scenario.faults) {
    std::size_t planned = 0, caused = 0, lost = 0;
    for (const ScoredFault& f : card.faults) {
      if (f.name != fault.name) continue;
      ++planned;
      if (f.effective_at) ++caused;
      const bool over = f.state == FaultState::clean || f.state == FaultState::leftover;
      if (f.injected_at && !over && f.state != FaultState::failed && f.state != FaultState::not_run) ++lost;
    }
    if (planned == 0 || caused == 0) {
      out.push_back(fmt::format("The planned failure \"{}\" was not caused; what it does is not known.", fault.name));
    } else if (caused < planned) {
      out.push_back(fmt::format("The planned failure \"{}\" was caused {} of {} times.", fault.name, caused, planned));
    }
    if (lost > 0)
      fates.push_back(fmt::format("Whether \"{}\" was undone is not known: contact was lost; look at once.", fault.name));
  }
  if (out.size() > 1)
    out = {fmt::format("{} planned failures were not caused, or not each time; what they do is not known.", out.size())};
  if (fates.size() > 1)
    fates = {fmt::format("Whether {} failures were undone is not known: contact was lost; look at once.", fates.size())};
  out.insert(out.begin(), fates.begin(), fates.end());
  return out;
}

std::string team_says(const Requirement& requirement, const std::string& of_zero) {
  if (!requirement.declared) return "";
  const Declared& declared = *requirement.declared;
  if (declared.value && *declared.value == 0) return fmt::format("; the team reports {}", of_zero);
  if (declared.value && !declared.value_text.empty()) return fmt::format("; the team reports {}", declared.value_text);
  return declared.status ? fmt::format("; the team says {}", to_string(*declared.status)) : "";
}

}  // namespace shakedown::judging
