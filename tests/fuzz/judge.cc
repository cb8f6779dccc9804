// The record of a run: read, replayed, judged and told in every report. The input is the records without their chain, which is
// made anew: a chain that does not hold is another test's.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "controller/record/scoring.h"
#include "tests/fuzz/fuzz.h"

namespace shakedown::fuzz {
namespace {

constexpr const char* kRun = "tests/golden/judge/interrupted/";
const std::string kHeader = "shakedown journal 1\n";

std::string number(std::size_t value) {
  std::string out;
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift);
  return out;
}

}  // namespace

std::vector<std::string> seeds() {
  const std::string journal = repository_file(kRun + std::string("journal.shk"));
  std::vector<std::string> payloads;
  for (std::size_t at = kHeader.size(); at + 4 <= journal.size();) {
    payloads.push_back(split(std::string_view(journal).substr(at)).front());
    at += 4 + payloads.back().size() + sizeof(Digest);
  }
  return {joined(payloads)};
}

std::string mutated(std::string input, Rng& rng) {
  std::vector<std::string> pieces = split(input);
  return pieces.empty() ? input : joined_after_a_change(std::move(pieces), rng);
}

// A folder of its own that goes with the process.
struct Workplace {
  std::string folder = "/tmp/shakedown-fuzz-" + std::to_string(::getpid());
  Workplace() {
    std::filesystem::create_directories(folder);
    std::ofstream(folder + "/scenario.yaml", std::ios::binary) << repository_file(kRun + std::string("scenario.yaml"));
  }
  ~Workplace() {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
};

std::string chained(std::string_view input) {
  std::string journal = kHeader;
  Digest chain = sha256(kHeader);
  for (const std::string& payload : split(input)) {
    chain = sha256(std::string(reinterpret_cast<const char*>(chain.data()), chain.size()) + payload);
    journal += number(payload.size()) + payload + std::string(reinterpret_cast<const char*>(chain.data()), chain.size());
  }
  return journal;
}

}  // namespace shakedown::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace shakedown;
  static const fuzz::Workplace workplace;
  std::ofstream(workplace.folder + "/journal.shk", std::ios::binary)
      << fuzz::chained(std::string_view(reinterpret_cast<const char*>(data), size));
  const auto folder = RunFolder::open(workplace.folder);
  if (!folder) std::abort();
  const auto scored = score(folder.value(), std::nullopt);
  if (!scored) return 0;  // it holds no manifest
  for (const ReportFile& file : report_files()) {
    if (file.text(scored.value()).empty()) std::abort();
  }
  return 0;
}
