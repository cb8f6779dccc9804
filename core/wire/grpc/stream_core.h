// What both ends of the gRPC stream share: numbering, acknowledgement, repetition after a break, delivery on the loop,
// the orderly end, and giving up when a broken stream does not return. The reactors only read and write.
//
// Ownership: shared by the link, the present call and what is posted to the loop; whoever goes last frees it.
// Threads: every method from any thread; Handlers run on the loop. No lock is held while gRPC or a handler is called.
#pragma once

#include <grpcpp/support/status.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/base/units.h"
#include "core/stats/snapshot_size.h"
#include "core/wire/codec/session.h"
#include "core/wire/grpc/resumable.h"
#include "shakedown/v1/session.pb.h"

namespace shakedown::wire {

// More than this unacknowledged means that the peer does not listen: the stream ends.
inline constexpr std::size_t kMostFrames = 65536;
inline constexpr std::size_t kMostBytes = std::size_t{256} << 20;
// The largest frame that one end says and the other takes: a parsed one may be a hundred times as large in memory.
inline constexpr std::size_t kMostFrameBytes = std::size_t{4} << 20;
inline constexpr int kMostFrameOnTheWire = (4 << 20) + 64;  // with its numbers
// What may wait for the loop, in memory; a peer that says more does not keep to the window.
inline constexpr std::size_t kMostWaitingBytes = std::size_t{128} << 20;

inline std::size_t held_by(const ToController& message, std::size_t on_the_wire) {
  const auto* snapshot = std::get_if<Snapshot>(&message);
  return snapshot != nullptr ? std::max(on_the_wire, memory_of(*snapshot)) : on_the_wire;
}
inline std::size_t held_by(const ToAgent&, std::size_t on_the_wire) { return on_the_wire; }

// One gRPC call as the core sees it. The fields are guarded by the core's lock.
template <class Out>
class Call {
 public:
  virtual ~Call() = default;
  virtual void write() = 0;                              // starts to write `out`
  virtual void release(const grpc::Status& status) = 0;  // the last call of the core: no write follows
  virtual void cancel() = 0;

  Out out;
  bool writing = false;
  bool read_over = false;
  bool released = false;
  std::optional<grpc::Status> finish;  // the core wants the call to end so
};

template <class Out, class In, class Said, class Heard, class Handlers>
class StreamCore : public std::enable_shared_from_this<StreamCore<Out, In, Said, Heard, Handlers>> {
 public:
  using CallPtr = std::shared_ptr<Call<Out>>;
  using Loop = boost::asio::io_context;

  StreamCore(Loop& loop, std::string session, Duration resume)
      : loop_(loop), session_(std::move(session)), resume_(resume), limit_(std::in_place, loop), work_(loop.get_executor()) {}
  virtual ~StreamCore() = default;

  // ---- for the link

