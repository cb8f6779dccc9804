#include "core/wire/codec/index_check.h"

#include <string>
#include <string_view>

namespace shakedown {
namespace {

// Collects the first index that lies outside its list.
class Checker {
 public:
  explicit Checker(const DrillPlan& plan) : s_(plan) {}

  // An index that must be there, and one that may be none.
  template <class Tag>
  Checker& need(Id<Tag> id, std::size_t size, std::string_view what) {
    if (id.value >= size && !bad_) {
      bad_ = std::string(what) + (id.valid() ? " " + std::to_string(id.value) : " (none)") + " of " + std::to_string(size);
    }
    return *this;
  }
  template <class Tag>
  Checker& may(Id<Tag> id, std::size_t size, std::string_view what) {
    return id.valid() ? need(id, size, what) : *this;
  }

  Checker& target(TargetId id) { return need(id, s_.targets.size(), "target"); }
  Checker& request(const Request& r) { return target(r.target); }
  Checker& action(const Action& a) {
    if (a.kind != Action::Kind::exec) need(a.component, s_.components.size(), "component");
    return may(a.component, s_.components.size(), "component").may(a.agent, s_.agents.size(), "agent");
  }
  Checker& actions(const std::vector<Action>& list) {
    for (const Action& a : list) action(a);
    return *this;
  }
  Checker& operation(OperationId id) { return need(id, s_.operations.size(), "operation"); }
  Checker& probe(ProbeId id) { return need(id, s_.probes.size(), "probe"); }
  Checker& ledger(LedgerId id) { return need(id, s_.ledgers.size(), "ledger"); }
  Checker& phase(PhaseId id) { return need(id, s_.phases.size(), "phase"); }
  Checker& fault(FaultId id) { return need(id, s_.faults.size(), "fault"); }
  Checker& check(CheckId id) { return need(id, s_.checks.size(), "check"); }
  Checker& cleanup(uint32_t index) { return need(Id<Cleanup>(index), s_.cleanups.size(), "cleanup"); }
  Checker& agent(AgentId id) { return may(id, s_.agents.size(), "agent"); }
  Checker& stage(StageId id) { return need(id, most_stages(s_), "stage"); }
  Checker& injection(InjectionId id) { return need(id, most_injections(s_), "injection"); }
  Checker& maybe_injection(InjectionId id) { return may(id, most_injections(s_), "injection"); }

  std::size_t components() const { return s_.components.size(); }
  std::size_t targets() const { return s_.targets.size(); }

  Result<void> result(std::string_view where) const {
    if (!bad_) return ok();
    return fail(ErrorKind::protocol,
                std::string(where) + " refers to " + *bad_ + ", which does not exist; do both sides have the same scenario?");
  }

