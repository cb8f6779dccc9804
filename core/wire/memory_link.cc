#include <deque>
#include <mutex>
#include <optional>

#include <boost/asio/post.hpp>

#include "core/wire/codec/session.h"
#include "core/wire/link.h"
#include "shakedown/v1/session.pb.h"

namespace shakedown {
namespace {

namespace asio = boost::asio;

// What one end hears. Shared by both ends and by what is posted, since either end may go first.
template <class Handlers, class Message>
class Ear : public std::enable_shared_from_this<Ear<Handlers, Message>> {
 public:
  explicit Ear(asio::io_context& loop) : loop_(loop) {}

  void open(Handlers handlers) {
    const std::lock_guard lock(mutex_);
    handlers_ = std::make_shared<Handlers>(std::move(handlers));
    wake();
  }
  void hear(Message message) {
    const std::lock_guard lock(mutex_);
    if (ending_ || deaf_) return;
    queue_.push_back(std::move(message));
    wake();
  }
  // The last thing that is heard.
  void end(std::string reason) {
    const std::lock_guard lock(mutex_);
    if (ending_ || deaf_) return;
    ending_ = std::move(reason);
    wake();
  }
  // The end is destroyed: nothing is heard any more.
  void deafen() {
    const std::lock_guard lock(mutex_);
    deaf_ = true;
    handlers_.reset();
    queue_.clear();
  }

 private:
  void wake() {
    if (handlers_ && !awake_ && !(queue_.empty() && !ending_)) {
      awake_ = true;
      asio::post(loop_, [self = this->shared_from_this()] { self->deliver(); });
    }
  }
  void deliver() {
    for (;;) {
      std::unique_lock lock(mutex_);
      const std::shared_ptr<Handlers> handlers = handlers_;
      if (!handlers || (queue_.empty() && !ending_)) {
        awake_ = false;
        return;
      }
      if (queue_.empty()) {
        handlers_.reset();  // awake_ stays: nothing follows
        const std::string reason = *ending_;
        lock.unlock();
        if (handlers->closed) handlers->closed(reason);
        return;
      }
      Message message = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      handlers->received(std::move(message));
    }
  }

  asio::io_context& loop_;
  std::mutex mutex_;
  std::shared_ptr<Handlers> handlers_;  // shared with a delivery that is going on
  std::deque<Message> queue_;
  std::optional<std::string> ending_;
  bool awake_ = false;
  bool deaf_ = false;
};

using AgentEar = Ear<AgentLink::Handlers, ToAgent>;
using ControllerEar = Ear<ControllerLink::Handlers, ToController>;

// Through the codec and the wire's bytes, as over a network; a complaint ends the stream.
template <class Frame, class Message, class Other>
void carry(const Message& message, Other& other) {
  Frame frame;
  encode_body(message, frame);
  Frame arrived;
  if (!arrived.ParseFromString(frame.SerializeAsString())) return other.end("the message cannot be parsed");
  auto decoded = decode_body(arrived);
  if (!decoded) return other.end(decoded.error().text());
  other.hear(std::move(decoded.value()));
}

template <class Link, class Mine, class Theirs, class Frame, class Message>
class MemoryEnd : public Link {
 public:
  MemoryEnd(std::shared_ptr<Mine> mine, std::shared_ptr<Theirs> theirs) : mine_(std::move(mine)), theirs_(std::move(theirs)) {}
  ~MemoryEnd() override {
    mine_->deafen();
    theirs_->end("the other end has gone");
  }
  void open(typename Link::Handlers handlers) override { mine_->open(std::move(handlers)); }
  void send(Message message) override { carry<Frame>(message, *theirs_); }
  void close() override {
    theirs_->end("");
    mine_->end("");
  }

 private:
  std::shared_ptr<Mine> mine_;
  std::shared_ptr<Theirs> theirs_;
};

using AgentEnd = MemoryEnd<AgentLink, AgentEar, ControllerEar, v1::SessionRequest, ToController>;

class ControllerEnd final : public MemoryEnd<ControllerLink, ControllerEar, AgentEar, v1::SessionResponse, ToAgent> {
 public:
  using MemoryEnd::MemoryEnd;
  std::string peer() const override { return "memory"; }
};

}  // namespace

std::pair<std::unique_ptr<AgentLink>, std::unique_ptr<ControllerLink>> memory_link(boost::asio::io_context& agent_loop,
                                                                                   boost::asio::io_context& controller_loop) {
  auto agent = std::make_shared<AgentEar>(agent_loop);
  auto controller = std::make_shared<ControllerEar>(controller_loop);
  return {std::make_unique<AgentEnd>(agent, controller), std::make_unique<ControllerEnd>(controller, agent)};
}

}  // namespace shakedown
