// What agent and controller say, model <-> protobuf: only the body of a frame; its numbers belong to resumable.h.
// Pure; threads: safe everywhere.
#pragma once

#include "core/base/result.h"
#include "core/wire/messages.h"

namespace shakedown::v1 {
class SessionRequest;
class SessionResponse;
}  // namespace shakedown::v1

namespace shakedown {

void encode_body(const ToController& message, v1::SessionRequest& frame);
void encode_body(const ToAgent& message, v1::SessionResponse& frame);

// Error protocol: an unknown or missing body, an enum, bucket or index out of range (an Assignment is checked whole).
Result<ToController> decode_body(const v1::SessionRequest& frame);
Result<ToAgent> decode_body(const v1::SessionResponse& frame);

}  // namespace shakedown
