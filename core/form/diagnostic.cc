#include "core/form/diagnostic.h"

#include <algorithm>
#include <tuple>

namespace shakedown {

std::string Diagnostic::text() const {
  std::string out = file + ":" + std::to_string(line) + ":" + std::to_string(col) + ": ";
  if (severity == Severity::warning) out += "warning: ";
  out += problem;
  if (!hint.empty()) out += "; " + hint;
  return out;
}

bool has_errors(const std::vector<Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& d) { return d.severity == Severity::error; });
}

void Diagnostics::error(Position at, std::string problem, std::string hint) {
  add(at, std::move(problem), std::move(hint), Severity::error);
}

void Diagnostics::warning(Position at, std::string problem, std::string hint) {
  add(at, std::move(problem), std::move(hint), Severity::warning);
}

void Diagnostics::add(Position at, std::string problem, std::string hint, Severity severity) {
  list_.push_back({file_, at.line, at.col, std::move(problem), std::move(hint), severity});
}

std::vector<Diagnostic> Diagnostics::take() {
  const auto key = [](const Diagnostic& d) { return std::tie(d.line, d.col, d.severity, d.problem, d.hint); };
  std::stable_sort(list_.begin(), list_.end(), [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  const auto same = [&](const Diagnostic& a, const Diagnostic& b) { return key(a) == key(b); };
  list_.erase(std::unique(list_.begin(), list_.end(), same), list_.end());
  if (list_.size() > kMost) {
    Diagnostic last = list_[kMost - 1];
    last.problem = std::to_string(list_.size() - kMost + 1) + " more problems from here on";
    last.hint = "repair the ones above first";
    last.severity = Severity::error;
    list_.resize(kMost - 1);
    list_.push_back(std::move(last));
  }
  return std::move(list_);
}

std::string ticked(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string out = "`";
  std::size_t used = 0;
  for (const char c : text) {
    const bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    if (used >= kLongest && !continues) {
      out += "...";
      break;
    }
    ++used;
    if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += '?';
    } else {
      out += c;
    }
  }
  return out + "`";
}

}  // namespace shakedown
