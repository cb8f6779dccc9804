#include "agent/load/request_template.h"

#include <strings.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <iterator>

#include "agent/load/trace.h"
#include "core/base/rng.h"

namespace shakedown {
namespace {

constexpr std::size_t kSeedDigits = 16;

bool is_idempotent(const std::string& method) {
  static constexpr std::string_view kIdempotent[] = {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"};
  return std::find(std::begin(kIdempotent), std::end(kIdempotent), method) != std::end(kIdempotent);
}

void append_number(std::string& out, uint64_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, static_cast<std::size_t>(end - digits));
}

std::size_t digits_of(uint64_t number) {
  std::size_t digits = 1;
  while (number >= 10) {
    number /= 10;
    ++digits;
  }
  return digits;
}

void append_seed(std::string& out, uint64_t seed, std::size_t limit) {
  static constexpr char kHex[] = "0123456789abcdef";
  for (std::size_t i = 0; i < std::min(limit, kSeedDigits); ++i)
    out.push_back(kHex[(seed >> (60 - 4 * i)) & 15]);
}

// Letters and digits that do not compress to nothing, the same for every run.
std::string value_tail(uint64_t size) {
  static constexpr char kLetters[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  std::string tail;
  if (size <= kSeedDigits) return tail;
  tail.reserve(size - kSeedDigits);
  Rng rng(size);
  while (tail.size() < size - kSeedDigits) tail.push_back(kLetters[rng.next() >> 58]);
  return tail;
}

bool breaks_line(const Text& text) {
  return std::any_of(text.pieces.begin(), text.pieces.end(), [](const TextPiece& piece) {
    return piece.kind == HoleKind::literal && piece.text.find_first_of("\r\n") != std::string::npos;
  });
}

}  // namespace

std::string host_header(const Target& target) {
  std::string host =
      target.host.find(':') != std::string::npos ? "[" + target.host + "]" : target.host;
  const uint16_t usual = target.scheme == "https" ? 443 : 80;
  return target.port == usual ? host : host + ":" + std::to_string(target.port);
}

Result<Text> with_secrets(const Text& text, const Secrets& secrets) {
  Text out = text;
  for (TextPiece& piece : out.pieces) {
    if (piece.kind != HoleKind::secret) continue;
    const auto secret = secrets.find(piece.text);
    if (secret == secrets.end()) {
      return fail(ErrorKind::scenario, "an expectation uses the secret `" + piece.text +
                                           "`, which is not declared; add it under `secrets:`");
    }
    piece = {HoleKind::literal, secret->second};
  }
  return out;
}

std::string fill_text(const Text& text, const Holes& holes, uint64_t value_size) {
  std::string out;
  for (const TextPiece& piece : text.pieces) {
    switch (piece.kind) {
      case HoleKind::literal:
        out += piece.text;
        break;
      case HoleKind::key:
        append_number(out, holes.key);
        break;
      case HoleKind::id:
        out += holes.id;
        break;
      case HoleKind::payload:
        out += holes.payload;
        break;
      case HoleKind::checksum:
        out += holes.checksum;
        break;
      case HoleKind::value:
        append_seed(out, holes.value_seed, value_size);
        out += value_tail(value_size);
        break;
      case HoleKind::secret:
        break;  // with_secrets has put them in
    }
  }
  return out;
}

void RequestTemplate::append(Pieces& to, std::string_view literal) {
  if (to.empty() || to.back().kind != HoleKind::literal) to.emplace_back();
  to.back().text += literal;
}

Result<void> RequestTemplate::append(Pieces& to, const Text& text, const Secrets& secrets) {
  for (const TextPiece& piece : text.pieces) {
    if (piece.kind == HoleKind::literal) {
      append(to, piece.text);
    } else if (piece.kind == HoleKind::secret) {
      const auto secret = secrets.find(piece.text);
      if (secret == secrets.end()) {
        return fail(ErrorKind::scenario, "a request uses the secret `" + piece.text +
                                             "`, which is not declared; add it under `secrets:`");
      }
      append(to, secret->second);
    } else {
      to.push_back({piece.kind, {}});
    }
  }
  return ok();
}

Result<void> RequestTemplate::append_headers(RequestTemplate& made, const HttpRequest& http,
                                             const Target& target, const Secrets& secrets) {
  const auto declares = [&](const char* name) {
    return std::any_of(http.headers.begin(), http.headers.end(), [&](const auto& header) {
      return strcasecmp(header.first.c_str(), name) == 0;
    });
  };
  if (!declares("host")) append(made.head_, "Host: " + host_header(target) + "\r\n");
  for (const auto& [name, value] : http.headers) {
    if (breaks_line(value) || name.find_first_of("\r\n: ") != std::string::npos) {
      return fail(ErrorKind::scenario, "the header `" + name +
                                           "` has a line break, or a space or colon in its name; "
                                           "write one header a line");
    }
    if (strcasecmp(name.c_str(), "content-length") == 0) continue;  // ours is always right
    append(made.head_, name + ": ");
    SHAKEDOWN_TRY(append(made.head_, value, secrets));
    append(made.head_, "\r\n");
  }
  return ok();
}

Result<RequestTemplate> RequestTemplate::make(const HttpRequest& http, const Target& target,
                                              const Secrets& secrets, uint64_t value_size,
                                              Trace trace) {
  if (breaks_line(http.path) || http.method.find_first_of("\r\n ") != std::string::npos) {
    return fail(ErrorKind::scenario, "the method or path of a request to `" + target.name +
                                         "` has a line break or a space; remove it");
  }
  RequestTemplate made;
  made.head_only_ = http.method == "HEAD";
  made.idempotent_ = is_idempotent(http.method);
  made.traced_ = trace == Trace::w3c;
  made.value_size_ = value_size;
  made.value_tail_ = value_tail(value_size);
  append(made.head_, http.method + " " + target.base_path);
  SHAKEDOWN_TRY(append(made.head_, http.path, secrets));
  append(made.head_, " HTTP/1.1\r\n");
  SHAKEDOWN_TRY(append_headers(made, http, target, secrets));
  SHAKEDOWN_TRY(append(made.body_, http.body, secrets));
  made.has_length_ = !made.body_.empty() || http.method == "POST" || http.method == "PUT" ||
                     http.method == "PATCH";
  const auto hole = [](const Piece& piece) { return piece.kind != HoleKind::literal; };
  if (!made.traced_ && std::none_of(made.head_.begin(), made.head_.end(), hole) &&
      std::none_of(made.body_.begin(), made.body_.end(), hole)) {
    std::string scratch;
    made.ready_ = made.render(Holes{}, scratch);
    made.fixed_ = true;
  }
  return made;
}

void RequestTemplate::fill(const Pieces& pieces, const Holes& holes, std::string& out) const {
  for (const Piece& piece : pieces) {
    switch (piece.kind) {
      case HoleKind::literal:
        out += piece.text;
        break;
      case HoleKind::key:
        append_number(out, holes.key);
        break;
      case HoleKind::value:
        append_seed(out, holes.value_seed, value_size_);
        out += value_tail_;
        break;
      case HoleKind::id:
        out += holes.id;
        break;
      case HoleKind::payload:
        out += holes.payload;
        break;
      case HoleKind::checksum:
        out += holes.checksum;
        break;
      case HoleKind::secret:
        break;
    }
  }
}

std::size_t RequestTemplate::size_of(const Pieces& pieces, const Holes& holes) const {
  std::size_t size = 0;
  for (const Piece& piece : pieces) {
    switch (piece.kind) {
      case HoleKind::literal:
        size += piece.text.size();
        break;
      case HoleKind::key:
        size += digits_of(holes.key);
        break;
      case HoleKind::value:
        size += value_size_;
        break;
      case HoleKind::id:
        size += holes.id.size();
        break;
      case HoleKind::payload:
        size += holes.payload.size();
        break;
      case HoleKind::checksum:
        size += holes.checksum.size();
        break;
      case HoleKind::secret:
        break;
    }
  }
  return size;
}

std::string_view RequestTemplate::render(const Holes& holes, std::string& scratch) const {
  if (fixed_) return ready_;
  scratch.clear();
  fill(head_, holes, scratch);
  if (traced_) append_traceparent(scratch, holes.trace, holes.span);
  if (has_length_) {
    scratch += "Content-Length: ";
    append_number(scratch, size_of(body_, holes));
    scratch += "\r\n";
  }
  scratch += "\r\n";
  fill(body_, holes, scratch);
  return scratch;
}

}  // namespace shakedown
