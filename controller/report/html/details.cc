#include "controller/report/html/details.h"

#include <cmath>

#include "controller/model/looks_at.h"
#include "controller/report/html/assets.h"
#include "controller/report/html/details_parts.h"
#include "controller/report/html/page_data.h"
#include "controller/report/table.h"
#include "controller/report/traffic.h"
#include "controller/report/words/plain.h"
#include "controller/report/words/scalability.h"
#include "controller/report/words/words.h"

namespace shakedown::report {
namespace {

std::string instant(std::optional<RunTime> at) { return at ? format_number(seconds(*at)) + " s" : "–"; }
std::string number(uint64_t value) { return std::to_string(value); }
std::string length(double lower, double upper) {
  if (!std::isfinite(upper)) return "at least " + format_value(lower, Unit::seconds);
  return format_value(lower, Unit::seconds) + " to " + format_value(upper, Unit::seconds);
}
std::string bound(const std::optional<double>& value, Unit unit) { return value ? format_value(*value, unit) : "–"; }

void add_fact(std::vector<PageData>& facts, const char* name, const std::string& value) {
  if (value.empty()) return;
  PageData fact{PageData::type::object};
  put(fact, "name", name);
  put(fact, "value", value);
  facts.push_back(fact);
}

std::string declared_text(const Requirement& requirement) {
  if (!requirement.declared) return "nothing";
  std::string text = team_says(requirement);
  const std::string promised = promised_words(requirement);
  if (requirement.declared->status && !promised.empty()) text += ", " + promised;
  if (requirement.declared->period > Duration{}) text += " over " + format_duration(requirement.declared->period);
  return text;
}

std::string watermelon_text(const Verdict& verdict) {
  if (verdict.watermelon == Watermelon::none) return {};
  const std::string word = to_string(verdict.watermelon);
  return verdict.watermelon_reason.empty() ? word : word + ": " + verdict.watermelon_reason;
}

std::string fix_text(const Requirement& requirement) {
  if (requirement.fix_by.empty()) return requirement.fix;
  return requirement.fix + (requirement.fix.empty() ? "by " : ", by ") + day_words(requirement.fix_by);
}

// Nothing was measured, so none of the figures of a measurement is shown.
std::vector<PageData> attested_facts(const ScoredRequirement& row, std::vector<PageData> facts) {
  const AttestedSli& attested = *looks_at(row.requirement.sli).attested;
  add_fact(facts, "Measured", "nothing: somebody vouches for it");
  add_fact(facts, "Statement", attested.statement);
  add_fact(facts, "Vouched for by", attested.by);
  add_fact(facts, "On", day_words(attested.date));
  add_fact(facts, "Until", day_words(attested.expires));
  add_fact(facts, "Evidence lies at", attested.link);
  add_fact(facts, "Declared", declared_text(row.requirement));
  add_fact(facts, "Why", row.verdict.reason);
  add_fact(facts, "To decide it", row.verdict.needed);
  add_fact(facts, "To make it green", fix_text(row.requirement));
  add_fact(facts, "If violated", row.requirement.means);
  add_fact(facts, "Evidence for", list_text(row.requirement.controls));
  add_fact(facts, "Owner", row.requirement.owner);
  return facts;
}

std::vector<PageData> facts_of(const ScoredRequirement& row, const Manifest& manifest) {
  const Requirement& requirement = row.requirement;
  const Verdict& verdict = row.verdict;
  const Measured& measured = verdict.measured;
  std::vector<PageData> facts;
  const std::string limit = requirement.objective.text.empty() ? needed_words(requirement) : requirement.objective.text;
  add_fact(facts, "Limit", limit + (requirement.must ? "" : " (not a must)"));
  if (is_attested(row)) return attested_facts(row, std::move(facts));
  add_fact(facts, "Measured",
           measured.value ? (measured.censored ? "at least " : "") + format_value(*measured.value, measured.unit) : "no value");
  if (measured.lower || measured.upper)
    add_fact(facts, "Bounds",
             bound(measured.lower, measured.unit) + " to " + bound(measured.upper, measured.unit) + ", each one-sided at " +
                 format_share({requirement.confidence}));
  add_fact(facts, "Samples", number(measured.samples));
  add_fact(facts, "Supportable", verdict.supportable ? format_value(*verdict.supportable, measured.unit) : "");
  add_fact(facts, "Declared", declared_text(requirement));
  add_fact(facts, "Declared against measured", watermelon_text(verdict));
  add_fact(facts, "Its own dashboard", dashboard_text(row));
  add_fact(facts, "Why", verdict.reason + (verdict.at_risk ? " It is within 10 % of its limit." : ""));
  add_fact(facts, "To decide it", verdict.needed);
  add_fact(facts, "To make it green", fix_text(requirement));
  add_fact(facts, "If violated", requirement.means);
  add_fact(facts, "Evidence for", list_text(requirement.controls));
  add_fact(facts, "Owner", requirement.owner);
  add_fact(facts, "Evidence", verdict.untouched ? "" : "touched by a validity signal, see Validity");
  add_fact(facts, "See it again", "shakedown run scenario.yaml (seed " + number(manifest.seed) + ")");
  return facts;
}

Table injections_table(const ScoredRequirement& row) {
  const Unit unit = row.verdict.measured.unit;
  Table table{"Injections", "", {"Injection", "Counts", "Lower", "Upper", "Note"}, {}};
  for (const InjectionVerdict& injection : row.verdict.injections)
    table.rows.push_back({number(injection.number), injection.valid ? "yes" : "no",
                          injection.valid ? format_value(injection.lower, unit) : "",
                          injection.valid ? format_value(injection.upper, unit) : "", injection.note});
  return table;
}

PageData requirement_data(const Scorecard& card, std::size_t position) {
  const ScoredRequirement& row = card.requirements[position];
  PageData data{PageData::type::object};
  put(data, "anchor", "requirement-" + number(position + 1));
  put(data, "class", css_class(row));
  put(data, "word", word(row));
  put(data, "id", row.requirement.id);
  put(data, "title", row.requirement.title);
  put(data, "area", area_title(row.requirement.area));
  put(data, "kind", kind_name(row.requirement.sli));
  put_flag(data, "watermelon", is_watermelon(row));
  put(data, "team", team_says_green(row) ? "team says " + team_says(row.requirement) : "dashboard says " + reported_value(row));
  put_list(data, "facts", facts_of(row, card.manifest));
  std::vector<PageData> tables;
  for (const Table& table : {options_table(row), injections_table(row)})
    if (!table.rows.empty()) tables.push_back(table_data(table));
  for (const std::size_t i : row.traffic)
    for (const Table& table : {answers_table(card.traffic[i]), exchanges_table(card.traffic[i])})
      if (!table.rows.empty()) tables.push_back(table_data(table));
  put_list(data, "tables", tables);
  return data;
}

Table probes_table(const Scorecard& card) {
  Table table{"Probes", "", {"Probe", "Checks", "Failed", "Longest row of failed ones", "An outage takes"}, {}};
  for (const ScoredProbe& probe : card.probes)
    table.rows.push_back(
        {probe.name, number(probe.checks), number(probe.failed), number(probe.longest), number(probe.down_after) + " in a row"});
  return table;
}

Table outages_table(const Scorecard& card) {
  Table table{"Outages",
              "",
              {"Probe", "Began at", "Length", "Cause", "Failed requests", "Delay", "Lost writes", "Worst error ratio"},
              {}};
  for (const ScoredOutage& outage : card.outages)
    table.rows.push_back({outage.probe, instant(outage.start), length(outage.lower_seconds, outage.upper_seconds), outage.cause,
                          failed_words(outage.impact), format_value(outage.impact.delayed_seconds, Unit::seconds),
                          number(outage.impact.lost_writes), format_value(outage.impact.worst_error_ratio, Unit::ratio)});
  return table;
}

Table faults_table(const Scorecard& card) {
  Table table{"Faults",
              "",
              {"Fault", "Component", "State", "Injected", "Effective", "Undone", "Ended by", "Proof of effect",
               "Failed requests a month, at this load", "Leftovers"},
              {}};
  for (const ScoredFault& fault : card.faults) {
    std::string left;
    for (const std::string& leftover : fault.leftovers) left += (left.empty() ? "" : "; ") + leftover;
    table.rows.push_back({fault.name + " " + number(fault.injection), fault.component, to_string(fault.state),
                          instant(fault.injected_at), instant(fault.effective_at), instant(fault.undone_at), fault.ended_by,
                          fault.bite,
                          fault.predicted_monthly_failed
                              ? (fault.predicted_at_least ? "at least " : "") + format_number(*fault.predicted_monthly_failed)
                              : "",
                          left});
  }
  return table;
}

Table ledgers_table(const Scorecard& card) {
  Table table{"Ledgers",
              "",
              {"Ledger", "Acknowledged", "Lost", "Of these by no fault", "Undecided", "Duplicate", "Ghost", "Corrupt",
               "Resurrected", "Unanswered, present", "Unanswered, absent", "Seen, then lost"},
              {}};
  for (const ScoredLedger& ledger : card.ledgers)
    table.rows.push_back({ledger.name + " (" + ledger.noun + ")", number(ledger.acked), number(ledger.lost),
                          number(ledger.unexplained), number(ledger.undecided), number(ledger.duplicates), number(ledger.ghosts),
                          number(ledger.corrupt), number(ledger.resurrected), number(ledger.recovered), number(ledger.maybe_lost),
                          number(ledger.seen_then_lost)});
  return table;
}

Table losses_table(const Scorecard& card) {
  Table table{"Losses by injection",
              "",
              {"Ledger", "Fault", "Lost", "Lost by this or another", "Undecided", "Window", "Window if only the newest are lost",
               "Scattered", "Acknowledged after the effect, then lost"},
              {}};
  for (const ScoredLedger& ledger : card.ledgers)
    for (const ScoredLedgerInjection& injection : ledger.injections)
      table.rows.push_back(
          {ledger.name, injection.fault + " " + number(injection.n), number(injection.lost), number(injection.shared),
           number(injection.undecided), length(injection.rpo_lower, injection.rpo_upper),
           injection.suffix_upper ? "at most " + format_value(*injection.suffix_upper, Unit::seconds) : "refuted",
           injection.scattered ? "yes" : "no", number(injection.split_brain)});
  return table;
}

Table agents_table(const Scorecard& card) {
  Table table{"Agents", "", {"Agent", "Version", "Host", "Lost", "Clock bound", "Lag p99", "CPU, share of a core"}, {}};
  for (const ScoredAgent& agent : card.agents)
    table.rows.push_back({agent.name, agent.version, agent.hostname, agent.lost ? "yes" : "no",
                          format_value(agent.clock_bound_seconds, Unit::seconds),
                          format_value(agent.lag_p99_seconds, Unit::seconds), format_value(agent.cpu_share, Unit::ratio)});
  return table;
}

Table validity_table(const Scorecard& card) {
  Table table{"Validity", "What the instrument found out about itself.", {"Signal", "Weight", "Figures"}, {}};
  for (const ValidityReason& reason : card.reasons)
    table.rows.push_back({to_string(reason.signal), reason.invalidates ? "makes the run invalid" : "warning", reason.text});
  return table;
}

Table accounting_table(const Accounting& counts) {
  const uint64_t sum = counts.ok + counts.failed + counts.refused + counts.reset + counts.timeout + counts.unfinished +
                       counts.dropped_by_target + counts.dropped_by_us + counts.client_error;
  Table table{"Accounting", "Every arrival that was scheduled, and what became of it.", {"Outcome", "Arrivals"}, {}};
  const std::pair<const char*, uint64_t> rows[] = {{"ok", counts.ok},
                                                   {"failed", counts.failed},
                                                   {"refused", counts.refused},
                                                   {"reset", counts.reset},
                                                   {"timeout", counts.timeout},
                                                   {"unfinished", counts.unfinished},
                                                   {"dropped by the target", counts.dropped_by_target},
                                                   {"dropped by us", counts.dropped_by_us},
                                                   {"client error", counts.client_error},
                                                   {"sum of the outcomes", sum},
                                                   {"offered", counts.offered}};
  for (const auto& [name, count] : rows) table.rows.push_back({name, number(count)});
  table.rows.push_back({"the two agree", sum == counts.offered ? "yes" : "NO"});
  table.rows.push_back({"of them sent a second time (closed by the target as we sent)", number(counts.retried)});
  return table;
}

Table run_table(const Scorecard& card) {
  const Manifest& manifest = card.manifest;
  Table table{"The run", "", {"Fact", "Value"}, {}};
  const std::pair<const char*, std::string> rows[] = {{"run", manifest.run_id},
                                                      {"state", to_string(manifest.state)},
                                                      {"ended by", manifest.ended_by},
                                                      {"started", format_wall(manifest.started)},
                                                      {"finished", format_wall(manifest.finished)},
                                                      {"scenario", card.scenario},
                                                      {"scenario sha256", manifest.scenario_sha256},
                                                      {"executed with another scenario, sha256", manifest.rejudged_from},
                                                      {"release at the start", manifest.release_start},
                                                      {"release at the end", manifest.release_end},
                                                      {"seed", number(manifest.seed)},
                                                      {"shakedown", manifest.tool_version},
                                                      {"controller", manifest.controller.hostname},
                                                      {"kernel", manifest.controller.kernel},
                                                      {"processor", manifest.controller.cpu_model}};
  for (const auto& [name, value] : rows)
    if (!value.empty()) table.rows.push_back({name, value});
  for (const std::string& failure : manifest.teardown_failures) table.rows.push_back({"teardown failed", failure});
  table.rows.push_back({"the same figures again", "shakedown judge RUNDIR"});
  return table;
}

Table people_table(const Decision& people) {
  Table table{"Who decides", "", {"Role", "Person"}, {}};
  if (!people.driver.empty()) table.rows.push_back({"driver", people.driver});
  if (!people.approver.empty()) table.rows.push_back({"approver", people.approver});
  for (const std::string& person : people.contributors) table.rows.push_back({"contributor", person});
  for (const std::string& person : people.informed) table.rows.push_back({"informed", person});
  return table;
}

}  // namespace

std::string details_html(const Scorecard& card, bool has_charts) {
  PageData page{PageData::type::object};
  put_flag(page, "has_charts", has_charts);
  put_scalability(page, card);
  std::vector<PageData> requirements;
  for (const std::size_t i : by_urgency(card)) requirements.push_back(requirement_data(card, i));
  put_list(page, "requirements", requirements);
  put_tables(page, "around",
             {downstream_table(card), reported_table(card), controls_table(card), checks_table(card), cleanups_table(card)});
  put_tables(page, "record",
             {probes_table(card), outages_table(card), faults_table(card), ledgers_table(card), losses_table(card),
              validity_table(card), accounting_table(card.accounting), traffic_table(card), addresses_table(card),
              agents_table(card), run_table(card), people_table(card.decision_makers)});
  return render(details_template().bytes, page);
}

}  // namespace shakedown::report
