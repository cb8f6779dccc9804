// What still stands, or may: of this run, and of earlier ones on the agents' hosts. Something that this run injected and
// that was not proven clean counts as standing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/judge/evidence.h"

namespace shakedown::judging {

struct Leftover {
  std::string text;
  RunTime at{};            // evidence after this instant is touched
  bool ours = true;        // of this run; else of an earlier one
  bool stands = true;      // false: taken back later in the run
  bool shared = true;      // what it changed is part of this scenario, or not known
  std::string fault = {};  // whose injection left it; empty: something else did
  uint32_t injection = 0;
};

std::vector<Leftover> find_leftovers(const Evidence& evidence);

// The earliest instant from which a leftover touches what the scenario measures; nullopt when none does.
std::optional<RunTime> first_leftover(const Evidence& evidence);

}  // namespace shakedown::judging
