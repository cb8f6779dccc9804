#include "core/wire/codec/frame_parts.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

namespace shakedown::wire {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;

constexpr int kDeepest = 100;  // as the parser

class Counter {
 public:
  Counter(std::string_view bytes, std::size_t most)
      : in_(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size())), left_(most) {}

  // False: there are more. What cannot be read ends it: the parser says what is wrong.
  bool count(const Descriptor& type, int depth = 0) {
    while (const uint32_t tag = in_.ReadTag()) {
      if (WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
        if (!WireFormatLite::SkipField(&in_, tag)) return true;
        continue;
      }
      const FieldDescriptor* field = type.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
      const Descriptor* inside = field != nullptr ? field->message_type() : nullptr;
      if (left_-- == 0) return false;
      uint32_t length = 0;
      if (!in_.ReadVarint32(&length)) return true;
      if (inside == nullptr || depth == kDeepest) {
        if (!in_.Skip(static_cast<int>(length))) return true;
        continue;
      }
      const auto outer = in_.PushLimit(static_cast<int>(length));
      if (!count(*inside, depth + 1)) return false;
      if (in_.BytesUntilLimit() != 0) return true;
      in_.PopLimit(outer);
    }
    return true;
  }

 private:
  google::protobuf::io::CodedInputStream in_;
  std::size_t left_;
};

}  // namespace

bool has_at_most(const Descriptor& type, std::string_view bytes, std::size_t most) { return Counter(bytes, most).count(type); }

}  // namespace shakedown::wire
