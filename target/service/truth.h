// The truth file: what really happened, one JSON object a line, appended with write(2) so that it
// outlives SIGKILL. All times are CLOCK_MONOTONIC nanoseconds. Ownership: owns the file and the
// life sign. Threads: the loop only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "target/base.h"
#include "target/service/alive.h"

namespace practice {

// Quotes and escapes; ids are visible ASCII, so that is all JSON asks for.
std::string quoted(std::string_view text);

struct Ack {
  std::string id;
  std::uint64_t seq = 0;
  bool erased = false;  // a DELETE
  bool duplicate = false;
  bool corrupt = false;
};

class Truth {
 public:
  // An empty path: everything below does nothing.
  explicit Truth(const std::string& path);

  bool on() const { return file_.open(); }
  std::optional<Nanos> last_alive() const;

  void start();
  void lost(const std::vector<std::string>& ids, const std::vector<std::string>& undeleted);
  void ghosts(const std::vector<std::string>& ids);
  void listening(std::uint16_t port);
  // From the last sign of life of the process before to now.
  void down(bool clean);
  void ack(const Ack& ack, Nanos now);
  void resurrected(const std::string& id, std::uint64_t seq);
  void replicas(unsigned count);
  void begins(std::string_view what, Nanos from, std::string_view mode = {});
  void ends(std::string_view what, Nanos from, Nanos to, std::string_view mode = {});
  void stop();

  // Lines wait until here, so that a batch costs one system call.
  void flush();

 private:
  void add(std::string_view event, const std::string& fields);

  std::string path_;
  Fd file_;
  std::unique_ptr<LifeSign> life_;
  std::string waiting_;
};

}  // namespace practice
