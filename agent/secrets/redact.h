// Takes secrets out of text that leaves this agent: an answer may echo what it was sent.
// Ownership: plain value. Threads: immutable after construction.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/secrets/secrets.h"

namespace shakedown {

class Redactor {
 public:
  // Knows every secret as it is and, from four bytes on, percent-encoded (any case, also as in a form), as HTML text, as JSON
  // text (as the encoders of Python, Go, Rails, PHP, Java and .NET write it; also of one taken for Latin-1), in hexadecimal
  // digits and in base64 (both alphabets, wherever in a longer text it begins); and what a secret that is base64 itself says, and
  // the halves of that at a colon (HTTP's basic authentication, RFC 7617). And each of these encoded once more in any of them.
  explicit Redactor(const Secrets& secrets = {});

  // The secret's name in braces wherever one stands; also where the text ends within one, or goes on within one after "...".
  std::string operator()(std::string_view text) const;
  // The first `limit` bytes of what is left of a text of which at least the first needed(limit) bytes are given.
  std::string first(std::string_view text, std::size_t limit) const;
  std::size_t needed(std::size_t limit) const;

 private:
  struct Spelling {
    std::string text, name;
  };
  struct Found {
    std::size_t begin, end;
    const std::string* name;
    bool cut;  // by the text's end
  };
  void know(const std::string& name, const std::string& value);
  // What begins within the first `limit` bytes.
  std::string taken_out(std::string_view text, std::size_t limit) const;
  void find(std::string_view text, bool decoded, std::vector<Found>& out) const;
  // Also what is encoded twice, in order of their beginnings; they may overlap.
  std::vector<Found> find_all(std::string_view text) const;
  const Spelling* at(std::string_view text, std::size_t shortest) const;
  // How much of the text's beginning is the end of a spelling whose beginning was cut off.
  std::size_t rest_of_one(std::string_view text, const Spelling*& whose) const;

  std::vector<Spelling> spellings_;                             // longest first
  std::array<std::vector<std::uint32_t>, 256> beginning_with_;  // this byte: places in spellings_
  std::size_t longest_ = 0;
};

}  // namespace shakedown
