#include "controller/metrics/rules.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "controller/model/looks_at.h"
#include "core/base/units.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;

constexpr const char* kPeriodWindow = "30d";
constexpr const char* kWindows[] = {"5m", "30m", "1h", "2h", "6h", "1d", "3d", kPeriodWindow};

struct BurnRate {
  double factor;
  const char *short_window, *long_window;
};
struct BurnAlert {
  const char* name;
  BurnRate quick, slow;
};
// 2 % of a 30-day budget in an hour, 5 % in six; 10 % in a day, 10 % in three.
constexpr BurnAlert kBurnAlerts[] = {{"page", {14.4, "5m", "1h"}, {6, "30m", "6h"}},
                                     {"ticket", {3, "2h", "1d"}, {1, "6h", "3d"}}};

// A double-quoted string, the same in YAML, JSON and PromQL.
std::string quoted(const std::string& text) { return nlohmann::json(text).dump(); }

std::string number(double value) { return fmt::format("{:.12g}", value); }

// What Prometheus would take for a template is none.
std::string plain(std::string text) {
  for (std::size_t at = text.find("{{"); at != text.npos; at = text.find("{{", at + 2)) text.insert(at + 1, " ");
  return text;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view(".+*?()[]{}|^$\\").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// Names as alternatives of a regular expression.
std::string any_of(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : "|") + escaped(name);
  return out;
}

// A bucket's bound as a regular expression: Prometheus 3 stores "1" as "1.0".
std::string bound_pattern(double limit) {
  const std::string text = fmt::format("{:.16g}", limit);
  return escaped(text) + (text.find_first_of(".e") == text.npos ? "(\\.0)?" : "");
}

std::string matchers(const Scenario& scenario, const std::vector<OperationId>& operations, const Scope& scope) {
  std::vector<std::string> names, phases;
  for (const OperationId id : operations) names.push_back(scenario.operation(id).name);
  for (const PhaseId id : scope.phases) phases.push_back(scenario.phase(id).name);
  const bool others =
      std::any_of(scenario.phases.begin(), scenario.phases.end(), [](const Phase& p) { return p.load && !p.measured; });
  for (const Phase& phase : scenario.phases) {
    if (others && scope.phases.empty() && phase.load && phase.measured) phases.push_back(phase.name);
  }
  std::string out;
  if (!names.empty()) out += "operation=~" + quoted(any_of(names)) + ",";
  if (!phases.empty()) out += "phase=~" + quoted(any_of(phases)) + ",";
  return out;
}

// A ratio of sums over the whole window: a mean of ratios would weigh quiet minutes like busy ones.
SliExpression over_sums(const std::string& bad, const std::string& total) {
  return {bad + "\n          /\n          " + total, total + " > 0"};
}

SliExpression over_outcomes(const std::string& which) {
  constexpr const char* kBad = "failed|refused|reset|timeout|dropped_by_target";
  return over_sums(fmt::format("sum(rate(shakedown_outcomes_total{{{}outcome=~\"{}\"}}[$window]))", which, kBad),
                   fmt::format("sum(rate(shakedown_outcomes_total{{{}outcome=~\"ok|{}\"}}[$window]))", which, kBad));
}

SliExpression over_latency(const std::string& which, double limit) {
  const std::string total = fmt::format("sum(rate(shakedown_latency_seconds_count{{{}}}[$window]))", which);
  const std::string within =
      fmt::format("sum(rate(shakedown_latency_seconds_bucket{{{}le=~{}}}[$window]))", which, quoted(bound_pattern(limit)));
  return over_sums(fmt::format("({} - {})", total, within), total);
}

std::string one_line(std::string text) {
  for (char& c : text) c = c == '\n' || c == '\r' ? ' ' : c;
  return text;
}

// The team's own metric; nullopt when it names none that is a ratio.
std::optional<SliExpression> reported(const Requirement& requirement) {
  if (!requirement.reported || requirement.reported->value.query.empty()) return std::nullopt;
  const std::string query = one_line(requirement.reported->value.query);
  const std::string count = one_line(requirement.reported->count);
  const std::string present = count.empty() ? query : "(" + count + ") > 0";
  switch (looks_at(requirement.sli).load) {
    case LoadFigure::good_share: return SliExpression{"1 - (" + query + ")", present};
    case LoadFigure::bad_share: return SliExpression{query, present};
    case LoadFigure::quantile:
    case LoadFigure::good_rate:
    case LoadFigure::trend:
    case LoadFigure::none: break;
  }
  return std::nullopt;
}

