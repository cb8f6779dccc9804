#include "core/base/units.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

#include "core/base/unit_words.h"

namespace shakedown {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

template <std::size_t N>
const UnitWord* find_unit(const std::array<UnitWord, N>& units, std::string_view word) {
  for (const UnitWord& unit : units) {
    if (unit.word == word) return &unit;
  }
  return nullptr;
}

std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

auto wrong(std::string_view text, const std::string& problem) { return fail(ErrorKind::scenario, quoted(text) + ": " + problem); }

// Length of the plain decimal number at the front ("12", "1.5"); 0 when there is none.
std::size_t number_length(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && digit(text[i])) ++i;
  if (i == 0) return 0;
  if (i + 1 < text.size() && text[i] == '.' && digit(text[i + 1])) {
    ++i;
    while (i < text.size() && digit(text[i])) ++i;
  }
  return i;
}

// The decimal number x 10^exponent, rounded once.
double number_value(std::string_view digits, int exponent = 0) {
  const std::string text = std::string(digits) + "e" + std::to_string(exponent);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return std::numeric_limits<double>::infinity();
  return value;
}

std::size_t word_length(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && !digit(text[i])) ++i;
  return i;
}

// "s" for " sec", "seconds" or " s"; empty = nobody knows.
std::string_view meant_unit(std::string_view word) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kLong = {
      {{"microsecond", "us"}, {"millisecond", "ms"}, {"second", "s"}, {"minute", "m"}, {"hour", "h"}, {"day", "d"}}};
  while (word.starts_with(' ')) word.remove_prefix(1);
  while (word.ends_with(' ')) word.remove_suffix(1);
  if (const UnitWord* unit = find_unit(kDurationUnits, word)) return unit->word;
  if (word.size() > 3 && word.ends_with('s')) word.remove_suffix(1);
  for (const auto& [whole, unit] : kLong) {
    if (word.size() >= 2 && whole.starts_with(word)) return unit;
  }
  return {};
}

// Exactly `width` digits at `at`; nullopt otherwise.
std::optional<int> fixed_digits(std::string_view text, std::size_t at, std::size_t width) {
  if (at + width > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = at; i < at + width; ++i) {
    if (!digit(text[i])) return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  const std::string_view whole = text;
  if (text.empty()) return wrong(whole, "a duration is missing; write 5s, 5ms or 1h30m");
  if (text[0] == '-') return wrong(whole, "a duration cannot be negative");
  long double total = 0;
  double last_factor = std::numeric_limits<double>::infinity();
  while (!text.empty()) {
    const std::size_t digits = number_length(text);
    if (digits == 0) return wrong(whole, "expected a duration such as 10ms, 1.5s or 1h30m");
    const std::string_view number = text.substr(0, digits);
    text.remove_prefix(digits);
    const std::string_view word = text.substr(0, word_length(text));
    text.remove_prefix(word.size());
    if (word.empty()) {
      const std::string n(number);
      return wrong(whole, "a duration needs a unit; write " + n + "s, " + n + "ms or " + n + "m");
    }
    const UnitWord* unit = find_unit(kDurationUnits, word);
    if (unit == nullptr) {
      const std::string_view meant = meant_unit(word);
      const std::string write = meant.empty() ? "" : "write " + std::string(number) + std::string(meant) + "; ";
      return wrong(whole, "unknown unit " + quoted(word) + "; " + write + "units are ns us ms s m min h d");
    }
    if (unit->factor >= last_factor) return wrong(whole, "write larger units first, each once");
    last_factor = unit->factor;
    total += static_cast<long double>(number_value(number)) * unit->factor;
  }
  if (total > 9.2e18L) return wrong(whole, "longer than 292 years");
  return Duration(std::llroundl(total));
}

Result<Rate> parse_rate(std::string_view text) {
  const std::size_t digits = number_length(text);
  if (digits == 0) return wrong(text, "expected a rate such as 500/s or 2/month");
  const std::string_view number = text.substr(0, digits);
  const std::string_view rest = text.substr(digits);
  if (rest.empty()) return wrong(text, "a rate needs a unit; write " + std::string(number) + "/s");
  const UnitWord* unit = rest[0] == '/' ? find_unit(kRateUnits, rest.substr(1)) : nullptr;
  if (unit == nullptr) {
    return wrong(text, "unknown unit " + quoted(rest) + "; units are /s /min /h /d /week /month");
  }
  const double rate = number_value(number) / unit->factor;
  if (!(rate > 0) || !std::isfinite(rate)) return wrong(text, "a rate must be above zero and finite");
  return Rate{rate};
}

Result<Share> parse_share(std::string_view text) {
  const std::size_t digits = number_length(text);
  if (digits == 0) return wrong(text, "expected a share such as 99.9%");
  const std::string_view number = text.substr(0, digits);
  if (digits == text.size()) {
    return wrong(text, "a share needs a percent sign; write " + std::string(number) + "%");
  }
  if (text.substr(digits) != "%") return wrong(text, "expected only % after the number");
  const double share = number_value(number, -2);
  if (share > 1) return wrong(text, "a share lies between 0% and 100%");
  return Share{share};
}

Result<Bytes> parse_bytes(std::string_view text) {
  const std::size_t digits = number_length(text);
  if (digits == 0) return wrong(text, "expected a size such as 512B or 16KiB");
  const std::string_view number = text.substr(0, digits);
  const std::string_view word = text.substr(digits);
  if (word.empty()) {
    return wrong(text, "a size needs a unit; write " + std::string(number) + "B or " + std::string(number) + "KiB");
  }
  const UnitWord* unit = find_unit(kByteUnits, word);
  if (unit == nullptr) {
    return wrong(text, "unknown unit " + quoted(word) + "; units are B KB KiB MB MiB GB GiB TB TiB");
  }
  const double bytes = number_value(number) * unit->factor;
  if (!(bytes < 0x1p53)) return wrong(text, "too large for a size");
  if (!nearly_whole(bytes)) return wrong(text, "not a whole number of bytes");
  return Bytes{static_cast<uint64_t>(std::llround(bytes))};
}

Result<WallTime> parse_wall(std::string_view text) {
  const auto year = fixed_digits(text, 0, 4), month = fixed_digits(text, 5, 2), day = fixed_digits(text, 8, 2);
  const bool date_shape = year && month && day && text[4] == '-' && text[7] == '-';
  const auto hour = fixed_digits(text, 11, 2), minute = fixed_digits(text, 14, 2), second = fixed_digits(text, 17, 2);
  const bool time_shape =
      text.size() == 20 && hour && minute && second && text[10] == 'T' && text[13] == ':' && text[16] == ':' && text[19] == 'Z';
  if (!date_shape || !(text.size() == 10 || time_shape)) {
    return wrong(text, "expected a date such as 2026-12-15 or 2026-12-15T08:30:00Z");
  }
  const std::chrono::year_month_day date(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return wrong(text, "there is no such day");
  if (*year < 1700 || *year > 2200) return wrong(text, "expected a year from 1700 to 2200");
  Duration since = std::chrono::sys_days(date).time_since_epoch();
  if (time_shape) {
    if (*hour > 23 || *minute > 59 || *second > 59) return wrong(text, "there is no such time");
    since += std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
  }
  return WallTime(since);
}

}  // namespace shakedown
