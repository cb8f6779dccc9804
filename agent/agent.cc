#include "agent/agent.h"

#include <boost/asio/post.hpp>
#include <utility>

#include "core/base/log.h"

namespace shakedown {
namespace {

constexpr int kExitClean = 0;
constexpr int kExitNotCompleted = 3;
constexpr int kExitLeftovers = 4;

}  // namespace

Agent::Agent(std::unique_ptr<AgentLink> link, AgentOptions options, boost::asio::io_context& loop)
    : options_(std::move(options)), loop_(loop), link_(std::make_unique<RedactedLink>(std::move(link))), patience_(loop) {}

Agent::~Agent() = default;

void Agent::start(std::function<void(int exit)> done) {
  done_ = std::move(done);
  session_ = std::make_unique<Session>(loop_, options_, *link_, [this](SessionEnd why) { end(std::move(why)); });
  AgentLink::Handlers handlers;
  handlers.received = [this](ToAgent message) { session_->received(std::move(message)); };
  handlers.closed = [this](const std::string& reason) { closed(reason); };
  link_->open(std::move(handlers));
  session_->begin();
}

void Agent::interrupt() {
  if (!session_) return;
  if (!end_) {
    session_->finish();
    return end({SessionEnd::Kind::interrupt, "the agent was interrupted by a signal"});
  }
  hurried_ = true;
  undo();
  if (undo_over_) say_goodbye();
}

void Agent::closed(const std::string& reason) {
  connected_ = false;
  if (said_goodbye_) return leave();
  if (end_) return;
  session_->finish();
  end({SessionEnd::Kind::lost, reason.empty() ? "the controller ended the stream" : reason});
}

// An orderly end lets requests finish before components are stopped, so that the end itself fails none of them. In
// every other case the undo is what matters, and it does not wait.
void Agent::end(SessionEnd why) {
  end_ = std::move(why);
  if (end_->kind != SessionEnd::Kind::shutdown) log::warning("ending", {{"reason", end_->reason}});
  if (end_->kind != SessionEnd::Kind::shutdown) undo();
  session_->engine().stop_load([this] { load_stopped(); });
}

void Agent::load_stopped() {
  load_over_ = true;
  undo();
  if (undo_over_) say_goodbye();
}

void Agent::undo() {
  if (std::exchange(undo_begun_, true)) return;
  session_->engine().undo_all(end_->reason, [this](bool clean, std::string detail) { undone(clean, std::move(detail)); });
}

void Agent::undone(bool clean, std::string detail) {
  undo_over_ = true;
  clean_ = clean;
  leftovers_ = std::move(detail);
  if (!clean_) log::error("something was left behind", {{"what", leftovers_}});
  if (load_over_ || hurried_) say_goodbye();
}

void Agent::say_goodbye() {
  if (std::exchange(said_goodbye_, true)) {
    if (hurried_) leave();
    return;
  }
  if (!connected_) return leave();
  if (!end_->told) {
    link_->send(Goodbye{clean_, clean_ ? end_->reason : leftovers_});
  }
  link_->close();
  const bool awaited = end_->kind == SessionEnd::Kind::shutdown || end_->kind == SessionEnd::Kind::unable;
  patience_.after(awaited && !hurried_ ? options_.farewell : options_.farewell / 5, [this] { leave(); });
}

void Agent::leave() {
  patience_.cancel();
  if (!done_) return;
  boost::asio::post(loop_, [done = std::exchange(done_, nullptr), code = exit_code_now()] { done(code); });
}

int Agent::exit_code_now() const {
  if (!clean_) return kExitLeftovers;
  switch (end_->kind) {
    case SessionEnd::Kind::shutdown: return kExitClean;
    case SessionEnd::Kind::refused: return exit_code(ErrorKind::refused);
    case SessionEnd::Kind::unable: return exit_code(end_->problem);
    case SessionEnd::Kind::lost: return session_->planned() ? kExitNotCompleted : exit_code(ErrorKind::unavailable);
    case SessionEnd::Kind::lease:
    case SessionEnd::Kind::interrupt: return kExitNotCompleted;
  }
  return kExitNotCompleted;
}

}  // namespace shakedown
