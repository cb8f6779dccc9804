#include "core/runtime/process/output_tail.h"

#include <array>
#include <cerrno>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace shakedown {
namespace {

namespace asio = boost::asio;

class PipeTail : public OutputTail, public std::enable_shared_from_this<PipeTail> {
 public:
  PipeTail(const asio::any_io_executor& executor, FileDescriptor pipe, size_t limit)
      : pipe_(executor, pipe.release()), limit_(limit) {}

  void listen() {
    pipe_.async_wait(asio::posix::stream_descriptor::wait_read, [self = shared_from_this()](boost::system::error_code error) {
      if (!error && self->drain()) self->listen();
    });
  }

  std::string text() override {
    drain();
    const size_t end = kept_.find_last_not_of(" \n\r\t");
    const std::string out = kept_.substr(0, end == std::string::npos ? 0 : end + 1);
    return cut_ ? "..." + out : out;
  }

  void close() override {
    boost::system::error_code ignored;
    pipe_.close(ignored);
  }

 private:
  // Reads what is there. False at the end of the pipe.
  bool drain() {
    std::array<char, 4096> buffer;
    while (pipe_.is_open()) {
      const ssize_t got = ::read(pipe_.native_handle(), buffer.data(), buffer.size());
      if (got < 0) return errno == EAGAIN || errno == EINTR;
      if (got == 0) return false;
      kept_.append(buffer.data(), static_cast<size_t>(got));
      if (kept_.size() > limit_) {
        kept_.erase(0, kept_.size() - limit_);
        cut_ = true;
      }
    }
    return false;
  }

  asio::posix::stream_descriptor pipe_;
  size_t limit_;
  std::string kept_;
  bool cut_ = false;
};

}  // namespace

Task<std::shared_ptr<OutputTail>> OutputTail::start(FileDescriptor pipe, size_t limit) {
  auto executor = co_await asio::this_coro::executor;
  auto tail = std::make_shared<PipeTail>(executor, std::move(pipe), limit);
  tail->listen();
  co_return tail;
}

}  // namespace shakedown
