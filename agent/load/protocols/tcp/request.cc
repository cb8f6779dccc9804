#include "agent/load/protocols/tcp/request.h"

namespace shakedown {

Result<std::unique_ptr<const TcpMessage>> TcpMessage::make(const TcpRequest& request, const Secrets& secrets,
                                                           uint64_t value_size) {
  auto made = std::make_unique<TcpMessage>();
  made->send = made->until_text = TextTemplate(value_size);
  SHAKEDOWN_TRY(made->send.append(request.send, secrets));
  if (request.until_text) {
    SHAKEDOWN_TRY(made->until_text.append(*request.until_text, secrets));
  }
  if (request.until_regex) {
    SHAKEDOWN_TRY(Regex regex, Regex::make(*request.until_regex));
    made->until_regex.emplace(std::move(regex));
  }
  made->until_length = request.until_length;
  made->longest = request.longest;
  made->repeatable = request.repeatable;
  return std::unique_ptr<const TcpMessage>(std::move(made));
}

}  // namespace shakedown
