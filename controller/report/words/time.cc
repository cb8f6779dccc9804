// The words of words.h for dates, lengths and releases.
#include <array>
#include <cmath>
#include <cstdlib>

#include "controller/report/words/text.h"
#include "controller/report/words/words.h"

namespace shakedown::report {

std::string day_words(std::string_view date) {
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto digits = [&](std::size_t at, std::size_t n) {
    const std::string_view part = date.substr(at, n);
    return part.size() == n && part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  if (date.size() < 10 || !digits(0, 4) || !digits(5, 2) || !digits(8, 2) || date[4] != '-' || date[7] != '-') return clean(date);
  const int month = (date[5] - '0') * 10 + date[6] - '0';
  if (month < 1 || month > 12) return clean(date);
  const std::size_t day = date[8] == '0' ? 9 : 8;
  return std::string(date.substr(day, 10 - day)) + " " + kMonths[static_cast<std::size_t>(month - 1)] + " " +
         std::string(date.substr(0, 4));
}

std::string days_left_words(int days) {
  const int count = std::abs(days);
  const std::string text = std::to_string(count) + (count == 1 ? " day" : " days");
  if (days == 0) return "launch is today";
  return days > 0 ? text + " left" : text + " past the launch date";
}

std::string short_release(const Manifest& manifest) {
  const std::string release = clean(manifest.release_start);
  const bool digest = release.size() >= 20 && release.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  return digest ? release.substr(0, 12) : release;
}

std::string length_words(const Manifest& manifest) {
  if (manifest.finished <= manifest.started) return {};
  const auto whole = std::llround(seconds(manifest.finished - manifest.started));
  const long long hours = whole / 3600, minutes = whole % 3600 / 60, rest = whole % 60;
  std::string text;
  if (hours > 0) text += std::to_string(hours) + " h ";
  if (hours > 0 || minutes > 0) text += std::to_string(minutes) + " min ";
  if (hours == 0) text += std::to_string(rest) + " s ";
  text.pop_back();
  return text;
}

}  // namespace shakedown::report
