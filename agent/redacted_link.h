// The border at which what outsiders said (commands, targets, checks) leaves this agent: no secret of the plan passes it, in any
// spelling that a Redactor knows. Snapshots carry no text but answers, which their recorder has redacted.
// Ownership: owns the link it sends through. Threads: as AgentLink, but hide() and send() on the agent's loop.
#pragma once

#include <memory>
#include <utility>

#include "agent/secrets/redact.h"
#include "core/wire/link.h"

namespace shakedown {

class RedactedLink final : public AgentLink {
 public:
  explicit RedactedLink(std::unique_ptr<AgentLink> link) : link_(std::move(link)) {}

  // From now on; until then there is no plan, and no command of one has run.
  void hide(Redactor secrets) { secrets_ = std::move(secrets); }

  void open(Handlers handlers) override { link_->open(std::move(handlers)); }
  void send(ToController message) override;
  void close() override { link_->close(); }
  std::size_t unacknowledged() const override { return link_->unacknowledged(); }

 private:
  std::unique_ptr<AgentLink> link_;
  Redactor secrets_;
};

}  // namespace shakedown
