// The command line. The only file that names both sides: it hands the in-process agent to local runs.
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "agent/audit/audit.h"
#include "agent/fault/fault_runner.h"
#include "agent/fault/mechanisms/process/identity.h"
#include "agent/fault/undo/halt_mark.h"
#include "agent/fault/undo/standing.h"
#include "agent/fault/undo/state_folders.h"
#include "agent/in_process.h"
#include "agent/policy/admit.h"
#include "controller/cli/commands.h"
#include "controller/cli/usage.h"
#include "controller/version.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/printable.h"
#include "core/runtime/signals.h"

namespace {

using namespace shakedown;

// An agent on a thread of this process, behind the controller's interface.
class InProcess final : public LocalAgent {
 public:
  explicit InProcess(const LocalAgentOptions& options) : agent_(options.name, options.workers, options.work_dir) {}
  boost::asio::io_context& loop() override { return agent_.loop(); }
  void start(std::unique_ptr<AgentLink> link) override { agent_.start(std::move(link)); }

 private:
  InProcessAgent agent_;
};

std::unique_ptr<LocalAgent> make_local_agent(const LocalAgentOptions& options) { return std::make_unique<InProcess>(options); }

std::vector<std::string> what_stands(const std::string& state_dir = "") {
  std::vector<std::string> lines;
  for (const Standing& one : standing(state_dir)) lines.push_back(one.text());
  return lines;
}

Result<PolicyWords> ask_policy(const std::string& file, const DrillPlan& plan, AgentId agent) {
  Policy policy;
  if (!file.empty()) {
    SHAKEDOWN_TRY(auto loaded, load_policy(file));
    policy = std::move(loaded);
  }
  Assignment assignment;
  assignment.self = agent;
  assignment.plan = plan;
  PolicyWords words;
  words.rules = rules_of(policy);
  for (const Denial& one : admit(policy, assignment, system_clock().wall())) words.denials.push_back(one.text());
  return words;
}

int verify_audit(const std::string& file) {
  const Result<AuditFindings> found = check_audit(file);
  if (!found) return report_error(found.error());
  const std::string records = std::to_string(found.value().records) + " records";
  if (!found.value().damage.empty()) {
    say(stdout, "audit: NOT intact: " + found.value().damage + "\n");
    return 1;
  }
  say(stdout, "audit: " + records + ", chain intact, last digest " + found.value().chain.substr(0, 12) +
                  "\nThe chain has no key: whoever can write the folder can make another. Keep the last digest elsewhere.\n");
  return 0;
}

// That a person stopped everything, or let it go on. The mark counts, whether or not it can be noted.
void note_by_hand(const std::string& state_dir, const std::string& what, const std::string& text) {
  const std::string folder = state_dir.empty() ? default_state_dir() : state_dir;
  const Result<void> noted = Audit(folder + "/audit").append({"local user " + user_name(::getuid()), "", what, text});
  if (!noted) log::warning("not in the audit", {{"what", what}, {"why", noted.error().text()}});
}

std::string listing_of_runs() { return default_state_dir() + "/running"; }

void await_end(const ProcessRef& process, MonoTime limit) {
  const Result<ProcessHandle> handle = ProcessHandle::open(process);
  if (!handle) return;
  pollfd end{handle.value().pidfd(), POLLIN, 0};
  const Duration left = std::max<Duration>(limit - mono_now(), Duration{});
  ::poll(&end, 1, static_cast<int>(left.count() / 1'000'000));
}

// Living agents obey the mark within a fraction of a second, and end when all is undone.
std::vector<std::string> wait_undone(const std::string& state_dir) {
  const MonoTime limit = mono_now() + std::chrono::minutes(1);
  for (const Standing& one : standing(state_dir)) {
    if (one.alive) await_end(one.what.owner.process, limit);
  }
  return what_stands(state_dir);
}

// state_dir: empty = every folder of this user's agents.
HostHalt host_halt(const std::string& state_dir) {
  HostHalt host;
  for (const std::string& folder : state_dir.empty() ? state_dirs() : std::vector<std::string>{state_dir}) {
    host.listings.push_back(folder + "/running");
  }
  host.set = [state_dir](const std::string& why) -> Result<std::string> {
    SHAKEDOWN_TRY(const HaltMark mark, set_halt_mark(why, state_dir));
    note_by_hand(state_dir, "halt", mark.text);
    return mark.text;
  };
  host.clear = [state_dir]() -> Result<std::vector<std::string>> {
    SHAKEDOWN_TRY(const std::vector<HaltMark> marks, clear_halt_marks(state_dir));
    std::vector<std::string> texts;
    for (const HaltMark& mark : marks) texts.push_back(mark.text);
    if (!marks.empty()) note_by_hand(state_dir, "resume", "it was " + marks.front().text);
    return texts;
  };
  host.wait_undone = [state_dir] { return wait_undone(state_dir); };
  return host;
}

std::string halted_text() {
  const std::optional<HaltMark> mark = halt_mark();
  return mark ? mark->text : "";
}

// What the command line chose; run after parsing.
struct Choice {
  std::function<int()> run;
};

void add_file_commands(CLI::App& app, Choice& choice) {
  static std::vector<std::string> files;
  CLI::App* validate = app.add_subcommand("validate", "Check scenario files: every diagnostic at once");
  validate->add_option("FILE", files, "scenario files")->required();
  validate->footer("Example: shakedown validate scenarios/*.yaml\nExit: 0 all valid, 65 otherwise.");
  validate->callback([&] { choice.run = [] { return validate_command(files); }; });

  static PlanCommand planned;
  CLI::App* plan = app.add_subcommand("plan", "Say what would happen: phases, faults with their commands and undo, evidence");
  plan->add_option("FILE", planned.file, "scenario file")->required();
  plan->add_option("--policy", planned.policy, "an agent's policy file: show its rules and what it denies");
  plan->footer(
      "Examples:\n  shakedown plan scenarios/quickstart.yaml\n  shakedown plan launch.yaml --policy /etc/shakedown/policy.yaml\n"
      "Exit: 77 when the policy denies something.");
  plan->callback([&] { choice.run = [] { return plan_command(planned, state_place_text(), ask_policy); }; });

  static std::string rules_file, rules_out;
  CLI::App* rules = app.add_subcommand("rules", "Write Prometheus recording and burn rate alert rules for the requirements");
  rules->add_option("FILE", rules_file, "scenario file")->required();
  rules->add_option("--out", rules_out, "folder for slo-rules.yaml and drill-rules.yaml (default: standard output)");
  rules->footer("Example: shakedown rules launch.yaml --out /etc/prometheus/rules\nExit: 65 when an alert could never fire.");
  rules->callback([&] { choice.run = [] { return rules_command(rules_file, rules_out); }; });

  CLI::App* schema = app.add_subcommand("schema", "Print the JSON schema of the scenario");
  schema->footer("Example: shakedown schema > scenario.schema.json");
  schema->callback([&] { choice.run = [] { return schema_command(); }; });
}

void add_run_command(CLI::App& app, Choice& choice) {
  static RunCommand command;
  CLI::App* run = app.add_subcommand("run", "Run the drill and write the scorecard");
  run->add_option("FILE", command.file, "scenario file")->required();
  run->add_option("--out", command.out, "run folder (default: runs/RUN-ID, and runs/last leads to it)");
  run->add_flag("-y,--yes", command.yes, "break things without asking");
  run->add_flag("--dry-run", command.dry, "only say what would happen, as `shakedown plan` does");
  run->add_flag("--quiet", command.quiet, "no progress");
  run->add_option("--spawn", command.spawn, "start N local agents as processes of their own")->check(CLI::Range(1, 64));
  run->add_option("--listen", command.listen,
                  "wait for agents on this address: HOST:PORT with --certs, 127.0.0.1:PORT with --plain, or unix:/PATH for your "
                  "own only");
  run->add_option("--expect", command.expect, "with --listen: how many agents")->check(CLI::Range(1, 1000));
  run->add_option("--certs", command.certs,
                  "with --listen: folder of the controller's identity, as `shakedown certs issue` makes it");
  run->add_option("--cert", command.credentials.certificate, "in place of --certs: the controller's certificate");
  run->add_option("--key", command.credentials.key, "in place of --certs: its key, readable by its owner only");
  run->add_option("--ca", command.credentials.authority, "in place of --certs: the authority's certificate");
  run->add_flag("--plain", command.plain, "with --listen on a loopback address: a join token, and no TLS");
  run->add_option("--metrics", command.metrics, "serve /metrics on this loopback address, for example 127.0.0.1:9464");
  run->add_option("--metrics-linger", command.metrics_linger,
                  "with --metrics: how long at most a scrape of the verdicts is awaited")
      ->capture_default_str();
  run->footer(
      "Examples:\n  shakedown run scenarios/quickstart.yaml --yes\n"
      "  shakedown run launch.yaml --yes --listen 0.0.0.0:7000 --certs pki/main --expect 2\n"
      "  shakedown run launch.yaml --yes --listen 127.0.0.1:0 --plain --expect 2\n"
      "Exit: 0 GO, 1 NO-GO, 2 NOT PROVEN, 3 not completed, 4 something was left behind, 64.. our own trouble.");
  run->callback([&] {
    command.listing = listing_of_runs();
    choice.run = [] {
      if (!command.dry) return run_command(command, make_local_agent);
      return plan_command({command.file, ""}, state_place_text(), ask_policy);
    };
  });
}

void add_folder_commands(CLI::App& app, Choice& choice) {
  static std::string folder, scenario, audit;
  static std::vector<std::string> formats;
  CLI::App* judge = app.add_subcommand("judge", "Replay a run's journal to its scorecard");
  judge->add_option("RUNDIR", folder, "run folder")->required();
  judge->add_option("--scenario", scenario, "judge by another scenario; written to rejudged-SHA, at most NOT PROVEN");
  judge->footer("Example: shakedown judge runs/2026-11-23T14-05-09Z-9f2c1e");
  judge->callback([&] { choice.run = [] { return judge_command(folder, scenario); }; });

  CLI::App* report = app.add_subcommand("report", "Write reports of a run again");
  report->add_option("RUNDIR", folder, "run folder")->required();
  report->add_option("--format", formats, "html, md, json, junit (comma separated)")->delimiter(',')->required();
  report->footer("Example: shakedown report runs/2026-11-23T14-05-09Z-9f2c1e --format html,junit");
  report->callback([&] { choice.run = [] { return report_command(folder, formats); }; });

  CLI::App* verify = app.add_subcommand("verify", "Prove that journal and scorecard are intact");
  CLI::Option* run_folder = verify->add_option("RUNDIR", folder, "run folder");
  verify->add_option("--audit", audit, "prove an agent's own audit intact: STATE/audit/audit.log")->excludes(run_folder);
  verify->footer("Example: shakedown verify runs/2026-11-23T14-05-09Z-9f2c1e\nExit: 0 intact, 1 names the first difference.");
  verify->callback([&] {
    if (folder.empty() && audit.empty()) throw CLI::RequiredError("RUNDIR or --audit FILE");
    choice.run = [] { return audit.empty() ? verify_command(folder) : verify_audit(audit); };
  });
}

void add_annotate_command(CLI::App& app, Choice& choice) {
  static AnnotateCommand command;
  CLI::App* annotate = app.add_subcommand("annotate", "Show the phases and faults of a run as regions on a Grafana's boards");
  annotate->add_option("RUNDIR", command.folder, "run folder")->required();
  annotate->add_option("--grafana", command.grafana, "its address, for example https://grafana.example.com")->required();
  annotate->add_option("--token-env", command.token_env, "environment variable with a service account's token");
  annotate->add_option("--token-file", command.token_file, "file with a service account's token");
  annotate->footer(
      "Example: shakedown annotate runs/2026-11-23T14-05-09Z-9f2c1e --grafana http://127.0.0.1:3000 --token-env GRAFANA_TOKEN");
  annotate->callback([&] { choice.run = [] { return annotate_command(command); }; });
}

void add_host_commands(CLI::App& app, Choice& choice) {
  static LoadCommand command;
  CLI::App* load = app.add_subcommand("load", "One quick load through the same engine (no --rate: closed loop)");
  load->add_option("URL", command.url, "http://HOST:PORT/PATH")->required();
  load->add_option("--connections", command.connections,
                   "most connections, and users of a closed loop (else 10; with --rate as many as requests are out)");
  load->add_option("--rate", command.rate, "open loop, for example 500/s");
  load->add_option("--duration", command.duration, "how long")->capture_default_str();
  load->add_option("--threads", command.threads, "worker threads")->check(CLI::Range(1, 256))->capture_default_str();
  load->add_option("--timeout", command.timeout, "of one request")->capture_default_str();
  load->add_flag("--json", command.json, "one JSON object on stdout");
  load->add_flag("--quiet", command.quiet, "no progress");
  load->footer("Example: shakedown load http://127.0.0.1:8080/ --rate 500/s --duration 10s");
  load->callback([&] { choice.run = [] { return load_command(command, make_local_agent); }; });

  static bool quick = false;
  CLI::App* selftest = app.add_subcommand(
      "selftest", "Measure the instrument on this host against planted truths; loads the host for about half a minute");
  selftest->add_flag("--quick", quick, "shorter stages");
  selftest->footer("Exit: 0 every truth was given back within its bounds, 1 otherwise.");
  selftest->callback([&] { choice.run = [] { return selftest_command(quick, make_local_agent); }; });

  CLI::App* doctor =
      app.add_subcommand("doctor", "What this host can inject, with the reason for each no, and what stands on it");
  doctor->callback([&] {
    choice.run = [] { return doctor_command(what_stands(), {state_place().durable, state_place_text()}, halted_text()); };
  });
}

void add_certs_command(CLI::App& app, Choice& choice) {
  CLI::App* certs =
      app.add_subcommand("certs", "Identities for agents on other hosts: an authority of your own, and what it signs");
  certs->require_subcommand(1);
  static std::string folder, shown;
  static int days = 0;
  CLI::App* init = certs->add_subcommand("init", "Make an authority in a folder of yours");
  init->add_option("DIR", folder, "folder; made when it is not there")->required();
  init->add_option("--days", days, "how long it is good (default: 365)")->check(CLI::Range(1, 3650));
  init->footer("Example: shakedown certs init pki\nIts key never leaves that folder: keep it off the hosts of agents.");
  init->callback([&] { choice.run = [] { return certs_init_command(folder, days); }; });

  static CertsIssueCommand command;
  CLI::App* issue = certs->add_subcommand("issue", "Make an identity: a folder DIR/NAME, to be copied to its host");
  issue->add_option("DIR", command.folder, "folder of the authority")->required();
  issue->add_option("--name", command.name, "of the agent, as in the scenario's `agents`, or of the controller")->required();
  issue->add_option("--roles", command.roles, "what the agent may do: load, inject, check (comma separated)");
  issue->add_flag("--controller", command.controller, "of a controller, in place of --roles");
  issue->add_option("--host", command.hosts, "of a controller: a name or address by which agents dial it; give it for each");
  issue->add_option("--days", command.days, "how long it is good (default: 90), at most as long as the authority")
      ->check(CLI::Range(1, 3650));
  issue->footer(
      "Examples:\n  shakedown certs issue pki --name main --controller --host drill.example.com\n"
      "  shakedown certs issue pki --name east --roles load,check");
  issue->callback([&] { choice.run = [] { return certs_issue_command(command); }; });

  CLI::App* show = certs->add_subcommand("show", "Say who a certificate is for, its roles, and until when it is good");
  show->add_option("PATH", shown, "a certificate, the folder of an identity, or that of the authority")->required();
  show->footer("Example: shakedown certs show pki\nExit: 0 all are good, 69 one has ended or is none of ours.");
  show->callback([&] { choice.run = [] { return certs_show_command(shown); }; });
}

void add_undo_command(CLI::App& app, Choice& choice) {
  static UndoCommand command;
  CLI::App* undo =
      app.add_subcommand("undo", "What runs left on this host when they were killed: show it, take it back, or forget it");
  undo->add_flag("--list", command.list, "show every undo record that stands");
  undo->add_flag("--all", command.all, "take back everything of every run whose agent is gone");
  undo->add_option("--run", command.run, "take back everything of this run");
  undo->add_option("--forget", command.forget, "remove a record, by its id, without taking anything back");
  undo->add_option("--why", command.why, "with --forget: the reason, kept in forgotten.log beside the records");
  undo->add_option(
      "--state-dir", command.state_dir,
      "where the records are (default: $SHAKEDOWN_STATE_DIR, else /var/lib/shakedown or the user's ~/.local/state/shakedown)");
  undo->footer(
      "Examples:\n  shakedown undo --list\n  shakedown undo --all\n  shakedown undo --run 2026-11-23T14-05-09Z-9f2c1e\n"
      "  shakedown undo --forget ID --why \"the host was rebuilt\"\n"
      "Exit: 0 nothing stands any more, 4 something stands, 64 usage, 75 the run or another one is not over.");
  undo->callback([&] { choice.run = [] { return undo_main(command); }; });
}

void add_halt_commands(CLI::App& app, Choice& choice) {
  static HaltCommand command;
  static std::string state_dir;
  CLI::App* halt = app.add_subcommand("halt", "Stop every drill and agent of this host, undo everything, and allow nothing new");
  halt->add_option("--run", command.run, "stop only the run of this folder, and allow new ones");
  halt->add_option("--why", command.why, "the reason: it is shown wherever something is stopped or refused");
  halt->footer(
      "Examples:\n  shakedown halt --why \"an incident is being worked on\"\n  shakedown halt --run "
      "runs/2026-11-23T14-05-09Z-9f2c1e\n"
      "Each stopped run exits with 3, unless something of it still stands (4) or a requirement failed (1).\n"
      "Exit: 0 everything is undone, 4 something stands, 69 a controller did not answer.");
  halt->add_option("--state-dir", state_dir, "of agents that were started with this --state-dir (default: those of every other)");
  halt->callback([&] { choice.run = [] { return halt_command(command, host_halt(state_dir)); }; });

  CLI::App* resume = app.add_subcommand("resume", "Lift the halt of this host");
  resume->add_option("--state-dir", state_dir, "as of `halt`");
  resume->callback([&] { choice.run = [] { return resume_command(host_halt(state_dir)); }; });
}

int run_main(int argc, char** argv) {
  if (argc == 3 && std::string(argv[1]) == "watch") return watchdog_main(argv[2]);
  CLI::App app{"Shakedown proves, before launch, that a system meets its non-functional requirements.", "shakedown"};
  app.set_version_flag("--version", std::string("shakedown ") + kVersion);
  app.require_subcommand(1);
  bool verbose = false;
  app.add_flag("--verbose", verbose, "log more to stderr");
  Choice choice;
  add_run_command(app, choice);
  add_file_commands(app, choice);
  add_folder_commands(app, choice);
  add_annotate_command(app, choice);
  add_host_commands(app, choice);
  add_undo_command(app, choice);
  add_halt_commands(app, choice);
  add_certs_command(app, choice);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    say(stderr, wrong_usage(app, error, argc < 2));
    return exit_code(ErrorKind::usage);
  }
  if (verbose) log::set_level(log::Level::info);
  errors_instead_of_signals();
  return choice.run();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run_main(argc, argv);
  } catch (const std::exception& error) {
    say(stderr, std::string("shakedown: a bug: ") + error.what() + "; please report it with the run folder\n");
    return exit_code(ErrorKind::bug);
  }
}
