#include "agent/release.h"

#include <nlohmann/json.hpp>

namespace shakedown {
namespace {

constexpr std::size_t kLongest = 200;

Result<std::string> value_at(const std::string& pointer, const std::string& body) {
  const nlohmann::json document = nlohmann::json::parse(body, nullptr, false);
  if (document.is_discarded()) {
    return fail(ErrorKind::unavailable, "the release was expected as JSON, found: " + body.substr(0, kLongest));
  }
  try {
    const nlohmann::json& value = document.at(nlohmann::json::json_pointer(pointer));
    return value.is_string() ? value.get<std::string>() : value.dump();
  } catch (const nlohmann::json::exception&) {
    return fail(ErrorKind::unavailable, "the release's answer has nothing at " + pointer + ": " + body.substr(0, kLongest));
  }
}

}  // namespace

Result<std::string> release_text(const ReleaseSource& source, const std::string& body) {
  std::string text = body;
  if (!source.json_pointer.empty()) {
    SHAKEDOWN_TRY(auto value, value_at(source.json_pointer, body));
    text = std::move(value);
  }
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) {
    return fail(ErrorKind::unavailable, "the release's answer is empty; a version was expected");
  }
  text = text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
  return text.substr(0, kLongest);
}

}  // namespace shakedown
