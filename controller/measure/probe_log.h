// The checks of one probe, ascending by start. Nothing is left out: a long run of checks at a cadence is packed without loss
// (about 6 bytes a check), in chunks that never change again and that copies share.
// Threads: none; one owner each. Copies may live on other threads: what they share is immutable.
#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "controller/measure/packed_bytes.h"
#include "core/model/probe.h"

namespace shakedown {

// Those that began at the same instant stay as they were.
void sort_by_start(std::vector<ProbeResult>& results);

class ProbeLog {
  struct Chunk {
    std::string checks, good;  // offset from the cadence and length of each; a bit each
    std::size_t count = 0;
    RunTime first{}, last{};  // starts
    int64_t step = 0;         // nanoseconds
  };

 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = ProbeResult;
    using difference_type = std::ptrdiff_t;
    using pointer = const ProbeResult*;
    using reference = const ProbeResult&;

    const ProbeResult& operator*() const { return value_; }
    const ProbeResult* operator->() const { return &value_; }
    Iterator& operator++();
    void operator++(int) { ++*this; }
    bool operator==(const Iterator& other) const { return chunk_ == other.chunk_ && at_ == other.at_; }

   private:
    friend class ProbeLog;
    Iterator(const ProbeLog& log, std::size_t chunk, std::size_t at);
    void enter();  // the chunk
    void read();   // the check at at_
    const ProbeLog* log_;
    std::size_t chunk_, at_;  // chunk_ = number of chunks: in the tail
    ByteReader in_{std::string_view()};
    RunTime expected_{};
    ProbeResult value_{};
  };

  ProbeLog() = default;
  ProbeLog(std::vector<ProbeResult> results) { add(std::move(results)); }

  // In any order, though later than most.
  void add(std::vector<ProbeResult> results);
  bool empty() const { return tail_.empty(); }
  std::size_t size() const { return packed_ + tail_.size(); }
  ProbeResult front() const { return *begin(); }
  const ProbeResult& back() const { return tail_.back(); }
  Iterator begin() const { return {*this, 0, 0}; }
  Iterator end() const { return {*this, chunks_.size(), tail_.size()}; }
  Iterator from(RunTime start) const;                  // the first that began then or later
  std::vector<ProbeResult> last(std::size_t n) const;  // all when there are no more
  ProbeLog before(RunTime start) const;                // those that began earlier
  Duration longest() const { return longest_; }        // no check took longer

 private:
  static std::shared_ptr<const Chunk> pack(const std::vector<ProbeResult>& tail, std::size_t count);
  void open_last_chunk();

  std::vector<std::shared_ptr<const Chunk>> chunks_;  // shared with copies of this log
  std::size_t packed_ = 0;                            // checks in them
  std::vector<ProbeResult> tail_;                     // not empty, unless all is
  Duration longest_{};
};

}  // namespace shakedown
