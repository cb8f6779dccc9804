#include "controller/report/traffic.h"

#include <set>

#include "controller/report/markdown_parts.h"
#include "controller/report/words/text.h"

namespace shakedown::report {
namespace {

uint64_t count_of(const ScoredTraffic& traffic, Outcome outcome) { return traffic.outcomes[static_cast<std::size_t>(outcome)]; }

const char* outcome_words(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok: return "as expected";
    case Outcome::failed: return "not as expected";
    case Outcome::refused: return "refused";
    case Outcome::reset: return "broken off";
    case Outcome::timeout: return "no answer in time";
    case Outcome::unfinished: return "still out at the end";
    case Outcome::dropped_by_target: return "not sent, as too many were out";
    case Outcome::dropped_by_us: return "not sent, by us";
    case Outcome::client_error: return "not sent, by our own trouble";
  }
  return "";
}

// "404, status not as expected"
std::string answer_words(uint16_t status, Mismatch wrong) {
  if (wrong == Mismatch::certificate) return "certificate not trusted";
  if (wrong == Mismatch::size) return "larger than an answer may be";
  if (wrong == Mismatch::rate) return "slower than slowest";
  if (wrong == Mismatch::unasked) return "answered before it was asked";
  const std::string code = status == 0 ? "an answer" : std::to_string(status);
  return wrong == Mismatch::none ? code + ", as expected" : code + ", " + to_string(wrong) + " not as expected";
}

// What an exchange came to.
std::string end_words(const ScoredExchange& exchange) {
  return report::end_words(exchange.outcome, exchange.wrong, exchange.status);
}

std::string answers_words(const ScoredTraffic& traffic) {
  std::string out;
  for (const ScoredAnswers& one : traffic.answers) {
    out += (out.empty() ? "" : "; ") + answer_words(one.status, one.wrong) + ": " + std::to_string(one.count);
  }
  if (traffic.uncounted > 0) out += (out.empty() ? "" : "; ") + ("not recorded: " + std::to_string(traffic.uncounted));
  return out;
}

std::string answer_text(const ScoredExchange& exchange) { return visible(exchange.answer) + (exchange.cut ? "…" : ""); }

std::string title_of(const ScoredTraffic& traffic) { return traffic.operation + " in " + traffic.phase; }

}  // namespace

std::string end_words(Outcome outcome, Mismatch wrong, uint16_t status) {
  const bool answered = outcome == Outcome::ok || outcome == Outcome::failed;
  return answered ? answer_words(status, wrong) : outcome_words(outcome);
}

Table traffic_table(const Scorecard& card) {
  Table table{"Requests and answers",
              "",
              {"Phase", "Operation", "As expected", "Not as expected", "Refused", "Broken off", "No answer in time", "Still out",
               "Answers by status"},
              {}};
  for (const ScoredTraffic& one : card.traffic) {
    const auto count = [&](Outcome outcome) { return std::to_string(count_of(one, outcome)); };
    table.rows.push_back({one.phase, one.operation, count(Outcome::ok), count(Outcome::failed), count(Outcome::refused),
                          count(Outcome::reset), count(Outcome::timeout), count(Outcome::unfinished), answers_words(one)});
  }
  return table;
}

Table answers_table(const ScoredTraffic& traffic) {
  Table table{"Answers: " + title_of(traffic), "", {"Answer", "Requests"}, {}};
  for (const ScoredAnswers& one : traffic.answers)
    table.rows.push_back({answer_words(one.status, one.wrong), std::to_string(one.count)});
  if (traffic.uncounted > 0) table.rows.push_back({"status not recorded", std::to_string(traffic.uncounted)});
  for (const Outcome outcome : kAllOutcomes) {
    if (outcome == Outcome::ok || outcome == Outcome::failed || count_of(traffic, outcome) == 0) continue;
    table.rows.push_back({outcome_words(outcome), std::to_string(count_of(traffic, outcome))});
  }
  return table;
}

Table exchanges_table(const ScoredTraffic& traffic) {
  Table table{"Single requests: " + title_of(traffic),
              "",
              {"Which", "Due at", "Latency", "Answer", "Trace", "First bytes of the answer"},
              {}};
  const std::pair<const char*, const std::vector<ScoredExchange>*> lists[] = {
      {"first bad", &traffic.first_bad}, {"slowest bad", &traffic.slowest_bad}, {"slowest good", &traffic.slowest_good}};
  for (const auto& [which, list] : lists)
    for (const ScoredExchange& one : *list)
      table.rows.push_back({which, format_number(seconds(one.at)) + " s", format_value(one.latency, Unit::seconds),
                            end_words(one), one.trace, answer_text(one)});
  if (!traffic.witnessed) table.rows.push_back({"not recorded", "", "", "", "", ""});
  return table;
}

std::string markdown_traffic(const Scorecard& card) {
  std::set<std::size_t> telling;
  for (const ScoredRequirement& row : card.requirements) telling.insert(row.traffic.begin(), row.traffic.end());
  std::vector<Cells> counts, singles;
  for (const std::size_t i : telling) {
    const ScoredTraffic& one = card.traffic[i];
    const std::string title = markdown_text(title_of(one));
    for (const Cells& row : answers_table(one).rows) counts.push_back({title, markdown_text(row[0]), row[1]});
    for (const Cells& row : exchanges_table(one).rows)
      singles.push_back({title, row[0], row[1], row[2], markdown_text(row[3]), markdown_code(row[4]), markdown_code(row[5])});
  }
  return markdown_table({"Requests", "Answer", "Number"}, counts) +
         markdown_table({"Requests", "Which", "Due at", "Latency", "Answer", "Trace", "First bytes"}, singles);
}

}  // namespace shakedown::report
