#include "agent/load/watch/ledger.h"

#include <algorithm>
#include <utility>

#include "core/base/log.h"

namespace shakedown {
namespace {

Duration period_of(Rate rate) { return std::max(Duration(1), from_seconds(1 / rate.per_second)); }

std::unique_ptr<Driver> make_driver(const Prepared& prepared, const Route& route, boost::asio::io_context& loop,
                                    Deadlines& deadlines) {
  const ConnectionPolicy& policy = prepared.plan().connections;
  DriverOptions options;
  options.max_connections = pool_share(policy, Lane{});
  options.max_age = policy.max_age;
  options.max_requests = policy.max_requests;
  options.backoff = policy.backoff;
  options.backoff_max = policy.backoff_max;
  options.max_response = policy.max_response.count;
  options.slowest = policy.slowest.count;
  return prepared.make_driver(route, options, loop, deadlines);
}

}  // namespace

LedgerKeeper::LedgerKeeper(const Prepared& prepared, RunClock clock, LedgerId ledger, LedgerFile file,
                           boost::asio::io_context& loop, Deadlines& deadlines, CallPool& calls)
    : clock_(clock),
      id_(ledger),
      ledger_(prepared.plan().ledger(ledger)),
      prepared_(prepared.ledgers[ledger.value]),
      run_id_(prepared.assignment.run_id),
      file_(std::move(file)),
      calls_(calls),
      most_out_(pool_share(prepared.plan().connections, Lane{})),
      write_driver_(make_driver(prepared, prepared_.write.route, loop, deadlines)),
      read_driver_(prepared_.read.route == prepared_.write.route ? nullptr
                                                                 : make_driver(prepared, prepared_.read.route, loop, deadlines)),
      alarm_(loop) {}

uint32_t LedgerKeeper::open_connections() const {
  return write_driver_->open_connections() + (read_driver_ ? read_driver_->open_connections() : 0);
}

void LedgerKeeper::begin() {
  if (begun_ || step_ == Step::stopped) return;
  begun_ = true;
  if (step_ == Step::idle) resume_writing();
}

void LedgerKeeper::resume_writing() {
  step_ = Step::writing;
  next_due_ = mono_now();
  write_due();
}

void LedgerKeeper::write_due() {
  const Duration period = period_of(ledger_.rate);
  const MonoTime now = mono_now();
  // Writes that our thread came too late for are left out: a burst would be another workload.
  if (now - next_due_ > period) next_due_ = now;
  write_one(now);
  next_due_ += period;
  alarm_.at(next_due_, [this] { write_due(); });
}

LedgerKeeper::Out& LedgerKeeper::new_out(uint64_t id) {
  Out& out = texts_[++next_out_];
  out.texts = ledger_texts(run_id_, ledger_.name, id);
  return out;
}

Call& LedgerKeeper::make_call(const Sendable& send, CallSink& sink, uint64_t id, Out& out, MonoTime now) {
  Call& call = calls_.take();
  call.request = send.request.get();
  call.sink = &sink;
  call.tag = next_out_;
  call.holes.key = id;
  call.holes.id = out.texts.id;
  call.holes.payload = out.texts.payload;
  call.holes.checksum = out.texts.checksum;
  call.intended = call.released = now;
  call.deadline = now + ledger_.timeout;
  return call;
}

void LedgerKeeper::write_one(MonoTime now) {
  const uint64_t id = next_id_;
  if (!file_.intent(id, clock_.at(now))) {
    if (!std::exchange(full_logged_, true)) {
      log::error("a ledger's record cannot be written, so its writes are not sent",
                 {{"ledger", ledger_.name}, {"file", file_.path()}});
    }
    return;
  }
  ++next_id_;
  Out& out = new_out(id);
  out.write = {id, clock_.at(now), RunTime{}, WriteClass::pending};
  Call& call = make_call(prepared_.write, writes_sink_, id, out, now);
  call.keep_head = prepared_.write_ok.keep_head;
  call.keep_body = prepared_.write_ok.keep_body;
  // A second try would be answered according to what became of the first, which nobody knows.
  call.once = true;
  write_driver_->submit(call, now);
}

void LedgerKeeper::call_over(Call& call) {
  texts_.erase(call.tag);
  calls_.give_back(call);
  if (texts_.empty()) next_step();
}

void LedgerKeeper::Writes::finished(Call& call, const Answer& answer, MonoTime done) {
  Out& out = keeper.texts_.at(call.tag);
  if (answer.outcome != Outcome::unfinished) {
    out.write.outcome = keeper.classify_write(call, answer);
    out.write.completed = keeper.clock_.at(done);
    keeper.file_.completed(out.write);
  }
  keeper.writes_.push_back(out.write);
  keeper.call_over(call);
}

WriteClass LedgerKeeper::classify_write(const Call& call, const Answer& answer) const {
  if (answer.complete() && prepared_.write_ok.check->holds(answer, call.holes)) return WriteClass::acked;
  return answer.certainly_not_done ? WriteClass::failed : WriteClass::unknown;
}

void LedgerKeeper::verify(uint32_t pass, InjectionId injection, uint64_t first_id, std::function<void(LedgerPass)> done) {
  Verification verification;
  verification.pass.pass = pass;
  verification.pass.injection = injection;
  verification.pass.first_id = first_id;
  verification.done = std::move(done);
  verifications_.push_back(std::move(verification));
  if (step_ == Step::stopped) {
    verifications_.back().pass.started = clock_.now();
    end_verification(false);
  } else if (step_ == Step::writing || step_ == Step::idle) {
    begin_draining();
  }
}

void LedgerKeeper::begin_draining() {
  alarm_.cancel();
  step_ = Step::draining;
  if (texts_.empty()) next_step();
}

void LedgerKeeper::next_step() {
  if (step_ == Step::draining) {
    step_ = Step::settling;
    alarm_.after(ledger_.settle, [this] { begin_reading(); });
    return;
  }
  if (step_ != Step::reading) return;
  if (cut_short_ || reads_issued_ == reads_wanted_) end_verification(!cut_short_);
}

void LedgerKeeper::begin_reading() {
  step_ = Step::reading;
  reads_issued_ = 0;
  cut_short_ = false;
  reading_since_ = next_due_ = mono_now();
  LedgerPass& pass = verifications_.front().pass;
  pass.started = clock_.at(reading_since_);
  pass.first_id = std::min(pass.first_id, next_id_);
  pass.end_id = next_id_;
  reads_wanted_ = 2 * (pass.end_id - pass.first_id) + pass.first_id;
  read_due();
}

void LedgerKeeper::read_due() {
  const LedgerPass& pass = verifications_.front().pass;
  const uint64_t ids = pass.end_id - pass.first_id;
  const MonoTime now = mono_now();
  if (now - reading_since_ >= ledger_.verify_limit) {
    cut_short_ = reads_issued_ < 2 * ids;
    reads_wanted_ = reads_issued_;
    if (texts_.empty()) next_step();
    return;
  }
  // A read that waits for a connection of ours would time out there and decide nothing.
  if (texts_.size() >= most_out_) next_due_ = std::max(next_due_, now);
  while (reads_issued_ < reads_wanted_ && next_due_ <= now && texts_.size() < most_out_ && step_ == Step::reading) {
    next_due_ += period_of(ledger_.verify_rate);
    const uint64_t n = reads_issued_++;
    read_one(n < 2 * ids ? pass.first_id + n % ids : pass.first_id - 1 - (n - 2 * ids), now);
  }
  if (step_ != Step::reading) return;
  if (reads_issued_ < reads_wanted_) {
    alarm_.at(std::max(next_due_, now + std::chrono::milliseconds(1)), [this] { read_due(); });
  } else if (texts_.empty()) {
    next_step();
  }
}

void LedgerKeeper::read_one(uint64_t id, MonoTime now) {
  Out& out = new_out(id);
  out.pass = verifications_.front().pass.pass;
  Call& call = make_call(prepared_.read, reads_sink_, id, out, now);
  call.keep_head = prepared_.present.keep_head || prepared_.absent.keep_head;
  call.keep_body = prepared_.present.keep_body || prepared_.absent.keep_body;
  reader().submit(call, now);
}

void LedgerKeeper::Reads::finished(Call& call, const Answer& answer, MonoTime done) {
  LedgerRead read;
  read.id = call.holes.key;
  read.pass = keeper.texts_.at(call.tag).pass;
  read.invoked = keeper.clock_.at(call.released);
  read.completed = keeper.clock_.at(done);
  read.outcome = keeper.classify_read(call, answer);
  keeper.reads_.push_back(read);
  keeper.call_over(call);
}

ReadClass LedgerKeeper::classify_read(const Call& call, const Answer& answer) const {
  if (!answer.complete()) return ReadClass::undecided;
  const AnswerCheck& present = *prepared_.present.check;
  if (present.holds(answer, call.holes)) {
    return present.times_contained(answer, call.holes) > 1 ? ReadClass::duplicate : ReadClass::present;
  }
  if (prepared_.absent.check->holds(answer, call.holes)) return ReadClass::absent;
  if (present.cut_short(answer, call.holes)) return ReadClass::undecided;
  return present.right_kind(answer, call.holes) ? ReadClass::corrupt : ReadClass::undecided;
}

void LedgerKeeper::end_verification(bool complete) {
  Verification finished = std::move(verifications_.front());
  verifications_.pop_front();
  finished.pass.finished = clock_.now();
  finished.pass.complete = complete;
  if (step_ == Step::reading) {
    alarm_.cancel();
    step_ = Step::idle;
    if (!verifications_.empty()) {
      begin_draining();
    } else if (begun_ && finished.pass.injection.valid()) {
      resume_writing();  // not after the reading at the end: nobody would read what is written then
    }
  }
  finished.done(finished.pass);
}

void LedgerKeeper::stop() {
  if (step_ == Step::stopped) return;
  alarm_.cancel();
  step_ = Step::stopped;
  while (!verifications_.empty()) end_verification(false);
}

void LedgerKeeper::take(Snapshot& to) {
  if (!writes_.empty()) {
    auto& writes = to.writes[id_];
    writes.insert(writes.end(), writes_.begin(), writes_.end());
    writes_.clear();
  }
  if (!reads_.empty()) {
    auto& reads = to.reads[id_];
    reads.insert(reads.end(), reads_.begin(), reads_.end());
    reads_.clear();
  }
}

void LedgerKeeper::close() {
  stop();
  write_driver_->close();
  if (read_driver_) read_driver_->close();
}

}  // namespace shakedown
