#include "target/http/http.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace practice {
namespace {

constexpr std::size_t kMaxChunkLine = 1024;

bool is_token(std::string_view text) {
  const auto fine = [](unsigned char c) {
    return std::isalnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), fine);
}

bool same(std::string_view left, std::string_view right) {
  const auto equal = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), equal);
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// Whether a comma separated list has this member.
bool lists(std::string_view value, std::string_view member) {
  for (;;) {
    const std::size_t comma = value.find(',');
    if (same(trim(value.substr(0, comma)), member)) return true;
    if (comma == std::string_view::npos) return false;
    value.remove_prefix(comma + 1);
  }
}

Method method_of(std::string_view name) {
  if (name == "GET") return Method::kGet;
  if (name == "HEAD") return Method::kHead;
  if (name == "PUT") return Method::kPut;
  if (name == "DELETE") return Method::kDelete;
  return Method::kOther;
}

const char* reason_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 413: return "Content Too Large";
    case 431: return "Request Header Fields Too Large";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Internal Server Error";
  }
}

}  // namespace

RequestParser::Result RequestParser::bad(int status) {
  status_ = status;
  return Result::kBad;
}

RequestParser::Result RequestParser::feed(std::string_view& bytes) {
  if (state_ == State::kComplete) {
    request_ = Request{};
    state_ = State::kHead;
  }
  while (status_ == 0 && state_ != State::kComplete) {
    if (!step(bytes)) break;
  }
  if (status_ != 0) return Result::kBad;
  return state_ == State::kComplete ? Result::kRequest : Result::kMore;
}

bool RequestParser::take_continue() {
  const bool waiting = expects_continue_ && state_ != State::kHead && state_ != State::kComplete;
  if (waiting) expects_continue_ = false;
  return waiting;
}

bool RequestParser::step(std::string_view& bytes) {
  std::string_view line;
  switch (state_) {
    case State::kHead: return read_head(bytes);
    case State::kBody:
    case State::kChunkData: return read_body_bytes(bytes);
    case State::kChunkSize: return read_chunk_size(bytes);
    case State::kChunkEnd:
      if (!read_line(bytes, 0, 400, line)) return false;
      state_ = State::kChunkSize;
      return true;
    case State::kTrailer:
      if (!read_line(bytes, kMaxHead - trailer_bytes_, 431, line)) return false;
      trailer_bytes_ += line.size();
      if (line.empty()) state_ = State::kComplete;
      return true;
    case State::kComplete: break;
  }
  return false;
}

bool RequestParser::read_head(std::string_view& bytes) {
  while (bytes.substr(0, 2) == "\r\n") bytes.remove_prefix(2);  // allowed between requests
  const std::size_t end = bytes.find("\r\n\r\n", scanned_);
  if (std::min(end, bytes.size()) > kMaxHead) {
    bad(431);
    return false;
  }
  if (end == std::string_view::npos) {
    scanned_ = bytes.size() < 3 ? 0 : bytes.size() - 3;
    return false;
  }
  scanned_ = 0;
  parse_head(bytes.substr(0, end + 2));
  bytes.remove_prefix(end + 4);
  if (status_ == 0) begin_body();
  return status_ == 0;
}

void RequestParser::parse_head(std::string_view head) {
  has_length_ = chunked_ = expects_continue_ = false;
  remaining_ = 0;
  trailer_bytes_ = 0;
  bool first = true;
  while (!head.empty()) {
    const std::size_t end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end + 2);
    if (!(first ? parse_request_line(line) : parse_header(line))) {
      if (status_ == 0) bad(400);
      return;
    }
    first = false;
  }
}

bool RequestParser::parse_request_line(std::string_view line) {
  const std::size_t one = line.find(' ');
  const std::size_t two = line.rfind(' ');
  if (one == std::string_view::npos || two == one) return false;
  const std::string_view version = line.substr(two + 1);
  const std::string_view target = line.substr(one + 1, two - one - 1);
  const auto visible = [](char c) { return c > ' ' && c < 0x7f; };
  if (!is_token(line.substr(0, one)) || target.empty()) return false;
  if (!std::all_of(target.begin(), target.end(), visible)) return false;
  if (version.size() != 8 || version.substr(0, 5) != "HTTP/" || version[6] != '.') return false;
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    bad(505);
    return false;
  }
  request_.method = method_of(line.substr(0, one));
  request_.target = target;
  request_.keep_alive = version == "HTTP/1.1";
  return true;
}

