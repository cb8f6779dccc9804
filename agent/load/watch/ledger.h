// One ledger: writes ids 0, 1, 2, ... at a fixed rate, remembers which were acknowledged, and on
// demand reads them back.
//
// A write is acked when write_ok holds; failed when it was certainly not done (never sent, or the protocol says so of the
// answer); anything else (no answer, another answer) is unknown, which is never "lost".
// A read is present when `present` holds (duplicate if the text that it looks for occurs more than once), else
// absent when `absent` holds, else corrupt when `present`'s kind of answer came without its content, else
// undecided.
// A verifying step pauses the writer, waits until no write is out and for `settle`,
// then reads [first, last written) twice at verify_rate; after verify_limit it issues no more
// reads and is incomplete. What time is left goes to the ids before first, from the youngest on,
// once: a loss of what an earlier step had seen is then found where it arose. Steps queue up behind each other. After a step that
// belongs to no injection (the reading at the end) writing does not resume. Ownership: owns its drivers and file. Threads: its
// worker's.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "agent/load/deadlines.h"
#include "agent/load/driver.h"
#include "agent/load/prepare.h"
#include "agent/load/watch/ledger_file.h"
#include "core/base/clock.h"
#include "core/model/ledger.h"
#include "core/runtime/timer.h"
#include "core/stats/snapshot.h"

namespace shakedown {

class LedgerKeeper {
 public:
  LedgerKeeper(const Prepared& prepared, RunClock clock, LedgerId ledger, LedgerFile file, boost::asio::io_context& loop,
               Deadlines& deadlines, CallPool& calls);

  LedgerId id() const { return id_; }
  void begin();
  void verify(uint32_t pass, InjectionId injection, uint64_t first_id, std::function<void(LedgerPass)> done);
  // No further write; a verifying step ends incomplete.
  void stop();
  bool over() const { return step_ == Step::stopped && texts_.empty(); }
  uint32_t open_connections() const;
  // Completed writes and reads since the last call; once stopped, writes still out are added as
  // pending.
  void take(Snapshot& to);
  void close();

 private:
  enum class Step { idle, writing, draining, settling, reading, stopped };
  struct Verification {
    LedgerPass pass;
    std::function<void(LedgerPass)> done;
  };
  struct Writes final : CallSink {
    explicit Writes(LedgerKeeper& k) : keeper(k) {}
    void finished(Call& call, const Answer& answer, MonoTime done) override;
    LedgerKeeper& keeper;
  };
  struct Reads final : CallSink {
    explicit Reads(LedgerKeeper& k) : keeper(k) {}
    void finished(Call& call, const Answer& answer, MonoTime done) override;
    LedgerKeeper& keeper;
  };
  // The texts of a call that is out live until it is finished.
  struct Out {
    LedgerTexts texts;
    LedgerWrite write;  // writes only
    uint32_t pass = 0;  // reads only
  };

  void resume_writing();
  void write_due();
  void write_one(MonoTime now);
  void next_step();
  void begin_draining();
  void begin_reading();
  void read_due();
  void read_one(uint64_t id, MonoTime now);
  void end_verification(bool complete);
  Call& make_call(const Sendable& send, CallSink& sink, uint64_t id, Out& out, MonoTime now);
  Out& new_out(uint64_t id);
  Driver& reader() { return read_driver_ ? *read_driver_ : *write_driver_; }
  void call_over(Call& call);
  WriteClass classify_write(const Call& call, const Answer& answer) const;
  ReadClass classify_read(const Call& call, const Answer& answer) const;

  const RunClock clock_;
  const LedgerId id_;
  const Ledger& ledger_;
  const PreparedLedger& prepared_;
  const std::string run_id_;
  LedgerFile file_;
  CallPool& calls_;
  const std::size_t most_out_;  // reads at a time: one a connection
  std::unique_ptr<Driver> write_driver_;
  std::unique_ptr<Driver> read_driver_;  // null where reads go where writes go
  Alarm alarm_;
  Writes writes_sink_{*this};
  Reads reads_sink_{*this};
  Step step_ = Step::idle;
  bool begun_ = false;
  bool full_logged_ = false;
  uint64_t next_id_ = 0;
  MonoTime next_due_{};
  uint64_t next_out_ = 0;
  std::map<uint64_t, Out> texts_;  // by Call::tag
  std::deque<Verification> verifications_;
  uint64_t reads_issued_ = 0, reads_wanted_ = 0;
  bool cut_short_ = false;  // verify_limit has passed: no further read
  MonoTime reading_since_{};
  std::vector<LedgerWrite> writes_;
  std::vector<LedgerRead> reads_;
};

}  // namespace shakedown
