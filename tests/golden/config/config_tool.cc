// The library `config` as a program, for tests: config_tool schema | reference | check FILE...
// check prints every diagnostic (files by base name) and exits 0 or 65.
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "core/config/scenario.h"

namespace {

int check(const char* path) {
  const shakedown::Decoded decoded = shakedown::load_scenario(path);
  for (shakedown::Diagnostic diagnostic : decoded.diagnostics) {
    diagnostic.file = std::filesystem::path(diagnostic.file).filename().string();
    std::printf("%s\n", diagnostic.text().c_str());
  }
  return decoded.scenario ? 0 : 65;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "schema" && argc == 2) return std::fputs(shakedown::scenario_schema_json().c_str(), stdout) < 0;
  if (what == "reference" && argc == 2) return std::fputs(shakedown::scenario_reference_markdown().c_str(), stdout) < 0;
  if (what != "check" || argc < 3) {
    std::fputs("usage: config_tool schema | reference | check FILE...\n", stderr);
    return 64;
  }
  int worst = 0;
  for (int i = 2; i < argc; ++i) worst = std::max(worst, check(argv[i]));
  return worst;
}
