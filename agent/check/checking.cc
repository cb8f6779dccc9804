#include "agent/check/checking.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "agent/secrets/redact.h"

namespace shakedown {
namespace {

constexpr std::size_t kLongestDetail = 500;

}  // namespace

Observation not_done(std::string why) { return {false, false, false, std::nullopt, std::move(why)}; }
Observation nobody_there(std::string why) {
  Observation made = not_done(std::move(why));
  made.nobody = true;
  return made;
}
Observation holds(std::string what) { return {true, true, false, std::nullopt, std::move(what)}; }
Observation fails(std::string what) { return {true, false, false, std::nullopt, std::move(what)}; }

Task<Observation> carry_out(const Checking& look, const CheckKind& kind) {
  return std::visit([&look](const auto& check) { return carry_out(look, check); }, kind);
}

std::string why_not(Woken woken) { return woken == Woken::ended ? "the agent stops" : "no answer in time"; }

std::optional<double> number_in(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return std::nullopt;
  text = text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::string presentable(std::string text, const Secrets& secrets) {
  text = Redactor(secrets)(text);
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c > 0x7e; }, '?');
  if (text.size() > kLongestDetail) text = text.substr(0, kLongestDetail - 3) + "...";
  return text;
}

}  // namespace shakedown
