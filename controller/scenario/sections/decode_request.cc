#include <algorithm>

#include "controller/scenario/sections/decode.h"
#include "core/form/document.h"
#include "core/form/holes.h"

namespace shakedown {
namespace {

bool asks(const View& view, const ProtocolForm& protocol) {
  return view.shape().find(protocol.name) != nullptr && view[protocol.name].written();
}

void check_scheme(Decoding& d, const View& request, const ProtocolForm& protocol, TargetId target) {
  if (target.value >= d.scenario.targets.size() || d.scenario.targets[target.value].scheme.empty()) return;
  const std::string& scheme = d.scenario.targets[target.value].scheme;
  const auto& spoken = protocol.schemes;
  if (std::any_of(spoken.begin(), spoken.end(), [&](const Scheme& one) { return one.name == scheme; })) return;
  d.diagnostics.error(request["target"].at(),
                      "`" + std::string(protocol.name) + "` is not spoken to target " + ticked(request["target"].text()) +
                          ", whose address begins with " + scheme + "://",
                      "name a target whose address begins with " + spoken.front().name + "://");
}

}  // namespace

Text decode_text(const Decoding& d, const View& view) { return parse_holes(view.text(), view.shape().words, d.secrets()).text; }

const ProtocolForm* written_protocol(const View& asking) {
  for (const ProtocolForm& protocol : protocol_forms()) {
    if (asks(asking, protocol)) return &protocol;
  }
  return nullptr;
}

View written_request(const View& asking) {
  const ProtocolForm* protocol = written_protocol(asking);
  return protocol != nullptr ? asking[protocol->name] : View(nullptr, &asking.shape(), asking.at());
}

Request decode_request(Decoding& d, const View& asking, Traced traced) {
  Request request;
  const ProtocolForm* protocol = written_protocol(asking);
  if (protocol == nullptr) return request;
  const View view = asking[protocol->name];
  request.protocol = protocol->name;
  request.target = view["target"].id<TargetId>(d.names);
  request.document = document_of(view);
  std::erase_if(request.document.entries, [](const Entry& entry) { return entry.key == "target"; });
  const bool with_trace = traced == Traced::as_declared && d.scenario.trace != Trace::none;
  const auto& targets = d.scenario.targets;
  const std::string mark = request.target.value < targets.size() ? targets[request.target.value].mark : "";
  protocol->check(view, {with_trace, mark}, d.diagnostics);
  check_scheme(d, view, *protocol, request.target);
  return request;
}

}  // namespace shakedown
