#include "agent/fault/mechanisms/process/payload.h"

#include "core/form/document.h"

namespace shakedown {
namespace {

constexpr double kMostProcesses = 4194304;  // PID_MAX_LIMIT of 64-bit kernels
constexpr double kExact = 9e15;             // integers below are exact in a double

Shape process_ref_shape() {
  return mapping("process", "", {need("pid", integer(0, kMostProcesses), ""), need("start", integer(0, kExact), "")});
}

Shape process_refs_shape() { return list_of(process_ref_shape(), 0, static_cast<std::size_t>(kMostProcesses)); }

Document document_of(const ProcessRef& process) {
  return mapping_document(
      {{"pid", integer_document(process.pid)}, {"start", integer_document(static_cast<int64_t>(process.start))}});
}

Document document_of(const std::vector<ProcessRef>& processes) {
  std::vector<Document> items;
  for (const ProcessRef& one : processes) items.push_back(document_of(one));
  return list_document(std::move(items));
}

ProcessRef process_ref(const View& view) { return {static_cast<pid_t>(view["pid"].integer()), view["start"].integer()}; }

std::vector<ProcessRef> process_refs(const View& view) {
  std::vector<ProcessRef> out;
  for (const View& one : view.items()) out.push_back(process_ref(one));
  return out;
}

Document boolean_document(bool value) {
  Document out;
  out.type = NodeType::boolean;
  out.text = value ? "true" : "false";
  return out;
}

Shape payload_shape() {
  return mapping(
      "change of processes", "",
      {need("signal", integer(0, 64), ""), need("limit", length_shape(), ""), need("before", process_state_shape(), ""),
       need("targets", process_refs_shape(), ""), may("suspects", process_refs_shape(), "")});
}

}  // namespace

Shape length_shape() { return integer(0, kExact); }

Shape process_state_shape() {
  return mapping("state of processes", "",
                 {need("running", boolean(), ""), need("why", optional_text(), ""), need("leader", process_ref_shape(), ""),
                  need("group", integer(0, kMostProcesses), ""), need("members", process_refs_shape(), ""),
                  need("stopped", integer(0, kMostProcesses), "")});
}

Document document_of(const ProcessState& state) {
  return mapping_document({{"running", boolean_document(state.running)},
                           {"why", text_document(state.why)},
                           {"leader", document_of(state.leader)},
                           {"group", integer_document(state.group)},
                           {"members", document_of(state.members)},
                           {"stopped", integer_document(state.stopped)}});
}

ProcessState process_state(const View& view) {
  ProcessState state;
  state.running = view["running"].boolean();
  state.why = view["why"].text();
  state.leader = process_ref(view["leader"]);
  state.group = static_cast<pid_t>(view["group"].integer());
  state.members = process_refs(view["members"]);
  state.stopped = view["stopped"].small();
  return state;
}

Document document_of(const ProcessPayload& payload) {
  return mapping_document({{"signal", integer_document(payload.signal)},
                           {"limit", integer_document(payload.limit.count())},
                           {"before", document_of(payload.before)},
                           {"targets", document_of(payload.targets)},
                           {"suspects", document_of(payload.suspects)}});
}

Result<ProcessPayload> process_payload(const Document& document) {
  const Shape shape = payload_shape();
  const Result<void> fit = fits(document, shape, Names(), "the payload");
  if (fit.has_error()) return fail(ErrorKind::io, "damaged undo record: " + fit.error().message);
  const View view = view_of(document, shape);
  ProcessPayload payload;
  payload.signal = static_cast<int>(view["signal"].integer());
  payload.limit = Duration(static_cast<int64_t>(view["limit"].integer()));
  payload.before = process_state(view["before"]);
  payload.targets = process_refs(view["targets"]);
  payload.suspects = process_refs(view["suspects"]);
  return payload;
}

}  // namespace shakedown
