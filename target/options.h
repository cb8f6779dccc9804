// The command line of shakedown-target, read and checked.
// Ownership: plain values. Threads: filled once before any thread starts, read-only afterwards.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "target/service/values.h"

namespace practice {

struct Options {
  std::uint16_t port = 0;
  std::string bind = "127.0.0.1";
  std::string data;
  std::string pidfile;
  std::string truth;
  std::string version = "practice-1";
  std::uint64_t seed = 1;

  DelaySpec delay;
  unsigned workers = 0;
  Nanos service = 0;
  double contention = 0;
  double coherency = 0;
  std::string replicas_file;

  std::vector<Window> stalls;
  std::vector<Window> outages;
  std::optional<Nanos> script_epoch;  // wall clock
  double error_ratio = 0;
  bool garbage = false;
  bool close_each = false;

  bool ack_early = false;
  std::uint64_t lose_last = 0;
  Nanos lose_window = 0;

  double duplicate_ratio = 0;
  double corrupt_ratio = 0;
  std::uint64_t ghosts = 0;
  std::string ghost_prefix = "ghost-";
  bool resurrect = false;

  std::optional<std::uint16_t> metrics_port;
  CountOnly metrics_count_only = CountOnly::kAll;
  std::vector<StatusRange> metrics_good = {{200, 499}};
  Silence metrics_silent = Silence::kNone;
  std::optional<Nanos> metrics_stale_after;

  std::vector<CallSpec> calls;
  unsigned retries = 0;

  std::string tls_cert;
  std::string tls_key;
  std::string tls_min = "1.2";
  std::string ciphers;
  std::string token;
  bool security_headers = false;
  std::optional<std::uint16_t> redirect_port;

  bool null_mode = false;
  unsigned threads = 1;

  bool help = false;
  std::set<std::string> given;  // names of the flags that were written

  bool has(const char* name) const { return given.count(name) > 0; }
  bool lags() const { return lose_last > 0 || lose_window > 0; }
  bool follows_law() const { return has("--contention") || has("--coherency"); }
};

// Everything that is wrong, one sentence each; the options count only when there is nothing.
struct CommandLine {
  Options options;
  std::vector<std::string> problems;
};

CommandLine parse_command_line(const std::vector<std::string>& arguments);
std::string help_text();

}  // namespace practice
