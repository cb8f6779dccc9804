// HTTP/1.1 on the serving side: an incremental request parser and the rendering of answers.
// Ownership: the parser copies what it keeps; it never looks at consumed bytes again.
// Threads: one parser belongs to one connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace practice {

inline constexpr std::size_t kMaxHead = 16 * 1024;
inline constexpr std::size_t kMaxBody = 1024 * 1024;

enum class Method { kGet, kHead, kPut, kDelete, kOther };

struct Request {
  Method method = Method::kOther;
  std::string target;
  std::string body;
  std::string token;  // of "Authorization: Bearer"
  bool keep_alive = true;
};

class RequestParser {
 public:
  enum class Result { kMore, kRequest, kBad };

  // Takes bytes from the front of `bytes`. kMore: wants what follows the rest of `bytes`.
  // kRequest: request() is complete and the next call begins another one. kBad: status() says why,
  // and nothing more can be read from this connection.
  Result feed(std::string_view& bytes);

  Request& request() { return request_; }
  int status() const { return status_; }
  // True once per request whose client waits for "100 Continue" before it sends the body.
  bool take_continue();

 private:
  enum class State { kHead, kBody, kChunkSize, kChunkData, kChunkEnd, kTrailer, kComplete };

  Result bad(int status);
  bool step(std::string_view& bytes);  // false: no progress without more bytes
  bool read_head(std::string_view& bytes);
  bool read_chunk_size(std::string_view& bytes);
  bool read_body_bytes(std::string_view& bytes);
  bool read_line(std::string_view& bytes, std::size_t limit, int status, std::string_view& line);
  void parse_head(std::string_view head);
  bool parse_request_line(std::string_view line);
  bool parse_header(std::string_view line);
  bool parse_length(std::string_view value);
  void begin_body();

  State state_ = State::kHead;
  Request request_;
  int status_ = 0;
  std::size_t scanned_ = 0;      // of an incomplete head
  std::uint64_t remaining_ = 0;  // of the body or the chunk
  std::size_t trailer_bytes_ = 0;
  bool has_length_ = false;
  bool chunked_ = false;
  bool expects_continue_ = false;
};

struct Answer {
  int status = 200;
  std::string body;
  const char* type = "text/plain";
  std::string headers = {};  // more of them, each with its line end
};

std::string render(const Answer& answer, bool head_only, bool close);

}  // namespace practice