// Why it can be no rule; empty when it can.
std::string no_rule(const Slo& slo, const Requirement& requirement, const Scenario& scenario) {
  const LooksAt at = looks_at(requirement.sli);
  if (at.scope != nullptr && at.scope->during.valid()) {
    return fmt::format("{}: it holds for the windows of fault {} only, and a rule does not know when that is injected", slo.name,
                       scenario.fault(at.scope->during).name);
  }
  if (at.over > Duration{}) {
    return fmt::format("{}: it holds in each {}, and a budget of a month does not see what one of them burns", slo.name,
                       format_duration(at.over));
  }
  if (slo.objective >= 1) return slo.name + ": an objective of 100 % leaves no budget to burn; every error breaks it";
  for (const BurnAlert& severity : kBurnAlerts) {
    const double factor = severity.quick.factor;
    if (factor * (1 - slo.objective) < 1 - 1e-9) continue;  // at the boundary it could never be above
    return fmt::format(
        "{}: the {} alert at burn rate {} can never fire: against an objective of {} not even 100 % errors "
        "burn faster than {}; an objective above {} makes sense of it",
        slo.name, severity.name, number(factor), format_share({slo.objective}), number(1 / (1 - slo.objective)),
        format_share({1 - 1 / factor}));
  }
  return "";
}

std::string labels(const Slo& slo, int indent, const std::string& more = "") {
  const std::string space(static_cast<std::size_t>(indent), ' ');
  return fmt::format("{0}labels:\n{0}  sloth_id: {1}\n{0}  sloth_service: {2}\n{0}  sloth_slo: {3}\n{4}", space, quoted(slo.id),
                     quoted(slo.service), quoted(slo.name), more.empty() ? "" : space + "  " + more + "\n");
}

std::string selector(const Slo& slo) {
  return fmt::format("{{sloth_id={}, sloth_service={}, sloth_slo={}}}", quoted(slo.id), quoted(slo.service), quoted(slo.name));
}

std::string in_window(std::string expression, const std::string& window) {
  constexpr std::string_view kHole = "$window";
  for (std::size_t at = expression.find(kHole); at != expression.npos; at = expression.find(kHole, at)) {
    expression.replace(at, kHole.size(), window);
  }
  return expression;
}

std::string record(const Slo& slo, const std::string& name, const std::string& expression, const std::string& more = "") {
  return fmt::format("      - record: {}\n        expr: |\n          {}\n{}", name, expression, labels(slo, 8, more));
}

std::string sli_group(const Slo& slo) {
  std::string out = fmt::format("  - name: {}\n    rules:\n", quoted("sloth-slo-sli-recordings-" + slo.id));
  for (const std::string window : kWindows) {
    out += record(slo, "slo:sli_error:ratio_rate" + window, in_window(slo.sli.error_ratio, window), "sloth_window: " + window);
  }
  return out;
}

std::string burn(const Slo& slo, const std::string& error_ratio) {
  return fmt::format(
      "{0}{1}\n          / on(sloth_id, sloth_slo, sloth_service) group_left\n          "
      "slo:error_budget:ratio{1}",
      error_ratio, selector(slo));
}

std::string meta_group(const Slo& slo) {
  std::string out = fmt::format("  - name: {}\n    rules:\n", quoted("sloth-slo-meta-recordings-" + slo.id));
  const std::string objective = number(slo.objective);
  out += record(slo, "slo:objective:ratio", fmt::format("vector({})", objective));
  out += record(slo, "slo:error_budget:ratio", fmt::format("vector(1 - {})", objective));
  out += record(slo, "slo:time_period:days", "vector(30)");
  out += record(slo, "slo:current_burn_rate:ratio", burn(slo, "slo:sli_error:ratio_rate5m"));
  out += record(slo, "slo:period_burn_rate:ratio", burn(slo, std::string("slo:sli_error:ratio_rate") + kPeriodWindow));
  out += record(slo, "slo:period_error_budget_remaining:ratio", "1 - slo:period_burn_rate:ratio" + selector(slo));
  return out;
}

std::string condition(const Slo& slo, const BurnRate& rate) {
  const auto above = [&](const char* window) {
    return fmt::format("max(slo:sli_error:ratio_rate{}{} > ({} * (1 - {}))) without (sloth_window)", window, selector(slo),
                       number(rate.factor), number(slo.objective));
  };
  return fmt::format("            {}\n            and\n            {}\n", above(rate.short_window), above(rate.long_window));
}

