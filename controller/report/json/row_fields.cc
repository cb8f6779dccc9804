// One requirement of scorecard.json.
#include <array>

#include "controller/model/looks_at.h"
#include "controller/report/json/fields.h"
#include "controller/report/words/options.h"

namespace shakedown::report {
namespace {

using Scored = ScoredRequirement;

constexpr auto kRequirement = &Scored::requirement;
constexpr auto kVerdict = &Scored::verdict;

const Fields<Declared>& declared_fields() {
  static const Fields<Declared> all =
      Fields<Declared>()
          .field("status", type::or_null(type::one_of({"green", "yellow", "red"})),
                 [](const Declared& d, const Scorecard&) { return d.status ? Json(to_string(*d.status)) : Json(nullptr); })
          .optional_number("value", &Declared::value)
          .optional_text("text", &Declared::value_text, "the value as the team wrote it")
          .optional_number("period_seconds", [](const Declared& d) {
            return d.period > Duration{} ? std::optional(seconds(d.period)) : std::nullopt;
          });
  return all;
}

const Fields<AttestedSli>& attested_fields() {
  static const Fields<AttestedSli> all = Fields<AttestedSli>()
                                             .text("statement", &AttestedSli::statement)
                                             .text("by", &AttestedSli::by)
                                             .optional_text("link", &AttestedSli::link, "where the evidence lies")
                                             .text("date", &AttestedSli::date, "as written")
                                             .text("expires", &AttestedSli::expires, "as written");
  return all;
}

const Fields<ScoredReported>& reported_fields() {
  using R = ScoredReported;
  static const Fields<R> all =
      Fields<R>()
          .compared("watermelon", &R::watermelon)
          .optional_number("value", &R::value, "theirs, in the SLI's unit")
          .optional_number("difference", &R::difference, "theirs less ours")
          .number("tolerance", &R::tolerance)
          .texts("causes", &R::causes, "found by test")
          .optional_text("reason", &R::reason, "one sentence")
          .optional_text("query", &R::query, "as it was sent")
          .optional_text("source", &R::source, "without credentials")
          .word("outage_proof",
                type::described(type::one_of({"not_tested", "moved", "silent", "unmoved"}),
                                "what theirs did while the target was away"),
                &R::outage_proof)
          .optional_number("moved_after_seconds", &R::moved_after_seconds)
          .optional_text("alert", &R::alert, "its name")
          .optional_number("alert_after_seconds", &R::alert_after_seconds, "null: it did not fire, or was not tested")
          .field("alert_in_time", type::described({{"type", {"boolean", "null"}}}, "null: not tested"),
                 [](const R& r, const Scorecard&) { return r.alert_in_time ? Json(*r.alert_in_time) : Json(nullptr); });
  return all;
}

const Fields<TradeOff>& option_fields() {
  static const Fields<TradeOff> all = Fields<TradeOff>()
                                          .word("kind", type::one_of({"resources", "focus", "date", "promise"}), &TradeOff::kind)
                                          .text("option", option_words, "one sentence with figures")
                                          .text("assumption", assumption_words, "what it takes for granted")
                                          .optional_text("owner", person_words, "who would have to act");
  return all;
}

const Fields<InjectionVerdict>& injection_fields() {
  using I = InjectionVerdict;
  static const Fields<I> all = Fields<I>()
                                   .count("n", &I::number, "1-based within its fault")
                                   .flag("valid", &I::valid, "whether it counts")
                                   .number("lower", &I::lower)
                                   .number("upper", &I::upper)
                                   .optional_number("suffix_upper", &I::suffix_upper)
                                   .optional_text("note", &I::note, "masked, not recovered, or why it does not count");
  return all;
}

const AttestedSli* attested(const Scored& row) { return looks_at(row.requirement.sli).attested; }

const char* comparison(const Scored& row) {
  return row.requirement.objective.comparison == Comparison::at_most ? "at_most" : "at_least";
}

// What is asked.
void add_requirement(Fields<Scored>& all) {
  all.text("id", inner(kRequirement, &Requirement::id))
      .word("area", areas(), inner(kRequirement, &Requirement::area))
      .text("title", inner(kRequirement, &Requirement::title))
      .optional_text("means", inner(kRequirement, &Requirement::means), "what a violation means to a customer")
      .flag("must", inner(kRequirement, &Requirement::must), "only these rows decide")
      .text(
          "sli", [](const Scored& row) { return kind_name(row.requirement.sli); }, "the kind of measurement")
      .word("verdict", type::verdicts(), inner(kVerdict, &Verdict::state))
      .flag("at_risk", inner(kVerdict, &Verdict::at_risk), "passes within 10 % of its limit")
      .text(
          "objective", [](const Scored& row) { return row.requirement.objective.text; }, "as written")
      .field("comparison", type::one_of({"at_most", "at_least"}),
             [](const Scored& row, const Scorecard&) { return Json(comparison(row)); })
      .number("limit", [](const Scored& row) { return row.requirement.objective.limit; })
      .field("confidence", type::described({{"type", "number"}}, "of each of the two one-sided bounds"),
             [](const Scored& row, const Scorecard&) { return json_number(row.requirement.confidence); });
}

// What was found, and what follows from it.
void add_verdict(Fields<Scored>& all) {
  all.object("measured", inner(kVerdict, &Verdict::measured), measured_fields())
      .optional_number("supportable", inner(kVerdict, &Verdict::supportable),
                       "the tightest objective that this evidence would pass")
      .optional_object("declared", inner(kRequirement, &Requirement::declared), declared_fields())
      .compared("watermelon", inner(kVerdict, &Verdict::watermelon))
      .optional_text("watermelon_reason", inner(kVerdict, &Verdict::watermelon_reason), "one sentence")
      .text("reason", inner(kVerdict, &Verdict::reason), "one sentence")
      .optional_text("needed", inner(kVerdict, &Verdict::needed), "what would decide it")
      .flag("untouched", inner(kVerdict, &Verdict::untouched), "no validity signal touches the evidence")
      .optional_text("owner", inner(kRequirement, &Requirement::owner), "who answers for it")
      .optional_text("fix", inner(kRequirement, &Requirement::fix), "what would make it green, in the owner's words")
      .optional_text("fix_by", inner(kRequirement, &Requirement::fix_by), "the day by which the owner has it, as written")
      .texts("controls", inner(kRequirement, &Requirement::controls), "of a standard, for which this row is evidence")
      .optional_object("attested", attested, attested_fields(),
                       "not null: somebody vouches for this row, and nothing was measured")
      .optional_object("reported", &Scored::reported, reported_fields(), "what the team's own monitoring says of the same window")
      .optional_number("tested_rate", &Scored::tested_rate,
                       "requests per second of the operations that requirements judge, in the fastest stage "
                       "that it judged and that keeps it alone")
      .list("options", &Scored::options, option_fields())
      .list("injections", inner(kVerdict, &Verdict::injections), injection_fields());
}

const char* unit_name(const Measured& measured) {
  static constexpr std::array<const char*, 8> kUnits = {"ratio",  "seconds", "per_second", "count",
                                                        "writes", "margin",  "number",     "holds"};
  return kUnits.at(static_cast<std::size_t>(measured.unit));
}

}  // namespace

const Fields<Measured>& measured_fields() {
  static const Fields<Measured> all =
      Fields<Measured>()
          .optional_number("value", &Measured::value)
          .optional_number("lower", &Measured::lower)
          .optional_number("upper", &Measured::upper)
          .field("unit", type::one_of({"ratio", "seconds", "per_second", "count", "writes", "margin", "number", "holds"}),
                 [](const Measured& m, const Scorecard&) { return Json(unit_name(m)); })
          .count("samples", &Measured::samples)
          .flag("censored", &Measured::censored, "value is a lower limit: at or above the timeout");
  return all;
}

const Fields<ScoredRequirement>& requirement_fields() {
  static const Fields<Scored> all = [] {
    Fields<Scored> out;
    add_requirement(out);
    add_verdict(out);
    return out;
  }();
  return all;
}

}  // namespace shakedown::report
