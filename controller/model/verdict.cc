#include "controller/model/verdict.h"

namespace shakedown {

const char* to_string(VerdictState state) {
  switch (state) {
    case VerdictState::pass: return "pass";
    case VerdictState::fail: return "fail";
    case VerdictState::not_proven: return "not_proven";
    case VerdictState::unknown: return "unknown";
  }
  return "unknown";
}

const char* to_string(Watermelon watermelon) {
  switch (watermelon) {
    case Watermelon::none: return "none";
    case Watermelon::honest: return "honest";
    case Watermelon::optimistic: return "optimistic";
    case Watermelon::pessimistic: return "pessimistic";
    case Watermelon::unverifiable: return "unverifiable";
  }
  return "unknown";
}

}  // namespace shakedown
