#include "controller/scenario/scenario.h"

#include <charconv>
#include <cstdio>
#include <filesystem>

#include "controller/scenario/sections/decode.h"
#include "controller/scenario/sections/describe.h"
#include "core/base/digest.h"
#include "core/base/regular_file.h"
#include "core/form/check.h"
#include "core/yaml/text.h"
#include "core/yaml/tree.h"

namespace shakedown {
namespace {

// Derived so that the same file always gives the same drill.
uint64_t seed_of(const std::string& sha256) {
  uint64_t seed = 0;
  std::from_chars(sha256.data(), sha256.data() + 13, seed, 16);  // 52 bits: exact in JSON too
  return seed;
}

void decode_all(Decoding& d, const View& root) {
  decode_header(d, root);
  decode_forecast(d, root["forecast"]);
  decode_agents(d, root);
  decode_targets(d, root);
  decode_components(d, root);
  decode_operations(d, root);
  decode_probes(d, root);
  decode_ledgers(d, root);
  decode_release(d, root);
  decode_checks(d, root);
  decode_cleanups(d, root);
  decode_setup(d, root);
  decode_conditions(d, root);
  decode_phases(d, root);
  decode_dependencies(d, root);
  decode_requirements(d, root);
  decode_stop_conditions(d, root);
  check_scalability(d, root);
  check_downstream(d, root);
  complete_operations(d, root);
  complete_faults(d, root);
  if (!d.diagnostics.failed()) check_places(d, root), check_greetings(d, root);
  if (!d.diagnostics.failed()) check_evidence(d, root), check_connections(d, root);  // warnings only
  if (!d.diagnostics.failed()) check_checks_used(d, root);
}

Decoded unreadable(const std::string& path, const std::string& why) {
  Diagnostics diagnostics(path);
  diagnostics.error({}, "the file cannot be read: " + why, "check the path");
  return {std::nullopt, diagnostics.take()};
}

}  // namespace

std::string sha256_hex(std::string_view bytes) { return hex(sha256(bytes)); }

Decoded decode_scenario(std::string_view text, std::string file_name, std::string folder) {
  Diagnostics diagnostics(std::move(file_name));
  std::optional<Node> tree = parse_yaml(text, diagnostics);
  if (!tree) return {std::nullopt, diagnostics.take()};
  if (tree->type != NodeType::mapping) {
    const bool empty = tree->type == NodeType::null;
    diagnostics.error(tree->at, empty ? "the file is empty" : "expected a mapping, found " + describe(*tree),
                      "start with `shakedown: v1`");
    return {std::nullopt, diagnostics.take()};
  }
  Names names = collect_names(*tree, scenario_shape(), diagnostics);
  if (names.of("agent").empty()) names.add("agent", "local", {}, diagnostics);
  check_form(*tree, scenario_shape(), names, diagnostics);
  Decoding d{names, diagnostics, std::move(folder), {}};
  d.scenario.sha256 = sha256_hex(text);
  d.scenario.folder = d.folder;
  d.scenario.seed = seed_of(d.scenario.sha256);
  decode_all(d, View(&*tree, &scenario_shape(), tree->at));
  Decoded decoded;
  if (!diagnostics.failed()) decoded.scenario = std::move(d.scenario);
  decoded.diagnostics = diagnostics.take();
  return decoded;
}

Decoded load_scenario(const std::string& path) {
  std::error_code error;
  const auto absolute = std::filesystem::absolute(path, error).lexically_normal();
  if (error) return unreadable(path, error.message());
  if (std::filesystem::is_directory(absolute, error)) return unreadable(path, "it is a folder");
  if (std::filesystem::is_other(absolute, error)) return unreadable(path, "it is a pipe or a device");
  std::string why_not;
  const OpenFile file = open_regular_file(absolute, why_not);
  if (!file) return unreadable(path, why_not);
  // One byte more than allowed is enough to know that it is too large.
  std::string text(kLargestScenario + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) return unreadable(path, "reading failed");
  return decode_scenario(text, path, absolute.parent_path().string());
}

}  // namespace shakedown
