#include "controller/report/html/page_blocks.h"

#include <algorithm>
#include <cmath>

#include "controller/model/looks_at.h"
#include "controller/report/words/options.h"
#include "controller/report/words/scalability.h"
#include "controller/report/words/words.h"

namespace shakedown::report {
namespace {

// A bar on a scale of 0 to 100: shown to be carried, what may be carried, and where the need lies.
struct Gauge {
  std::string label, figure, note, state;
  double sure = 0, maybe = 0;
  std::optional<double> need;
};

PageData gauge_data(const Gauge& gauge) {
  PageData data{PageData::type::object};
  put(data, "label", gauge.label);
  put(data, "figure", gauge.figure);
  put(data, "note", gauge.note);
  put(data, "state", gauge.state);
  const double top = 1.08 * std::max({gauge.sure, gauge.maybe, gauge.need.value_or(0), 1e-9});
  const auto place = [&](double value) { return format_number(std::round(value / top * 2000) / 10); };
  put(data, "sure", place(gauge.sure));
  put(data, "maybe", place(std::max(gauge.maybe, gauge.sure)));
  put(data, "need", gauge.need ? place(*gauge.need) : "");
  return data;
}

const ScoredSearch* first_search(const Scorecard& card) {
  const auto found = std::find_if(card.searches.begin(), card.searches.end(),
                                  [](const ScoredSearch& s) { return s.trouble.empty() && (s.lower || s.upper); });
  return found == card.searches.end() ? nullptr : &*found;
}

std::string against_forecast(const ScoredSearch& search, double forecast) {
  const double low = search.lower.value_or(0) / forecast - 1;
  if (low >= 0) return margin_words(low) + (search.unconfirmed ? ", not confirmed" : "");
  if (!search.upper) return "not shown to reach the forecast";
  const double high = *search.upper / forecast - 1;
  if (high >= 0) return "may just reach the forecast; not proven";
  const std::string least = margin_words(high), most = margin_words(low);
  return least == most ? most : least.substr(0, least.find('%')) + "–" + most;
}

Gauge capacity_gauge(const ScoredSearch& search, const std::optional<Forecast>& forecast) {
  Gauge gauge;
  gauge.label = "It carries";
  gauge.figure = carried_words(search) + " requests a second";
  gauge.sure = search.lower.value_or(0);
  gauge.maybe = search.upper.value_or(gauge.sure);
  gauge.state = "plain";
  gauge.note = "no forecast is declared to compare with";
  if (!forecast) return gauge;
  const double rate = forecast->rate.per_second;
  gauge.need = rate;
  const std::string by = forecast->by.empty() ? "" : " for " + day_words(forecast->by);
  gauge.note = "forecast" + by + ": " + grouped(rate) + "; " + against_forecast(search, rate);
  gauge.state = gauge.sure >= rate && !search.unconfirmed ? "pass" : search.upper && *search.upper < rate ? "fail" : "not-proven";
  return gauge;
}

Gauge downstream_gauge(const ScoredDependency& d) {
  Gauge gauge;
  gauge.label = "First to break";
  gauge.figure = d.name + (d.margin ? ", " + margin_words(*d.margin) : "");
  gauge.need = d.needed;
  gauge.sure = gauge.maybe = d.capacity.value_or(0);
  const std::string owner = d.owner.empty() ? "" : "; " + d.owner;
  gauge.note = d.capacity ? "takes " + grouped(*d.capacity) + " of " + grouped(d.needed) + " calls a second" + owner
                          : "nobody knows how much it takes" + owner;
  gauge.state = css_class(d.state);
  return gauge;
}

PageData option_data(const TradeOff& option) {
  PageData data{PageData::type::object};
  put(data, "way", option_title(option.kind));
  put(data, "option", option_words(option));
  put(data, "assumption", assumption_words(option));
  put(data, "owner", person_words(option));
  return data;
}

// Of the rows that are vouched for and have not expired.
std::string attested_text(const Scorecard& card, std::size_t& count) {
  std::string out;
  for (const ScoredRequirement& row : card.requirements) {
    const auto* attested = looks_at(row.requirement.sli).attested;
    if (attested == nullptr || row.verdict.state != VerdictState::pass) continue;
    ++count;
    out += (out.empty() ? "" : "; ") + row.requirement.title + ": " + attested_words(*attested);
  }
  return out;
}

// Dashboards and alerts that did not see the service go away.
std::string blind_text(const Scorecard& card) {
  std::string out;
  for (const ScoredRequirement& row : card.requirements) {
    if (!row.reported || !blind(*row.reported)) continue;
    const std::string proof = outage_proof_words(*row.reported), alert = alert_words(*row.reported);
    out += (out.empty() ? "" : "; ") + row.requirement.title + ": ";
    out += proof.empty() ? "" : "its own dashboard " + proof;
    out += (proof.empty() || alert.empty() ? "" : ", ") + alert;
  }
  return out;
}

}  // namespace

bool put_gauges(PageData& page, const Scorecard& card) {
  std::vector<PageData> gauges;
  if (const ScoredSearch* search = first_search(card)) gauges.push_back(gauge_data(capacity_gauge(*search, card.forecast)));
  if (const ScoredDependency* first = first_to_break(card)) gauges.push_back(gauge_data(downstream_gauge(*first)));
  put_list(page, "gauges", gauges);
  return !gauges.empty();
}

void put_options(PageData& page, const ScoredRequirement* urgent, std::size_t most) {
  std::vector<PageData> shown;
  if (urgent != nullptr && most > 0) {
    const std::vector<TradeOff>& all = urgent->options;
    const std::size_t skipped = all.size() > most ? all.size() - most : 0;
    for (std::size_t i = skipped; i < all.size(); ++i) shown.push_back(option_data(all[i]));
    put(page, "options_for", urgent->requirement.title);
  }
  put_list(page, "options", shown);
}

std::size_t put_rest_lines(PageData& page, const Scorecard& card) {
  std::size_t attested = 0;
  const std::string words = attested_text(card, attested), blind = blind_text(card);
  put(page, "attested", words);
  put(page, "attested_count", std::to_string(attested));
  put(page, "monitoring", blind);
  return (words.empty() ? 0u : 1u) + (blind.empty() ? 0u : 1u);
}

}  // namespace shakedown::report
