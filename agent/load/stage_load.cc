#include "agent/load/stage_load.h"

namespace shakedown {

void prepare_call(Call& call, const Prepared& prepared, OperationId operation) {
  const PreparedOperation& one = prepared.operations[operation.value];
  call.request = one.send.request.get();
  call.operation = operation;
  call.keep_head = one.expect.keep_head;
  call.keep_body = one.expect.keep_body;
  // One more, to know whether there was more.
  call.excerpt = prepared.redactor.needed(kExcerpt) + 1;
  // A header is judged after the body has gone by.
  call.unless = call.keep_head ? nullptr : one.expect.check.get();
}

Sample judge_call(const Call& call, const Prepared& prepared, const RunClock& clock, StageId stage, const Answer& answer,
                  MonoTime done) {
  const AnswerCheck& check = *prepared.operations[call.operation.value].expect.check;
  Outcome outcome = answer.outcome;
  Sample sample;
  if (answer.complete()) {
    sample.status = static_cast<uint16_t>(answer.code);
    sample.wrong = check.judge(answer, call.holes);
    if (sample.wrong == Mismatch::body && check.cut_short(answer, call.holes)) {
      sample.wrong = Mismatch::none;
      outcome = Outcome::dropped_by_us;
    } else if (sample.wrong != Mismatch::none) {
      outcome = Outcome::failed;
    }
  } else if (outcome == Outcome::failed) {
    sample.wrong = call.wrong != Mismatch::none ? call.wrong : Mismatch::certificate;
  }
  sample.stage = stage;
  sample.operation = call.operation;
  sample.outcome = outcome;
  sample.was_sent = call.was_sent;
  sample.retried = call.retried;
  sample.queued = call.queued;
  sample.intended = clock.at(call.intended);
  sample.released = clock.at(call.released);
  sample.sent = clock.at(call.sent);
  sample.done = clock.at(done);
  sample.trace = call.holes.trace;
  return sample;
}

void record_call(const Call& call, const WorkerTools& tools, StageId stage, const Answer& answer, MonoTime done) {
  tools.recorder.record(judge_call(call, tools.prepared, tools.clock, stage, answer, done), answer.body);
}

}  // namespace shakedown
