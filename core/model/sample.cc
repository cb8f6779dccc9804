#include "core/model/sample.h"

namespace shakedown {

const char* to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok: return "ok";
    case Outcome::failed: return "failed";
    case Outcome::refused: return "refused";
    case Outcome::reset: return "reset";
    case Outcome::timeout: return "timeout";
    case Outcome::unfinished: return "unfinished";
    case Outcome::dropped_by_target: return "dropped_by_target";
    case Outcome::dropped_by_us: return "dropped_by_us";
    case Outcome::client_error: return "client_error";
  }
  return "unknown";
}

const char* to_string(Mismatch mismatch) {
  switch (mismatch) {
    case Mismatch::none: return "none";
    case Mismatch::status: return "status";
    case Mismatch::header: return "header";
    case Mismatch::body: return "body";
    case Mismatch::certificate: return "certificate";
    case Mismatch::size: return "size";
    case Mismatch::rate: return "rate";
    case Mismatch::unasked: return "unasked";
  }
  return "unknown";
}

}  // namespace shakedown
