// The entries in memory, each with the sequence number of the write that made it.
// Ownership: owns the entries. Threads: the loop only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace practice {

struct Write {
  std::string id;
  std::string body;
  std::uint64_t seq = 0;
  bool erased = false;
};

struct Entry {
  std::string body;
  std::uint64_t seq = 0;
};

class Store {
 public:
  // Gives the write its number and does it. False: there was no such entry before.
  bool apply(Write& write);
  // A write from the log; an older one than what is there is passed over.
  void replay(Write&& write);
  void number_from(std::uint64_t seq) { last_seq_ = std::max(last_seq_, seq); }

  const Entry* find(std::string_view id) const;
  // The number of the last write or deletion of the id that replay() saw or apply() did, 0 for
  // none.
  std::uint64_t seq_of(std::string_view id) const;
  void each_with_prefix(std::string_view prefix, const std::function<void(const std::string& id)>& visit) const;
  // Deletions are only remembered while the log is read.
  void end_of_replay() { erased_.clear(); }

 private:
  std::map<std::string, Entry, std::less<>> entries_;
  std::map<std::string, std::uint64_t, std::less<>> erased_;
  std::uint64_t last_seq_ = 0;
};

}  // namespace practice
