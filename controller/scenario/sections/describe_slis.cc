#include "controller/scenario/sections/describe.h"

namespace shakedown {
namespace {

constexpr double kLongestPeriod = 3660 * kDay;

Key operations_key() { return otherwise("operations", one_or_list_of(reference("operation")), "all", "Which requests."); }
Key probe_key() { return need("probe", one_or_list_of(reference("probe")), "Which probe; of several the worst counts."); }

// Which part of the run counts, appended to the keys of a load SLI.
std::vector<Key> scoped(std::vector<Key> keys) {
  Shape during = mapping("during", "Inside fault windows.", {need("fault", reference("fault"), "Windows of this fault only.")});
  keys.push_back(
      otherwise("phases", one_or_list_of(reference("phase")), "every measured phase, outside fault windows", "These phases."));
  keys.push_back(may("during", during, "Inside the windows of a fault instead of outside."));
  return keys;
}

std::vector<Key> injections(std::vector<Key> keys) {
  keys.push_back(may("injections", integer(1, 10000), "3", "Fewest valid injections for a pass."));
  keys.push_back(may("share", share_between(0.5, 0.9999),
                     "Claim instead that this share of all injections meets the objective; 90% "
                     "needs 29 clean ones."));
  return keys;
}

Shape availability_shape() {
  Shape shape = mapping(
      "availability",
      "With operations: the share of good answers, in this window under this "
      "load; seconds that depend "
      "on each other widen it, outages that it did not contain it cannot show. With probe: the share of "
      "time up over a period, judged on outages; repairs are taken for exponential or log-normal, whichever is "
      "worse, and outages for independent of each other unless they are seen to come in clusters.",
      scoped({operations_key(), may("probe", one_or_list_of(reference("probe")), "Which probe; of several the worst counts."),
              may("period", duration_above_zero(kLongestPeriod), "The period that is claimed, such as 30d.")}));
  shape.not_together = {{"operations", "probe"}, {"phases", "probe"}, {"during", "probe"}};
  shape.needs = {{"probe", "period"}, {"period", "probe"}};
  return shape;
}

Shape latency_shape() {
  return mapping("latency",
                 "A quantile of the time from the intended start to the answer; what is not "
                 "answered well counts as above every limit.",
                 scoped({otherwise("operation", reference("operation"), "all", "Which requests."),
                         may("quantile", share_between(0.01, 0.99999), "99%", "Which quantile.")}));
}

Shape throughput_shape() {
  return mapping("throughput", "Good answers per second; at least 8 s, and many times as long as a fast or slow spell lasts.",
                 scoped({operations_key()}));
}

Shape error_ratio_shape() {
  return mapping("error ratio", "The share of bad answers.",
                 scoped({operations_key(), otherwise("over", duration_above_zero(30 * kDay), "the whole scope",
                                                     "The worst window of this length, in whole seconds.")}));
}

Shape mttr_shape() {
  return mapping(
      "mttr", "Mean time to recovery, for each cause.",
      {probe_key(),
       otherwise(
           "fault", reference("fault"), "spontaneous outages",
           "Outages that this fault caused, relapses within the first seconds up among them: one repair for each injection."),
       may("statistic", choice({"mean", "median"}), "mean",
           "The mean needs 3 outages and takes repair times for log-normal, so that a rare kind of repair that "
           "no outage showed is not in it; the median needs 5 and assumes nothing.")});
}

Key search_key() { return need("phase", reference("phase"), "A phase with `search`."); }

Shape degradation_shape() {
  return mapping("degradation", "Growth of the mean latency of good answers over a soak, as a share of its beginning.",
                 scoped({otherwise("operation", reference("operation"), "all", "Which requests."),
                         may("per", duration_above_zero(30 * kDay), "1h", "The time for which growth is told.")}));
}

Shape attested_shape() {
  return mapping("attested", "What cannot be measured here and somebody vouches for. Shown as attested, never as measured.",
                 {need("statement", text(), "What is vouched for."), need("by", text(), "By whom."),
                  may("link", text(), "Where it can be read."), need("date", scalar(Form::date), "When, quoted."),
                  need("expires", scalar(Form::date), "Until when it counts, quoted.")});
}

Shape impact_shape() {
  return mapping("impact", "What one injection of a fault costs; the worst counts.",
                 {need("fault", reference("fault"), "Which fault.")});
}

Shape outages_shape(std::string title, std::string doc) { return mapping(std::move(title), std::move(doc), {probe_key()}); }

}  // namespace

Shape sli_shape() {
  Shape shape = mapping(
      "SLI", "What is measured: exactly one of these.",
      {may("availability", availability_shape(), "Objective: at least a share."),
       may("latency", latency_shape(), "Objective: at most a duration."),
       may("throughput", throughput_shape(), "Objective: at least a rate."),
       may("error_ratio", error_ratio_shape(), "Objective: at most a share."),
       may("mtbf",
           outages_shape("mtbf",
                         "Mean time up between spontaneous outages, taken for independent of each other unless they are seen to "
                         "come in clusters. Drills are left out: fault windows, searches, series and unmeasured phases."),
           "Objective: at least a duration."),
       may("mtbr", outages_shape("mtbr", "Mean time from recovery to recovery; as mtbf."), "Objective: at least a duration."),
       may("mttr", mttr_shape(), "Objective: at most a duration."),
       may("outages",
           outages_shape("outages",
                         "The number of outages, injected or spontaneous, that did not begin in a search, a series or an "
                         "unmeasured phase."),
           "Objective: at most a number."),
       may("impact", impact_shape(),
           "Objective: at most a number of requests, a number of writes, or a duration (delay "
           "summed up). Requests and delay count as far as they exceed those of quiet time under the same load. What the load "
           "did not "
           "show has no upper bound: after its end, or what users of a closed load did not ask for while they waited."),
       may("tolerated",
           mapping("tolerated",
                   "The share of injections that caused no outage while they stood, which the row tells; one that we took back "
                   "before its time does not count. Widened where they end like the ones before them.",
                   {need("faults", one_or_list_of(reference("fault")), "Which faults."), probe_key()}),
           "Objective: at least a share."),
       may("rto",
           mapping("rto", "Time from the fault's effect to sustained recovery; judged on every injection.",
                   injections({need("fault", reference("fault"), "Which fault."), probe_key()})),
           "Objective: at most a duration."),
       may("capacity",
           mapping(
               "capacity",
               "The highest rate at which a search's requirements held. Its steps are judged at the confidence of this row or of "
               "the held one, whichever is higher.",
               {search_key()}),
           "Objective: at least a rate."),
       may("headroom",
           mapping("headroom", "Capacity over the forecast, less one: 30% = room for 30 % more than forecast.", {search_key()}),
           "Objective: at least a percentage."),
       may("efficiency",
           mapping("efficiency",
                   "Throughput at a level over what perfect scaling would give, by the law fitted to the steps; "
                   "they may vary alike or by a share of their throughput.",
                   {need("phase", reference("phase"), "A phase with `steps`."),
                    need("at", number_above(0, 1e9),
                         "The level, as the steps have it: users, replicas, or a rate per second, at which as many requests "
                         "count as were in progress there. Not beyond the largest step that counts.")}),
           "Objective: at least a percentage."),
       may("degradation", degradation_shape(), "Objective: at most a percentage."),
       may("downstream",
           mapping("downstream",
                   "What each dependency must have to spare at the forecast: 20% = room for 20 % more. Where a counter is read, "
                   "calls are "
                   "counted for each request that was answered well, and bounded at the confidence of this row.",
                   {otherwise("dependencies", one_or_list_of(reference("dependency")), "all", "Which dependencies.")}),
           "Objective: at least a percentage."),
       may("check",
           mapping("check SLI", "Whether a check holds, or its number.", {need("name", reference("check"), "Which check.")}),
           "No objective when it only holds or not; else a number, or a duration for a certificate."),
       may("attested", attested_shape(), "No objective. Red once expired."),
       may("rpo",
           mapping("rpo", "Acknowledged writes that a fault lost; judged on every injection.",
                   injections({need("fault", reference("fault"), "Which fault."),
                               need("ledger", reference("ledger"), "Which ledger.")})),
           "Objective: at most a number of writes, or a duration. A loss that several injections may have caused raises the "
           "upper bound of each."),
       may("durability",
           mapping("durability",
                   "Acknowledged writes lost over the whole run, whatever took them. Without such a row a loss that no fault "
                   "explains leaves the run not proven.",
                   {need("ledger", reference("ledger"), "Which ledger.")}),
           "Objective: at most a number of writes.")});
  shape.exactly_one = {shape.key_names()};
  return shape;
}

Shape stop_sli_shape() {
  Shape ratio = mapping("watched error ratio", "The share of bad answers, live.",
                        {operations_key(), need("over", duration_above_zero(3600), "Over the last so many whole seconds.")});
  return mapping("watched SLI", "What a stop condition watches.", {need("error_ratio", ratio, "The share of bad answers.")});
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
