#include "controller/report/markdown_parts.h"
#include "controller/report/report.h"
#include "controller/report/traffic.h"
#include "controller/report/words/page_one.h"
#include "controller/report/words/plain.h"
#include "controller/report/words/scalability.h"
#include "controller/report/words/text.h"
#include "controller/report/words/words.h"

namespace shakedown {
namespace {

using report::markdown_code;
using report::markdown_text;

using Cells = std::vector<std::string>;

std::string section(const char* title, const std::string& body) {
  return body.empty() ? std::string() : std::string("## ") + title + "\n\n" + body;
}

std::string heading(const Scorecard& card) {
  std::string out = std::string("# ") + markdown_text(report::shape(card.decision)) + " This drill " +
                    report::word(card.decision) + ": " + markdown_text(card.service.empty() ? card.scenario : card.service);
  if (const std::string release = report::short_release(card.manifest); !release.empty()) out += " " + markdown_text(release);
  out += "\n\n";
  out += "**" + std::string(report::word(card.decision)) + "**. " + markdown_text(report::headline_words(card));
  if (!card.environment.name.empty()) {
    out += " Environment: " + markdown_text(card.environment.name);
    if (!card.environment.differs.empty()) out += ", " + markdown_text(card.environment.differs);
    out += ".";
  }
  return out + "\n\n";
}

std::string summary(const Scorecard& card) {
  std::string out;
  for (const std::string& leftover : report::leftovers(card)) out += "- **Left behind:** " + markdown_text(leftover) + "\n";
  for (const std::string& sentence : report::run_trouble(card)) out += "- **" + markdown_text(sentence) + "**\n";
  for (const std::string& sentence : report::tldr_words(card)) out += "- " + markdown_text(sentence) + "\n";
  return out.empty() ? out : out + "\n";
}

std::string requirements(const Scorecard& card) {
  std::vector<Cells> rows;
  for (const ScoredRequirement& row : card.requirements) {
    const std::string verdict = std::string(report::shape(row)) + " " + report::word(row);
    std::string measured = report::measured_words(row);
    if (const std::string drills = report::drills_words(row); !drills.empty()) measured += ", " + drills;
    std::string team = report::team_says(row.requirement);
    if (!team.empty()) team = "team says " + team;
    if (report::reported_greener(row))
      team += (team.empty() ? "" : ", ") + std::string("its own dashboard says ") + report::reported_value(row);
    if (const std::string words = report::contradicted_words(row); !words.empty()) team += (team.empty() ? "" : "; ") + words;
    rows.push_back(
        {"**" + markdown_text(verdict) + "**" + (row.requirement.must ? "" : " (not a must)"), markdown_text(row.requirement.id),
         markdown_text(row.requirement.title), markdown_text(report::needed_words(row.requirement)), markdown_text(measured),
         (report::is_watermelon(row) ? "🍉 **WATERMELON** " : "") + markdown_text(team), markdown_text(row.requirement.owner)});
  }
  return report::markdown_table({"Verdict", "Id", "Requirement", "Needed", "Measured", "Declared", "Owner"}, rows);
}

std::string reasons(const Scorecard& card) {
  std::string out;
  for (const ScoredRequirement& row : card.requirements) {
    if (row.verdict.state == VerdictState::pass) continue;
    out += "- **" + markdown_text(row.requirement.id) + "**: " + markdown_text(row.verdict.reason);
    if (!row.verdict.needed.empty()) out += " To decide it: " + markdown_text(row.verdict.needed);
    if (!row.requirement.fix.empty()) out += " To make it green: " + markdown_text(row.requirement.fix);
    if (!row.requirement.fix_by.empty()) out += " By " + markdown_text(row.requirement.fix_by);
    out += "\n";
  }
  return out.empty() ? out : out + "\n";
}

std::string faults(const Scorecard& card) {
  std::vector<Cells> rows;
  for (const ScoredFault& fault : card.faults)
    rows.push_back({markdown_text(fault.name) + " " + std::to_string(fault.injection), markdown_text(fault.component),
                    to_string(fault.state), markdown_text(fault.ended_by), markdown_text(fault.bite)});
  const std::string table = report::markdown_table({"Fault", "Component", "State", "Ended by", "Proof of effect"}, rows);
  return table.empty() ? table : table + "In all: " + report::broken_words(card) + ".\n\n";
}

std::string probes(const Scorecard& card) {
  std::vector<Cells> rows;
  for (const ScoredProbe& probe : card.probes)
    rows.push_back({markdown_text(probe.name), std::to_string(probe.checks), std::to_string(probe.failed),
                    std::to_string(probe.longest), std::to_string(probe.down_after) + " in a row"});
  return report::markdown_table({"Probe", "Checks", "Failed", "Longest row of failed ones", "An outage takes"}, rows);
}

std::string outages(const Scorecard& card) {
  std::vector<Cells> rows;
  for (const ScoredOutage& outage : card.outages)
    rows.push_back({markdown_text(outage.probe), format_number(seconds(outage.start)) + " s",
                    report::range_words(outage.lower_seconds, outage.upper_seconds, Unit::seconds), markdown_text(outage.cause),
                    report::failed_words(outage.impact), std::to_string(outage.impact.lost_writes)});
  return report::markdown_table({"Probe", "Began at", "Length", "Cause", "Failed requests", "Lost writes"}, rows);
}

std::string ledgers(const Scorecard& card) {
  std::vector<Cells> rows;
  for (const ScoredLedger& ledger : card.ledgers)
    rows.push_back({markdown_text(ledger.name), std::to_string(ledger.acked), std::to_string(ledger.lost),
                    std::to_string(ledger.undecided), std::to_string(ledger.duplicates), std::to_string(ledger.ghosts),
                    std::to_string(ledger.corrupt), std::to_string(ledger.resurrected)});
  return report::markdown_table({"Ledger", "Acknowledged", "Lost", "Undecided", "Duplicate", "Ghost", "Corrupt", "Resurrected"},
                                rows);
}

std::string validity(const Scorecard& card) {
  std::string out;
  for (const ValidityReason& reason : card.reasons)
    out += std::string("- ") + (reason.invalidates ? "**invalid**" : "warning") + ", " + markdown_text(to_string(reason.signal)) +
           ": " + markdown_text(reason.text) + "\n";
  return out.empty() ? out : out + "\n";
}

std::string run_line(const Scorecard& card) {
  const Manifest& manifest = card.manifest;
  return "Run " + markdown_code(manifest.run_id) + ", " + to_string(manifest.state) + ", " + format_wall(manifest.started) +
         ", seed " + std::to_string(manifest.seed) + ", scenario sha256 " + markdown_code(manifest.scenario_sha256) + ".\n";
}

}  // namespace

std::string scorecard_markdown(const Scorecard& card) {
  return heading(card) + summary(card) + section("Requirements", requirements(card)) + section("Why", reasons(card)) +
         section("Ways out", report::markdown_ways(card)) + section("Growth", report::markdown_scalability(card)) +
         section("Downstream systems", report::markdown_downstream(card)) +
         section("What their own dashboards say", report::markdown_reported(card)) +
         section("Controls", report::markdown_controls(card)) + section("Checks", report::markdown_checks(card)) +
         section("Cleanup", report::markdown_cleanups(card)) + section("Probes", probes(card)) +
         section("Outages", outages(card)) + section("Faults", faults(card)) + section("Ledgers", ledgers(card)) +
         section("What was answered", report::markdown_traffic(card)) + section("Validity", validity(card)) + run_line(card);
}

}  // namespace shakedown
