#include "agent/load/protocols/tcp/tcp.h"

#include "agent/load/protocols/pool.h"
#include "agent/load/protocols/tcp/check.h"
#include "agent/load/protocols/tcp/codec.h"
#include "agent/load/protocols/tcp/request.h"

namespace shakedown {
namespace {

std::unique_ptr<Driver> make_tcp_driver(const PreparedTarget& target, const DriverOptions& options, boost::asio::io_context& loop,
                                        Deadlines& deadlines) {
  return std::make_unique<Pool>(target, options, loop, deadlines, [] { return std::make_unique<TcpCodec>(); });
}

Result<std::unique_ptr<const PreparedRequest>> prepare_tcp_request(const View& view, const PrepareContext& context) {
  SHAKEDOWN_TRY(auto made,
                TcpMessage::make(read_tcp_request(view, names_of(context.secrets)), context.secrets, context.value_size));
  return std::unique_ptr<const PreparedRequest>(std::move(made));
}

Result<std::unique_ptr<const AnswerCheck>> prepare_tcp_check(const View& view, const Secrets& secrets, uint64_t value_size) {
  SHAKEDOWN_TRY(auto made, TcpCheck::make(read_tcp_expect(view, names_of(secrets)), secrets, value_size));
  return std::unique_ptr<const AnswerCheck>(std::move(made));
}

std::string tcp_words(const Answer& answer) { return "an answer of " + std::to_string(answer.body.size()) + " bytes"; }

}  // namespace

Protocol tcp_protocol() { return {"tcp", &prepare_tcp_request, &prepare_tcp_check, &make_tcp_driver, &tcp_words}; }

}  // namespace shakedown
