#include "agent/load/prepare.h"

#include <algorithm>

#include "agent/load/schedule/arrival_clock.h"
#include "core/form/document.h"
#include "core/form/holes.h"

namespace shakedown {
namespace {

Duration lag_limit(const DrillPlan& plan) {
  Duration smallest = std::chrono::milliseconds(100);
  bool declared = false;
  for (const Operation& operation : plan.operations) {
    if (operation.limits.empty()) continue;
    smallest = declared ? std::min(smallest, operation.limits.front()) : operation.limits.front();
    declared = true;
  }
  return smallest / 10;
}

auto not_understood(const std::string& what) {
  return fail(ErrorKind::scenario, what + "; do controller and agent have the same version?");
}

Result<PreparedLedger> prepare_ledger(const DocumentReader& reader, const Ledger& ledger, Trace trace) {
  PreparedLedger made;
  SHAKEDOWN_TRY(made.write, reader.request("a write of ledger `" + ledger.name + "`", ledger.write, 0, trace));
  SHAKEDOWN_TRY(made.read, reader.request("a read of ledger `" + ledger.name + "`", ledger.read, 0, trace));
  const std::string what = "what is expected of ledger `" + ledger.name + "`";
  SHAKEDOWN_TRY(made.write_ok, reader.expected(what, ledger.write.protocol, ledger.write_ok, 0));
  SHAKEDOWN_TRY(made.present, reader.expected(what, ledger.read.protocol, ledger.present, 0));
  SHAKEDOWN_TRY(made.absent, reader.expected(what, ledger.read.protocol, ledger.absent, 0));
  return made;
}

Result<void> prepare_operations(const DocumentReader& reader, Prepared& made) {
  for (const Operation& operation : made.plan().operations) {
    const std::string what = "operation `" + operation.name + "`";
    const uint64_t value_size = operation.value_size.count;
    PreparedOperation one;
    SHAKEDOWN_TRY(one.send, reader.request(what, operation.request, value_size, made.plan().trace));
    SHAKEDOWN_TRY(one.expect, reader.expected(what, operation.request.protocol, operation.expect, value_size));
    const auto known = std::find(made.routes.begin(), made.routes.end(), one.send.route);
    one.route_index = static_cast<std::size_t>(known - made.routes.begin());
    if (known == made.routes.end()) made.routes.push_back(one.send.route);
    made.operations.push_back(std::move(one));
  }
  return ok();
}

}  // namespace

DocumentReader::DocumentReader(const Assignment& assignment, const Secrets& secrets) : plan_(assignment.plan), texts_(secrets) {
  texts_[kRunText] = assignment.run_id;
  Diagnostics ignored("");
  for (const std::string& name : names_of(secrets)) names_.add("secret", name, {}, ignored);
}

Result<Shape> DocumentReader::checked(const std::string& what, const std::string& protocol, const Document& document,
                                      Shape (*ProtocolForm::*part)(const std::vector<std::string>&)) const {
  const ProtocolForm* form = find_protocol_form(protocol);
  if (form == nullptr || find_protocol(protocol) == nullptr) {
    return not_understood(what + ": this agent does not speak `" + protocol + "`");
  }
  // The scenario's side has refused holes that nothing fills here.
  Shape shape = (form->*part)(reserved_holes());
  if (document.type == NodeType::null) return shape;
  const auto fine = fits(document, shape, names_, what);
  if (!fine) return not_understood(what + ": " + fine.error().message);
  return shape;
}

Result<Sendable> DocumentReader::request(const std::string& what, const Request& request, uint64_t value_size,
                                         Trace trace) const {
  if (request.target.value >= plan_.targets.size()) {
    return fail(ErrorKind::bug,
                what + " names target " + std::to_string(request.target.value) + " of " + std::to_string(plan_.targets.size()));
  }
  SHAKEDOWN_TRY(const Shape shape, checked(what, request.protocol, request.document, &ProtocolForm::request));
  const PrepareContext context{plan_.targets[request.target.value], texts_, value_size, trace};
  Sendable made;
  made.route = {request.target, find_protocol(request.protocol)};
  SHAKEDOWN_TRY(made.request, made.route.protocol->prepare_request(view_of(request.document, shape), context));
  return made;
}

Result<Expected> DocumentReader::expected(const std::string& what, const std::string& protocol, const Document& expect,
                                          uint64_t value_size) const {
  SHAKEDOWN_TRY(const Shape shape, checked(what, protocol, expect, &ProtocolForm::expect));
  Expected made;
  SHAKEDOWN_TRY(made.check, find_protocol(protocol)->prepare_check(view_of(expect, shape), texts_, value_size));
  made.keep_head = made.check->keep_head();
  made.keep_body = made.check->keep_body();
  return made;
}

AgentId default_load_agent(const DrillPlan& plan) {
  for (std::size_t i = 0; i < plan.agents.size(); ++i) {
    if (plan.agents[i].load) return AgentId(i);
  }
  return AgentId();
}

Result<std::unique_ptr<const Prepared>> prepare(const Assignment& assignment, const AddressRanges& within) {
  keep_stamps_on();  // long before the first answer
  auto made = std::make_unique<Prepared>();
  made->assignment = assignment;
  const DrillPlan& plan = made->plan();
  SHAKEDOWN_TRY(made->secrets, resolve_secrets(plan.secrets));
  made->redactor = Redactor(made->secrets);
  for (const Target& target : plan.targets) {
    SHAKEDOWN_TRY(PreparedTarget one, prepare_target(target, within));
    made->targets.push_back(std::move(one));
  }
  const DocumentReader reader(made->assignment, made->secrets);
  SHAKEDOWN_TRY(prepare_operations(reader, *made));
  for (const Ledger& ledger : plan.ledgers) {
    SHAKEDOWN_TRY(PreparedLedger one, prepare_ledger(reader, ledger, plan.trace));
    made->ledgers.push_back(std::move(one));
  }
  made->lag_limit = lag_limit(plan);
  return std::unique_ptr<const Prepared>(std::move(made));
}

}  // namespace shakedown
