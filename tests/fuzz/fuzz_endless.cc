// libFuzzer's side: the seeds are written into the folder that SHAKEDOWN_FUZZ_SEEDS names, and half of the changes know the
// structure of the input.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "tests/fuzz/fuzz.h"

extern "C" std::size_t LLVMFuzzerMutate(uint8_t* data, std::size_t size, std::size_t most);

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  const char* folder = std::getenv("SHAKEDOWN_FUZZ_SEEDS");
  if (folder == nullptr) return 0;
  int number = 0;
  for (const std::string& seed : shakedown::fuzz::seeds()) {
    std::ofstream(std::string(folder) + "/seed-" + std::to_string(number++), std::ios::binary) << seed;
  }
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  shakedown::Rng rng(seed);
  if (rng.below(2) == 0) return LLVMFuzzerMutate(data, size, most);
  const std::string out = shakedown::fuzz::mutated(std::string(reinterpret_cast<const char*>(data), size), rng);
  const std::size_t length = std::min(out.size(), most);
  std::memcpy(data, out.data(), length);
  return length;
}