 private:
  const DrillPlan& s_;
  std::optional<std::string> bad_;
};

struct KindCheck {
  Checker& c;
  void operator()(const TlsCheck& k) { c.target(k.target); }
  void operator()(const CertificateCheck& k) { c.target(k.target); }
  void operator()(const PlainHttpCheck& k) { c.target(k.target); }
  void operator()(const AuthenticationCheck& k) { c.request(k.request); }
  void operator()(const HeadersCheck& k) { c.request(k.request); }
  void operator()(const HttpCheck& k) { c.request(k.request); }
  void operator()(const CommandCheck&) {}
};

void check_scenario(Checker& c, const DrillPlan& s) {
  if (s.release) c.request(s.release->request);
  for (const Component& one : s.components) c.need(one.agent, s.agents.size(), "agent");
  c.actions(s.setup).actions(s.teardown);
  if (s.ready) c.probe(s.ready->probe);
  for (const Operation& one : s.operations) c.request(one.request);
  for (const Probe& one : s.probes) c.operation(one.operation).agent(one.agent);
  for (const Ledger& one : s.ledgers) c.request(one.write).request(one.read).agent(one.agent);
  for (const Phase& one : s.phases) {
    for (const FaultId id : one.faults) c.fault(id);
    if (!one.load) continue;
    c.agent(one.load->from);
    for (const MixEntry& entry : one.load->mix) c.operation(entry.operation);
  }
  for (const Fault& one : s.faults) {
    c.phase(one.phase);
    for (const ComponentId id : one.kind.components) c.need(id, s.components.size(), "component");
    c.actions(one.recover).actions(one.undo);
  }
  const auto check = [&c](const Check& one) {
    c.agent(one.agent);
    std::visit(KindCheck{c}, one.kind);
  };
  for (const Check& one : s.checks) check(one);
  for (const Cleanup& one : s.cleanups) {
    check(one.remove);
    if (one.remains) check(*one.remains);
  }
}

struct EventCheck {
  Checker& c;
  void operator()(const StageEvent& e) { c.stage(e.stage).phase(e.phase); }
  void operator()(const FaultEvent& e) {
    c.injection(e.injection).fault(e.fault).stage(e.stage).may(e.component, c.components(), "component");
    for (const TargetId id : e.served_by_others) c.target(id);
  }
  void operator()(const StepEvent& e) { c.maybe_injection(e.injection); }
  void operator()(const AgentEvent& e) { c.agent(e.agent); }
  void operator()(const RunEvent&) {}
  void operator()(const LedgerPass& e) {
    c.maybe_injection(e.injection);
    if (e.ledger.valid()) c.ledger(e.ledger);
  }
  void operator()(const CheckResult& e) { c.check(e.check); }
};

struct OrderCheck {
  Checker& c;
  void operator()(const StageStart& o) { c.stage(o.stage).phase(o.phase); }
  void operator()(const StageStop& o) { c.stage(o.stage); }
  void operator()(const Inject& o) { c.injection(o.injection).fault(o.fault).stage(o.stage); }
  void operator()(const FinishFault& o) { c.injection(o.injection); }
  void operator()(const VerifyLedger& o) { c.ledger(o.ledger).maybe_injection(o.injection); }
  void operator()(const RunStep& o) { c.action(o.action); }
  void operator()(const ReachTargets& o) { c.may(o.target, c.targets(), "target"); }
  void operator()(const RunCleanup& o) { c.cleanup(o.cleanup); }
  template <class Other>
  void operator()(const Other&) {}
};

}  // namespace

std::size_t most_stages(const DrillPlan& plan) {
  std::size_t n = 0;
  for (const Phase& phase : plan.phases) n += phase.most_stages;
  return n;
}

std::size_t most_injections(const DrillPlan& plan) {
  std::size_t n = 0;
  for (const Fault& fault : plan.faults) {
    if (fault.phase.value < plan.phases.size()) n += plan.phase(fault.phase).repeat;
  }
  return n;
}

Result<void> check_indexes(const Assignment& assignment) {
  Checker c(assignment.plan);
  c.need(assignment.self, assignment.plan.agents.size(), "agent (itself)");
  check_scenario(c, assignment.plan);
  const Lane& lane = assignment.lane;
  if (lane.count > 0 && lane.index >= lane.count) {
    return fail(ErrorKind::protocol, "a plan gives lane " + std::to_string(lane.index) + " of " + std::to_string(lane.count) +
                                         "; lanes are counted from 0");
  }
  return c.result("a plan");
}

Result<void> check_indexes(const DrillPlan& plan, const Snapshot& snapshot) {
  Checker c(plan);
  c.agent(snapshot.agent);
  for (const auto& [stage, arrivals] : snapshot.offered) c.stage(stage);
  for (const auto& [key, cell] : snapshot.cells) {
    c.stage(key.stage).operation(key.operation);
    if (key.operation.value < plan.operations.size() && cell.over_limit.size() > plan.operation(key.operation).limits.size()) {
      return fail(ErrorKind::protocol, "a snapshot counts " + std::to_string(cell.over_limit.size()) +
                                           " limits of an operation that has " +
                                           std::to_string(plan.operation(key.operation).limits.size()));
    }
  }
  for (const auto& [key, some] : snapshot.witnesses) c.stage(key.first).operation(key.second);
  for (const auto& [by, count] : snapshot.answered) c.target(by.first);
  for (const auto& [probe, results] : snapshot.probes) c.probe(probe);
  for (const auto& [probe, check] : snapshot.failed_checks) c.probe(probe);
  for (const auto& [ledger, writes] : snapshot.writes) c.ledger(ledger);
  for (const auto& [ledger, reads] : snapshot.reads) c.ledger(ledger);
  return c.result("a snapshot");
}

Result<void> check_indexes(const DrillPlan& plan, const Event& event) {
  Checker c(plan);
  std::visit(EventCheck{c}, event);
  return c.result("an event");
}

Result<void> check_indexes(const DrillPlan& plan, const ToController& message) {
  if (const auto* snapshot = std::get_if<Snapshot>(&message)) return check_indexes(plan, *snapshot);
  if (const auto* report = std::get_if<EventReport>(&message)) return check_indexes(plan, report->event);
  if (const auto* done = std::get_if<StepDone>(&message)) return check_indexes(plan, Event(done->event));
  return ok();
}

Result<void> check_indexes(const DrillPlan& plan, const ToAgent& message) {
  Checker c(plan);
  std::visit(OrderCheck{c}, message);
  return c.result("an order of the controller");
}

}  // namespace shakedown
