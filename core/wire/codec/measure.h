// Snapshots, model <-> protobuf. Internal to core/wire; see codec_fields.h.
#pragma once

#include "core/stats/snapshot.h"
#include "core/wire/codec/fields.h"

namespace shakedown::v1 {
class Snapshot;
class AgentHealth;
}  // namespace shakedown::v1

namespace shakedown::wire {

void fields(Writer& io, const Snapshot& m, v1::Snapshot& p);
void fields(Reader& io, Snapshot& m, const v1::Snapshot& p);
void fields(Writer& io, const AgentHealth& m, v1::AgentHealth& p);
void fields(Reader& io, AgentHealth& m, const v1::AgentHealth& p);

}  // namespace shakedown::wire
