// The subcommands. Each returns the process's exit code (design: 0 GO, 1 NO-GO, 2 NOT PROVEN, 3 not completed,
// 4 leftovers, 64.. our own trouble) and prints results to stdout, everything else to stderr.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "controller/drill/local_agent.h"
#include "core/base/error.h"
#include "core/base/result.h"
#include "core/model/plan.h"
#include "core/wire/credentials/credentials.h"

namespace shakedown {

// Prints the error and returns its exit code.
int report_error(const Error& error);

int validate_command(const std::vector<std::string>& files);
// undo_records: where this host keeps them.
// policy: what agents would hold the scenario against.
struct PlanCommand {
  std::string file;
  std::string policy;  // file of an agent's policy; empty = the ready-made local one
};
// What a policy says of one agent's part of a scenario: its rules, and what it denies; an error where it cannot be read.
struct PolicyWords {
  std::vector<std::string> rules, denials;
};
using AskPolicy = std::function<Result<PolicyWords>(const std::string& policy, const DrillPlan& plan, AgentId agent)>;
int plan_command(const PlanCommand& command, const std::string& undo_records, const AskPolicy& ask);

struct RunCommand {
  std::string file;
  std::string out;  // empty = runs/<run id> beside the working folder
  bool yes = false;
  bool quiet = false;
  uint32_t spawn = 0;
  std::string listen;
  uint32_t expect = 0;
  CredentialFiles credentials;         // with listen: of the controller; all empty = none
  std::string certs;                   // or the folder that holds them
  bool dry = false;                    // only the plan
  bool plain = false;                  // with listen on a loopback address: the join token and no TLS
  std::string metrics;                 // HOST:PORT for /metrics; empty = not served
  std::string metrics_linger = "15s";  // how long a final scrape is awaited
  std::string listing;                 // folder in which running controllers are listed
};
int run_command(const RunCommand& command, const MakeLocalAgent& make_agent);

struct HaltCommand {
  std::string run;  // only the run of this folder; empty = everything on this host, until resume
  std::string why;
};
// What this host's agents obey, whoever their controller is.
struct HostHalt {
  std::vector<std::string> listings;                           // of running controllers
  std::function<Result<std::string>(const std::string&)> set;  // why -> what the mark says
  std::function<Result<std::vector<std::string>>()> clear;     // what stood
  std::function<std::vector<std::string>()> wait_undone;       // waits for living agents; what still stands, a line each
};
int halt_command(const HaltCommand& command, const HostHalt& host);
int resume_command(const HostHalt& host);

struct CertsIssueCommand {
  std::string folder, name, roles;
  bool controller = false;
  std::vector<std::string> hosts;
  int days = 0;  // 0 = as long as is usual
};
// An authority of one's own and the identities that it signs: docs/adr/0030.
int certs_init_command(const std::string& folder, int days);
int certs_issue_command(const CertsIssueCommand& command);
int certs_show_command(const std::string& path);

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
// standing: what undo records say still stands on this host, a line each. halted: what its mark says; empty = none stands.
int doctor_command(const std::vector<std::string>& standing, const UndoRecordsPlace& undo_records, const std::string& halted);

}  // namespace shakedown
