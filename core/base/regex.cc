#include "core/base/regex.h"

#include <re2/re2.h>

#include <utility>

namespace shakedown {

Result<Regex> Regex::make(const std::string& text) {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_log_errors(false);
  auto compiled = std::make_unique<const RE2>("(?ms)" + text, options);
  if (compiled->ok()) return Regex(std::move(compiled));
  const bool cannot = compiled->error_code() == RE2::ErrorBadEscape || text.find("(?") != std::string::npos;
  return fail(ErrorKind::scenario, compiled->error() + (cannot ? "; RE2 has no look-around and no back-references" : ""));
}

Regex::Regex(std::unique_ptr<const re2::RE2> compiled) : compiled_(std::move(compiled)) {}
Regex::~Regex() = default;
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;

bool Regex::found_in(std::string_view bytes, std::size_t from) const {
  return compiled_->Match({bytes.data(), bytes.size()}, from, bytes.size(), RE2::UNANCHORED, nullptr, 0);
}
bool Regex::is_all_of(std::string_view bytes) const { return RE2::FullMatch({bytes.data(), bytes.size()}, *compiled_); }

}  // namespace shakedown
