#include "agent/load/protocols/tcp/request.h"

namespace shakedown {
namespace {

Result<TcpEnd> make_end(const std::optional<Text>& text, const std::optional<std::string>& regex, uint64_t length,
                        const Secrets& secrets, uint64_t value_size) {
  TcpEnd made;
  made.text = TextTemplate(value_size);
  if (text) {
    SHAKEDOWN_TRY(made.text.append(*text, secrets));
  }
  if (regex) {
    SHAKEDOWN_TRY(Regex compiled, Regex::make(*regex));
    made.regex.emplace(std::move(compiled));
  }
  made.length = length;
  return made;
}

}  // namespace

Result<std::unique_ptr<const TcpMessage>> TcpMessage::make(const TcpRequest& request, const Secrets& secrets,
                                                           uint64_t value_size) {
  auto made = std::make_unique<TcpMessage>();
  made->send = TextTemplate(value_size);
  SHAKEDOWN_TRY(made->send.append(request.send, secrets));
  SHAKEDOWN_TRY(made->until, make_end(request.until_text, request.until_regex, request.until_length, secrets, value_size));
  if (request.greeting) {
    const TcpGreeting& end = *request.greeting;
    SHAKEDOWN_TRY(made->greeting, make_end(end.text, end.regex, end.length, secrets, value_size));
  }
  made->longest = request.longest;
  made->repeatable = request.repeatable;
  return std::unique_ptr<const TcpMessage>(std::move(made));
}

}  // namespace shakedown
