// Faults for scenarios that a test builds by hand, in the documents of core/faults.
#pragma once

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "core/model/fault.h"

namespace shakedown::faults {

inline Document length(Duration length) { return text_document(std::to_string(length.count()) + "ns"); }

inline Document argv(const std::vector<std::string>& words) {
  std::vector<Document> items;
  for (const std::string& word : words) items.push_back(text_document(word));
  return list_document(std::move(items));
}

inline FaultKind kill(ComponentId component, int signal = 9) {
  const char* name = ::sigabbrev_np(signal);
  const std::string text = name != nullptr ? std::string("SIG") + name : std::to_string(signal);
  return {"kill", {component}, mapping_document({{"signal", text_document(text)}}), {}};
}

inline FaultKind pause(ComponentId component, Duration hold) {
  return {"pause", {component}, mapping_document({{"hold", length(hold)}}), hold};
}

inline FaultKind stop(ComponentId component) { return {"stop", {component}, mapping_document({}), {}}; }

inline FaultKind exec(ComponentId component, const std::vector<std::string>& command, const std::vector<std::string>& effect,
                      Duration limit = std::chrono::seconds(30)) {
  return {"exec",
          {component},
          mapping_document({{"command", argv(command)}, {"effect", argv(effect)}, {"limit", length(limit)}}),
          {}};
}

}  // namespace shakedown::faults
