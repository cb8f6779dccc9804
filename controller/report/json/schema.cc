#include <utility>

#include "controller/model/requirement.h"
#include "controller/report/json/schema_parts.h"
#include "controller/report/json/schema_words.h"
#include "controller/report/report.h"

// The schema is open: a later version may add fields, none is ever removed. Every field of this version is required.
namespace shakedown {
namespace {

using report::Json;
using namespace report::schema;

Json areas() {
  Json names = Json::array();
  for (const Area area : kAreas) names.push_back(to_string(area));
  return {{"enum", std::move(names)}};
}

Json run() {
  const Json reason = object({{"signal", text("which check of the instrument")},
                              {"text", text("with figures and limit")},
                              {"invalidates", flag("false: a warning only")}});
  return object({{"id", text()},
                 {"started", utc("UTC")},
                 {"finished", utc("UTC")},
                 {"state", one_of({"running", "completed", "stopped", "aborted", "interrupted"})},
                 {"ended_by", optional_text("the stop condition or signal that ended the run early")},
                 {"scenario_sha256", text("of the judging scenario's bytes")},
                 {"rejudged_from", optional_text("of the executed scenario, when another one judges the run")},
                 {"release", optional_text("what the target said at the start")},
                 {"release_end", optional_text("what the target said at the end")},
                 {"environment", object({{"name", text()}, {"differs", text("from production")}})},
                 {"valid", flag("whether the instrument trusts itself")},
                 {"reasons", list(reason)},
                 {"seed", count("of all random numbers of the run")},
                 {"tool_version", text()},
                 {"teardown_failures", list(text())}});
}

Json declared() {
  return or_null(object({{"status", or_null(one_of({"green", "yellow", "red"}))},
                         {"value", optional_number()},
                         {"text", optional_text("the value as the team wrote it")},
                         {"period_seconds", optional_number()}}));
}

Json requirement() {
  const Json injection = object({{"n", count("1-based within its fault")},
                                 {"valid", flag("whether it counts")},
                                 {"lower", number()},
                                 {"upper", number()},
                                 {"suffix_upper", optional_number()},
                                 {"note", optional_text("masked, not recovered, or why it does not count")}});
  return object({{"id", text()},
                 {"area", areas()},
                 {"title", text()},
                 {"means", optional_text("what a violation means to a customer")},
                 {"must", flag("only these rows decide")},
                 {"sli", text("the kind of measurement")},
                 {"verdict", verdicts()},
                 {"at_risk", flag("passes within 10 % of its limit")},
                 {"objective", text("as written")},
                 {"comparison", one_of({"at_most", "at_least"})},
                 {"limit", number()},
                 {"confidence", described({{"type", "number"}}, "of each of the two one-sided bounds")},
                 {"measured", measured()},
                 {"supportable", described(optional_number(), "the tightest objective that this evidence would pass")},
                 {"declared", declared()},
                 {"watermelon", or_null(one_of({"honest", "optimistic", "pessimistic", "unverifiable"}))},
                 {"watermelon_reason", optional_text("one sentence")},
                 {"reason", text("one sentence")},
                 {"needed", optional_text("what would decide it")},
                 {"untouched", flag("no validity signal touches the evidence")},
                 {"owner", optional_text("who answers for it")},
                 {"fix", optional_text("what would make it green, in the owner's words")},
                 {"fix_by", optional_text("the day by which the owner has it, as written")},
                 {"controls", described(list(text()), "of a standard, for which this row is evidence")},
                 {"attested", attested()},
                 {"reported", reported()},
                 {"tested_rate", described(optional_number(),
                                           "requests per second of the operations that requirements judge, in the fastest stage "
                                           "that it judged and that keeps it alone")},
                 {"options", list(option())},
                 {"injections", list(injection)}});
}

Json area() {
  return object({{"area", areas()},
                 {"declared", flag("whether any requirement belongs to it")},
                 {"worst", or_null(verdicts())},
                 {"pass", count()},
                 {"fail", count()},
                 {"not_proven", count()},
                 {"unknown", count()},
                 {"vouched", count("of `pass`: not measured, somebody vouches for them")}});
}

Json probe() {
  return object({{"name", text()},
                 {"checks", count("that count: of the phases, until teardown")},
                 {"failed", count("of these")},
                 {"longest_failed", count("in a row")},
                 {"down_after", count("so many in a row make an outage")}});
}

Json outage() {
  return object(
      {{"probe", text()},
       {"start", number()},
       {"lower_seconds", number()},
       {"upper_seconds", number()},
       {"cause",
        text("a fault's name, several joined by and, spontaneous, or the search, series or unmeasured phase in which it began")},
       {"impact",
        object({{"failed_requests", count("beyond those that fail in quiet time under the same load")},
                {"delayed_seconds", number()},
                {"lost_writes", count()},
                {"worst_error_ratio", number()},
                {"at_least", flag("users of a closed load waited, or no load was there until its end: it would have cost more")},
                {"not_told_above",
                 count("of failed_requests: in seconds that no outage above had as well; these can be summed")}})}});
}

// A measured phase, an operation in one, or a fault, that no requirement judges.
Json unjudged() {
  return object({{"phase", text()},
                 {"operation", optional_text("null: no operation of the phase is judged")},
                 {"fault", optional_text("null: the time outside fault windows")},
                 {"offered", count()},
                 {"bad", count("not answered well, outside fault windows; of a fault inside its windows")},
                 {"away_seconds", described(number(), "of a fault: how long probes saw the service away, at least")}});
}

Json fault() {
  return object({{"name", text()},
                 {"injection", count("1-based")},
                 {"component", text()},
                 {"state", one_of({"armed", "injected", "effective", "undoing", "clean", "leftover", "not_run", "failed"})},
                 {"injected_at", optional_number()},
                 {"effective_at", optional_number()},
                 {"undone_at", optional_number()},
                 {"ended_by", optional_text("recovery, undo, ...")},
                 {"bite", optional_text("the proof of effect, or why there is none")},
                 {"leftovers", list(text())},
                 {"predicted_monthly_failed", described(optional_number(), "at this drill's load")},
                 {"predicted_at_least", flag("the load did not show all that it cost: it is more")},
                 {"load_rate", described(number(), "requests per second offered in its phase; 0: not known")},
                 {"measured", flag("it took effect, and every row about it could use it")}});
}

Json ledger() {
  const Json seconds = object({{"lower", number()}, {"upper", number()}, {"suffix_upper", optional_number()}});
  const Json forecast = object({{"lower", optional_number()}, {"upper", optional_number()}});
  const Json injection = object({{"fault", text()},
                                 {"n", count("1-based")},
                                 {"lost", count()},
                                 {"undecided", count()},
                                 {"shared", count("lost writes that another injection may have taken as well; not among lost")},
                                 {"rpo_seconds", seconds},
                                 {"scattered", flag("a survivor is younger than a lost write")},
                                 {"split_brain", count("lost writes acknowledged after the effect")},
                                 {"forecast_writes", forecast}});
  return object({{"name", text()},
                 {"noun", text()},
                 {"rate", described(number(), "our own writes per second")},
                 {"acked", count()},
                 {"lost", count()},
                 {"undecided", count()},
                 {"duplicates", count()},
                 {"ghosts", count("never attempted, yet present")},
                 {"corrupt", count()},
                 {"resurrected", count("rejected, yet present")},
                 {"recovered", count("unanswered, yet present")},
                 {"maybe_lost", count("unanswered and absent")},
                 {"seen_then_lost", count("unanswered, once seen, later absent")},
                 {"unexplained", count("of lost: no fault can have taken them")},
                 {"lost_ids", list(count())},
                 {"injections", list(injection)}});
}

Json agent() {
  return object({{"name", text()},
                 {"version", text()},
                 {"hostname", text()},
                 {"addresses", list(text("a target and what its name stood for: api: 127.0.0.1, 127.0.0.2"))},
                 {"lost", flag("contact was lost during the run")},
                 {"clock_bound_seconds", number()},
                 {"lag_p99_seconds", number()},
                 {"cpu_share", number()}});
}

Json accounting() {
  return object({{"offered", count()},
                 {"ok", count()},
                 {"failed", count()},
                 {"refused", count()},
                 {"reset", count()},
                 {"timeout", count()},
                 {"unfinished", count()},
                 {"dropped_by_target", count()},
                 {"dropped_by_us", count()},
                 {"client_error", count()},
                 {"retried", count()}});
}

Json people() {
  return object({{"driver", text()}, {"approver", text()}, {"contributors", list(text())}, {"informed", list(text())}});
}

Json definitions() {
  const Json infinite = {{"enum", {"inf", "-inf"}}};
  return {
      {"number",
       {{"description", "Six significant digits; an infinite one is text. Instants are seconds since the run's zero."},
        {"anyOf", Json::array({{{"type", "number"}}, infinite})}}},
      {"optional_number",
       {{"description", "null: there is none."}, {"anyOf", Json::array({{{"type", "number"}}, infinite, {{"type", "null"}}})}}}};
}

}  // namespace

std::string scorecard_json_schema() {
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "The scorecard of one Shakedown run"}};
  schema.update(object({{"schema", {{"const", "shakedown/scorecard/v1"}}},
                        {"scenario", text()},
                        {"service", text()},
                        {"owner", optional_text("of the service")},
                        {"launch", optional_text("the date as written")},
                        {"launch_in_days", {{"type", {"integer", "null"}}}},
                        {"run", run()},
                        {"decision", one_of({"go", "no-go", "not-proven"})},
                        {"covers", text("how many of the areas the decision speaks for")},
                        {"tldr", text("business sentences")},
                        {"requirements", list(requirement())},
                        {"unjudged", list(unjudged())},
                        {"areas", list(area())},
                        {"probes", list(probe())},
                        {"outages", list(outage())},
                        {"faults", list(fault())},
                        {"ledgers", list(ledger())},
                        {"agents", list(agent())},
                        {"forecast", forecast()},
                        {"searches", list(search())},
                        {"scalings", list(scaling())},
                        {"downstream", list(dependency())},
                        {"controls", list(control())},
                        {"checks", list(check())},
                        {"traffic", list(traffic())},
                        {"accounting", accounting()},
                        {"decision_makers", people()}}));
  schema["$defs"] = definitions();
  return report::json_dump(schema, 2) + "\n";
}

}  // namespace shakedown
