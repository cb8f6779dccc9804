#include <algorithm>
#include <cctype>

#include <nlohmann/json.hpp>

#include "core/form/check.h"
#include "core/config/decode.h"
#include "core/form/holes.h"

namespace shakedown {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return text;
}

void refuse_own_header(Decoding& d, const std::string& name, Position at) {
  for (const char* own : {"host", "content-length", "transfer-encoding", "connection"}) {
    if (lower(name) != own) continue;
    d.diagnostics.error(at, "the header " + ticked(name) + " is set by the program", "remove it");
  }
}

// Compact JSON text of a scalar.
std::string json_text(const Node& node) {
  switch (node.type) {
    case NodeType::null:
      return "null";
    case NodeType::boolean:
      return std::string("tT").find(node.text[0]) != std::string::npos ? "true" : "false";
    case NodeType::integer:
    case NodeType::number: {
      // An integer keeps every digit when JSON can read it as it is written.
      const auto exact = nlohmann::json::parse(node.text, nullptr, false);
      if (exact.is_number()) return exact.dump();
      return nlohmann::json(number_of(node).value_or(0)).dump();
    }
    default:
      return nlohmann::json(node.text).dump();
  }
}

std::pair<int, int> status_range(const View& view) {
  const std::string text = view.text();
  if (text.ends_with("xx")) {
    const int from = (text[0] - '0') * 100;
    return {from, from + 99};
  }
  const int code = static_cast<int>(view.number());
  return {code, code};
}

}  // namespace

Text decode_text(const Decoding& d, const View& view) {
  return parse_holes(view.text(), view.shape().words, d.secrets()).text;
}

std::vector<std::pair<int, int>> decode_statuses(const View& view) {
  std::vector<std::pair<int, int>> ranges;
  for (const View& status : view.items()) {
    if (status) ranges.push_back(status_range(status));
  }
  return ranges;
}

HttpRequest decode_request(Decoding& d, const View& view) {
  HttpRequest request;
  request.target = view["target"].id<TargetId>(d.names);
  request.method = view["method"].text();
  request.path = decode_text(d, view["path"]);
  for (const auto& [name, value] : view["headers"].entries()) {
    refuse_own_header(d, name, value.at());
    request.headers.emplace_back(name, decode_text(d, value));
  }
  if (view["body"]) request.body = decode_text(d, view["body"]);
  return request;
}

Expect decode_expect(Decoding& d, const View& view) {
  Expect expect;
  expect.status = decode_statuses(view["status"]);
  for (const auto& [name, value] : view["header"].entries())
    expect.headers.push_back({name, value.text()});
  const View body = view["body"];
  if (body["contains"]) expect.body_contains = decode_text(d, body["contains"]);
  if (body["regex"]) expect.body_regex = body["regex"].text();
  for (const auto& [pointer, value] : view["json"].entries()) {
    if (value) expect.json.push_back({pointer, json_text(*value.node())});
  }
  return expect;
}

}  // namespace shakedown
