// The number of replicas, as a file says it that a `scale:` command writes. Ownership: values only.
// Threads: any.
#pragma once

#include <string>

#include "target/service/values.h"

namespace practice {

// A whole number from 1 to 10000, white space around it allowed.
Parsed<unsigned> read_replicas(const std::string& path);

}  // namespace practice
