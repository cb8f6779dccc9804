// Reads one HTTP/1.1 answer, fed in any pieces. Sources: RFC 9112 sections 4 to 7 (status line,
// fields, body length, chunks), RFC 9110 section 8.6 (Content-Length). Stricter than RFC 9112
// where an answer would be ambiguous: folded header lines, blanks before a colon, a Content-Length
// that is not one plain number, different repeated ones, and 101 are broken. Interim answers (1xx)
// are skipped. A lone LF ends a line too.
// Ownership: plain value, one per connection. Threads: none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/load/protocols/codec.h"

namespace shakedown {

class AnswerCheck;

class Http1Parser {
 public:
  // Header lines and trailers together, interim answers included.
  static constexpr std::size_t kHeadLimit = 64 * 1024;
  // What frames chunks, beside an eighth of the body that came in them: a line costs as much as kilobytes of body, and a target
  // that sends little else would take our time from all others.
  static constexpr std::size_t kChunkLinesLimit = 256 * 1024;

  using Status = Codec::Status;
  using Progress = Codec::Progress;

  // A new answer. head_only: the request was HEAD. keep_head, keep_body: collect header lines, body
  // (up to body_limit).
  void begin(bool head_only, bool keep_head, bool keep_body, std::size_t body_limit);
  // After begin: of an answer whose body is not kept, keeps the first `limit` bytes, unless its status is what `unless` wants.
  void keep_excerpt(std::size_t limit, const AnswerCheck* unless) {
    excerpt_ = limit;
    unless_ = unless;
  }
  // Not after complete or broken.
  Progress feed(std::string_view piece);
  // The peer closed: complete when that is what ends the body, else broken.
  Status end();

  int status() const { return status_; }
  // Whether the connection may carry another request; valid once complete.
  bool reusable() const { return keep_alive_ && !until_close_; }
  const std::string& head() const { return head_; }
  const std::string& body() const { return body_; }
  bool body_cut() const { return body_cut_; }
  // Gives large buffers back; for a connection that falls idle.
  void trim();

 private:
  enum class State : uint8_t { status_line, header, body, until_close, chunk_size, chunk, chunk_end, trailer, done, broken };

  bool too_many_lines(std::size_t more);
  bool take_line(std::string_view& rest, std::string_view& line);
  void on_line(std::string_view line);
  void on_status_line(std::string_view line);
  void on_header(std::string_view line);
  void on_fold(std::string_view line);
  void on_content_length(std::string_view value);
  void on_content_lengths(std::string_view list);
  void on_connection(std::string_view value);
  void on_transfer_encoding(std::string_view value);
  Answer so_far() const;
  void on_head_end();
  void on_chunk_size(std::string_view line);
  void on_body(std::string_view& rest);

  State state_ = State::done;
  bool head_only_ = false, keep_head_ = false, keep_body_ = false;
  bool keep_alive_ = false, chunked_ = false, other_coding_ = false, has_length_ = false, until_close_ = false;
  bool body_cut_ = false;
  bool foldable_ = false;  // a header line came, and its value is none that frames the answer
  int status_ = 0;
  uint64_t left_ = 0;  // of the body or chunk
  uint64_t length_ = 0;
  std::size_t head_bytes_ = 0;
  uint64_t chunk_line_bytes_ = 0, body_bytes_ = 0;
  std::size_t body_limit_ = 0;
  std::size_t excerpt_ = 0;
  const AnswerCheck* unless_ = nullptr;
  std::string line_;  // the part of a line that came so far
  std::string head_, body_;
};

}  // namespace shakedown
