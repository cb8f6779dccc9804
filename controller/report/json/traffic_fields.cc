// What became of requests, in scorecard.json.
#include "controller/report/json/fields.h"
#include "controller/report/words/text.h"

namespace shakedown::report {
namespace {

Json wrong_type() { return type::or_null(type::one_of({"status", "header", "body", "certificate", "size", "rate", "unasked"})); }
Json status_type() {
  return type::described({{"type", {"integer", "null"}}}, "null: there was no answer, or its protocol has no status");
}

template <typename T>
Json status_of(const T& item, const Scorecard&) {
  return item.status == 0 ? Json(nullptr) : Json(item.status);
}
template <typename T>
Json wrong_of(const T& item, const Scorecard&) {
  return item.wrong == Mismatch::none ? Json(nullptr) : Json(to_string(item.wrong));
}

const Fields<ScoredAnswers>& answer_fields() {
  using A = ScoredAnswers;
  static const Fields<A> all =
      Fields<A>()
          .field("status", status_type(), status_of<A>)
          .field("wrong", type::described(wrong_type(), "the first thing that was not expected; null: nothing"), wrong_of<A>)
          .count("count", &A::count);
  return all;
}

const Fields<ScoredExchange>& exchange_fields() {
  using E = ScoredExchange;
  static const Fields<E> all =
      Fields<E>()
          .number(
              "at", [](const E& exchange) { return seconds(exchange.at); }, "when it was due")
          .number("latency", &E::latency, "seconds")
          .word("outcome",
                type::one_of({"ok", "failed", "refused", "reset", "timeout", "unfinished", "dropped_by_target", "dropped_by_us",
                              "client_error"}),
                &E::outcome)
          .field("status", status_type(), status_of<E>)
          .field("wrong", wrong_type(), wrong_of<E>)
          .optional_text("trace", &E::trace, "trace id of its traceparent, where the scenario asks for one")
          .optional_text(
              "answer", [](const E& exchange) { return visible(exchange.answer); },
              "the first 256 bytes of a bad one's body, escaped, secrets taken out")
          .flag("cut", &E::cut, "there was more");
  return all;
}

Json outcomes_type() {
  Fields<ScoredTraffic> each;
  for (const Outcome outcome : kAllOutcomes) each.count(to_string(outcome), [](const ScoredTraffic&) { return 0; });
  return each.schema();
}

Json outcome_counts(const ScoredTraffic& traffic, const Scorecard&) {
  Json out = Json::object();
  for (const Outcome outcome : kAllOutcomes) out[to_string(outcome)] = traffic.outcomes[static_cast<std::size_t>(outcome)];
  return out;
}

template <typename Item>
Json list_of(const std::vector<Item>& items, const Fields<Item>& of, const Scorecard& card) {
  Json out = Json::array();
  for (const Item& one : items) out.push_back(of.json(one, card));
  return out;
}

Json answers(const ScoredTraffic& traffic, const Scorecard& card) {
  const bool none = traffic.answers.empty() && traffic.uncounted > 0;
  return none ? Json(nullptr) : list_of(traffic.answers, answer_fields(), card);
}

using Exchanges = std::vector<ScoredExchange>;

Fields<ScoredTraffic>::Value exchanges(Exchanges ScoredTraffic::*which) {
  return [which](const ScoredTraffic& traffic, const Scorecard& card) {
    return traffic.witnessed ? list_of(traffic.*which, exchange_fields(), card) : Json(nullptr);
  };
}

}  // namespace

const Fields<ScoredTraffic>& traffic_fields() {
  using T = ScoredTraffic;
  static const Fields<T> all = [] {
    const Json some = type::or_null(type::list(exchange_fields().schema()));
    return Fields<T>()
        .text("phase", &T::phase)
        .text("operation", &T::operation)
        .field("outcomes", outcomes_type(), outcome_counts)
        .field("answers",
               type::described(type::or_null(type::list(answer_fields().schema())), "by status; null: the run did not record it"),
               answers)
        .count("uncounted", &T::uncounted, "answers whose status the run did not record")
        .field("first_bad", type::described(some, "null: the run did not record single exchanges"), exchanges(&T::first_bad))
        .field("slowest_bad", some, exchanges(&T::slowest_bad))
        .field("slowest_good", some, exchanges(&T::slowest_good));
  }();
  return all;
}

}  // namespace shakedown::report
