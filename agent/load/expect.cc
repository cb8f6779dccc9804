#include "agent/load/expect.h"

#include <strings.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "agent/load/request_template.h"
#include "core/base/regex.h"

namespace shakedown {

struct Expectation::Compiled {
  std::optional<Regex> regex;
  struct Value {
    nlohmann::json::json_pointer pointer;
    nlohmann::json equals;
  };
  std::vector<Value> json;
};

Expectation::Expectation() = default;
Expectation::~Expectation() = default;
Expectation::Expectation(Expectation&&) noexcept = default;
Expectation& Expectation::operator=(Expectation&&) noexcept = default;

Result<Expectation> Expectation::make(const HttpExpect& expect, const Secrets& secrets, uint64_t value_size) {
  Expectation made;
  made.expect_ = expect;
  made.value_size_ = value_size;
  if (expect.body_contains) {
    SHAKEDOWN_TRY(made.expect_.body_contains, with_secrets(*expect.body_contains, secrets));
  }
  made.compiled_ = std::make_unique<Compiled>();
  if (expect.body_regex) {
    Result<Regex> regex = Regex::make(*expect.body_regex);
    if (!regex) {
      return fail(ErrorKind::scenario, "expect: body: regex `" + *expect.body_regex +
                                           "` is no regular expression: " + regex.error().message);
    }
    made.compiled_->regex.emplace(std::move(regex).value());
  }
  for (const JsonExpect& json : expect.json) {
    try {
      made.compiled_->json.push_back(
          {nlohmann::json::json_pointer(json.pointer), nlohmann::json::parse(json.equals)});
    } catch (const nlohmann::json::exception& wrong) {
      return fail(ErrorKind::scenario,
                  "expect: json: `" + json.pointer + ": " + json.equals +
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
    if (first == std::string_view::npos) return std::string_view();
    return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
  }
  return std::nullopt;
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

std::size_t Expectation::times_contained(const Response& response, const Holes& holes) const {
  if (!expect_.body_contains) return 0;
  const std::string text = fill_text(*expect_.body_contains, holes, value_size_);
  if (text.empty()) return 0;
  std::size_t times = 0;
  for (std::size_t at = response.body.find(text); at != std::string_view::npos;
       at = response.body.find(text, at + text.size())) {
    ++times;
  }
  return times;
}

bool Expectation::body_holds(const Response& response, const Holes& holes) const {
  if (expect_.body_contains) {
    const std::string text = fill_text(*expect_.body_contains, holes, value_size_);
    if (response.body.find(text) == std::string_view::npos) return false;
  }
  if (compiled_->regex && !compiled_->regex->found_in(response.body)) return false;
  if (compiled_->json.empty()) return true;
  const auto document =
      nlohmann::json::parse(response.body.begin(), response.body.end(), nullptr, false);
  if (document.is_discarded()) return false;
  return std::all_of(compiled_->json.begin(), compiled_->json.end(),
                     [&](const Compiled::Value& value) {
                       try {
                         return document.at(value.pointer) == value.equals;
                       } catch (const nlohmann::json::exception&) {
                         return false;
                       }
                     });
}

Mismatch Expectation::judge(const Response& response, const Holes& holes) const {
  if (!expect_.status_ok(response.status)) return Mismatch::status;
  for (const HeaderExpect& header : expect_.headers) {
    const auto found = find_header(response.head, header.name);
    if (!found || (!header.equals.empty() && *found != header.equals)) return Mismatch::header;
  }
  return !expect_.needs_body() || body_holds(response, holes) ? Mismatch::none : Mismatch::body;
}

}  // namespace shakedown
