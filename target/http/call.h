// One blocking HTTP request to a dependency on this machine. Ownership: the caller keeps the
// connection between calls. Threads: each thread has its own connection.
#pragma once

#include "target/base.h"
#include "target/service/values.h"

namespace practice {

// True: an answer below 500 came within a second. `link` is used if it is still good, else
// replaced; after a failure it is closed.
bool call(const CallSpec& spec, Fd& link);

}  // namespace practice
