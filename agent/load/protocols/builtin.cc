// The protocols that this agent speaks.
#include "agent/load/protocols/http1/http1.h"
#include "agent/load/protocols/protocol.h"
#include "agent/load/protocols/tcp/tcp.h"

namespace shakedown {

const std::vector<Protocol>& protocols() {
  static const std::vector<Protocol> all = {
      http1_protocol(),
      tcp_protocol(),
  };
  return all;
}

const Protocol* find_protocol(std::string_view name) {
  for (const Protocol& protocol : protocols()) {
    if (protocol.name == name) return &protocol;
  }
  return nullptr;
}

std::size_t occurrences(std::string_view in, std::string_view text) {
  std::size_t times = 0;
  for (std::size_t at = text.empty() ? in.npos : in.find(text); at != in.npos; at = in.find(text, at + text.size())) ++times;
  return times;
}

std::vector<std::string> names_of(const Secrets& secrets) {
  std::vector<std::string> names;
  for (const auto& [name, value] : secrets) names.push_back(name);
  return names;
}

}  // namespace shakedown
