// The policy of an agent as its file says it now. A plan is carried out under the policy that admitted it: once the file says
// anything else, or cannot be read, nothing new is done of that plan.
// Ownership: keeps its policy. Threads: one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "agent/policy/policy.h"
#include "core/base/result.h"

namespace shakedown {

class PolicyFile {
 public:
  explicit PolicyFile(Policy policy) : policy_(std::move(policy)) {}

  const Policy& policy() const { return policy_; }
  // Before a plan is held against it: what the file says now. Errors: as load_policy.
  Result<void> read();
  // Before each change and command. Error refused: the file is another one, or none.
  Result<void> check_unchanged();

 private:
  using Stamp = std::array<int64_t, 7>;  // device, inode, size, and the times of the last change
  std::optional<Stamp> stamp() const;

  Policy policy_;
  std::optional<Stamp> seen_;
};

}  // namespace shakedown
