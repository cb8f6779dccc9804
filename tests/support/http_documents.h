// Documents of HTTP for scenarios that a test builds by hand.
#pragma once

#include <nlohmann/json.hpp>

#include "core/form/holes.h"
#include "core/model/operation.h"
#include "core/protocols/http1.h"

namespace shakedown::http {

inline void put(Document& mapping, const std::string& key, Document value) {
  mapping.type = NodeType::mapping;
  std::erase_if(mapping.entries, [&](const Entry& entry) { return entry.key == key; });
  mapping.entries.push_back({key, {}, std::move(value)});
}

inline Document document(const HttpRequest& http) {
  Document out = mapping_document({{"method", text_document(http.method)}, {"path", text_document(http.path.display())}});
  for (const auto& [name, value] : http.headers) {
    if (out.find("headers") == nullptr) put(out, "headers", mapping_document({}));
    put(out.entries.back().value, name, text_document(value.display()));
  }
  if (!http.body.empty()) put(out, "body", text_document(http.body.display()));
  return out;
}

inline Request request(const HttpRequest& http, TargetId target = TargetId(0)) { return {target, "http", document(http)}; }
inline Request get(const std::string& path, TargetId target = TargetId(0)) {
  HttpRequest http;
  http.path = Text::literal(path);
  return request(http, target);
}

inline Document json_document(const std::string& text) {
  Document out = text_document(text);
  const auto value = nlohmann::json::parse(text);
  out.type = value.is_boolean()          ? NodeType::boolean
             : value.is_number_integer() ? NodeType::integer
             : value.is_number()         ? NodeType::number
             : value.is_null()           ? NodeType::null
                                         : NodeType::text;
  if (value.is_string()) out.text = value.get<std::string>();
  return out;
}

inline Document document(const HttpExpect& expect) {
  Document out = mapping_document({});
  std::vector<Document> statuses;
  for (const auto& [first, last] : expect.status) {
    for (int code = first; code <= last; ++code) statuses.push_back(integer_document(code));
  }
  if (!statuses.empty()) put(out, "status", list_document(std::move(statuses)));
  Document headers, body, json;
  for (const HeaderExpect& one : expect.headers) put(headers, one.name, text_document(one.equals));
  if (!expect.headers.empty()) put(out, "header", std::move(headers));
  if (expect.body_contains) put(body, "contains", text_document(expect.body_contains->display()));
  if (expect.body_regex) put(body, "regex", text_document(*expect.body_regex));
  if (!body.entries.empty()) put(out, "body", std::move(body));
  for (const JsonExpect& one : expect.json) put(json, one.pointer, json_document(one.equals));
  if (!expect.json.empty()) put(out, "json", std::move(json));
  return out.entries.empty() ? Document{} : out;
}

inline Document statuses(const std::vector<int>& codes) {
  HttpExpect expect;
  for (const int code : codes) expect.status.emplace_back(code, code);
  return document(expect);
}
inline Document headers(const std::vector<HeaderExpect>& headers) {
  HttpExpect expect;
  expect.headers = headers;
  return document(expect);
}

// What a document says.
inline HttpRequest said(const Request& request, const std::vector<std::string>& secrets = {}) {
  const Shape shape = http_request_shape(reserved_holes());
  return read_http_request(view_of(request.document, shape), secrets);
}
inline HttpExpect said(const Document& expect, const std::vector<std::string>& secrets = {}) {
  const Shape shape = http_expect_shape(reserved_holes());
  return read_http_expect(view_of(expect, shape), secrets);
}

}  // namespace shakedown::http
