// The table of flags: name, form of the value, help, and what a value does to the options.
// Ownership: constants. Threads: read-only.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "target/options.h"

namespace practice {

// Takes a value into the options; the answer is what is wrong with it, or nothing.
using Setter = std::string (*)(Options&, std::string_view);

struct Flag {
  const char* name;
  const char* value;  // empty: a switch
  const char* help;
  Setter set;
};

std::span<const Flag> all_flags();

// What no single flag can know: which ones need or exclude each other. Sorts the windows.
void check_together(Options& options, std::vector<std::string>& problems);

}  // namespace practice
