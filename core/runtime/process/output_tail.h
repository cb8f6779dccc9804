// Reads a pipe to its end on the loop and keeps the last bytes, so that a chatty program neither blocks nor fills memory.
// Ownership: shared with the pending read until close() or the last writer's end.
// Threads: the loop's thread.
#pragma once

#include <memory>
#include <string>

#include "core/runtime/file_descriptor.h"
#include "core/runtime/waiting.h"

namespace shakedown {

class OutputTail {
 public:
  virtual ~OutputTail() = default;
  // What has been written so far, at most `limit` bytes of its end, without trailing white space; cut text begins
  // with "...".
  virtual std::string text() = 0;
  // Stops reading. A writer that is still there gets SIGPIPE from then on.
  virtual void close() = 0;

  // pipe: the reading end, non-blocking.
  static Task<std::shared_ptr<OutputTail>> start(FileDescriptor pipe, size_t limit);
};

}  // namespace shakedown
