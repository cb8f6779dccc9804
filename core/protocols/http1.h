// HTTP/1.1: the form of a request and of what is expected of its answer, and what a document of that form says.
// Pure; plain values.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/form/document.h"
#include "core/form/text.h"
#include "core/protocols/protocol.h"

namespace shakedown {

struct HttpRequest {
  std::string method = "GET";
  Text path;  // starts with '/'
  std::vector<std::pair<std::string, Text>> headers;
  Text body;  // empty = no body
};

struct HeaderExpect {
  std::string name;
  std::string equals;  // empty = present is enough
};
struct JsonExpect {
  std::string pointer;  // RFC 6901
  std::string equals;   // the value as compact JSON text, for example "\"ok\"" or "3"
};
struct HttpExpect {
  std::vector<std::pair<int, int>> status;  // inclusive ranges; empty = 200..299
  std::vector<HeaderExpect> headers;
  std::optional<Text> body_contains;
  std::optional<std::string> body_regex;  // see core/base/regex.h; searched
  std::vector<JsonExpect> json;

  bool status_ok(int code) const;
  // Whether the body must be kept for judging (else it is counted and dropped while parsed).
  bool needs_body() const { return body_contains || body_regex || !json.empty(); }
};

ProtocolForm http1_form();
Shape http_request_shape(const std::vector<std::string>& holes);
Shape http_expect_shape(const std::vector<std::string>& holes);
Shape http_expected_headers_shape();  // header names and values of an answer

// Views of the shapes above. secrets: the names that are declared.
HttpRequest read_http_request(const View& view, const std::vector<std::string>& secrets);
HttpExpect read_http_expect(const View& view, const std::vector<std::string>& secrets);
// Inclusive ranges of a status or a list of them.
std::vector<std::pair<int, int>> read_http_statuses(const View& view);

}  // namespace shakedown
