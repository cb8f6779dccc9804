// What the truth file says about earlier processes: which writes they acknowledged and how they
// ended. Ownership: values only. Threads: read once at start.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "target/service/store/store.h"

namespace practice {

struct PastTruth {
  struct Acked {
    std::uint64_t seq = 0;
    bool erased = false;
  };
  std::map<std::string, Acked> acked;  // the last word on each id, without those reported lost before
  std::uint64_t last_seq = 0;
  bool any = false;      // there was a process before
  bool stopped = false;  // and it stopped in order
};

PastTruth read_past_truth(const std::string& path);

struct Losses {
  std::vector<std::string> ids;        // acknowledged and not in the store
  std::vector<std::string> undeleted;  // deletion acknowledged and still in the store
};

Losses compare(const PastTruth& past, const Store& store);

}  // namespace practice
