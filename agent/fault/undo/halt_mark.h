// The mark that stops everything on this host: while it stands no agent breaks, changes or runs anything. It lies in the state
// folder, and needs no controller; a mark of root's stops every user's agents.
// Threads: safe everywhere.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace shakedown {

struct HaltMark {
  std::string file;
  std::string text;  // "halted by root (uid 0) at 2026-11-29T06:00:00Z: why"; where it cannot be read: that it stands
};

// The mark that stands; whatever the file holds counts. state_dir: empty = the host-wide one.
std::optional<HaltMark> halt_mark(const std::string& state_dir = "");
// Durable when it returns. Error io or refused (the state folder).
Result<HaltMark> set_halt_mark(const std::string& why, const std::string& state_dir = "");
// What stood; empty when nothing did. Error io.
Result<std::vector<HaltMark>> clear_halt_marks(const std::string& state_dir = "");

// "root (uid 0)"
std::string user_name(unsigned uid);

}  // namespace shakedown
