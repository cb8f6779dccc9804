#include "agent/agent.h"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "core/base/clock.h"
#include "core/base/log.h"

namespace shakedown {
namespace {

constexpr int kExitClean = 0;
constexpr int kExitNotCompleted = 3;
constexpr int kExitLeftovers = 4;
constexpr Duration kLastComparison = std::chrono::seconds(1);  // of the clocks, there and back

}  // namespace

// The way out, in its order; each comes once.
struct Agent::Turns {
  OneShot ended;      // end_ says why
  OneShot load_over;  // no request is waited for any more
  OneShot hurried;    // by a second signal
  OneShot undone;
  OneShot compared;  // the clocks, for the last time
  OneShot left;      // the stream is closed, or is not waited for
  Agent* agent;      // null once it is gone
};

Agent::Agent(std::unique_ptr<AgentLink> link, AgentOptions options, boost::asio::io_context& loop)
    : options_(std::move(options)),
      loop_(loop),
      link_(std::make_unique<RedactedLink>(std::move(link))),
      patience_(loop),
      turns_(std::make_shared<Turns>()) {
  turns_->agent = this;
}

Agent::~Agent() { turns_->agent = nullptr; }

void Agent::start(std::function<void(int exit)> done) {
  done_ = std::move(done);
  on_interrupt_ = [this] { end({SessionEnd::Kind::interrupt, "the agent was interrupted by a signal"}); };
  session_ = std::make_unique<Session>(loop_, options_, *link_, [this](SessionEnd why) { end(std::move(why)); });
  halt_watch_.emplace(loop_, options_.state_dir, [this](const std::string& why) { halt(why); });
  boost::asio::co_spawn(loop_, live(turns_), [](std::exception_ptr broken) {
    if (broken) std::rethrow_exception(broken);
  });
  AgentLink::Handlers handlers;
  handlers.received = [this](ToAgent message) { session_->received(std::move(message)); };
  handlers.closed = [this](const std::string& reason) { closed(reason); };
  link_->open(std::move(handlers));
  session_->begin();
}

void Agent::interrupt() {
  const auto meaning = on_interrupt_;  // which may be another one afterwards
  if (meaning) meaning();
}

void Agent::hurry() {
  turns_->hurried.fire();
  turns_->compared.fire();
  turns_->load_over.fire();
}

void Agent::closed(const std::string& reason) {
  turns_->left.fire();
  turns_->compared.fire();
  end({SessionEnd::Kind::lost, reason.empty() ? "the controller ended the stream" : reason});
}

// What is broken is undone now, whatever the controller says. Then it has the time of its teardown.
void Agent::halt(const std::string& why) {
  if (end_) return;
  halted_ = why;
  if (!session_->engine().gone()) return end({SessionEnd::Kind::halted, why});
  link_->send(Halted{why});
  patience_.after(session_->engine().halt(why), [this] { end({SessionEnd::Kind::halted, halted_}); });
}

void Agent::end(SessionEnd why) {
  if (end_) return;
  if (why.kind == SessionEnd::Kind::shutdown && !halted_.empty()) why = {SessionEnd::Kind::halted, halted_};
  end_ = std::move(why);
  patience_.cancel();
  session_->finish();
  session_->engine().ends(end_->reason);
  if (end_->kind != SessionEnd::Kind::shutdown) log::warning("ending", {{"reason", end_->reason}});
  on_interrupt_ = [this] { hurry(); };
  turns_->ended.fire();
}

// An orderly end lets requests finish before components are stopped, so that the end itself fails none of them. In
// every other case the undo is what matters, and it does not wait.
Task<void> Agent::live(std::shared_ptr<Turns> turns) {
  co_await wait_for(turns->ended);
  if (turns->agent == nullptr) co_return;
  const bool orderly = turns->agent->end_->kind == SessionEnd::Kind::shutdown;
  if (!orderly) turns->agent->undo();
  turns->agent->stop_load();
  co_await wait_for(turns->load_over);
  if (turns->agent == nullptr) co_return;
  if (orderly) turns->agent->undo();
  co_await wait_for(turns->undone);
  if (turns->agent == nullptr) co_return;
  if (orderly) {
    turns->agent->session_->compare_clocks_again([turns] { turns->compared.fire(); });
    co_await wait_until(mono_now() + kLastComparison, &turns->compared);
    if (turns->agent == nullptr) co_return;
  }
  const MonoTime limit = mono_now() + turns->agent->say_goodbye();
  co_await wait_until(limit, &turns->left);
  if (turns->agent == nullptr) co_return;
  Agent& agent = *turns->agent;
  boost::asio::post(agent.loop_, [done = std::move(agent.done_), code = agent.exit_code_now()] { done(code); });
}

void Agent::stop_load() {
  session_->engine().stop_load([turns = turns_] { turns->load_over.fire(); });
}

void Agent::undo() {
  session_->engine().undo_all(end_->reason, [this](bool clean, std::string detail) {
    if (!clean) {
      log::error("something was left behind", {{"what", detail}});
      leftover_ = std::move(detail);
    }
    turns_->undone.fire();
  });
}

// How long it may take to arrive.
Duration Agent::say_goodbye() {
  on_interrupt_ = [this] { turns_->left.fire(); };
  if (turns_->left.fired()) return {};
  const bool halted = end_->kind == SessionEnd::Kind::halted;
  if (halted && !session_->engine().gone()) link_->send(Halted{halted_});
  if (!end_->known_to_controller()) link_->send(Goodbye{!leftover_, leftover_.value_or(end_->reason)});
  link_->close();
  const bool awaited = halted || end_->kind == SessionEnd::Kind::shutdown || end_->kind == SessionEnd::Kind::unable;
  return awaited && !turns_->hurried.fired() ? options_.farewell : options_.farewell / 5;
}

int Agent::exit_code_now() const {
  if (leftover_) return kExitLeftovers;
  switch (end_->kind) {
    case SessionEnd::Kind::shutdown: return kExitClean;
    case SessionEnd::Kind::refused: return exit_code(ErrorKind::refused);
    case SessionEnd::Kind::unable: return exit_code(end_->problem);
    case SessionEnd::Kind::lost: return session_->planned() ? kExitNotCompleted : exit_code(ErrorKind::unavailable);
    case SessionEnd::Kind::lease:
    case SessionEnd::Kind::halted:
    case SessionEnd::Kind::interrupt: return kExitNotCompleted;
  }
  return kExitNotCompleted;
}

}  // namespace shakedown
