#include "core/base/error.h"

#include <cstring>

namespace shakedown {

std::string Error::text() const {
  std::string out = message;
  for (const std::string& note : notes) out += "\n  " + note;
  return out;
}

Error errno_error(std::string message, int errno_value, ErrorKind kind) {
  return Error(kind, message + ": " + std::generic_category().message(errno_value));
}

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage: return 64;
    case ErrorKind::scenario: return 65;
    case ErrorKind::unavailable: return 69;
    case ErrorKind::bug: return 70;
    case ErrorKind::protocol: return 70;
    case ErrorKind::output: return 73;
    case ErrorKind::io: return 74;
    case ErrorKind::locked: return 75;
    case ErrorKind::refused: return 77;
    case ErrorKind::cancelled: return 3;
  }
  return 70;
}

const char* to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage: return "usage";
    case ErrorKind::scenario: return "scenario";
    case ErrorKind::unavailable: return "unavailable";
    case ErrorKind::bug: return "bug";
    case ErrorKind::protocol: return "protocol";
    case ErrorKind::output: return "output";
    case ErrorKind::io: return "io";
    case ErrorKind::locked: return "locked";
    case ErrorKind::refused: return "refused";
    case ErrorKind::cancelled: return "cancelled";
  }
  return "unknown";
}

}  // namespace shakedown
