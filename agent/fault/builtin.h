// The kinds of changes that an agent can make and take back. To add one: its file in kinds/, its name in builtin.cc and in
// CMakeLists.txt; its form is in core/faults.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/fault/fault.h"
#include "core/form/view.h"

namespace shakedown {

struct MechanismKind {
  const char* name;
  // The record's payload of what is said in the kind's form, without the state before. The record is complete but for that and
  // its undo steps. Error refused. Null: no scenario can ask for it.
  Result<Document> (*bind)(const View& said, const UndoRecord& record);
  // Errors: refused (it cannot be done to such a component), io (the record's payload is damaged).
  Result<std::unique_ptr<FaultMechanism>> (*make)(MechanismContext& context);
  // The lease was renewed: puts off what the kernel ends by itself (an entry with a timeout) until it is over. The change may
  // have been made, and the record is locked. Null: the kernel ends nothing of it.
  Task<Result<void>> (*renew)(MechanismContext& context, Duration lease) = nullptr;
};
const std::vector<MechanismKind>& mechanism_kinds();
const MechanismKind* find_mechanism_kind(std::string_view name);  // nullptr where there is none

// By context.record.kind. Errors as `make`; bug for an unknown one (a record of a newer release).
Result<std::unique_ptr<FaultMechanism>> make_mechanism(MechanismContext& context);

}  // namespace shakedown
