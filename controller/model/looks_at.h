// What an SLI looks at: one row for each alternative and no default, so that a new one that does not say is a compile error.
// Whoever must know what a requirement is about asks here. A visitor with an answer for each alternative is as good;
// `get_if` and `holds_alternative` on an SLI, which skip what they do not know, are not (tools/banned.py). Pure; any thread.
#pragma once

#include <concepts>
#include <optional>
#include <vector>

#include "controller/model/requirement.h"

#pragma GCC diagnostic error "-Wswitch"  // a figure that a switch forgets is an error wherever it is asked for

namespace shakedown {

// One of these alternatives: a visitor's answer for several of them, which still has to name each.
template <class T, class... Alternatives>
concept OneOf = (std::same_as<T, Alternatives> || ...);

// What it is a figure of, where it looks at requests of the load.
enum class LoadFigure {
  none,
  good_share,  // of requests: answered well
  bad_share,   // of requests: not answered well
  quantile,    // of the times to an answer
  good_rate,   // good answers per second
  trend,       // how that time grows over the scope, of which no part is judged alone
};
// Where it looks at the outages that probes see.
enum class OutageFigure { none, time_up, durations, count };
// Where it looks at what each injection of a fault did.
enum class InjectionFigure { none, cost, recovery, loss, tolerated };

// How many injections a pass takes: at least so many valid ones, or as many as prove the share.
struct InjectionClaim {
  uint32_t least = 0;
  std::optional<Share> share{};
};

struct LooksAt {
  const char* kind = "";  // as kind_name
  Unit unit = Unit::ratio;

  LoadFigure load = LoadFigure::none;
  const Scope* scope = nullptr;           // in the SLI; nullptr = not about the load
  std::vector<OperationId> operations{};  // empty = all, where it is about the load
  double quantile = 0;                    // LoadFigure::quantile, 0..1
  Duration over{};                        // LoadFigure::bad_share: in the worst window of this length; 0 = in the whole scope

  OutageFigure outages = OutageFigure::none;
  std::vector<ProbeId> probes{};  // of several the worst counts
  Duration period{};              // OutageFigure::time_up: for which it is claimed

  InjectionFigure injections = InjectionFigure::none;
  FaultId fault{};                // whose injections, or the outages that they caused, it is about; none = not about one alone
  std::vector<FaultId> faults{};  // InjectionFigure::tolerated: these together
  std::optional<InjectionClaim> claim{};
  LedgerId ledger{};        // whose losses: those of `fault`, or
  bool every_loss = false;  // all of the run, whatever took them

  std::optional<PhaseId> search{}, series{};                // by which it is answered
  bool against_forecast = false;                            // a margin over the forecast
  const std::vector<DependencyId>* dependencies = nullptr;  // in the SLI; empty = all, nullptr = not about any
  std::optional<CheckId> check{};
  const AttestedSli* attested = nullptr;  // whose word stands for a measurement; nullptr = nobody's
};

LooksAt looks_at(const Sli& sli);
LooksAt looks_at(Sli&& sli) = delete;  // what it points to lies in the SLI

// A figure of all requests of a scope together, so that any part of the scope can be judged alone.
bool over_requests(LoadFigure figure);
// A figure whose objective demands a share of requests: good ones, or those within a limit.
bool of_share(LoadFigure figure);
// A share of requests that counts what was not answered well, however long the others took.
bool counts_failures(LoadFigure figure);

// The scope of an SLI that is `over_requests`; nullptr for others.
Scope* requests_scope(Sli& sli);
const Scope* requests_scope(const Sli& sli);

// Whether it says what this fault may do: it is about it, about requests in its windows, or about all outages.
bool speaks_of(const Sli& sli, FaultId fault);

// The share of requests that must be good (within the limit, for a latency), and the share that need not.
struct DemandedShare {
  double good = 0, bad = 1;
};
// nullopt: the objective is not about a share of requests.
std::optional<DemandedShare> demanded_share(const Requirement& requirement);

}  // namespace shakedown
