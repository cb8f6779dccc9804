#include "agent/load/protocols/http1/parser.h"

#include <strings.h>

#include <algorithm>
#include <cstring>

#include "agent/load/protocols/protocol.h"

namespace shakedown {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Calls f for each element of a comma-separated list.
template <typename F>
void for_each_token(std::string_view list, F f) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    f(trimmed(list.substr(0, comma)));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

}  // namespace

void Http1Parser::begin(bool head_only, bool keep_head, bool keep_body, std::size_t body_limit) {
  state_ = State::status_line;
  head_only_ = head_only;
  keep_head_ = keep_head;
  keep_body_ = keep_body;
  chunked_ = other_coding_ = has_length_ = until_close_ = body_cut_ = foldable_ = false;
  keep_alive_ = false;
  status_ = 0;
  left_ = length_ = 0;
  head_bytes_ = 0;
  chunk_line_bytes_ = body_bytes_ = 0;
  body_limit_ = body_limit;
  line_.clear();
  head_.clear();
  body_.clear();
}

void Http1Parser::trim() {
  constexpr std::size_t kKept = 64 * 1024;
  for (std::string* text : {&line_, &head_, &body_}) {
    if (text->capacity() > kKept) *text = std::string();
  }
}

bool Http1Parser::too_many_lines(std::size_t more) {
  if (state_ == State::chunk_size || state_ == State::chunk_end) {
    chunk_line_bytes_ += more;
    return chunk_line_bytes_ > kChunkLinesLimit + body_bytes_ / 8;
  }
  head_bytes_ += more;
  return head_bytes_ > kHeadLimit;
}

bool Http1Parser::take_line(std::string_view& rest, std::string_view& line) {
  const auto* found = static_cast<const char*>(std::memchr(rest.data(), '\n', rest.size()));
  const std::size_t taken = found ? static_cast<std::size_t>(found - rest.data()) + 1 : rest.size();
  if (too_many_lines(taken)) {
    state_ = State::broken;
    return false;
  }
  if (found == nullptr) {
    line_.append(rest);
    rest = {};
    return false;
  }
  if (line_.empty()) {
    line = rest.substr(0, taken - 1);
  } else {
    line_.append(rest.substr(0, taken - 1));
    line = line_;
  }
  rest.remove_prefix(taken);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return true;
}

void Http1Parser::on_status_line(std::string_view line) {
  if (line.empty()) return;  // what some servers send after a body
  state_ = State::broken;
  if (line.size() < 12 || line.substr(0, 7) != "HTTP/1." || line[8] != ' ') return;
  if ((line[7] != '0' && line[7] != '1') || !is_digit(line[9]) || !is_digit(line[10]) || !is_digit(line[11])) return;
  if (line.size() > 12 && line[12] != ' ') return;
  status_ = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  if (status_ < 100 || status_ == 101) return;
  keep_alive_ = line[7] == '1';
  state_ = State::header;
}

void Http1Parser::on_content_length(std::string_view value) {
  const bool number = !value.empty() && value.size() <= 18 && std::all_of(value.begin(), value.end(), is_digit);
  if (!number) {
    state_ = State::broken;
    return;
  }
  uint64_t length = 0;
  for (const char c : value) length = length * 10 + static_cast<uint64_t>(c - '0');
  if (has_length_ && length != length_) state_ = State::broken;
  has_length_ = true;
  length_ = length;
}

// RFC 9110 8.6: a list of the same length counts as one.
void Http1Parser::on_content_lengths(std::string_view list) {
  if (trimmed(list).empty()) state_ = State::broken;
  for_each_token(list, [this](std::string_view one) { on_content_length(one); });
}

void Http1Parser::on_connection(std::string_view value) {
  for_each_token(value, [this](std::string_view token) {
    if (same(token, "close")) keep_alive_ = false;
    if (same(token, "keep-alive")) keep_alive_ = true;
  });
}

void Http1Parser::on_transfer_encoding(std::string_view value) {
  for_each_token(value, [this](std::string_view token) {
    if (token.empty()) return;
    if (chunked_) state_ = State::broken;  // chunked must come last, once
    chunked_ = same(token, "chunked");
    other_coding_ = other_coding_ || !chunked_;
  });
}

// RFC 9112 5.2: a line that begins with a blank goes on with the value before it. Not where the value frames the answer.
void Http1Parser::on_fold(std::string_view line) {
  if (!foldable_) {
    state_ = State::broken;
  } else if (keep_head_) {
    head_.resize(head_.size() - 2);
    head_.append(" ").append(trimmed(line)).append("\r\n");
  }
}

