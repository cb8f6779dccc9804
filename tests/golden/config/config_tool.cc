// The library `config` as a program, for tests: config_tool schema | reference | check FILE... |
// verdicts FILE... check prints every diagnostic (files by base name) and exits 0 or 65; verdicts
// prints one line for each file, "ok FILE" or "bad FILE" and its errors.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "controller/scenario/scenario.h"

namespace {

int check(const char* path) {
  const shakedown::Decoded decoded = shakedown::load_scenario(path);
  for (shakedown::Diagnostic diagnostic : decoded.diagnostics) {
    diagnostic.file = std::filesystem::path(diagnostic.file).filename().string();
    std::printf("%s\n", diagnostic.text().c_str());
  }
  return decoded.scenario ? 0 : 65;
}

void print_verdict(const char* path) {
  const shakedown::Decoded decoded = shakedown::load_scenario(path);
  std::string line = (decoded.scenario ? "ok " : "bad ") + std::filesystem::path(path).filename().string();
  for (const shakedown::Diagnostic& diagnostic : decoded.diagnostics) {
    if (diagnostic.severity == shakedown::Severity::error) line += " | " + diagnostic.problem;
  }
  std::printf("%s\n", line.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "schema" && argc == 2) return std::fputs(shakedown::scenario_schema_json().c_str(), stdout) < 0;
  if (what == "reference" && argc == 2) return std::fputs(shakedown::scenario_reference_markdown().c_str(), stdout) < 0;
  if ((what != "check" && what != "verdicts") || argc < 3) {
    std::fputs("usage: config_tool schema | reference | check FILE... | verdicts FILE...\n", stderr);
    return 64;
  }
  int worst = 0;
  for (int i = 2; i < argc && what == "verdicts"; ++i) print_verdict(argv[i]);
  for (int i = 2; i < argc && what == "check"; ++i) worst = std::max(worst, check(argv[i]));
  return worst;
}
