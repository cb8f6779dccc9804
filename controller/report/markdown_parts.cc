#include "controller/report/markdown_parts.h"

#include "controller/report/words/options.h"
#include "controller/report/words/scalability.h"
#include "controller/report/words/text.h"
#include "controller/report/words/words.h"

namespace shakedown::report {
namespace {

using Cells = std::vector<std::string>;

std::string row_of(const Cells& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) line += " " + cell + " |";
  return line + "\n";
}

std::string state_words(VerdictState state) { return "**" + markdown_text(std::string(shape(state)) + " " + word(state)) + "**"; }

std::string search_line(const ScoredSearch& search, const Scorecard& card) {
  std::string out = "- " + markdown_text(search.phase) + ": it carries **" + carried_words(search) + "** per second";
  if (card.forecast) out += ", forecast " + format_rate(card.forecast->rate);
  if (card.forecast && !card.forecast->by.empty()) out += " by " + markdown_text(card.forecast->by);
  if (const std::string limiting = row_name(card, search.limiting); !limiting.empty())
    out += "; gives way first: " + markdown_text(limiting);
  out += "; " + std::string(search.confirmed ? "confirmed" : "not confirmed") + "; " + markdown_text(search.ended) + ".";
  if (!search.trouble.empty()) out += " **No evidence:** " + markdown_text(search.trouble) + ".";
  return out + "\n";
}

std::string scaling_line(const ScoredScaling& s) {
  std::string out = "- " + markdown_text(s.phase) + " (" + axis_words(s.axis) + "): ";
  if (!s.fitted) return out + "no law: " + markdown_text(s.problem) + ".\n";
  const auto interval = [](const ScoredCoefficient& c) {
    return format_number(c.value) + " (" + format_number(c.lower) + " to " + format_number(c.upper) + ")";
  };
  out += "γ " + interval(s.gamma) + ", α " + interval(s.alpha) + ", β " + interval(s.beta);
  if (s.peak_n && s.peak_throughput) out += "; peak " + format_rate({*s.peak_throughput}) + " at " + format_number(*s.peak_n);
  if (s.ceiling) out += "; ceiling " + format_rate({*s.ceiling});
  out += ".";
  for (const std::string& warning : s.warnings) out += " Warning: " + markdown_text(warning) + ".";
  return out + "\n";
}

}  // namespace

std::string markdown_table(const Cells& head, const std::vector<Cells>& rows) {
  if (rows.empty()) return {};
  std::string out = row_of(head) + row_of(Cells(head.size(), "---"));
  for (const Cells& row : rows) out += row_of(row);
  return out + "\n";
}

std::string markdown_ways(const Scorecard& card) {
  std::vector<Cells> rows;
  for (const std::size_t i : by_urgency(card))
    for (const TradeOff& option : card.requirements[i].options)
      rows.push_back({markdown_text(card.requirements[i].requirement.id), option_title(option.kind),
                      markdown_text(option_words(option)), markdown_text(assumption_words(option)),
                      markdown_text(person_words(option))});
  return markdown_table({"Row", "Way", "What it comes to", "Takes for granted", "Owner"}, rows);
}

std::string markdown_scalability(const Scorecard& card) {
  std::string out;
  for (const ScoredSearch& search : card.searches) out += search_line(search, card);
  for (const ScoredScaling& scaling : card.scalings) out += scaling_line(scaling);
  return out.empty() ? out : out + "\n";
}

std::string markdown_downstream(const Scorecard& card) {
  std::vector<Cells> rows;
  for (const ScoredDependency& d : card.downstream)
    rows.push_back({markdown_text(d.name) + (d.first_to_break ? " (first to break)" : ""), state_words(d.state),
                    format_number(d.needed), d.capacity ? format_number(*d.capacity) : "–",
                    d.margin ? margin_words(*d.margin) : "–", markdown_text(d.commitment), markdown_text(d.owner),
                    markdown_text(d.reason)});
  return markdown_table({"System", "Verdict", "Needed, calls/s", "Takes, calls/s", "Margin", "Committed", "Owner", "Why"}, rows);
}

std::string markdown_reported(const Scorecard& card) {
  std::vector<Cells> rows;
  for (const ScoredRequirement& row : card.requirements) {
    if (!row.reported) continue;
    const ScoredReported& reported = *row.reported;
    std::string causes;
    for (const std::string& cause : reported.causes) causes += (causes.empty() ? "" : "; ") + cause;
    const std::string proof = outage_proof_words(reported), alert = alert_words(reported);
    rows.push_back({markdown_text(row.requirement.id), markdown_text(promised_words(row.requirement)),
                    markdown_text(reported_value(row)), markdown_text(measured_words(row)), to_string(reported.watermelon),
                    markdown_text(causes), markdown_text(proof + (proof.empty() || alert.empty() ? "" : "; ") + alert)});
  }
  return markdown_table({"Row", "Declared", "Reported", "Measured", "Verdict", "Causes", "When the service was away"}, rows);
}

std::string markdown_controls(const Scorecard& card) {
  std::vector<Cells> rows;
  for (const ScoredControl& control : card.controls) {
    std::string evidence;
    for (const RequirementId id : control.rows) {
      if (!id.valid() || id.value >= card.requirements.size()) continue;
      const ScoredRequirement& row = card.requirements[id.value];
      evidence += (evidence.empty() ? "" : "; ") + row.requirement.id + " " + word(row);
    }
    rows.push_back({markdown_text(control.control), "**" + markdown_text(control_words(control)) + "**",
                    evidence.empty() ? "no evidence" : markdown_text(evidence)});
  }
  return markdown_table({"Control", "State", "Evidence"}, rows);
}

std::string markdown_checks(const Scorecard& card) {
  std::vector<Cells> rows;
  for (const ScoredCheck& check : card.checks)
    rows.push_back({markdown_text(check.name), markdown_text(check.kind),
                    markdown_text(!check.done   ? "[//] not carried out"
                                  : check.holds ? "[ok] holds"
                                                : "[X] does not hold"),
                    check.number ? format_number(*check.number) : "–", markdown_text(check.detail)});
  return markdown_table({"Check", "Kind", "Result", "Number", "What was seen"}, rows);
}

std::string markdown_cleanups(const Scorecard& card) {
  std::vector<Cells> rows;
  for (const ScoredCleanup& one : card.cleanups)
    rows.push_back({markdown_text(one.name), markdown_text(one.deleted ? "[ok] deleted" : "[X] not deleted"),
                    one.remains ? format_number(*one.remains) : "not known", markdown_text(one.detail)});
  return markdown_table({"Cleanup", "Deleted", "Left", "What went wrong"}, rows);
}

}  // namespace shakedown::report
