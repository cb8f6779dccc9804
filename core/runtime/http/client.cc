#include "core/runtime/http/client.h"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <memory>

#include "core/base/units.h"

namespace shakedown {
namespace {

struct FreeHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Handle = std::unique_ptr<CURL, FreeHandle>;
using List = std::unique_ptr<curl_slist, FreeHandle>;

struct Receiver {
  HttpReply reply;
  std::size_t largest = 0;
  bool too_large = false;
};

size_t take_body(char* bytes, size_t, size_t count, void* receiver_pointer) {
  auto& receiver = *static_cast<Receiver*>(receiver_pointer);
  if (count > receiver.largest - receiver.reply.body.size()) {
    receiver.too_large = true;
    return 0;
  }
  receiver.reply.body.append(bytes, count);
  return count;
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// A status line begins a new answer: "100 Continue" or a proxy's answer came before it.
size_t take_header(char* bytes, size_t, size_t count, void* receiver_pointer) {
  auto& headers = static_cast<Receiver*>(receiver_pointer)->reply.headers;
  const std::string_view line(bytes, count);
  if (line.starts_with("HTTP/")) headers.clear();
  const size_t colon = line.find(':');
  if (colon == line.npos) return count;
  std::string name(line.substr(0, colon));
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  headers.emplace_back(std::move(name), trimmed(line.substr(colon + 1)));
  return count;
}

bool holds_line_break(const HttpCall& call) {
  const auto broken = [](const std::string& text) { return text.find_first_of("\r\n") != text.npos; };
  return broken(call.method) || broken(call.url) ||
         std::any_of(call.headers.begin(), call.headers.end(),
                     [&](const auto& header) { return broken(header.first) || broken(header.second); });
}

List list_of(const HttpHeaders& headers) {
  List list(curl_slist_append(nullptr, "Expect:"));
  for (const auto& [name, value] : headers) {
    const std::string line = value.empty() ? name + ";" : name + ": " + value;
    curl_slist_append(list.get(), line.c_str());
  }
  return list;
}

void set_request(CURL* handle, const HttpCall& call, const List& headers) {
  curl_easy_setopt(handle, CURLOPT_URL, call.url.c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  if (!call.body.empty()) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, call.body.c_str());
  }
  if (call.method == "HEAD") curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, call.method.c_str());
}

void set_limits(CURL* handle, const HttpCall& call) {
  const auto limit = std::chrono::ceil<std::chrono::milliseconds>(call.timeout).count();
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<int64_t>(limit, 1)));
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "shakedown");
  if (names_loopback(call.url)) curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
}

Error no_answer(const HttpCall& call, const std::string& found) {
  return Error(ErrorKind::unavailable, call.method + " " + without_credentials(call.url) + ": expected an answer within " +
                                           format_duration(call.timeout) + ", found: " + found);
}

Error explain(const HttpCall& call, const Receiver& receiver, CURLcode code, const char* detail) {
  if (receiver.too_large) {
    return Error(ErrorKind::unavailable, call.method + " " + without_credentials(call.url) + ": expected at most " +
                                             std::to_string(call.largest) + " bytes, found more; narrow the query");
  }
  return no_answer(call, detail[0] != '\0' ? detail : curl_easy_strerror(code));
}

}  // namespace

Result<HttpReply> http_fetch(const HttpCall& call) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (holds_line_break(call)) return fail(no_answer(call, "a line break in the URL or in a header"));
  const Handle handle(ready == CURLE_OK ? curl_easy_init() : nullptr);
  if (!handle) return fail(no_answer(call, "libcurl cannot start"));
  const List headers = list_of(call.headers);
  Receiver receiver;
  receiver.largest = call.largest;
  char detail[CURL_ERROR_SIZE] = "";
  set_request(handle.get(), call, headers);
  set_limits(handle.get(), call);
  curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, detail);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &receiver);
  curl_easy_setopt(handle.get(), CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(handle.get(), CURLOPT_HEADERDATA, &receiver);
  const CURLcode code = curl_easy_perform(handle.get());
  if (code != CURLE_OK) return fail(explain(call, receiver, code, detail));
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  receiver.reply.status = static_cast<int>(status);
  return std::move(receiver.reply);
}

std::string without_credentials(std::string_view url) {
  const size_t scheme = url.find("://");
  const size_t host = scheme == url.npos ? 0 : scheme + 3;
  const size_t end = std::min(url.find_first_of("/?#", host), url.size());
  const size_t at = url.substr(0, end).rfind('@');
  if (at == url.npos || at < host) return std::string(url);
  return std::string(url.substr(0, host)) + std::string(url.substr(at + 1));
}

bool names_loopback(std::string_view url) {
  const std::string plain = without_credentials(url);
  const size_t scheme = plain.find("://");
  if (scheme == plain.npos) return false;
  std::string_view host = std::string_view(plain).substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  if (host.starts_with("[")) return host.substr(0, host.find(']') + 1) == "[::1]";
  const std::string name(host.substr(0, host.find(':')));
  in_addr address{};
  return name == "localhost" || (::inet_pton(AF_INET, name.c_str(), &address) == 1 && (ntohl(address.s_addr) >> 24) == 127);
}

std::string percent_encoded(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte < 128 && (std::isalnum(byte) || c == '-' || c == '.' || c == '_' || c == '~');
    if (plain) {
      out += c;
    } else {
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

}  // namespace shakedown
