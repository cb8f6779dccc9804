// The subcommands. Each returns the process's exit code (design: 0 GO, 1 NO-GO, 2 NOT PROVEN, 3 not completed,
// 4 leftovers, 64.. our own trouble) and prints results to stdout, everything else to stderr.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/drill/local_agent.h"
#include "core/base/error.h"

namespace shakedown {

// Prints the error and returns its exit code.
int report_error(const Error& error);

int validate_command(const std::vector<std::string>& files);
// undo_records: where this host keeps them.
int plan_command(const std::string& file, const std::string& undo_records);

struct RunCommand {
  std::string file;
  std::string out;  // empty = runs/<run id> beside the working folder
  bool yes = false;
  bool quiet = false;
  uint32_t spawn = 0;
  std::string listen;
  uint32_t expect = 0;
  std::string metrics;                 // HOST:PORT for /metrics; empty = not served
  std::string metrics_linger = "15s";  // how long a final scrape is awaited
};
int run_command(const RunCommand& command, const MakeLocalAgent& make_agent);

int judge_command(const std::string& folder, const std::string& scenario);
int verify_command(const std::string& folder);
int report_command(const std::string& folder, const std::vector<std::string>& formats);

struct AnnotateCommand {
  std::string folder;
  std::string grafana;     // address, without /api
  std::string token_env;   // environment variable that holds the token; empty = none
  std::string token_file;  // or a file; empty = none
};
int annotate_command(const AnnotateCommand& command);

struct LoadCommand {
  std::string url;
  std::optional<uint32_t> connections;  // none: 10 users of a closed loop; of an open one as many as requests are out
  std::string rate;                     // empty = closed loop
  std::string duration = "10s";
  uint32_t threads = 1;
  std::string timeout = "5s";
  bool json = false;
  bool quiet = false;
};
int load_command(const LoadCommand& command, const MakeLocalAgent& make_agent);

int selftest_command(bool quick, const MakeLocalAgent& make_agent);
// Writes slo-rules.yaml (the team's own metrics) and drill-rules.yaml (ours) into the folder `out`, or prints the first that
// there is when that is empty.
int rules_command(const std::string& file, const std::string& out);
int schema_command();
// Where this host keeps undo records, and whether a power loss leaves them there.
struct UndoRecordsPlace {
  bool durable = true;
  std::string text;
};
// standing: what undo records say still stands on this host, a line each.
int doctor_command(const std::vector<std::string>& standing, const UndoRecordsPlace& undo_records);

}  // namespace shakedown
