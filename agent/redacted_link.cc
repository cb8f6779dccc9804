#include "agent/redacted_link.h"

#include <string>
#include <variant>

namespace shakedown {
namespace {

// Every text of a message that may hold what somebody else wrote.
struct Redact {
  const Redactor& secrets;

  void operator()(std::string& text) const { text = secrets(text); }
  void operator()(StageEvent& event) const { (*this)(event.reason); }
  void operator()(FaultEvent& event) const { (*this)(event.detail); }
  void operator()(StepEvent& event) const {
    (*this)(event.what);
    (*this)(event.detail);
  }
  void operator()(AgentEvent& event) const { (*this)(event.detail); }
  void operator()(RunEvent& event) const { (*this)(event.detail); }
  void operator()(LedgerPass&) const {}
  void operator()(CheckResult& result) const { (*this)(result.detail); }

  void operator()(Hello&) const {}
  void operator()(PlanReady& ready) const { (*this)(ready.error); }
  void operator()(ClockPing&) const {}
  void operator()(Snapshot&) const {}
  void operator()(EventReport& report) const { std::visit(*this, report.event); }
  void operator()(StepDone& done) const {
    (*this)(done.detail);
    (*this)(done.event);
  }
  void operator()(Goodbye& goodbye) const { (*this)(goodbye.detail); }
  void operator()(Halted& halted) const { (*this)(halted.why); }
};

}  // namespace

void RedactedLink::send(ToController message) {
  std::visit(Redact{secrets_}, message);
  link_->send(std::move(message));
}

}  // namespace shakedown
