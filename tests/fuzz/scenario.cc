// A scenario file: decoded, and where it is accepted, planned and sent to an agent, which must understand it.
#include <algorithm>
#include <cstdlib>

#include "controller/agents/planner.h"
#include "controller/plan/text.h"
#include "controller/scenario/scenario.h"
#include "core/wire/codec/session.h"
#include "shakedown/v1/session.pb.h"
#include "tests/fuzz/fuzz.h"

namespace shakedown::fuzz {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size() - 1) + 1;
    lines.push_back(text.substr(from, end - from));
    from = end;
  }
  return lines;
}

std::size_t indent_of(const std::string& line) { return std::min(line.find_first_not_of(" -"), line.size()); }

// A line with everything that is indented deeper below it: a key and its value.
struct Block {
  std::size_t from = 0, length = 1;
};

Block block_at(const std::vector<std::string>& lines, std::size_t from) {
  Block block{from, 1};
  while (from + block.length < lines.size() && indent_of(lines[from + block.length]) > indent_of(lines[from])) ++block.length;
  return block;
}

// A key is dropped, doubled, moved beside another one, or given another one's value.
std::string keys_mutated(const std::string& text, Rng& rng) {
  std::vector<std::string> lines = lines_of(text);
  if (lines.empty()) return text;
  const auto any = [&] { return rng.below(lines.size()); };
  const Block block = block_at(lines, any());
  const auto begin = lines.begin() + static_cast<std::ptrdiff_t>(block.from);
  std::vector<std::string> taken(begin, begin + static_cast<std::ptrdiff_t>(block.length));
  const uint64_t what = rng.below(4);
  if (what == 3) {
    const std::string& other = lines[any()];
    const std::size_t colon = lines[block.from].find(':'), its = other.find(':');
    if (colon != std::string::npos && its != std::string::npos)
      lines[block.from].replace(colon, std::string::npos, other.substr(its));
  } else {
    if (what != 1) lines.erase(begin, begin + static_cast<std::ptrdiff_t>(block.length));
    if (what != 0)
      lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(rng.below(lines.size() + 1)), taken.begin(), taken.end());
  }
  std::string out;
  for (const std::string& line : lines) out += line;
  return out;
}

// The entries of a mapping or list within one line: the same.
std::string flow_mutated(const std::string& text, Rng& rng) {
  const std::size_t open = text.find_first_of("{[", rng.below(text.size() + 1));
  if (open == std::string::npos) return text;
  const std::size_t close = text.find_first_of("}]\n", open);
  if (close == std::string::npos) return text;
  std::vector<std::string> entries;
  for (std::size_t from = open + 1; from <= close;) {
    const std::size_t end = std::min(text.find(',', from), close);
    entries.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  pieces_mutated(entries, rng);
  std::string inside;
  for (const std::string& entry : entries) inside += (inside.empty() ? "" : ",") + entry;
  return text.substr(0, open + 1) + inside + text.substr(close);
}

}  // namespace

std::vector<std::string> seeds() {
  std::vector<std::string> out;
  for (const char* name :
       {"tests/golden/config/rich.yaml", "scenarios/01-load.yaml", "scenarios/04-ledger.yaml", "scenarios/05-decision.yaml",
        "scenarios/capacity.yaml", "scenarios/scaling.yaml", "scenarios/checks.yaml", "scenarios/watermelon.yaml"}) {
    out.push_back(repository_file(name));
  }
  return out;
}

std::string mutated(std::string input, Rng& rng) {
  switch (rng.below(4)) {
    case 0: return bytes_mutated(std::move(input), rng);
    case 1: return flow_mutated(input, rng);
    default: return keys_mutated(input, rng);
  }
}

}  // namespace shakedown::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace shakedown;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Decoded decoded = decode_scenario(text, "fuzzed.yaml", "/srv/drill");
  const bool failed = std::any_of(decoded.diagnostics.begin(), decoded.diagnostics.end(),
                                  [](const Diagnostic& one) { return one.severity == Severity::error; });
  if (failed == decoded.scenario.has_value()) std::abort();  // accepted with errors, or refused without
  if (!decoded.scenario) return 0;
  if (plan_text(*decoded.scenario).empty()) std::abort();
  v1::SessionResponse frame;
  encode_body(ToAgent(Plan{make_assignment(*decoded.scenario, AgentId(0), "run")}), frame);
  if (!decode_body(frame)) std::abort();
  return 0;
}
