#include "agent/load/stage_load.h"

namespace shakedown {

void prepare_call(Call& call, const Prepared& prepared, OperationId operation) {
  const PreparedOperation& one = prepared.operations[operation.value];
  call.request = &one.request;
  call.operation = operation;
  call.keep_head = one.expect.keep_head();
  call.keep_body = one.expect.keep_body();
}

Sample judge_call(const Call& call, const Prepared& prepared, const RunClock& clock, StageId stage,
                  Outcome outcome, const Response* response, MonoTime done) {
  if (outcome == Outcome::ok &&
      !prepared.operations[call.operation.value].expect.holds(*response, call.holes)) {
    outcome = Outcome::failed;
  }
  Sample sample;
  sample.stage = stage;
  sample.operation = call.operation;
  sample.outcome = outcome;
  sample.was_sent = call.was_sent;
  sample.retried = call.retried;
  sample.intended = clock.at(call.intended);
  sample.released = clock.at(call.released);
  sample.sent = clock.at(call.sent);
  sample.done = clock.at(done);
  return sample;
}

}  // namespace shakedown
