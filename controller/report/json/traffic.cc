#include "controller/report/json/parts.h"
#include "controller/report/words/text.h"

namespace shakedown::report {
namespace {

Json wrong_of(Mismatch wrong) { return wrong == Mismatch::none ? Json(nullptr) : Json(to_string(wrong)); }
Json status_of(uint16_t status) { return status == 0 ? Json(nullptr) : Json(status); }

Json answers_of(const ScoredAnswers& answers) {
  return {{"status", status_of(answers.status)}, {"wrong", wrong_of(answers.wrong)}, {"count", answers.count}};
}

Json exchange_of(const ScoredExchange& exchange) {
  return {{"at", json_number(seconds(exchange.at))},
          {"latency", json_number(exchange.latency)},
          {"outcome", to_string(exchange.outcome)},
          {"status", status_of(exchange.status)},
          {"wrong", wrong_of(exchange.wrong)},
          {"trace", json_text(exchange.trace)},
          {"answer", json_text(visible(exchange.answer))},
          {"cut", exchange.cut}};
}

}  // namespace

Json traffic_of(const ScoredTraffic& traffic) {
  Json outcomes = Json::object();
  for (const Outcome outcome : kAllOutcomes) outcomes[to_string(outcome)] = traffic.outcomes[static_cast<std::size_t>(outcome)];
  const auto exchanges = [&](const std::vector<ScoredExchange>& list) {
    return traffic.witnessed ? list_of(list, exchange_of) : Json(nullptr);
  };
  const bool none = traffic.answers.empty() && traffic.uncounted > 0;
  return {{"phase", traffic.phase},
          {"operation", traffic.operation},
          {"outcomes", std::move(outcomes)},
          {"answers", none ? Json(nullptr) : list_of(traffic.answers, answers_of)},
          {"uncounted", traffic.uncounted},
          {"first_bad", exchanges(traffic.first_bad)},
          {"slowest_bad", exchanges(traffic.slowest_bad)},
          {"slowest_good", exchanges(traffic.slowest_good)}};
}

}  // namespace shakedown::report
