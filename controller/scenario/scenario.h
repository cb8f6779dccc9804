// The scenario file: text to model, with every diagnostic at once; its JSON schema and its
// reference page. Pure but for load_scenario. Threads: safe everywhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/model/scenario.h"
#include "core/form/diagnostic.h"

namespace shakedown {

struct Decoded {
  std::optional<Scenario> scenario;     // present exactly when no diagnostic is an error
  std::vector<Diagnostic> diagnostics;  // by position; may hold warnings beside a scenario
};

// file_name is only for the diagnostics; folder (absolute) is where relative paths start.
Decoded decode_scenario(std::string_view text, std::string file_name, std::string folder);
// A file that cannot be read is a diagnostic at 1:1.
Decoded load_scenario(const std::string& path);

// JSON Schema, draft 2020-12, generated from the description that the decoder walks. What needs the
// meaning of another part (names, units of objectives, what fits into a phase) is the decoder's
// alone.
std::string scenario_schema_json();
// docs/scenario-reference.md, from the same description.
std::string scenario_reference_markdown();

// Lower-case hex SHA-256.
std::string sha256_hex(std::string_view bytes);

}  // namespace shakedown
