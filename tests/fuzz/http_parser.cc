// Fuzzes the HTTP/1.1 parser. The first byte decides how the request asked and where the input is
// cut; an answer parsed whole and in two pieces must come out the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "agent/load/protocols/http1/parser.h"
#include "tests/fuzz/fuzz.h"

namespace {

using shakedown::Http1Parser;

struct Parsed {
  Http1Parser::Status status;
  std::size_t used;
  std::string body;
};

Parsed parse(std::string_view text, std::size_t cut, bool head_only) {
  Http1Parser parser;
  parser.begin(head_only, true, true, 1 << 16);
  auto progress = parser.feed(text.substr(0, cut));
  std::size_t used = progress.used;
  if (progress.status == Http1Parser::Status::need_more) {
    progress = parser.feed(text.substr(cut));
    used += progress.used;
  }
  if (progress.status == Http1Parser::Status::need_more) progress.status = parser.end();
  return {progress.status, used, parser.body()};
}

}  // namespace

namespace shakedown::fuzz {

std::vector<std::string> seeds() {
  return {"\x10HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
          "\x22HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nTrailer: x\r\n\r\n",
          "\x33HTTP/1.0 204 No Content\r\nConnection: close\r\n\r\n", "\x41HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 304\r\n\r\n",
          "\x08HTTP/1.1 500 x\r\nContent-Length: 3, 3\r\nSet-Cookie: a\r\n b\r\n\r\nabc"};
}

std::string mutated(std::string input, Rng& rng) {
  if (rng.below(2) == 0) return bytes_mutated(std::move(input), rng);
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < input.size();) {
    const std::size_t end = std::min(input.find('\n', from), input.size() - 1) + 1;
    lines.push_back(input.substr(from, end - from));
    from = end;
  }
  pieces_mutated(lines, rng);
  std::string out;
  for (const std::string& line : lines) out += line;
  return out;
}

}  // namespace shakedown::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool head_only = (data[0] & 1) != 0;
  const Parsed whole = parse(text, text.size(), head_only);
  const Parsed split = parse(text, (data[0] >> 1) % (text.size() + 1), head_only);
  if (whole.used > text.size() || split.status != whole.status) std::abort();
  if (whole.status == Http1Parser::Status::complete && (split.used != whole.used || split.body != whole.body)) {
    std::abort();
  }
  return 0;
}
