// The plan, model <-> protobuf. Internal to core/wire; see codec_fields.h.
// Requirements, stop conditions and decision do not travel: an agent measures and breaks, it does not judge.
#pragma once

#include "core/model/plan.h"
#include "core/wire/codec/fields.h"

namespace shakedown::v1 {
class Action;
class Assignment;
}  // namespace shakedown::v1

namespace shakedown::wire {

void fields(Writer& io, const Action& m, v1::Action& p);
void fields(Reader& io, Action& m, const v1::Action& p);
void fields(Writer& io, const Assignment& m, v1::Assignment& p);
void fields(Reader& io, Assignment& m, const v1::Assignment& p);

}  // namespace shakedown::wire