  void open(Handlers handlers) {
    const std::lock_guard lock(mutex_);
    handlers_ = std::make_shared<Handlers>(std::move(handlers));
    wake();
  }
  void send(const Said& message) {
    Out frame;
    encode_body(message, frame);
    {
      const std::lock_guard lock(mutex_);
      if (state_ != State::open) return;
      const std::size_t size = frame.ByteSizeLong();
      frames_.push(std::move(frame));
      if (size > kMostFrameBytes) {
        end("a message of " + std::to_string(size) + " bytes was to be sent; at most " + std::to_string(kMostFrameBytes) +
                " are taken",
            grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "a message is too long"));
      } else if (frames_.unacknowledged() > kMostFrames || frames_.bytes() > kMostBytes) {
        end("the peer does not take its messages: " + std::to_string(frames_.unacknowledged()) + " wait",
            grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "too many unacknowledged messages"));
      }
    }
    pump();
  }
  void close() {
    {
      const std::lock_guard lock(mutex_);
      if (state_ != State::open) return;
      Out frame;
      frame.mutable_closing();
      frames_.push(std::move(frame));
      state_ = State::closing;
    }
    pump();
  }
  // The link is destroyed: nothing is delivered any more, and what is not yet delivered to the peer is dropped.
  void abandon() {
    {
      const std::lock_guard lock(mutex_);
      if (abandoned_) return;
      abandoned_ = true;
      handlers_.reset();
      inbox_.clear();
      waiting_bytes_ = 0;
      work_.reset();
      limit_.reset();
      if (state_ != State::ended) end("", grpc::Status(grpc::StatusCode::ABORTED, "the other end has gone"));
    }
    pump();
  }
  std::size_t unacknowledged() const {
    const std::lock_guard lock(mutex_);
    return frames_.unacknowledged();
  }

  // ---- for the reactors

  const std::string& session() const { return session_; }
  uint64_t heard() const {
    const std::lock_guard lock(mutex_);
    return frames_.heard();
  }
  bool welcomed() const {
    const std::lock_guard lock(mutex_);
    return welcomed_;
  }
  bool ended() const {
    const std::lock_guard lock(mutex_);
    return state_ == State::ended;
  }
  // The call is the stream from now on; the peer has heard everything up to `received`. With greet, its first
  // message is our Resume. An older call is cancelled.
  void attach(const CallPtr& call, uint64_t received, bool greet) {
    CallPtr old;
    bool start = false;
    {
      const std::lock_guard lock(mutex_);
      old = std::exchange(call_, call);
      welcomed_ = true;
      if (limit_) limit_->cancel();
      if (state_ == State::ended) call->finish = end_status_;
      if (auto good = frames_.rewind(received); !good) {
        end(good.error().text(), grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, good.error().message));
      } else if (greet) {
        call->out.Clear();
        auto& resume = *call->out.mutable_resume();
        resume.set_session(session_);
        resume.set_received(frames_.heard());
        resume.set_resume_limit_ns(resume_.count());
        start = call->writing = true;
      }
      said_all();
    }
    if (old) old->cancel();
    if (start) call->write();
    pump();
  }
  void heard(const CallPtr& call, const In& in) {
    std::optional<Result<Heard>> body;
    if (in.seq() > 0 && !in.has_closing()) body.emplace(decode_body(in));
    {
      const std::lock_guard lock(mutex_);
      if (call != call_ || state_ == State::ended) return;
      if (auto good = take(in, body); !good) {
        end(good.error().text(), grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, good.error().message));
      }
    }
    pump();
  }
  void wrote(const CallPtr& call) {
    {
      const std::lock_guard lock(mutex_);
      call->writing = false;
    }
    pump();
    finish_if_idle(call);
  }
  // The call delivers nothing more: it ended or broke.
  void lost(const CallPtr& call) {
    {
      const std::lock_guard lock(mutex_);
      call->read_over = true;
      if (call_ == call) {
        call_.reset();
        if (state_ != State::ended) await_return();
      }
    }
    finish_if_idle(call);
  }
  // Ends without hope of return. From any thread.
  void give_up(std::string reason, const grpc::Status& status = grpc::Status::CANCELLED) {
    {
      const std::lock_guard lock(mutex_);
      if (state_ != State::ended) end(std::move(reason), status);
    }
    pump();
  }
  // How long the peer waits for a broken stream; from its Resume.
  void set_resume(Duration resume) {
    const std::lock_guard lock(mutex_);
    resume_ = resume;
  }
  bool closing() const {
    const std::lock_guard lock(mutex_);
    return state_ == State::closing;
  }
  Loop& loop() { return loop_; }

 private:
  enum class State { open, closing, ended };
  struct Item {
    std::optional<Heard> message;  // none = the peer's Closing
    std::string reason;
    std::size_t bytes = 0;
  };

  // ---- under the lock

  Result<void> take(const In& in, std::optional<Result<Heard>>& body) {
    SHAKEDOWN_TRY(frames_.acknowledge(in.ack()));
    said_all();
    if (in.seq() == 0) return ok();
    SHAKEDOWN_TRY(const bool fresh, frames_.hear(in.seq()));
    if (!fresh) return ok();
    const std::size_t bytes = body && *body ? held_by(body->value(), in.ByteSizeLong()) : in.ByteSizeLong();
    if (inbox_.size() >= kWindowFrames || bytes > kMostWaitingBytes - waiting_bytes_) {
      return fail(ErrorKind::protocol, "the peer says more than it may before it is heard");
    }
    waiting_bytes_ += bytes;
    if (in.has_closing()) {
      inbox_.push_back({std::nullopt, in.closing().reason(), bytes});
    } else {
      SHAKEDOWN_TRY(auto&& message, std::move(*body));
      inbox_.push_back({std::move(message), "", bytes});
    }
    wake();
    return ok();
  }
  void said_all() {
    if (state_ == State::closing && frames_.unacknowledged() == 0) end("", grpc::Status::OK);
  }
  void end(std::string reason, const grpc::Status& status) {
    state_ = State::ended;
    if (!ending_) ending_ = std::move(reason);
    end_status_ = status;
    if (call_) call_->finish = status;
    if (limit_) limit_->cancel();
    wake();
  }
  void wake() {
    if (handlers_ && !awake_ && (!inbox_.empty() || ending_)) {
      awake_ = true;
      boost::asio::post(loop_, [self = this->shared_from_this()] { self->deliver(); });
    }
  }
  void await_return() {
    if (!limit_) return;
    limit_->expires_after(resume_);
    limit_->async_wait([self = this->shared_from_this()](boost::system::error_code error) {
      if (!error) self->expire();
    });
  }
  // Chooses what to write; false = nothing to say.
  bool fill(Out& out) {
    if (const Out* next = state_ == State::ended ? nullptr : frames_.next()) {
      out = *next;
      frames_.wrote();
    } else if (frames_.handled_up_to() > told_) {
      out.Clear();
      out.mutable_nothing();
    } else {
      return false;
    }
    told_ = frames_.handled_up_to();
    out.set_ack(told_);
    return true;
  }

  // ---- without the lock

  void pump() {
    CallPtr call;
    bool something = false;
    {
      const std::lock_guard lock(mutex_);
      call = call_;
      if (!call || call->writing || call->released) return;
      something = call->writing = fill(call->out);
    }
    if (something) {
      call->write();
    } else {
      finish_if_idle(call);
    }
  }
  void finish_if_idle(const CallPtr& call) {
    grpc::Status status;
    {
      const std::lock_guard lock(mutex_);
      if (call->released || call->writing || !(call->read_over || call->finish)) return;
      call->released = true;
      status = call->finish.value_or(grpc::Status::CANCELLED);
      if (call_ == call) call_.reset();
    }
    call->release(status);
  }
  void expire() {
    const std::lock_guard lock(mutex_);
    if (call_ || state_ == State::ended) return;
    end("the stream broke and did not return within " + format_duration(resume_), grpc::Status::CANCELLED);
  }
  void deliver() {
    for (;;) {
      std::unique_lock lock(mutex_);
      const std::shared_ptr<Handlers> handlers = handlers_;
      if (!handlers || (inbox_.empty() && !ending_)) {
        awake_ = false;
        return;
      }
      if (inbox_.empty()) {
        handlers_.reset();  // awake_ stays: nothing follows
        work_.reset();
        const std::string reason = *ending_;
        lock.unlock();
        if (handlers->closed) handlers->closed(reason);
        return;
      }
      Item item = std::move(inbox_.front());
      inbox_.pop_front();
      waiting_bytes_ -= item.bytes;
      lock.unlock();
      if (item.message) handlers->received(std::move(*item.message));
      lock.lock();
      frames_.handled();
      if (!item.message && state_ != State::ended) end(item.reason, grpc::Status::OK);
      lock.unlock();
      pump();
    }
  }

  Loop& loop_;
  const std::string session_;
  Duration resume_;
  std::optional<boost::asio::steady_timer> limit_;  // until abandoned: it must not outlive the loop
  boost::asio::executor_work_guard<Loop::executor_type> work_;
  mutable std::mutex mutex_;
  std::shared_ptr<Handlers> handlers_;  // shared with a delivery that is going on
  Resumable<Out> frames_;
  std::deque<Item> inbox_;
  std::size_t waiting_bytes_ = 0;  // of inbox_
  CallPtr call_;
  State state_ = State::open;
  std::optional<std::string> ending_;  // reason of the end
  grpc::Status end_status_;
  uint64_t told_ = 0;  // highest acknowledgement written
  bool awake_ = false;
  bool abandoned_ = false;
  bool welcomed_ = false;
};

}  // namespace shakedown::wire
