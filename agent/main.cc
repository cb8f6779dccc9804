// shakedown-agent: dials a controller and does what its plan says. `watch DIR` is the watchdog that undoes faults when
// the agent dies; the agent starts it itself.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

#include "agent/agent.h"
#include "agent/fault/undo/standing.h"
#include "agent/metrics.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/printable.h"
#include "core/runtime/host_facts.h"
#include "core/runtime/signals.h"
#include "core/wire/grpc/client.h"
#include "core/wire/loopback.h"
#include "core/wire/token.h"

namespace {

using namespace shakedown;

constexpr const char* kFooter =
    "Examples:\n"
    "  shakedown-agent --connect drill.example.com:7000 --certs east\n"
    "  shakedown-agent --connect 127.0.0.1:7000 --token-file join-token\n"
    "  shakedown-agent --connect 127.0.0.1:7000 --token-file join-token --name east --policy /etc/shakedown/policy.yaml\n"
    "Exit: 0 orderly end, 3 interrupted or controller lost, 4 something was left behind, 64 usage, 69 no controller,\n"
    "      75 component locked by another run, 77 refused, 70 bug, 74 I/O error.";

struct CommandLine {
  CredentialFiles credentials;
  std::string certs, connect, token_file, policy, name, state_dir, metrics, watch_dir;
  bool local_policy = false;
  uint32_t workers = 1;
  bool verbose = false;
  UndoCommand undo;
  bool undoing = false;
};

void describe(CLI::App& app, CommandLine& line) {
  app.footer(kFooter);
  app.set_version_flag("--version", std::string("shakedown-agent ") + SHAKEDOWN_VERSION);
  app.add_option("--connect", line.connect, "the controller's address, HOST:PORT as `shakedown run --listen` prints it");
  app.add_option("--token-file", line.token_file, "file with the join token, readable by its owner only");
  app.add_option(
      "--policy", line.policy,
      "file that says what this agent may touch and run, whatever a controller asks; without one it breaks nothing and "
      "runs no command");
  app.add_flag("--local-policy", line.local_policy,
               "allow what the scenario declares, as `shakedown run --spawn` does; for a controller of this host only")
      ->excludes("--policy");
  app.add_option("--certs", line.certs, "folder of this agent's identity, as `shakedown certs issue` makes it: mutual TLS");
  app.add_option("--cert", line.credentials.certificate, "in place of --certs: this agent's certificate");
  app.add_option("--key", line.credentials.key, "in place of --certs: its key, readable by its owner only");
  app.add_option("--ca", line.credentials.authority, "in place of --certs: the authority's certificate");
  app.add_option("--name", line.name,
                 "which of the scenario's agents to be (default: the certificate's, or with a token any free place)");
  app.add_option("--workers", line.workers, "load threads")->check(CLI::Range(1, 256))->capture_default_str();
  app.add_option("--state-dir", line.state_dir,
                 "where undo records are kept (default: $SHAKEDOWN_STATE_DIR, else /var/lib/shakedown or the user's "
                 "~/.local/state/shakedown)");
  app.add_option("--metrics", line.metrics, "serve /metrics on this loopback address, for example 127.0.0.1:9465");
  app.add_flag("--verbose", line.verbose, "more log lines");
  CLI::App* undo = app.add_subcommand("undo", "What runs left on this host when they were killed; the same as `shakedown undo`");
  undo->add_flag("--list", line.undo.list, "show every undo record that stands");
  undo->add_flag("--all", line.undo.all, "take back everything of every run whose agent is gone");
  undo->add_option("--run", line.undo.run, "take back everything of this run");
  undo->add_option("--forget", line.undo.forget, "remove a record, by its id, without taking anything back");
  undo->add_option("--why", line.undo.why, "with --forget: the reason, which is kept");
  undo->callback([&line] { line.undoing = true; });
  CLI::App* watch = app.add_subcommand("watch", "Undo everything recorded in DIR when standard input closes or the lease ends");
  watch->add_option("DIR", line.watch_dir, "folder of undo records")->required();
  watch->footer("Started by the agent itself, not by hand. Example: shakedown-agent watch /var/lib/shakedown/undo/RUN");
}

int complain(const Error& error) {
  say(stderr, "shakedown-agent: " + error.text() + "\n");
  return exit_code(error.kind);
}

// nullptr when no page is asked for.
Result<std::unique_ptr<AgentMetrics>> serve_metrics(const CommandLine& line) {
  if (line.metrics.empty()) return std::unique_ptr<AgentMetrics>();
  SHAKEDOWN_TRY(auto metrics, AgentMetrics::serve(line.metrics, line.name, SHAKEDOWN_VERSION));
  std::fprintf(stderr, "metrics on http://%s/metrics\n", metrics->bound_address().c_str());
  return metrics;
}

// A controller of this host may be given what its scenario declares; whoever else asks is given what the file says.
Result<Policy> policy_of(const CommandLine& line) {
  if (!line.policy.empty()) return load_policy(line.policy);
  if (!line.local_policy) return no_policy();
  const Result<void> here = require_loopback(line.connect);
  if (!here) {
    return fail(ErrorKind::usage,
                "--local-policy is for a controller of this host only, found " + line.connect + "; use --policy FILE");
  }
  return Policy();
}

// How it proves who it is: by a certificate, or by a token where that is the controller's way.
struct Proof {
  std::string token;
  std::optional<Credentials> credentials;
};

Result<Proof> read_proof(const CommandLine& line) {
  const CredentialFiles& named = line.credentials;
  const bool files = !named.authority.empty() || !named.certificate.empty() || !named.key.empty();
  const bool all = !named.authority.empty() && !named.certificate.empty() && !named.key.empty();
  const int ways = (files ? 1 : 0) + (line.certs.empty() ? 0 : 1) + (line.token_file.empty() ? 0 : 1);
  if (line.connect.empty() || ways != 1 || files != all) {
    return fail(ErrorKind::usage,
                "--connect is needed, and one of --certs FOLDER, --token-file FILE, or all of --cert, --key and "
                "--ca; see --help");
  }
  Proof proof;
  if (!line.token_file.empty()) {
    SHAKEDOWN_TRY(proof.token, read_token_file(line.token_file));
    return proof;
  }
  SHAKEDOWN_TRY(auto read, read_credentials(files ? named : credentials_in(line.certs), PeerKind::agent, system_clock().wall()));
  proof.credentials = std::move(read);
  return proof;
}

int run_agent(const CommandLine& line) {
  errors_instead_of_signals();
  Result<Proof> proof = read_proof(line);
  if (!proof) return complain(proof.error());
  const std::string& token = proof.value().token;
  const Result<std::unique_ptr<AgentMetrics>> metrics = serve_metrics(line);
  if (!metrics) return complain(metrics.error());
  Result<Policy> policy = policy_of(line);
  if (!policy) return complain(policy.error());
  boost::asio::io_context loop{1};
  AgentOptions options;
  options.name = line.name;
  options.token = token;
  options.host = read_host_facts();
  options.policy = std::move(policy.value());
  options.workers = line.workers;
  options.state_dir = line.state_dir;
  if (metrics.value()) options.each_second = [&page = *metrics.value()](const AgentStatus& status) { page.update(status); };
  DialOptions how;
  how.credentials = std::move(proof.value().credentials);
  Result<std::unique_ptr<AgentLink>> link = dial(line.connect, token, loop, how);
  if (!link) return complain(link.error());
  const std::string controller = link.value()->controller();
  options.orders_from = controller.empty() ? "the controller at " + line.connect : "controller " + controller;
  auto agent = std::make_unique<Agent>(std::move(link.value()), std::move(options), loop);
  auto signals =
      std::make_unique<Signals>(loop, std::initializer_list<int>{SIGINT, SIGTERM, SIGHUP}, [&agent](int) { agent->interrupt(); });
  int code = exit_code(ErrorKind::bug);
  agent->start([&](int exit) {
    code = exit;
    signals.reset();
    agent.reset();
    loop.stop();
  });
  loop.run();
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine line;
  CLI::App app("Load and failures for Shakedown: joins a drill and does its part.", "shakedown-agent");
  describe(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help
    return complain(Error(ErrorKind::usage, std::string(error.what()) + "; `shakedown-agent --help` shows how"));
  }
  if (line.verbose) log::set_level(log::Level::info);
  if (!line.name.empty()) log::set_context("agent", line.name);
  line.undo.state_dir = line.state_dir;
  try {
    if (line.undoing) return undo_main(line.undo);
    return line.watch_dir.empty() ? run_agent(line) : watchdog_main(line.watch_dir);
  } catch (const std::exception& error) {
    return complain(Error(ErrorKind::bug, std::string("this should not happen: ") + error.what()));
  }
}
