// A regular expression as a scenario writes it: in RE2's syntax (github.com/google/re2/wiki/Syntax), read as bytes; a dot
// stands for a line's end too, and ^ and $ for the ends of each line. Its search takes time in proportion to what is searched,
// whatever a target answers; what cannot be searched so (look-around, back-references) is no expression.
// Threads: immutable; RE2 stays in the .cc.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace re2 {
class RE2;
}

namespace shakedown {

class Regex {
 public:
  // Error scenario: what is wrong with it, in a few words.
  static Result<Regex> make(const std::string& text);
  ~Regex();
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;

  // From that byte on; what ^ and \b look at before it is there.
  bool found_in(std::string_view bytes, std::size_t from = 0) const;
  bool is_all_of(std::string_view bytes) const;

 private:
  explicit Regex(std::unique_ptr<const re2::RE2> compiled);
  std::unique_ptr<const re2::RE2> compiled_;
};

}  // namespace shakedown