bool RequestParser::parse_header(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return false;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trim(line.substr(colon + 1));
  const auto control = [](unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7f; };
  if (std::any_of(value.begin(), value.end(), control)) return false;
  if (same(name, "content-length")) return parse_length(value);
  if (same(name, "transfer-encoding")) {
    chunked_ = same(value, "chunked");
    if (!chunked_) bad(501);
    return chunked_;
  }
  if (same(name, "connection")) {
    if (lists(value, "close")) request_.keep_alive = false;
    if (lists(value, "keep-alive")) request_.keep_alive = true;
  }
  constexpr std::string_view kBearer = "bearer ";
  if (same(name, "authorization") && same(value.substr(0, kBearer.size()), kBearer)) {
    request_.token = trim(value.substr(kBearer.size()));
  }
  if (same(name, "expect")) expects_continue_ = same(value, "100-continue");
  return true;
}

bool RequestParser::parse_length(std::string_view value) {
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
  if (value.empty() || error != std::errc{} || end != value.data() + value.size()) return false;
  if (has_length_ && length != remaining_) return false;
  has_length_ = true;
  remaining_ = length;
  return true;
}

void RequestParser::begin_body() {
  if (chunked_ && has_length_) {
    bad(400);
  } else if (remaining_ > kMaxBody) {
    bad(413);
  } else if (chunked_) {
    state_ = State::kChunkSize;
  } else {
    state_ = remaining_ > 0 ? State::kBody : State::kComplete;
  }
}

bool RequestParser::read_body_bytes(std::string_view& bytes) {
  const std::size_t take = std::min<std::uint64_t>(remaining_, bytes.size());
  request_.body.append(bytes.substr(0, take));
  bytes.remove_prefix(take);
  remaining_ -= take;
  if (remaining_ > 0) return false;
  state_ = state_ == State::kBody ? State::kComplete : State::kChunkEnd;
  return true;
}

bool RequestParser::read_chunk_size(std::string_view& bytes) {
  std::string_view line;
  if (!read_line(bytes, kMaxChunkLine, 400, line)) return false;
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
  const std::string_view rest = line.substr(static_cast<std::size_t>(end - line.data()));
  if (error != std::errc{} || (!trim(rest).empty() && trim(rest).front() != ';')) {
    bad(400);
    return false;
  }
  if (size > kMaxBody - request_.body.size()) {
    bad(413);
    return false;
  }
  remaining_ = size;
  state_ = size > 0 ? State::kChunkData : State::kTrailer;
  return true;
}

bool RequestParser::read_line(std::string_view& bytes, std::size_t limit, int status, std::string_view& line) {
  const std::size_t end = bytes.find("\r\n");
  const bool partial = end == std::string_view::npos;
  // A lone CR at the end may still become a line end.
  const bool cut = partial && !bytes.empty() && bytes.back() == '\r';
  if ((partial ? bytes.size() - (cut ? 1 : 0) : end) > limit) {
    bad(status);
    return false;
  }
  if (partial) return false;
  line = bytes.substr(0, end);
  bytes.remove_prefix(end + 2);
  return true;
}

std::string render(const Answer& answer, bool head_only, bool close) {
  std::string text = "HTTP/1.1 " + std::to_string(answer.status) + " " + reason_of(answer.status);
  text += "\r\nContent-Type: ";
  text += answer.type;
  text += "\r\nContent-Length: " + std::to_string(answer.body.size()) + "\r\n" + answer.headers;
  text += close ? "Connection: close\r\n\r\n" : "Connection: keep-alive\r\n\r\n";
  if (!head_only) text += answer.body;
  return text;
}

}  // namespace practice
