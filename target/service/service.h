// What a request means: the entries, /version and /health, and the planted defects.
// Ownership: owns the store; knows no connection. Threads: the loop only.
#pragma once

#include <optional>
#include <vector>

#include "target/http/http.h"
#include "target/options.h"
#include "target/service/chance.h"
#include "target/service/store/store.h"
#include "target/service/truth.h"

namespace practice {

struct Reply {
  Answer answer;
  std::optional<Write> write;   // to be acknowledged
  std::optional<Write> silent;  // stored although the answer denies it
  std::vector<Write> erased{};  // all that began with a prefix
};

class Service {
 public:
  explicit Service(const Options& options);

  // Whether it is about entries.
  static bool keeps(const Request& request);

  Store& store() { return store_; }
  Reply handle(Request& request);
  // The line of truth for an acknowledged write.
  Ack ack_of(const Write& write) const;
  // The entries nobody wrote; those that are there already are left alone.
  std::vector<Write> make_ghosts();

 private:
  Reply entry(Request& request, std::string_view id);
  Reply erase_all(std::string_view query);
  Reply write_entry(Request& request, std::string_view id);
  Answer read_entry(std::string_view id) const;
  Answer list(std::string_view query) const;
  Answer count(std::string_view query) const;
  bool duplicated(std::string_view id) const;
  bool corrupted(std::string_view id) const;

  const Options& options_;
  Store store_;
  Chance errors_;
};

}  // namespace practice
