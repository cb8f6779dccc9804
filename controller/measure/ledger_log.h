// What is known of one ledger's writes, reads and verifying steps. Nothing is left out: writes and reads are packed without
// loss (about 11 bytes each), in chunks that never change again and that copies share. Whoever judges unpacks them.
// Threads: none; one owner each. Copies may live on other threads: what they share is immutable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/model/ledger.h"

namespace shakedown {

struct LedgerRecord {
  std::vector<LedgerWrite> writes;  // ascending by id, each id once
  std::vector<LedgerRead> reads;    // ascending by id, of one id in the order in which they were invoked
  std::vector<LedgerPass> passes;

  const LedgerWrite* write(uint64_t id) const;  // nullptr when there is none
};

class LedgerLog {
 public:
  // A completion replaces a pending write, and nothing else replaces one.
  void add(const LedgerWrite& write) { writes_.add(write); }
  void add(const LedgerRead& read) { reads_.add(read); }
  void add(const LedgerPass& pass);  // a step told again replaces its earlier form

  uint64_t reads() const { return reads_.size(); }
  const std::vector<LedgerPass>& passes() const { return passes_; }
  LedgerRecord record() const;
  std::size_t packed_bytes() const { return writes_.packed_bytes() + reads_.packed_bytes(); }

 private:
  // In order of arrival.
  template <class Record>
  class Packed {
   public:
    void add(const Record& record);
    uint64_t size() const { return packed_ + tail_.size(); }
    std::vector<Record> all() const;
    std::size_t packed_bytes() const;

   private:
    std::vector<std::shared_ptr<const std::string>> chunks_;  // shared with copies of this log
    uint64_t packed_ = 0;                                     // records in them
    std::vector<Record> tail_;
  };
  Packed<LedgerWrite> writes_;
  Packed<LedgerRead> reads_;
  std::vector<LedgerPass> passes_;
};

}  // namespace shakedown
