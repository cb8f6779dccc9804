#include "controller/report/html/details_parts.h"

#include <cmath>

#include "controller/report/words/options.h"
#include "controller/report/words/scalability.h"
#include "controller/report/words/words.h"

namespace shakedown::report {
namespace {

std::string optional_number(const std::optional<double>& value) { return value ? format_number(*value) : ""; }

std::string state_words(VerdictState state) { return std::string(shape(state)) + " " + word(state); }

std::string calls_words(const ScoredDependency& d) {
  std::string out = "declared " + format_number(d.declared_calls);
  if (d.measured_calls) out += ", measured " + format_number(*d.measured_calls);
  if (d.measured_calls_in_faults) out += ", during failures " + format_number(*d.measured_calls_in_faults);
  if (d.calls != Watermelon::none) out += std::string(" (") + to_string(d.calls) + ")";
  return out + (d.calls_reason.empty() ? "" : ": " + d.calls_reason);
}

// Difference with its sign, in the row's unit.
std::string difference_words(const ScoredRequirement& row) {
  if (!row.reported->difference) return {};
  const double value = *row.reported->difference;
  return (value > 0 ? "+" : value < 0 ? "−" : "") + format_value(std::fabs(value), unit_of(row.requirement.sli));
}

std::string proof_cell(const ScoredReported& reported) {
  const std::string proof = outage_proof_words(reported);
  return proof.empty() ? "not tested" : proof;
}

std::string alert_cell(const ScoredReported& reported) {
  if (reported.alert.empty()) return "none named";
  const std::string words = alert_words(reported);
  return words.empty() ? "alert " + reported.alert + " not tested" : words;
}

Cells reported_cells(const ScoredRequirement& row) {
  const ScoredReported& reported = *row.reported;
  const std::string declared = promised_words(row.requirement);
  const std::string value = reported_value(row);
  std::string verdict = to_string(reported.watermelon);
  if (reported.tolerance > 0) verdict += ", tolerance " + format_value(reported.tolerance, unit_of(row.requirement.sli));
  return {row.requirement.id,
          declared.empty() ? team_says(row.requirement) : declared,
          value,
          measured_words(row),
          difference_words(row),
          verdict,
          list_text(reported.causes),
          proof_cell(reported),
          alert_cell(reported)};
}

}  // namespace

std::string list_text(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

std::string dashboard_text(const ScoredRequirement& row) {
  if (!row.reported) return {};
  const ScoredReported& reported = *row.reported;
  const std::string value = reported_value(row);
  std::string out = (value.empty() ? "no value" : value) + " (" + to_string(reported.watermelon) + ")";
  if (!reported.reason.empty()) out += ": " + reported.reason;
  for (const std::string& cause : reported.causes) out += " Cause: " + cause;
  if (!reported.query.empty()) out += " Asked: " + reported.query;
  if (!reported.source.empty()) out += " at " + reported.source;
  return out;
}

Table options_table(const ScoredRequirement& row) {
  Table table{"Ways out", "", {"Way", "What it comes to", "Takes for granted", "Owner"}, {}};
  for (const TradeOff& option : row.options)
    table.rows.push_back({option_title(option.kind), option_words(option), assumption_words(option), person_words(option)});
  return table;
}

Table downstream_table(const Scorecard& card) {
  std::string note = "What the service calls, in the order declared.";
  if (card.forecast) note += " Needed at the forecast of " + format_rate(card.forecast->rate) + ".";
  Table table{
      "Downstream systems",
      note,
      {"System", "Verdict", "Needed, calls/s", "Takes, calls/s", "Margin", "Calls per request", "Committed", "Owner", "Why"},
      {}};
  for (const ScoredDependency& d : card.downstream) {
    const std::string source = d.capacity ? optional_number(d.capacity) + " (" + d.capacity_source + ")" : "";
    table.rows.push_back({d.name + (d.first_to_break ? " (first to break)" : ""), state_words(d.state), format_number(d.needed),
                          source, d.margin ? margin_words(*d.margin) : "", calls_words(d), d.commitment, d.owner, d.reason});
    table.classes.push_back(std::string("row-") + css_class(d.state));
  }
  return table;
}

Table reported_table(const Scorecard& card) {
  Table table{
      "What their own dashboards say",
      "The same measure, over the same window, as the team's own monitoring has it.",
      {"Row", "Declared", "Reported", "Measured", "Difference", "Verdict", "Causes", "When the service was away", "Alert"},
      {}};
  for (const ScoredRequirement& row : card.requirements) {
    if (!row.reported) continue;
    table.rows.push_back(reported_cells(row));
    const bool greener = reported_greener(row) || blind(*row.reported);
    table.classes.push_back(greener                                                ? "row-fail"
                            : row.reported->watermelon == Watermelon::unverifiable ? "row-unknown"
                                                                                   : "row-pass");
  }
  return table;
}

Table controls_table(const Scorecard& card) {
  Table table{"Controls",
              "Which rows are evidence for which control of a standard. Grey: no evidence.",
              {"Control", "State", "Requirement", "Evidence", "Owner"},
              {}};
  for (const ScoredControl& control : card.controls) {
    const std::string state = control_words(control);
    bool any = false;
    for (const RequirementId id : control.rows) {
      if (!id.valid() || id.value >= card.requirements.size()) continue;
      const ScoredRequirement& row = card.requirements[id.value];
      table.rows.push_back({any ? "" : control.control, any ? "" : state, row_name(card, id),
                            std::string(shape(row)) + " " + word(row) + ": " + measured_words(row), row.requirement.owner});
      table.classes.push_back(std::string("row-") + css_class(row));
      any = true;
    }
    if (any) continue;
    table.rows.push_back({control.control, state, "", "no evidence", ""});
    table.classes.push_back("row-unknown");
  }
  return table;
}

Table checks_table(const Scorecard& card) {
  Table table{"Checks that are not load", "", {"Check", "Kind", "Result", "Number", "What was seen"}, {}};
  for (const ScoredCheck& check : card.checks) {
    const char* result = !check.done ? "[//] not carried out" : check.holds ? "[ok] holds" : "[X] does not hold";
    table.rows.push_back({check.name, check.kind, result, optional_number(check.number), check.detail});
    table.classes.push_back(!check.done ? "row-unknown" : check.holds ? "row-pass" : "row-fail");
  }
  return table;
}

Table addresses_table(const Scorecard& card) {
  Table table{"Which address answered", "", {"Target", "Address", "Requests of load"}, {}};
  for (const ScoredAddress& one : card.addresses) table.rows.push_back({one.target, one.address, std::to_string(one.answered)});
  return table;
}

Table cleanups_table(const Scorecard& card) {
  Table table{"What the drill put into the service", "", {"Cleanup", "Deleted", "Left", "What went wrong"}, {}};
  for (const ScoredCleanup& one : card.cleanups) {
    const bool left = one.remains && *one.remains > 0;
    table.rows.push_back({one.name, one.deleted ? "[ok] deleted" : "[X] not deleted",
                          one.remains ? format_number(*one.remains) : "not known", one.detail});
    table.classes.push_back(!one.deleted || left ? "row-fail" : one.remains ? "row-pass" : "row-unknown");
  }
  return table;
}

}  // namespace shakedown::report
