#include "agent/check/ask.h"

#include <utility>

#include "agent/check/checking.h"
#include "core/base/clock.h"

namespace shakedown {
namespace {

std::string words(Outcome outcome) {
  switch (outcome) {
    case Outcome::failed: return "its certificate is not trusted";
    case Outcome::refused: return "the connection was refused";
    case Outcome::reset: return "the connection was closed without a whole answer";
    case Outcome::timeout: return "none came in time";
    case Outcome::unfinished: return "the agent stops";
    default: return to_string(outcome);
  }
}

}  // namespace

Ask::Ask(PreparedTarget target, Sendable send, boost::asio::io_context& loop)
    : target_(std::move(target)),
      deadlines_(loop),
      request_(target_, std::move(send), loop, deadlines_, calls_, [this](const Answer& answer) { finished(answer); }) {}

Task<Result<KeptAnswer>> Ask::answer(MonoTime deadline, OneShot& end) {
  request_.begin(deadline);
  const OneShot::Listener listener(&end, [this] { deadlines_.give_up(mono_now()); });
  co_await wait_for(over_);
  request_.close();
  deadlines_.close();
  if (outcome_ == Outcome::ok) co_return std::move(answer_);
  co_return fail(ErrorKind::unavailable, "an answer of target `" + target_.target.name + "` was expected: " + words(outcome_));
}

void Ask::finished(const Answer& answer) {
  outcome_ = answer.outcome;
  if (answer.complete()) answer_ = {answer.code, std::string(answer.head), std::string(answer.body), answer.body_cut};
  over_.fire();
}

Task<Result<KeptAnswer>> ask(const Checking& look, const Request& request, const Target& target, Endpoint endpoint,
                             bool* nobody) {
  SHAKEDOWN_CO_TRY(PreparedTarget prepared, prepare_target(target, std::vector<Endpoint>(1, endpoint)));
  const DocumentReader reader(look.assignment, look.secrets);
  SHAKEDOWN_CO_TRY(Sendable wanted, reader.request("the check's request", request, 0, Trace::none));
  look.asks.push_back(std::make_unique<Ask>(std::move(prepared), std::move(wanted), look.loop));
  if (look.end.fired()) co_return fail(ErrorKind::unavailable, why_not(Woken::ended));
  Ask& one = *look.asks.back();
  Result<KeptAnswer> answer = co_await one.answer(look.deadline, look.end);
  if (nobody != nullptr) *nobody = one.outcome() == Outcome::refused;
  co_return answer;
}

}  // namespace shakedown
