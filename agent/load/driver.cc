#include "agent/load/driver.h"

#include <algorithm>

#include "agent/load/deadlines.h"

namespace shakedown {

void Driver::submit(Call& call, MonoTime now) {
  call.driver = this;
  deadlines_.add(call);
  start(call, now);
}

void Driver::finish(Call& call, Outcome outcome, const Response* response, MonoTime now) {
  deadlines_.remove(call);
  if (now >= call.deadline && outcome != Outcome::client_error) {
    call.sink->finished(call, Outcome::timeout, nullptr, call.deadline);
  } else {
    call.sink->finished(call, outcome, outcome == Outcome::ok ? response : nullptr, now);
  }
}

void Driver::hold(Call& call) {
  deadlines_.remove(call);
  call.held = true;
  call.sink->holding(call);
}

void Driver::end_held(Call& call, Outcome outcome, MonoTime now) {
  call.sink->finished(call, outcome, nullptr, std::min(now, call.deadline));
}

}  // namespace shakedown
