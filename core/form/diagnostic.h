// What is wrong with a scenario, and where. Plain values; no threads of its own.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace shakedown {

// 1-based; columns count bytes.
struct Position {
  uint32_t line = 1;
  uint32_t col = 1;
  friend auto operator<=>(const Position&, const Position&) = default;
};

enum class Severity { error, warning };  // a warning does not forbid the run

struct Diagnostic {
  std::string file;
  uint32_t line = 1, col = 1;
  std::string problem;
  std::string hint;  // may be empty
  Severity severity = Severity::error;

  // "file:line:col: problem; hint"; a warning has "warning: " before the problem.
  std::string text() const;
};

bool has_errors(const std::vector<Diagnostic>& diagnostics);

// Collects every diagnostic of one file.
class Diagnostics {
 public:
  static constexpr std::size_t kMost = 200;  // what take() returns at most

  explicit Diagnostics(std::string file) : file_(std::move(file)) {}
  void error(Position at, std::string problem, std::string hint = {});
  void warning(Position at, std::string problem, std::string hint = {});
  bool failed() const { return has_errors(list_); }
  std::size_t count() const { return list_.size(); }
  // Sorted by position, without repeats.
  std::vector<Diagnostic> take();

 private:
  void add(Position at, std::string problem, std::string hint, Severity severity);

  std::string file_;
  std::vector<Diagnostic> list_;
};

// A value from the file, shortened and with control characters made visible, between backquotes.
std::string ticked(std::string_view text);

}  // namespace shakedown
