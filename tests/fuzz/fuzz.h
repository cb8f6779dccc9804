// What every fuzz target of this folder provides and may use. A target is linked twice: with a plain main (fuzz_main.cc), which
// runs its seeds and some thousands of mutations that are the same on every machine, and, by clang, with libFuzzer
// (fuzz_endless.cc), which looks for new ones by coverage. Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/rng.h"

// The target: must not crash, hang, or break what it says of itself (std::abort).
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size);

namespace shakedown::fuzz {

// Of the target: sound inputs to begin from, and one change that knows their structure.
std::vector<std::string> seeds();
std::string mutated(std::string input, Rng& rng);

// A byte changed, inserted, dropped, or a stretch doubled or moved.
std::string bytes_mutated(std::string input, Rng& rng);
// The same on pieces: one dropped, doubled or moved to elsewhere.
void pieces_mutated(std::vector<std::string>& pieces, Rng& rng);

// Pieces in one input, each behind its length (u32, little endian); a cut one ends it.
std::string joined(const std::vector<std::string>& pieces);
std::vector<std::string> split(std::string_view input);
// Joined after one change of their order and number, or of the bytes of one; there is at least one piece.
std::string joined_after_a_change(std::vector<std::string> pieces, Rng& rng);

// A file of the repository; aborts when there is none.
std::string repository_file(const std::string& name);

}  // namespace shakedown::fuzz
