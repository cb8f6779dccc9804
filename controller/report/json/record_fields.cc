// What the run saw, in scorecard.json: areas, probes, outages, faults, ledgers, agents, checks.
#include "controller/report/json/fields.h"

namespace shakedown::report {
namespace {

const Fields<OutageImpact>& impact_fields() {
  using I = OutageImpact;
  static const Fields<I> all =
      Fields<I>()
          .count("failed_requests", &I::failed_requests, "beyond those that fail in quiet time under the same load")
          .number("delayed_seconds", &I::delayed_seconds)
          .count("lost_writes", &I::lost_writes)
          .number("worst_error_ratio", &I::worst_error_ratio)
          .flag("at_least", &I::at_least,
                "users of a closed load waited, or no load was there until its end: it would have cost more")
          .count("not_told_above", &I::not_told_above,
                 "of failed_requests: in seconds that no outage above had as well; these can be summed");
  return all;
}

using Loss = ScoredLedgerInjection;

const Fields<Loss>& loss_seconds_fields() {
  static const Fields<Loss> all = Fields<Loss>()
                                      .number("lower", &Loss::rpo_lower)
                                      .number("upper", &Loss::rpo_upper)
                                      .optional_number("suffix_upper", &Loss::suffix_upper);
  return all;
}

const Fields<Loss>& loss_forecast_fields() {
  static const Fields<Loss> all =
      Fields<Loss>().optional_number("lower", &Loss::forecast_lower).optional_number("upper", &Loss::forecast_upper);
  return all;
}

const Fields<Loss>& loss_fields() {
  const auto itself = [](const Loss& loss) -> const Loss& { return loss; };
  static const Fields<Loss> all =
      Fields<Loss>()
          .text("fault", &Loss::fault)
          .count("n", &Loss::n, "1-based")
          .count("lost", &Loss::lost)
          .count("undecided", &Loss::undecided)
          .count("shared", &Loss::shared, "lost writes that another injection may have taken as well; not among lost")
          .object("rpo_seconds", itself, loss_seconds_fields())
          .flag("scattered", &Loss::scattered, "a survivor is younger than a lost write")
          .count("split_brain", &Loss::split_brain, "lost writes acknowledged after the effect")
          .object("forecast_writes", itself, loss_forecast_fields());
  return all;
}

}  // namespace

Json areas() {
  Json names = Json::array();
  for (const Area area : kAreas) names.push_back(to_string(area));
  return {{"enum", std::move(names)}};
}

const Fields<AreaSummary>& area_fields() {
  using A = AreaSummary;
  static const Fields<A> all =
      Fields<A>()
          .word("area", areas(), &A::area)
          .flag("declared", &A::declared, "whether any requirement belongs to it")
          .field("worst", type::or_null(type::verdicts()),
                 [](const A& area, const Scorecard&) { return area.declared ? Json(to_string(area.worst)) : Json(nullptr); })
          .count("pass", &A::pass)
          .count("fail", &A::fail)
          .count("not_proven", &A::not_proven)
          .count("unknown", &A::unknown)
          .count("vouched", &A::vouched, "of `pass`: not measured, somebody vouches for them");
  return all;
}

const Fields<ScoredProbe>& probe_fields() {
  using P = ScoredProbe;
  static const Fields<P> all = Fields<P>()
                                   .text("name", &P::name)
                                   .count("checks", &P::checks, "that count: of the phases, until teardown")
                                   .count("failed", &P::failed, "of these")
                                   .count("longest_failed", &P::longest, "in a row")
                                   .count("down_after", &P::down_after, "so many in a row make an outage");
  return all;
}

const Fields<ScoredOutage>& outage_fields() {
  using O = ScoredOutage;
  static const Fields<O> all =
      Fields<O>()
          .text("probe", &O::probe)
          .number("start", [](const O& outage) { return seconds(outage.start); })
          .number("lower_seconds", &O::lower_seconds)
          .number("upper_seconds", &O::upper_seconds)
          .text("cause", &O::cause,
                "a fault's name, several joined by and, spontaneous, or the search, series or unmeasured phase in which it began")
          .object("impact", &O::impact, impact_fields());
  return all;
}

// A measured phase, an operation in one, or a fault, that no requirement judges.
const Fields<UnjudgedPhase>& unjudged_fields() {
  using U = UnjudgedPhase;
  static const Fields<U> all =
      Fields<U>()
          .text("phase", &U::phase)
          .optional_text("operation", &U::operation, "null: no operation of the phase is judged")
          .optional_text("fault", &U::fault, "null: the time outside fault windows")
          .count("offered", &U::offered)
          .count("bad", &U::bad, "not answered well, outside fault windows; of a fault inside its windows")
          .number("away_seconds", &U::away_seconds, "of a fault: how long probes saw the service away, at least");
  return all;
}

const Fields<ScoredFault>& fault_fields() {
  using F = ScoredFault;
  static const Fields<F> all =
      Fields<F>()
          .text("name", &F::name)
          .count("injection", &F::injection, "1-based")
          .text("component", &F::component)
          .word("state", type::one_of({"armed", "injected", "effective", "undoing", "clean", "leftover", "not_run", "failed"}),
                &F::state)
          .optional_number("injected_at", &F::injected_at)
          .optional_number("effective_at", &F::effective_at)
          .optional_number("undone_at", &F::undone_at)
          .optional_text("ended_by", &F::ended_by, "recovery, undo, ...")
          .optional_text("bite", &F::bite, "the proof of effect, or why there is none")
          .texts("leftovers", &F::leftovers)
          .optional_number("predicted_monthly_failed", &F::predicted_monthly_failed, "at this drill's load")
          .flag("predicted_at_least", &F::predicted_at_least, "the load did not show all that it cost: it is more")
          .number("load_rate", &F::load_rate, "requests per second offered in its phase; 0: not known")
          .flag("measured", &F::measured, "it took effect, and every row about it could use it");
  return all;
}

const Fields<ScoredLedger>& ledger_fields() {
  using L = ScoredLedger;
  static const Fields<L> all =
      Fields<L>()
          .text("name", &L::name)
          .text("noun", &L::noun)
          .number("rate", &L::rate, "our own writes per second")
          .count("acked", &L::acked)
          .count("lost", &L::lost)
          .count("undecided", &L::undecided)
          .count("duplicates", &L::duplicates)
          .count("ghosts", &L::ghosts, "never attempted, yet present")
          .count("corrupt", &L::corrupt)
          .count("resurrected", &L::resurrected, "rejected, yet present")
          .count("recovered", &L::recovered, "unanswered, yet present")
          .count("maybe_lost", &L::maybe_lost, "unanswered and absent")
          .count("seen_then_lost", &L::seen_then_lost, "unanswered, once seen, later absent")
          .count("unexplained", &L::unexplained, "of lost: no fault can have taken them")
          .field("lost_ids", type::list(type::count()), [](const L& ledger, const Scorecard&) { return Json(ledger.lost_ids); })
          .list("injections", &L::injections, loss_fields());
  return all;
}

const Fields<ScoredAgent>& agent_fields() {
  using A = ScoredAgent;
  static const Fields<A> all =
      Fields<A>()
          .text("name", &A::name)
          .text("version", &A::version)
          .text("hostname", &A::hostname)
          .texts("addresses", &A::addresses, nullptr, "a target and what its name stood for: api: 127.0.0.1, 127.0.0.2")
          .flag("lost", &A::lost, "contact was lost during the run")
          .number("clock_bound_seconds", &A::clock_bound_seconds)
          .number("lag_p99_seconds", &A::lag_p99_seconds)
          .number("cpu_share", &A::cpu_share);
  return all;
}

const Fields<Accounting>& accounting_fields() {
  using A = Accounting;
  static const Fields<A> all = Fields<A>()
                                   .count("offered", &A::offered)
                                   .count("ok", &A::ok)
                                   .count("failed", &A::failed)
                                   .count("refused", &A::refused)
                                   .count("reset", &A::reset)
                                   .count("timeout", &A::timeout)
                                   .count("unfinished", &A::unfinished)
                                   .count("dropped_by_target", &A::dropped_by_target)
                                   .count("dropped_by_us", &A::dropped_by_us)
                                   .count("client_error", &A::client_error)
                                   .count("retried", &A::retried);
  return all;
}

const Fields<ScoredCheck>& check_fields() {
  using C = ScoredCheck;
  static const Fields<C> all = Fields<C>()
                                   .text("name", &C::name)
                                   .text("kind", &C::kind)
                                   .flag("done", &C::done, "false: it could not be carried out, which proves nothing")
                                   .flag("holds", &C::holds, "whether it does")
                                   .optional_number("number", &C::number)
                                   .optional_text("detail", &C::detail, "what was seen");
  return all;
}

const Fields<ScoredAddress>& address_fields() {
  using A = ScoredAddress;
  static const Fields<A> all =
      Fields<A>().text("target", &A::target).text("address", &A::address).count("answered", &A::answered, "requests of load");
  return all;
}

const Fields<ScoredCleanup>& cleanup_fields() {
  using C = ScoredCleanup;
  static const Fields<C> all = Fields<C>()
                                   .text("name", &C::name)
                                   .flag("deleted", &C::deleted, "false: it failed, or was not carried out")
                                   .optional_number("remains", &C::remains, "how many are left; null: not known")
                                   .optional_text("detail", &C::detail, "what went wrong");
  return all;
}

}  // namespace shakedown::report
