// Searches and series of steps on the evidence pages.
#include <algorithm>
#include <cmath>

#include "controller/report/html/details_parts.h"
#include "controller/report/json/number.h"
#include "controller/report/words/scalability.h"
#include "controller/report/words/words.h"

namespace shakedown::report {
namespace {

void fact(std::vector<PageData>& facts, const char* name, const std::string& value) {
  if (value.empty()) return;
  PageData one{PageData::type::object};
  put(one, "name", name);
  put(one, "value", value);
  facts.push_back(one);
}

std::string range(double lower, double upper, Unit unit) {
  return format_value(lower, unit) + " to " + format_value(upper, unit);
}

std::string hold_words(const ScoredHold& hold, const Scorecard& card) {
  const Measured& m = hold.measured;
  const std::string id = hold.requirement.valid() && hold.requirement.value < card.requirements.size()
                             ? card.requirements[hold.requirement.value].requirement.id
                             : "?";
  const std::string value = m.value ? (m.censored ? "at least " : "") + format_value(*m.value, m.unit) : "no value";
  return id + " " + to_string(hold.outcome) + " (" + value + ")";
}

const char* row_class(StepOutcome outcome) {
  switch (outcome) {
    case StepOutcome::holds: return "row-pass";
    case StepOutcome::breaches: return "row-fail";
    case StepOutcome::invalid: return "row-unknown";
    case StepOutcome::open:
    case StepOutcome::undecided: break;
  }
  return "row-not-proven";
}

Table steps_table(const ScoredSearch& search, const Scorecard& card) {
  Table table{
      "Steps, in the order they were run", "", {"Offered", "Answered", "Windows", "Outcome", "What had to hold", "Why"}, {}};
  for (const ScoredSearchStep& step : search.steps) {
    std::string holds;
    for (const ScoredHold& hold : step.holds) holds += (holds.empty() ? "" : "; ") + hold_words(hold, card);
    table.rows.push_back({format_rate({step.rate}), format_rate({step.answered}), std::to_string(step.windows),
                          to_string(step.outcome) + std::string(step.confirmation ? " (confirmation)" : ""), holds, step.reason});
    table.classes.push_back(row_class(step.outcome));
  }
  return table;
}

std::string carried_fact(const ScoredSearch& search) {
  std::string out = carried_words(search) + " per second";
  if (search.lower && search.upper)
    out += ", each end at " + format_share({search.confidence}) + ", if the limit does not come and go with the rate";
  return out;
}

PageData search_data(const ScoredSearch& search, std::size_t number, const Scorecard& card) {
  PageData data{PageData::type::object};
  put(data, "title", "Capacity: " + search.phase);
  put(data, "chart", "chart-search-" + std::to_string(number));
  put_flag(data, "has_limiting",
           std::any_of(search.steps.begin(), search.steps.end(), [](const ScoredSearchStep& s) { return !s.holds.empty(); }));
  put_flag(data, "drawn", !search.steps.empty());
  std::vector<PageData> facts;
  fact(facts, "It carries", carried_fact(search));
  if (card.forecast)
    fact(facts, "Forecast",
         format_rate(card.forecast->rate) + (card.forecast->by.empty() ? "" : " by " + day_words(card.forecast->by)));
  fact(facts, "Gives way first", row_name(card, search.limiting));
  fact(facts, "Confirmed", search.confirmed ? "yes, it held once more" : "no");
  fact(facts, "Ended", search.ended);
  fact(facts, "No evidence, because", search.trouble);
  put_list(data, "facts", facts);
  put_tables(data, "tables", {steps_table(search, card)});
  return data;
}

Table law_table(const ScoredScaling& s) {
  Table table{"The law X(N) = γN / (1 + α(N−1) + βN(N−1))",
              "",
              {"Coefficient", "Value", format_share({s.confidence}) + " interval", "Meaning"},
              {}};
  if (!s.fitted) return table;
  const auto row = [&](const char* name, const ScoredCoefficient& c, const char* meaning) {
    table.rows.push_back({name, format_number(c.value), format_number(c.lower) + " to " + format_number(c.upper), meaning});
  };
  row("γ", s.gamma, "answers per second of one");
  row("α, contention", s.alpha, "share of the work that must wait its turn");
  row("β, coherency", s.beta, "cost of keeping each in step with each other");
  return table;
}

Table levels_table(const ScoredScaling& s) {
  Table table{"Steps", "", {"Level", "N", "Answered", "Mean latency", "Of perfect scaling", "Off the law", "Left out"}, {}};
  for (const ScoredLevel& level : s.levels) {
    const bool counts = s.fitted && level.left_out.empty();
    table.rows.push_back({format_number(level.level), format_number(level.n), format_rate({level.throughput}),
                          format_value(level.latency, Unit::seconds), counts ? format_value(level.efficiency, Unit::ratio) : "",
                          counts ? format_number(level.residual) + "/s" : "", level.left_out});
    table.classes.push_back(level.left_out.empty() ? "" : "row-unknown");
  }
  return table;
}

PageData scaling_data(const ScoredScaling& s, std::size_t number) {
  PageData data{PageData::type::object};
  const std::string unit = axis_words(s.axis);
  put(data, "title", "Scaling: " + s.phase);
  put(data, "chart", "chart-scaling-" + std::to_string(number));
  put(data, "unit", unit);
  put_flag(data, "drawn", !s.levels.empty());
  std::vector<PageData> facts;
  fact(facts, "No law", s.problem);
  if (s.peak_n && s.peak_throughput)
    fact(facts, "Peak",
         format_rate({*s.peak_throughput}) + " at " + format_number(*s.peak_n) + " " + unit + "; more makes it slower");
  else if (s.fitted)
    fact(facts, "Peak", "none within reach of these figures");
  if (s.ceiling) fact(facts, "Ceiling", format_rate({*s.ceiling}) + ", if nothing but contention limited it");
  if (s.knee_lower && s.knee_upper)
    fact(facts, "Knee",
         *s.knee_lower == *s.knee_upper
             ? format_number(*s.knee_lower) + " " + unit
             : range(*s.knee_lower, *s.knee_upper, Unit::number) + " " + unit + ": two methods disagree");
  if (s.fitted) fact(facts, "Residual standard error", format_rate({s.residual_error}));
  for (const std::string& warning : s.warnings) fact(facts, "Warning", warning);
  put_list(data, "facts", facts);
  put_tables(data, "tables", {law_table(s), levels_table(s)});
  return data;
}

// The row whose measure is drawn: the one that gives way first, else the first that had to hold.
RequirementId drawn_row(const ScoredSearch& search) {
  if (search.limiting.valid()) return search.limiting;
  for (const ScoredSearchStep& step : search.steps)
    if (!step.holds.empty()) return step.holds.front().requirement;
  return {};
}

Json limiting_json(const ScoredSearch& search, const Scorecard& card) {
  const RequirementId id = drawn_row(search);
  if (!id.valid() || id.value >= card.requirements.size()) return nullptr;
  const Requirement& r = card.requirements[id.value].requirement;
  const bool time = unit_of(r.sli) == Unit::seconds;
  const double scale = time ? 1e3 : 100;
  const auto scaled = [&](const std::optional<double>& v) { return v ? json_number(*v * scale) : Json(nullptr); };
  Json json = {{"title", row_name(card, id)}, {"unit", time ? "ms" : "%"}, {"limit", json_number(r.objective.limit * scale)}};
  for (const char* name : {"value", "lower", "upper"}) json[name] = Json::array();
  for (const ScoredSearchStep& step : search.steps) {
    const auto hold =
        std::find_if(step.holds.begin(), step.holds.end(), [&](const ScoredHold& h) { return h.requirement == id; });
    const Measured none, &m = hold == step.holds.end() ? none : hold->measured;
    json["value"].push_back(scaled(m.value));
    json["lower"].push_back(scaled(m.lower));
    json["upper"].push_back(scaled(m.upper));
  }
  return json;
}

Json search_json(const ScoredSearch& search, std::size_t number, const Scorecard& card) {
  Json json = {{"id", "chart-search-" + std::to_string(number)},
               {"lower", json_number(search.lower)},
               {"upper", json_number(search.upper)},
               {"limiting", limiting_json(search, card)}};
  if (card.forecast) json["forecast"] = json_number(card.forecast->rate.per_second);
  for (const char* name : {"rate", "answered", "outcome", "confirmation"}) json[name] = Json::array();
  for (const ScoredSearchStep& step : search.steps) {
    json["rate"].push_back(json_number(step.rate));
    json["answered"].push_back(json_number(step.answered));
    json["outcome"].push_back(to_string(step.outcome));
    json["confirmation"].push_back(step.confirmation);
  }
  return json;
}

Json scaling_json(const ScoredScaling& s, std::size_t number) {
  Json json = {
      {"id", "chart-scaling-" + std::to_string(number)}, {"unit", axis_words(s.axis)},        {"peak_n", json_number(s.peak_n)},
      {"peak", json_number(s.peak_throughput)},          {"ceiling", json_number(s.ceiling)}, {"law", nullptr}};
  if (s.fitted) json["law"] = {{"gamma", s.gamma.value}, {"alpha", s.alpha.value}, {"beta", s.beta.value}};
  for (const char* name : {"n", "throughput", "left_out"}) json[name] = Json::array();
  for (const ScoredLevel& level : s.levels) {
    json["n"].push_back(json_number(level.n));
    json["throughput"].push_back(json_number(level.throughput));
    json["left_out"].push_back(!level.left_out.empty());
  }
  return json;
}

}  // namespace

void put_scalability(PageData& page, const Scorecard& card) {
  std::vector<PageData> searches, scalings;
  for (const ScoredSearch& search : card.searches) searches.push_back(search_data(search, searches.size() + 1, card));
  for (const ScoredScaling& scaling : card.scalings) scalings.push_back(scaling_data(scaling, scalings.size() + 1));
  put_list(page, "searches", searches);
  put_list(page, "scalings", scalings);
}

std::string scalability_chart_data(const Scorecard& card) {
  Json searches = Json::array(), scalings = Json::array();
  for (std::size_t i = 0; i < card.searches.size(); ++i)
    if (!card.searches[i].steps.empty()) searches.push_back(search_json(card.searches[i], i + 1, card));
  for (std::size_t i = 0; i < card.scalings.size(); ++i)
    if (!card.scalings[i].levels.empty()) scalings.push_back(scaling_json(card.scalings[i], i + 1));
  if (searches.empty() && scalings.empty()) return {};
  return json_dump({{"searches", std::move(searches)}, {"scalings", std::move(scalings)}}, -1);
}

}  // namespace shakedown::report
