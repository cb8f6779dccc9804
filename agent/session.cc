#include "agent/session.h"

#include <utility>

#include "core/base/log.h"
#include "core/base/units.h"

namespace shakedown {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t kFirstPings = 16;  // back to back, before the plan is answered
constexpr Duration kPingEvery = 2s;      // afterwards

}  // namespace

Session::Session(boost::asio::io_context& loop, const AgentOptions& options, RedactedLink& link,
                 std::function<void(SessionEnd)> ended)
    : options_(options),
      link_(link),
      ended_(std::move(ended)),
      engine_(loop, options, link),
      lease_(loop,
             [this](Duration length) {
               ended_({SessionEnd::Kind::lease, "the controller did not renew the lease for " + format_duration(length)});
             }),
      ping_alarm_(loop) {}

void Session::begin() {
  Hello hello;
  hello.token = options_.token;
  hello.name = options_.name;
  hello.protocol = kProtocolVersion;
  hello.facts.name = options_.name;
  hello.facts.version = SHAKEDOWN_VERSION;
  hello.facts.host = options_.host;
  link_.send(std::move(hello));
  if (!options_.controllers_clock) ping();
}

void Session::received(ToAgent message) {
  if (state_ == State::over) {
    if (const auto* pong = std::get_if<ClockPong>(&message)) on_last_pong(*pong);
    if (engine_.gone()) engine_.decline(message);
    return;
  }
  if (const auto* refusal = std::get_if<Refusal>(&message)) {
    ended_({SessionEnd::Kind::refused, refusal->reason, ErrorKind::refused});
  } else if (const auto* pong = std::get_if<ClockPong>(&message)) {
    on_pong(*pong);
  } else if (auto* plan = std::get_if<Plan>(&message)) {
    on_plan(std::move(*plan));
  } else if (const auto* go = std::get_if<Go>(&message)) {
    on_go(*go);
  } else if (const auto* renewal = std::get_if<LeaseRenew>(&message)) {
    lease_.renew(renewal->lease);
    engine_.renew(renewal->lease);
  } else if (const auto* shutdown = std::get_if<Shutdown>(&message)) {
    ended_({SessionEnd::Kind::shutdown, shutdown->reason});
  } else if (engine_.planned()) {
    engine_.obey(message);
  }
}

void Session::ping() {
  ClockPing message;
  message.id = ++pings_;
  message.agent_mono = mono_now();
  message.bound = clock_.bound(message.agent_mono + kPingEvery);  // until the next one
  link_.send(message);
}

void Session::on_pong(const ClockPong& pong) {
  clock_.add(pong.agent_mono, pong.controller_mono, mono_now());
  if (clock_.count() < kFirstPings) return ping();
  ping_alarm_.after(kPingEvery, [this] { ping(); });
  answer_plan();
}

void Session::on_plan(Plan plan) {
  if (engine_.planned()) return engine_.warn("the controller sent a second plan; it was ignored");
  log::set_context("run", plan.assignment.run_id);
  // Where one cannot be read, the engine says whether the plan can be carried out all the same; the others stay hidden.
  const Redactor hidden(readable_secrets(plan.assignment.plan.secrets));
  link_.hide(hidden);
  log::set_filter(hidden);
  const Result<void> able = engine_.plan(std::move(plan.assignment));
  if (able) return answer_plan();
  PlanReady answer;
  answer.ok = false;
  answer.error = able.error().text();
  answer.problem = able.error().kind;
  link_.send(answer);
  ended_({SessionEnd::Kind::unable, able.error().text(), able.error().kind});
}

// Ready means: the plan was tried, and the clock is known.
void Session::answer_plan() {
  const bool clock_known = options_.controllers_clock || clock_.count() >= kFirstPings;
  if (!engine_.planned() || !clock_known || state_ == State::ready) return;
  state_ = State::ready;
  PlanReady answer;
  answer.clock_bound = options_.controllers_clock ? Duration{} : clock_.bound(mono_now() + kPingEvery);
  answer.addresses = engine_.addresses();
  link_.send(answer);
  log::info("ready", {{"clock_bound", format_duration(answer.clock_bound)}});
}

void Session::on_go(const Go& go) {
  if (state_ != State::ready || engine_.gone()) return engine_.warn("Go came out of turn; it was ignored");
  lease_.renew(options_.lease);
  engine_.go(RunClock(clock_.fix(go.zero, mono_now())));
}

void Session::finish() {
  state_ = State::over;
  lease_.stop();
  ping_alarm_.cancel();
}

void Session::compare_clocks_again(std::function<void()> done) {
  if (options_.controllers_clock || !engine_.gone()) return done();
  compared_again_ = std::move(done);
  ping();
}

void Session::on_last_pong(const ClockPong& pong) {
  if (!compared_again_ || pong.id != pings_) return;
  clock_.add(pong.agent_mono, pong.controller_mono, mono_now());
  ping();  // which says what was found
  std::exchange(compared_again_, nullptr)();
}

}  // namespace shakedown
