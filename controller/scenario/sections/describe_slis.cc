#include "controller/judge/sli/form.h"
#include "controller/scenario/sections/describe.h"

namespace shakedown {
namespace {

constexpr double kLongestPeriod = 3660 * kDay;

}  // namespace

Shape sli_shape() {
  std::vector<Key> keys;
  for (const SliForm& form : sli_forms()) keys.push_back(form.key);
  Shape shape = mapping("SLI", "What is measured: exactly one of these.", std::move(keys));
  shape.exactly_one = {shape.key_names()};
  return shape;
}

Shape stop_sli_shape() {
  return mapping("watched SLI", "What a stop condition watches.",
                 {need("error_ratio", forms::watched_error_ratio(), "The share of bad answers.")});
}

Shape requirement_shape() {
  Shape declared = mapping("declared", "What the team itself says today. A better status than the measured one is a watermelon.",
                           {may("status", choice({"green", "yellow", "red"}), "The status it reports."),
                            may("value", text(), "The value it reports, in the objective's unit: \"99.95%\"."),
                            may("over", duration_above_zero(kLongestPeriod), "The period the value is claimed for.")});
  declared.at_least_one = {{"status", "value"}};
  declared.needs = {{"over", "value"}};
  const Shape control = text_like("[A-Za-z0-9][A-Za-z0-9 .:/_()-]{0,63}", "the id of a control such as PCI-10.2");
  Shape shape =
      mapping("requirement", "SLI, objective, confidence, and what the team declares.",
              {need("id", name(), "Its id, unique in the scenario."),
               need("area",
                    choice({"availability", "performance", "reliability", "scalability", "maintainability", "disaster-recovery",
                            "data-storage", "security", "compliance", "data-residency", "downstream"}),
                    "Which area it belongs to."),
               need("title", text(), "What it promises, for an executive."),
               may("means", text(), "What a violation means to a customer."), need("sli", sli_shape(), "What is measured."),
               may("objective", scalar(Form::objective),
                   "The limit, quoted: \">= 99.9%\", \"<= 20ms\", \"<= 0 writes\", \">= "
                   "500/s\", \"<= 2\". Every SLI has one but `attested` and checks without a number."),
               may("confidence", share_between(0.5, 0.9999), "95%", "One-sided confidence of pass and fail."),
               may("must", boolean(), "true", "Whether it decides."), may("declared", declared, "What the team says."),
               may("reported", reported_shape(), "What its own monitoring says."), may("owner", text(), "Who answers for it."),
               may("fix", text(), "What would make it green, in the owner's words."),
               may("fix_by", scalar(Form::date), "The day by which the owner has it, quoted."),
               may("controls", one_or_list_of(control), "Controls of a standard for which this row is evidence: PCI-10.2.")});
  return shape;
}

}  // namespace shakedown