struct Alert {
  std::string name, expression, hold, severity, title;
};

std::string alert(const Slo& slo, const Alert& alert) {
  return fmt::format(
      "      - alert: {}\n        expr: |\n{}{}{}        annotations:\n          title: {}\n          summary: {}\n", alert.name,
      alert.expression, alert.hold, labels(slo, 8, "sloth_severity: " + alert.severity),
      quoted("(" + alert.severity + ") " + plain(slo.service + " " + slo.name + ": " + alert.title)), quoted(plain(slo.title)));
}

std::string alert_group(const Slo& slo) {
  std::string out = fmt::format("  - name: {}\n    rules:\n", quoted("sloth-slo-alerts-" + slo.id));
  for (const BurnAlert& severity : kBurnAlerts) {
    const std::string expression = fmt::format("          (\n{}          )\n          or\n          (\n{}          )\n",
                                               condition(slo, severity.quick), condition(slo, severity.slow));
    out += alert(slo, {"ErrorBudgetBurn", expression, "", severity.name, "the error budget burns too fast"});
  }
  if (!slo.theirs) return out;  // ours are absent whenever no drill runs
  const Duration limit = absence_limit(slo.objective, kBurnAlerts[0].quick.factor, 1h);
  const std::string absent = fmt::format("          absent({})\n", in_window(slo.sli.present, "5m"));
  const std::string hold = fmt::format("        for: {}\n", format_duration(limit));
  return out + alert(slo, {"SLIAbsent", absent, hold, "page", "nothing is counted, which is as bad as 100 % errors"});
}

}  // namespace

SliExpression sli_expression(const Scenario& scenario, const Requirement& requirement) {
  if (const auto theirs = reported(requirement)) return *theirs;
  const LooksAt at = looks_at(requirement.sli);
  if (!of_share(at.load)) return {};
  const std::string which = matchers(scenario, at.operations, *at.scope);
  return counts_failures(at.load) ? over_outcomes(which) : over_latency(which, requirement.objective.limit);
}

Result<RuleSet> slos_of(const Scenario& scenario) {
  RuleSet rules;
  const std::string service = scenario.service.empty() ? scenario.name : scenario.service;
  for (const Requirement& requirement : scenario.requirements) {
    const std::optional<DemandedShare> share = demanded_share(requirement);
    if (!share) continue;
    Slo slo{service + "-" + requirement.id,
            service,
            requirement.id,
            requirement.title,
            share->good,
            sli_expression(scenario, requirement),
            reported(requirement).has_value()};
    std::string problem = no_rule(slo, requirement, scenario);
    if (problem.empty()) {
      rules.slos.push_back(std::move(slo));
    } else {
      rules.left_out.push_back(std::move(problem));
    }
  }
  if (!rules.slos.empty()) return rules;
  Error error(ErrorKind::scenario, scenario.name + ": there is nothing to write rules for");
  error.notes = std::move(rules.left_out);
  if (error.notes.empty()) error.notes.push_back("no requirement has an availability, error_ratio or latency SLI over requests");
  return fail(std::move(error));
}

Duration absence_limit(double objective, double factor, Duration long_window) {
  const double burnt = factor * (1 - objective) * seconds(long_window);
  return std::chrono::minutes(std::llround((burnt + 120) / 60));
}

std::string rules_yaml(const RuleSet& rules, bool theirs) {
  std::string groups;
  for (const Slo& slo : rules.slos) {
    if (slo.theirs == theirs) groups += sli_group(slo) + meta_group(slo) + alert_group(slo);
  }
  if (groups.empty()) return "";
  std::string out = "# Written by `shakedown rules`. Change the scenario, not this file.\n";
  out += theirs ? "# These rules read the team's own metrics, as `reported` names them: for production.\n"
                : "# These rules read the series of `shakedown run --metrics`, which exist only while a drill runs: load and "
                  "faults of\n"
                  "# the drill, not the service's customers. For drills; they say nothing about production.\n"
                  "# The judge leaves out the windows of faults; a rule does not know them and counts what fails in them.\n";
  for (const std::string& problem : rules.left_out) out += "# Left out: " + one_line(problem) + "\n";
  return out + "groups:\n" + groups;
}

}  // namespace shakedown
