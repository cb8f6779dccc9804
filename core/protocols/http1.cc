#include "core/protocols/http1.h"

#include <strings.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/form/check.h"

namespace shakedown {
namespace {

const char* const kHeaderName = "[A-Za-z0-9!#$%&'*+.^_|~-]+";

void refuse_own_header(const std::string& name, Position at, Diagnostics& diagnostics) {
  for (const char* own : {"host", "content-length", "transfer-encoding", "connection"}) {
    if (strcasecmp(name.c_str(), own) != 0) continue;
    diagnostics.error(at, "the header " + ticked(name) + " is set by the program", "remove it");
  }
}

void check_http_request(const View& request, const RequestRules& rules, Diagnostics& diagnostics) {
  for (const auto& [name, value] : request["headers"].entries()) {
    refuse_own_header(name, value.at(), diagnostics);
    if (!rules.mark.empty() && strcasecmp(name.c_str(), rules.mark.c_str()) == 0) {
      diagnostics.error(value.at(), "the header " + ticked(name) + " is set by `mark` of the target", "remove one of the two");
    }
    // Two headers of that name are none: W3C Trace Context 4.3 has the receiver drop both.
    if (!rules.traced || strcasecmp(name.c_str(), "traceparent") != 0) continue;
    diagnostics.error(value.at(), "the header " + ticked(name) + " is set by `trace: w3c`", "remove the header, or `trace`");
  }
}

std::string http_words(const View& request) { return request["method"].text() + " " + request["path"].text(); }

// Compact JSON text of a scalar.
std::string json_text(const Node& node) {
  switch (node.type) {
    case NodeType::null: return "null";
    case NodeType::boolean: return std::string("tT").find(node.text[0]) != std::string::npos ? "true" : "false";
    case NodeType::integer:
    case NodeType::number: {
      // An integer keeps every digit when JSON can read it as it is written.
      const auto exact = nlohmann::json::parse(node.text, nullptr, false);
      if (exact.is_number()) return exact.dump();
      return nlohmann::json(number_of(node).value_or(0)).dump();
    }
    default: return nlohmann::json(node.text).dump();
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

bool HttpExpect::status_ok(int code) const {
  if (status.empty()) return code >= 200 && code <= 299;
  return std::any_of(status.begin(), status.end(),
                     [code](const auto& range) { return range.first <= code && code <= range.second; });
}

ProtocolForm http1_form() {
  ProtocolForm form{};
  form.name = "http";
  form.schemes = web_schemes();
  form.request = &http_request_shape;
  form.expect = &http_expect_shape;
  form.expect_default = "status 2xx";
  form.headers = true;
  form.tells_refusal = true;
  form.check = &check_http_request;
  form.words = &http_words;
  form.carry_hint = "send {payload} in the body";
  form.prove_hint = "add body: {contains: \"{checksum}\"}";
  return form;
}

Shape http_expected_headers_shape() {
  Shape headers = named_like(kHeaderName, "a header name", optional_text());
  headers.item.front().doc = "The value; \"\" = present is enough.";
  return headers;
}

Shape http_expect_shape(const std::vector<std::string>& names) {
  Shape body = mapping("expected body",
                       "What the body of an answer must contain. Its first MiB is kept; what may lie "
                       "beyond is not held against the target.",
                       {may("contains", holes(names), "A text that occurs in it."),
                        may("regex", scalar(Form::regex),
                            "A regular expression that is found in it: RE2's syntax, without look-around and "
                            "back-references; a dot stands for a line's end too, ^ and $ for the ends of each line.")});
  body.at_least_one = {{"contains", "regex"}};
  Shape json = named_like("(/[^~]*(~[01][^~]*)*)?", "a JSON pointer such as /state", scalar(Form::any_value));
  Shape shape =
      mapping("expect", "What makes an answer good. All that is written must hold; redirects are not followed.",
              {otherwise("status", one_or_list_of(scalar(Form::status)), "2xx", "Status codes, or classes such as 4xx."),
               may("header", http_expected_headers_shape(), "Header names and their values."),
               may("body", body, "What the body contains."),
               may("json", json, "JSON pointers (RFC 6901) into the body and the value found there.")});
  shape.at_least_one = {{"status", "header", "body", "json"}};
  return shape;
}

Shape http_request_shape(const std::vector<std::string>& names) {
  Shape header = named_like(kHeaderName, "a header name", holes(names));
  header.item.front().may_be_empty = true;
  header.item.front().pattern = "[ -~]*";
  header.item.front().pattern_doc = "a header value of one line of ASCII";
  Shape path = holes(names);
  path.pattern = "/[!-~]*";
  path.pattern_doc = "a path that starts with `/` and has no blanks";
  return mapping("request",
                 "An HTTP/1.1 request. In path, headers and body {name} of a known name is replaced; every "
                 "other brace is text.",
                 {may("method", choice({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}), "GET", "Method."),
                  need("path", path, "Starts with `/`; the target's path is put before it."),
                  may("headers", header,
                      "Header names and values. Host, Content-Length, Transfer-Encoding and Connection are "
                      "set by the program."),
                  may("body", holes(names), "The body.")});
}

std::vector<std::pair<int, int>> read_http_statuses(const View& view) {
  std::vector<std::pair<int, int>> ranges;
  for (const View& status : view.items()) {
    if (status) ranges.push_back(status_range(status));
  }
  return ranges;
}

HttpRequest read_http_request(const View& view, const std::vector<std::string>& secrets) {
  HttpRequest request;
  request.method = view["method"].text();
  request.path = text_with_holes(view["path"], secrets);
  for (const auto& [name, value] : view["headers"].entries()) {
    request.headers.emplace_back(name, text_with_holes(value, secrets));
  }
  if (view["body"]) request.body = text_with_holes(view["body"], secrets);
  return request;
}

HttpExpect read_http_expect(const View& view, const std::vector<std::string>& secrets) {
  HttpExpect expect;
  expect.status = read_http_statuses(view["status"]);
  for (const auto& [name, value] : view["header"].entries()) expect.headers.push_back({name, value.text()});
  const View body = view["body"];
  if (body["contains"]) expect.body_contains = text_with_holes(body["contains"], secrets);
  if (body["regex"]) expect.body_regex = body["regex"].text();
  for (const auto& [pointer, value] : view["json"].entries()) {
    if (value) expect.json.push_back({pointer, json_text(*value.node())});
  }
  return expect;
}

}  // namespace shakedown
