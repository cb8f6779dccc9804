#include "agent/load/protocols/http1/expect.h"

#include <strings.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/base/regex.h"

namespace shakedown {

struct Http1Check::Compiled {
  std::optional<Regex> regex;
  struct Value {
    nlohmann::json::json_pointer pointer;
    nlohmann::json equals;
  };
  std::vector<Value> json;
};

Http1Check::Http1Check() = default;
Http1Check::~Http1Check() = default;
Http1Check::Http1Check(Http1Check&&) noexcept = default;
Http1Check& Http1Check::operator=(Http1Check&&) noexcept = default;

Result<Http1Check> Http1Check::make(const HttpExpect& expect, const Secrets& secrets, uint64_t value_size) {
  Http1Check made;
  made.expect_ = expect;
  made.contains_ = TextTemplate(value_size);
  if (expect.body_contains) {
    SHAKEDOWN_TRY(made.contains_.append(*expect.body_contains, secrets));
  }
  made.compiled_ = std::make_unique<Compiled>();
  if (expect.body_regex) {
    Result<Regex> regex = Regex::make(*expect.body_regex);
    if (!regex) {
      return fail(ErrorKind::scenario,
                  "expect: body: regex `" + *expect.body_regex + "` is no regular expression: " + regex.error().message);
    }
    made.compiled_->regex.emplace(std::move(regex).value());
  }
  for (const JsonExpect& json : expect.json) {
    try {
      made.compiled_->json.push_back({nlohmann::json::json_pointer(json.pointer), nlohmann::json::parse(json.equals)});
    } catch (const nlohmann::json::exception& wrong) {
      return fail(ErrorKind::scenario, "expect: json: `" + json.pointer + ": " + json.equals +
                                           "` is no JSON pointer with a JSON value: " + std::string(wrong.what()));
    }
  }
  return made;
}

std::optional<std::string_view> find_header(std::string_view head, std::string_view name) {
  while (!head.empty()) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 1, head.size()));
    if (line.size() <= name.size() || line[name.size()] != ':') continue;
    if (strncasecmp(line.data(), name.data(), name.size()) != 0) continue;
    line.remove_prefix(name.size() + 1);
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return line.substr(0, 0);
    return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
  }
  return std::nullopt;
}

bool has_header(std::string_view head, const HeaderExpect& expected) {
  std::string all;
  bool any = false;
  while (const auto value = find_header(head, expected.name)) {
    if (expected.equals.empty() || *value == expected.equals) return true;
    all += (any ? ", " : "") + std::string(*value);
    any = true;
    const std::size_t end = std::min(head.find('\n', static_cast<std::size_t>(value->data() - head.data())), head.size());
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  return any && all == expected.equals;
}

std::optional<std::string> json_at(std::string_view body, const std::string& pointer) {
  const auto document = nlohmann::json::parse(body.begin(), body.end(), nullptr, false);
  if (document.is_discarded()) return std::nullopt;
  try {
    return document.at(nlohmann::json::json_pointer(pointer)).dump();
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

std::size_t Http1Check::times_contained(const Answer& answer, const Holes& holes) const {
  return expect_.body_contains ? occurrences(answer.body, contains_.filled(holes)) : 0;
}

bool Http1Check::body_holds(const Answer& answer, const Holes& holes) const {
  if (expect_.body_contains) {
    const std::string text = contains_.filled(holes);
    if (answer.body.find(text) == std::string_view::npos) return false;
  }
  if (compiled_->regex && !compiled_->regex->found_in(answer.body)) return false;
  if (compiled_->json.empty()) return true;
  const auto document = nlohmann::json::parse(answer.body.begin(), answer.body.end(), nullptr, false);
  if (document.is_discarded()) return false;
  return std::all_of(compiled_->json.begin(), compiled_->json.end(), [&](const Compiled::Value& value) {
    try {
      return document.at(value.pointer) == value.equals;
    } catch (const nlohmann::json::exception&) {
      return false;
    }
  });
}

Mismatch Http1Check::judge(const Answer& answer, const Holes& holes) const {
  if (!expect_.status_ok(answer.code)) return Mismatch::status;
  for (const HeaderExpect& header : expect_.headers) {
    if (!has_header(answer.head, header)) return Mismatch::header;
  }
  return !expect_.needs_body() || body_holds(answer, holes) ? Mismatch::none : Mismatch::body;
}

}  // namespace shakedown
