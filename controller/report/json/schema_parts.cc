#include "controller/report/json/schema_parts.h"

#include "controller/report/json/schema_words.h"

namespace shakedown::report::schema {
namespace {

Json outcome() { return one_of({"holds", "breaches", "undecided", "invalid"}); }

Json search_step() {
  const Json hold = object({{"requirement", text("its id")}, {"outcome", outcome()}, {"measured", measured()}});
  return object({{"rate", described(number(), "offered, per second")},
                 {"answered", described(number(), "good answers per second")},
                 {"windows", count()},
                 {"confirmation", flag("a confirmation of an earlier step")},
                 {"outcome", outcome()},
                 {"reason", optional_text("why it is invalid, or was repeated")},
                 {"limiting", optional_text("id of the first requirement that breached")},
                 {"holds", list(hold)}});
}

Json coefficient(const char* about) {
  return described(or_null(object({{"value", number()}, {"lower", number()}, {"upper", number()}})), about);
}

Json level() {
  return object({{"level", described(number(), "as declared")},
                 {"n", described(number(), "what the law is fitted over")},
                 {"throughput", described(number(), "good answers per second")},
                 {"latency", described(number(), "mean of good answers, seconds")},
                 {"residual", described(number(), "throughput less the law's")},
                 {"efficiency", described(number(), "share of perfect scaling")},
                 {"left_out", optional_text("why it is not fitted")}});
}

}  // namespace

Json measured() {
  return object({{"value", optional_number()},
                 {"lower", optional_number()},
                 {"upper", optional_number()},
                 {"unit", one_of({"ratio", "seconds", "per_second", "count", "writes", "margin", "number", "holds"})},
                 {"samples", count()},
                 {"censored", flag("value is a lower limit: at or above the timeout")}});
}

Json attested() {
  return described(or_null(object({{"statement", text()},
                                   {"by", text()},
                                   {"link", optional_text("where the evidence lies")},
                                   {"date", text("as written")},
                                   {"expires", text("as written")}})),
                   "not null: somebody vouches for this row, and nothing was measured");
}

Json reported() {
  return described(
      or_null(object({{"watermelon", watermelons()},
                      {"value", described(optional_number(), "theirs, in the SLI's unit")},
                      {"difference", described(optional_number(), "theirs less ours")},
                      {"tolerance", number()},
                      {"causes", described(list(text()), "found by test")},
                      {"reason", optional_text("one sentence")},
                      {"query", optional_text("as it was sent")},
                      {"source", optional_text("without credentials")},
                      {"outage_proof", described(one_of({"not_tested", "moved", "silent", "unmoved"}),
                                                 "what theirs did while the target was away")},
                      {"moved_after_seconds", optional_number()},
                      {"alert", optional_text("its name")},
                      {"alert_after_seconds", described(optional_number(), "null: it did not fire, or was not tested")},
                      {"alert_in_time", described({{"type", {"boolean", "null"}}}, "null: not tested")}})),
      "what the team's own monitoring says of the same window");
}

Json option() {
  return object({{"kind", one_of({"resources", "focus", "date", "promise"})},
                 {"option", text("one sentence with figures")},
                 {"assumption", text("what it takes for granted")},
                 {"owner", optional_text("who would have to act")}});
}

Json forecast() {
  return or_null(object({{"rate", described(number(), "requests per second")},
                         {"by", optional_text("date as written")},
                         {"writes", described(optional_number(), "confirmed writes per second among them")}}));
}

Json search() {
  return object(
      {{"phase", text()},
       {"confidence", number()},
       {"lower", described(optional_number(), "highest rate shown to hold, less what its windows could not tell")},
       {"upper", described(optional_number(), "lowest rate shown to breach")},
       {"blind", described(number(), "a rate this share above the capacity would have looked the same in windows so short")},
       {"confirmed", flag("it held for the declared time once more")},
       {"limiting", optional_text("id of the requirement that breached first above")},
       {"ended", text("why the search ended")},
       {"trouble", optional_text("our own: why it is no evidence")},
       {"steps", list(search_step())}});
}

Json scaling() {
  return object({{"phase", text()},
                 {"axis", one_of({"rate", "concurrency", "replicas"})},
                 {"confidence", described(number(), "of the two-sided intervals")},
                 {"fitted", flag("whether there is a law")},
                 {"problem", optional_text("why there is none")},
                 {"gamma", coefficient("throughput of one, per second")},
                 {"alpha", coefficient("contention")},
                 {"beta", coefficient("coherency")},
                 {"peak_n", optional_number()},
                 {"peak_throughput", optional_number()},
                 {"ceiling", described(optional_number(), "gamma / alpha")},
                 {"knee_lower", optional_number()},
                 {"knee_upper", optional_number()},
                 {"residual_error", described(number(), "residual standard error, per second")},
                 {"warnings", list(text())},
                 {"levels", list(level())}});
}

Json dependency() {
  return object({{"name", text()},
                 {"owner", optional_text("who answers for it")},
                 {"needed", described(number(), "calls per second at the forecast")},
                 {"capacity", optional_number()},
                 {"capacity_source", optional_text("where the capacity comes from")},
                 {"margin", described(optional_number(), "capacity / needed - 1")},
                 {"declared_calls", described(number(), "per request of the service")},
                 {"measured_calls", optional_number()},
                 {"measured_calls_in_faults", optional_number()},
                 {"calls", described(watermelons(), "declared against measured calls")},
                 {"calls_reason", optional_text("one sentence")},
                 {"commitment", optional_text("of the owning team")},
                 {"verdict", verdicts()},
                 {"reason", optional_text("one sentence")},
                 {"first_to_break", flag("the one with the least margin")}});
}

Json control() {
  return object({{"control", text()},
                 {"verdict", described(verdicts(), "the worst of its rows; unknown without any")},
                 {"vouched", flag("none of its rows was measured: somebody vouches for them")},
                 {"requirements", described(list(text()), "their ids")}});
}

Json check() {
  return object({{"name", text()},
                 {"kind", text()},
                 {"done", flag("false: it could not be carried out, which proves nothing")},
                 {"holds", flag("whether it does")},
                 {"number", optional_number()},
                 {"detail", optional_text("what was seen")}});
}

Json traffic() {
  const Json outcome =
      one_of({"ok", "failed", "refused", "reset", "timeout", "unfinished", "dropped_by_target", "dropped_by_us", "client_error"});
  const Json status = described({{"type", {"integer", "null"}}}, "null: there was no answer, or its protocol has no status");
  const Json wrong = or_null(one_of({"status", "header", "body", "certificate", "size", "rate"}));
  const Json exchange = object({{"at", described(number(), "when it was due")},
                                {"latency", described(number(), "seconds")},
                                {"outcome", outcome},
                                {"status", status},
                                {"wrong", wrong},
                                {"trace", optional_text("trace id of its traceparent, where the scenario asks for one")},
                                {"answer", optional_text("the first 256 bytes of a bad one's body, escaped, secrets taken out")},
                                {"cut", flag("there was more")}});
  const Json exchanges = or_null(list(exchange));
  const Json answers = object({{"status", status},
                               {"wrong", described(wrong, "the first thing that was not expected; null: nothing")},
                               {"count", count()}});
  return object({{"phase", text()},
                 {"operation", text()},
                 {"outcomes", object({{"ok", count()},
                                      {"failed", count()},
                                      {"refused", count()},
                                      {"reset", count()},
                                      {"timeout", count()},
                                      {"unfinished", count()},
                                      {"dropped_by_target", count()},
                                      {"dropped_by_us", count()},
                                      {"client_error", count()}})},
                 {"answers", described(or_null(list(answers)), "by status; null: the run did not record it")},
                 {"uncounted", count("answers whose status the run did not record")},
                 {"first_bad", described(exchanges, "null: the run did not record single exchanges")},
                 {"slowest_bad", exchanges},
                 {"slowest_good", exchanges}});
}

}  // namespace shakedown::report::schema
