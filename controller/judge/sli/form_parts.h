// Keys that several kinds of SLI take, and how they are read.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "controller/judge/sli/form.h"

namespace shakedown::forms {

constexpr double kDay = 86400;

inline Key operations_key() { return otherwise("operations", one_or_list_of(reference("operation")), "all", "Which requests."); }
inline Key operation_key() { return otherwise("operation", reference("operation"), "all", "Which requests."); }
inline Key probe_key() { return need("probe", one_or_list_of(reference("probe")), "Which probe; of several the worst counts."); }
inline Key fault_key() { return need("fault", reference("fault"), "Which fault."); }
inline Key ledger_key() { return need("ledger", reference("ledger"), "Which ledger."); }
inline Key search_key() { return need("phase", reference("phase"), "A phase with `search`."); }

// Which part of the run counts, appended to the keys of an SLI over the load.
inline std::vector<Key> scoped(std::vector<Key> keys) {
  Shape during = mapping("during", "Inside fault windows.", {need("fault", reference("fault"), "Windows of this fault only.")});
  keys.push_back(
      otherwise("phases", one_or_list_of(reference("phase")), "every measured phase, outside fault windows", "These phases."));
  keys.push_back(may("during", during, "Inside the windows of a fault instead of outside."));
  return keys;
}
inline Scope read_scope(const View& view, const Names& names) {
  return {view["phases"].ids<PhaseId>(names), view["during"]["fault"].id<FaultId>(names), {}};
}

// How many injections a pass takes, appended to the keys of an SLI that is judged on each.
inline std::vector<Key> with_injections(std::vector<Key> keys) {
  keys.push_back(may("injections", integer(1, 10000), "3", "Fewest valid injections for a pass."));
  keys.push_back(may("share", share_between(0.5, 0.9999),
                     "Claim instead that this share of all injections meets the objective; 90% "
                     "needs 29 clean ones."));
  return keys;
}
template <typename T>
void read_injections(T& sli, const View& view) {
  sli.injections = view["injections"].small();
  if (view["share"]) sli.share = view["share"].share();
}

// An SLI of one kind of figure over the outages that probes see.
inline Shape over_outages(std::string title, std::string doc) { return mapping(std::move(title), std::move(doc), {probe_key()}); }

}  // namespace shakedown::forms
