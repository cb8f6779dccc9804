// fuzz_NAME [RUNS [FIRST]]: the seeds, then RUNS mutations from the FIRST on, each made of its number alone. With
// SHAKEDOWN_FUZZ_SAY=1 the number stands on stderr before it is tried: the last one is the one that fails.
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/fuzz.h"

namespace {

void run(const std::string& input) {
  // A copy of its own, so that a read behind its end is seen.
  std::vector<uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

}  // namespace

int main(int count, char** values) {
  using namespace shakedown;
  const unsigned long runs = count > 1 ? std::strtoul(values[1], nullptr, 10) : 1000;
  const unsigned long first = count > 2 ? std::strtoul(values[2], nullptr, 10) : 0;
  const bool say = std::getenv("SHAKEDOWN_FUZZ_SAY") != nullptr;
  const std::vector<std::string> seeds = fuzz::seeds();
  for (const std::string& seed : seeds) run(seed);
  for (unsigned long i = first; i < first + runs; ++i) {
    if (say) std::fprintf(stderr, "%lu\n", i);
    Rng rng(i);
    std::string input = seeds[rng.below(seeds.size())];
    for (uint64_t changes = 1 + rng.below(6); changes > 0; --changes) input = fuzz::mutated(std::move(input), rng);
    run(input);
  }
  std::printf("%zu seeds and %lu mutations tried\n", seeds.size(), runs);
  return 0;
}
