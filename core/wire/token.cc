#include "core/wire/token.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/wire/credentials/private_file.h"

namespace shakedown {

std::string random_token() {
  std::array<unsigned char, 32> bits{};
  if (::getrandom(bits.data(), bits.size(), 0) != static_cast<ssize_t>(bits.size())) std::abort();
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bits) {
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

bool same_token(std::string_view a, std::string_view b) {
  volatile unsigned char different = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const unsigned char left = a.empty() ? 0 : static_cast<unsigned char>(a[i % a.size()]);
    const unsigned char right = b.empty() ? 0 : static_cast<unsigned char>(b[i % b.size()]);
    different = static_cast<unsigned char>(different | (left ^ right));
  }
  return different == 0;
}

Result<std::string> create_token_file(const std::string& path) {
  const std::string token = random_token();
  SHAKEDOWN_TRY(create_file(path, token + "\n"));
  return token;
}

Result<std::string> read_token_file(const std::string& path) {
  SHAKEDOWN_TRY(auto token, read_private_file(path, "token file"));
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r' || token.back() == ' ')) token.pop_back();
  if (token.empty()) return fail(ErrorKind::unavailable, "the token file " + path + " is empty; a token was expected");
  return token;
}

}  // namespace shakedown
