// The words of words.h for the drill as a whole: its headline, and how often something was broken.
#include <algorithm>

#include "controller/report/words/text.h"
#include "controller/report/words/words.h"

namespace shakedown::report {
namespace {

// Each area counts once, by the worst that is said of it. Aside: no must fails or is open there, but a row that need not hold is
// not green; what does not decide is no reason to call the area good.
struct AreaCounts {
  std::size_t declared = 0, looked = 0, failing = 0, open = 0, aside_failing = 0, aside_open = 0;
  bool any_must = false;
};

AreaCounts count_areas(const Scorecard& card) {
  AreaCounts out;
  for (const Area area : kAreas) {
    bool declared = false, looked = false, failing = false, open = false, aside_failing = false, aside_open = false;
    for (const ScoredRequirement& row : card.requirements) {
      if (row.requirement.area != area) continue;
      declared = true;
      const VerdictState state = row.verdict.state;
      out.any_must = out.any_must || row.requirement.must;
      const bool measured = !is_attested(row) && state != VerdictState::unknown;
      looked = looked || measured || (is_attested(row) && state == VerdictState::fail);
      failing = failing || (row.requirement.must && state == VerdictState::fail);
      open = open || (row.requirement.must && state != VerdictState::pass && state != VerdictState::fail);
      aside_failing = aside_failing || (!row.requirement.must && state == VerdictState::fail);
      aside_open = aside_open || (!row.requirement.must && state != VerdictState::pass && state != VerdictState::fail);
    }
    out.declared += declared ? 1 : 0;
    out.looked += looked ? 1 : 0;
    if (failing) {
      ++out.failing;
    } else if (open) {
      ++out.open;
    } else if (looked) {
      out.aside_failing += aside_failing ? 1 : 0;
      out.aside_open += aside_open && !aside_failing ? 1 : 0;
    }
  }
  return out;
}

std::string areas(std::size_t n) { return std::to_string(n) + (n == 1 ? " area" : " areas"); }

// "1 of 5 areas looked at".
std::string part(std::size_t n, std::size_t looked) { return std::to_string(n) + " of " + areas(looked) + " looked at"; }

std::string what_was_found(const AreaCounts& counts) {
  if (counts.looked == 0) return "Nothing could be judged";
  std::string out;
  if (counts.failing > 0) out = part(counts.failing, counts.looked) + (counts.failing == 1 ? " fails" : " fail");
  if (counts.open > 0) {
    out += out.empty() ? "" : ", ";
    out += areas(counts.open) + (counts.open == 1 ? " is" : " are") + " not shown either way";
  }
  if (out.empty() && counts.aside_failing + counts.aside_open > 0)
    out = counts.any_must ? "What must hold holds" : "Nothing here must hold";
  if (counts.aside_failing > 0) out += ", in " + areas(counts.aside_failing) + " something that is not a must fails";
  if (counts.aside_open > 0) out += ", in " + areas(counts.aside_open) + " something that is not a must is not shown either way";
  if (!out.empty()) return out;
  return counts.looked == 1 ? "The 1 area looked at holds" : "All " + areas(counts.looked) + " looked at hold";
}

}  // namespace

std::string headline_words(const Scorecard& card) {
  const AreaCounts counts = count_areas(card);
  const std::size_t rest = kAreas.size() - counts.declared;
  return what_was_found(counts) + (rest > 0 ? "; " + std::to_string(rest) + " not looked at" : "") + ". Not a launch decision.";
}

std::string broken_words(const Scorecard& card) {
  if (card.faults.empty()) return {};
  const auto of = [&](auto wanted) { return std::count_if(card.faults.begin(), card.faults.end(), wanted); };
  const auto broken = of([](const ScoredFault& f) { return f.effective_at || f.injected_at; });
  const auto measured = of([](const ScoredFault& f) { return f.measured && f.effective_at; });
  const auto planned = static_cast<std::ptrdiff_t>(card.faults.size());
  if (broken == 0) return "nothing was broken, of " + std::to_string(planned) + " planned";
  std::string out = "broken " + std::to_string(broken) + (broken == 1 ? " time" : " times");
  if (broken < planned) out += " of " + std::to_string(planned);
  if (measured == broken)
    return out + (broken == 1 ? ", and it could be measured" : ", all " + std::to_string(broken) + " could be measured");
  return out + ", " + (measured == 0 ? "none" : std::to_string(measured)) + " could be measured in full";
}

}  // namespace shakedown::report
