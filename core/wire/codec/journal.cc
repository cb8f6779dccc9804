#include "core/wire/codec/journal.h"

#include <google/protobuf/arena.h>

#include "core/wire/codec/event.h"
#include "core/wire/codec/measure.h"
#include "shakedown/v1/journal.pb.h"

namespace shakedown {
namespace wire {

// Lists of fields, not statements.
// clang-format off
WIRE_FIELDS(AgentHealthLine, v1::AgentHealthLine) {
  WIRE(agent) WIRE_NS(at) WIRE_STRUCT(health)
}
WIRE_FIELDS(JournalClose, v1::JournalClose) {
  WIRE_STRUCT(manifest) WIRE(snapshots)
}
WIRE_FIELDS(ReadingSample, v1::ReadingSample) { WIRE_AS(at, at_wall_ns) WIRE(value) }
WIRE_FIELDS(ReadingSeries, v1::ReadingSeries) { WIRE(labels) WIRE_STRUCTS(samples) }
WIRE_FIELDS(Reading, v1::Reading) {
  WIRE(kind) WIRE(requirement) WIRE(dependency) WIRE(phase) WIRE(source) WIRE(query) WIRE_NS(from) WIRE_NS(to)
  WIRE_NS(step) WIRE_NS(scrape) WIRE_STRUCTS(series) WIRE(problem)
}
WIRE_FIELDS(JournalEntry, v1::JournalRecord) {
  WIRE_CASE(Manifest, manifest)
  WIRE_CASE(Event, event)
  WIRE_CASE(Snapshot, snapshot)
  WIRE_CASE(AgentHealthLine, health)
  WIRE_CASE(JournalClose, close)
  WIRE_CASE(Reading, reading)
  WIRE_CASES_END(kind)
}
// clang-format on

}  // namespace wire

std::string encode_journal(const JournalEntry& entry, uint64_t number) {
  v1::JournalRecord record;
  wire::Writer io;
  fields(io, entry, record);
  record.set_number(number);
  return record.SerializeAsString();
}

Result<JournalEntry> decode_journal(std::string_view bytes, uint64_t* number) {
  alignas(8) char block[16384];  // enough for most, so that a long journal's replay allocates little
  google::protobuf::ArenaOptions options;
  options.initial_block = block;
  options.initial_block_size = sizeof block;
  google::protobuf::Arena arena(options);
  v1::JournalRecord& record = *google::protobuf::Arena::CreateMessage<v1::JournalRecord>(&arena);
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return fail(ErrorKind::protocol, "cannot read a journal record: " + std::to_string(bytes.size()) +
                                         " bytes are no shakedown.v1.JournalRecord; is the journal damaged?");
  }
  JournalEntry entry;
  wire::Reader io;
  fields(io, entry, record);
  SHAKEDOWN_TRY(io.result("journal record"));
  if (number != nullptr) *number = record.number();
  return entry;
}

}  // namespace shakedown