void Http1Parser::on_header(std::string_view line) {
  if (line.empty()) {
    on_head_end();
    return;
  }
  if (is_blank(line.front())) {
    on_fold(line);
    return;
  }
  const auto* colon = static_cast<const char*>(std::memchr(line.data(), ':', line.size()));
  if (colon == nullptr || colon == line.data()) {
    state_ = State::broken;
    return;
  }
  const std::string_view name = trimmed(line.substr(0, static_cast<std::size_t>(colon - line.data())));
  const std::string_view value(colon + 1, line.size() - static_cast<std::size_t>(colon + 1 - line.data()));
  if (keep_head_) head_.append(name).append(":").append(value).append("\r\n");
  foldable_ = true;
  switch (name.front() | 0x20) {
    case 'c':
      if (same(name, "content-length")) {
        foldable_ = false;
        on_content_lengths(value);
      } else if (same(name, "connection")) {
        foldable_ = false;
        on_connection(value);
      }
      break;
    case 't':
      if (!same(name, "transfer-encoding")) break;
      foldable_ = false;
      on_transfer_encoding(value);
      break;
    default: break;
  }
}

Answer Http1Parser::so_far() const {
  Answer answer;
  answer.code = status_;
  return answer;
}

void Http1Parser::on_head_end() {
  if (status_ < 200) {
    const std::size_t bytes = head_bytes_;
    begin(head_only_, keep_head_, keep_body_, body_limit_);
    head_bytes_ = bytes;
    return;
  }
  if (!keep_body_ && excerpt_ > 0 && (unless_ == nullptr || !unless_->right_kind(so_far(), Holes{}))) {
    keep_body_ = true;
    body_limit_ = excerpt_;
  }
  if (head_only_ || status_ == 204 || status_ == 304) {
    state_ = State::done;
  } else if (chunked_) {
    if (has_length_) keep_alive_ = false;  // RFC 9112 6.3: suspicious, so the connection ends here
    state_ = State::chunk_size;
  } else if (has_length_ && !other_coding_) {
    left_ = length_;
    state_ = left_ == 0 ? State::done : State::body;
  } else {
    until_close_ = true;
    state_ = State::until_close;
  }
}

void Http1Parser::on_chunk_size(std::string_view line) {
  std::size_t digits = 0;
  uint64_t size = 0;
  while (digits < line.size() && hex_value(line[digits]) >= 0) {
    size = size * 16 + static_cast<uint64_t>(hex_value(line[digits]));
    if (++digits > 15) break;
  }
  const std::string_view rest = trimmed(line.substr(digits));
  if (digits == 0 || digits > 15 || (!rest.empty() && rest.front() != ';')) {
    state_ = State::broken;
    return;
  }
  left_ = size;
  state_ = size == 0 ? State::trailer : State::chunk;
}

void Http1Parser::on_line(std::string_view line) {
  switch (state_) {
    case State::status_line: on_status_line(line); break;
    case State::header: on_header(line); break;
    case State::chunk_size: on_chunk_size(line); break;
    case State::chunk_end: state_ = line.empty() ? State::chunk_size : State::broken; break;
    case State::trailer:
      if (line.empty()) state_ = State::done;
      break;
    default: state_ = State::broken; break;
  }
  line_.clear();
}

void Http1Parser::on_body(std::string_view& rest) {
  const std::size_t taken =
      state_ == State::until_close ? rest.size() : static_cast<std::size_t>(std::min<uint64_t>(left_, rest.size()));
  if (keep_body_) {
    const std::size_t room = body_limit_ - std::min(body_limit_, body_.size());
    body_.append(rest.substr(0, std::min(room, taken)));
    body_cut_ = body_cut_ || taken > room;
  }
  rest.remove_prefix(taken);
  body_bytes_ += taken;
  if (state_ == State::until_close) return;
  left_ -= taken;
  if (left_ == 0) state_ = state_ == State::body ? State::done : State::chunk_end;
}

Http1Parser::Progress Http1Parser::feed(std::string_view piece) {
  std::string_view rest = piece;
  while (!rest.empty() && state_ != State::done && state_ != State::broken) {
    if (state_ == State::body || state_ == State::until_close || state_ == State::chunk) {
      on_body(rest);
      continue;
    }
    std::string_view line;
    if (take_line(rest, line)) on_line(line);
  }
  const Status status = state_ == State::done ? Status::complete : state_ == State::broken ? Status::broken : Status::need_more;
  return {status, piece.size() - rest.size()};
}

Http1Parser::Status Http1Parser::end() {
  state_ = state_ == State::until_close ? State::done : State::broken;
  return state_ == State::done ? Status::complete : Status::broken;
}

}  // namespace shakedown
