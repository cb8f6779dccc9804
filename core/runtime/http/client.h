// One blocking HTTP request, for evidence (Prometheus) and annotations (Grafana): never for load.
// Ownership: values in, values out. Threads: safe everywhere; blocks the caller for at most the timeout.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"

namespace shakedown {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpCall {
  std::string method = "GET";
  std::string url;   // http or https
  std::string body;  // sent when not empty
  HttpHeaders headers;
  Duration timeout = std::chrono::seconds(10);  // from the first byte of the name look-up to the last of the body
  std::size_t largest = std::size_t{16} << 20;  // of the answer's body
};

struct HttpReply {
  int status = 0;
  std::string body;
  HttpHeaders headers;  // names in lower case, in the order of the answer
};

// Any complete answer is a reply, whatever its status. Redirects are not followed; certificates are verified against
// the system's store. No complete answer within the limits: ErrorKind::unavailable, which names the URL without its
// credentials, what was expected and what was found. Headers and body never appear in an error.
Result<HttpReply> http_fetch(const HttpCall& call);

// The URL without "user:password@".
std::string without_credentials(std::string_view url);
// Whether the URL's host is this one: localhost, 127.x.x.x or [::1].
bool names_loopback(std::string_view url);
// For a query: everything but unreserved characters becomes %XX.
std::string percent_encoded(std::string_view text);

}  // namespace shakedown
