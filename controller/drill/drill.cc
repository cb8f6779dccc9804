#include "controller/drill/drill.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <csignal>
#include <filesystem>
#include <random>

#include "controller/agents/processes.h"
#include "controller/control/control_socket.h"
#include "controller/record/run_folder.h"
#include "controller/version.h"
#include "core/base/printable.h"
#include "core/base/rng.h"
#include "core/base/units.h"
#include "core/runtime/host_facts.h"
#include "core/runtime/open_files.h"
#include "core/runtime/signals.h"
#include "core/wire/grpc/server.h"
#include "core/wire/loopback.h"
#include "core/wire/token.h"

namespace shakedown {
namespace asio = boost::asio;
namespace fs = std::filesystem;
namespace {

// A folder that is removed again when nobody named one.
class WorkFolder {
 public:
  static Result<std::unique_ptr<WorkFolder>> make(const std::string& named) {
    std::unique_ptr<WorkFolder> folder(new WorkFolder());
    if (!named.empty()) {
      folder->path_ = named;
      if (::mkdir(named.c_str(), 0755) != 0 && errno != EEXIST)
        return fail(errno_error("the folder " + named + " cannot be created", errno, ErrorKind::output));
      SHAKEDOWN_TRY(require_own_folder(named, true));
      return folder;
    }
    std::string name = (fs::temp_directory_path() / "shakedown-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      return fail(errno_error("no temporary folder can be created", errno, ErrorKind::output));
    }
    folder->path_ = name;
    folder->temporary_ = true;
    return folder;
  }
  ~WorkFolder() {
    std::error_code ignored;
    if (temporary_) fs::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  WorkFolder() = default;
  std::string path_;
  bool temporary_ = false;
};

// Removed when the drill is over: nobody joins later.
struct TokenFile {
  std::string path;
  ~TokenFile() {
    if (!path.empty()) ::unlink(path.c_str());
  }
};

uint32_t default_workers() {
  const long cores = ::sysconf(_SC_NPROCESSORS_ONLN);
  return cores > 2 ? static_cast<uint32_t>(cores - 1) : 1;
}

std::string signal_name(int number) { return number == SIGINT ? "SIGINT" : number == SIGTERM ? "SIGTERM" : "SIGHUP"; }

// The signals stay caught when the drill is over, with a loop that no longer runs: they come and change nothing.
struct Interrupts {
  std::shared_ptr<asio::io_context> loop;  // shared with the drill; outlives the signals
  std::unique_ptr<Signals> signals;
};

// Everything that lives as long as one drill.
class Drill {
 public:
  Drill(const Scenario& scenario, const DrillOptions& options, const MakeLocalAgent& make_agent)
      : scenario_(scenario), options_(options), make_agent_(make_agent) {}

  Result<DrillResult> execute() {
    SHAKEDOWN_TRY(auto roster, with_roster(scenario_, std::max(options_.spawn, options_.listen.empty() ? 0 : options_.expect)));
    SHAKEDOWN_TRY(auto folder, WorkFolder::make(options_.work_dir));
    std::unique_ptr<JournalWriter> journal;
    if (!options_.journal.empty()) {
      SHAKEDOWN_TRY(auto created, JournalWriter::create(options_.journal));
      journal = std::move(created);
    }
    Chronicle chronicle(scenario_, std::move(journal));
    const auto progress = console_progress(options_.terminal, options_.quiet);
    RunOptions run_options;
    run_options.run_id = options_.run_id.empty() ? new_run_id(system_clock().wall()) : options_.run_id;
    run_options.tool_version = kVersion;
    run_options.host = read_host_facts();
    run_options.each_second = options_.each_second;
    run_options.look = options_.look;
    run_options.deliver = options_.deliver;
    run_options.silences = options_.silences;
    run_options.collect = options_.collect;
    Run run(roster, run_options, chronicle, *progress, loop_);
    SHAKEDOWN_TRY(open_control(run, run_options.run_id));
    SHAKEDOWN_TRY(bring_agents(run, *folder));
    auto interrupts = std::make_shared<Interrupts>();
    interrupts->loop = own_loop_;
    interrupts->signals = std::make_unique<Signals>(loop_, std::initializer_list<int>{SIGINT, SIGTERM, SIGHUP},
                                                    [&run](int number) { run.interrupt(signal_name(number)); });
    DrillResult result;
    std::exception_ptr thrown;
    asio::co_spawn(loop_, run.execute(), [&](std::exception_ptr error, RunResult run_result) {
      thrown = error;
      result.run = std::move(run_result);
      loop_.stop();
    });
    loop_.run();
    local_.reset();
    processes_.reset();
    server_.reset();
    if (thrown) std::rethrow_exception(thrown);
    if (control_) control_->over(to_string(result.run.state));
    control_.reset();
    result.interrupts = std::move(interrupts);
    result.manifest = chronicle.manifest();
    result.timeline = std::make_unique<Timeline>(chronicle.timeline());
    return result;
  }

 private:
  Result<void> open_control(Run& run, const std::string& run_id) {
    if (options_.control_folder.empty()) return ok();
    ControlOptions control{options_.control_folder, run_id, options_.listing,
                           [&run](const std::string& who, const std::string& why) {
                             run.halt("halted by " + who + (why.empty() ? "" : ": " + why));
                           }};
    SHAKEDOWN_TRY(auto opened, ControlSocket::open(std::move(control), loop_));
    control_ = std::move(opened);
    return ok();
  }

  Result<void> bring_agents(Run& run, const WorkFolder& folder) {
    if (options_.spawn == 0 && options_.listen.empty()) {
      LocalAgentOptions local;
      local.name = scenario_.agents.front().name;
      local.workers = options_.workers > 0 ? options_.workers : default_workers();
      local.work_dir = folder.path();
      if (scenario_.agents.size() != 1) {
        return fail(ErrorKind::usage, "the scenario declares " + std::to_string(scenario_.agents.size()) +
                                          " agents; use --spawn to start them here, or --listen and --expect to wait "
                                          "for them");
      }
      local_ = make_agent_(local);
      auto [agent_end, controller_end] = memory_link(local_->loop(), loop_);
      run.roster().accept(std::move(controller_end));
      local_->start(std::move(agent_end));
      return ok();
    }
    std::string address = options_.listen;
    if (address.empty()) {
      SHAKEDOWN_TRY(auto own, own_address(folder));
      address = own;
    }
    if (!options_.listen.empty()) raise_open_files();  // nothing is started here that would inherit it
    SHAKEDOWN_TRY(auto token, join_token(folder));
    ListenOptions how;
    how.credentials = options_.credentials;
    const auto accepted = [&run](std::unique_ptr<ControllerLink> link) { run.roster().accept(std::move(link)); };
    SHAKEDOWN_TRY(auto server, shakedown::listen(address, token, loop_, accepted, how));
    server_ = std::move(server);
    if (!options_.listen.empty()) {
      tell_how_to_join();
      return ok();
    }
    SHAKEDOWN_TRY(auto processes, AgentProcesses::start(run_names(), server_->bound_address(), token_.path, folder.path()));
    processes_ = std::move(processes);
    processes_->watch(loop_, [&run, logs = folder.path()](const std::string& name) { agent_ended(run, name, logs); });
    return ok();
  }

  // None where certificates tell who somebody is.
  Result<std::string> join_token(const WorkFolder& folder) {
    if (options_.credentials) return std::string();
    token_.path = folder.path() + "/join-token";
    return create_token_file(token_.path);
  }

  void tell_how_to_join() const {
    const std::string address = server_->bound_address();
    std::string dialled = address, proof = "--token-file " + token_.path;
    if (options_.credentials) {
      const std::vector<std::string>& hosts = options_.credentials->facts.hosts;
      const std::string host = hosts.empty() ? address.substr(0, address.rfind(':')) : hosts.front();
      dialled = (host.find(':') == std::string::npos ? host : "[" + host + "]") + address.substr(address.rfind(':'));
      proof = "--certs FOLDER-OF-THE-AGENT";
    }
    say(stdout, "listening on " + address + "\nstart each agent with: shakedown-agent --connect " + dialled + " " + proof + "\n");
    std::fflush(stdout);
  }

  // Of the agents that we start: a socket of ours, so that nobody else on this host can hold the drill up. A path may be too
  // long for one.
  Result<std::string> own_address(const WorkFolder& folder) {
    const std::string inside = "unix:" + fs::absolute(folder.path()).string() + "/agents";
    if (require_loopback(inside)) return inside;
    SHAKEDOWN_TRY(auto sockets, WorkFolder::make(""));
    sockets_ = std::move(sockets);
    return "unix:" + sockets_->path() + "/agents";
  }

  // Nobody waits for an agent that cannot come. One that has joined is missed by its stream.
  static void agent_ended(Run& run, const std::string& name, const std::string& logs) {
    for (const Member& member : run.roster().members()) {
      if (member.facts.name != name || member.state != MemberState::expected) continue;
      run.abort(Error(ErrorKind::unavailable, "agent " + name + " ended before it joined; see " + logs + "/" + name + ".log"));
    }
  }

  std::vector<std::string> run_names() const {
    std::vector<std::string> names;
    const Result<Scenario> roster = with_roster(scenario_, options_.spawn);
    for (const AgentSpec& agent : roster.value().agents) names.push_back(agent.name);
    return names;
  }

  const Scenario& scenario_;
  const DrillOptions& options_;
  const MakeLocalAgent& make_agent_;
  const std::shared_ptr<asio::io_context> own_loop_ = std::make_shared<asio::io_context>(1);  // shared with Interrupts
  asio::io_context& loop_ = *own_loop_;
  TokenFile token_;
  std::unique_ptr<WorkFolder> sockets_;  // when the run's own is too deep
  std::unique_ptr<ControllerServer> server_;
  std::unique_ptr<AgentProcesses> processes_;
  std::unique_ptr<LocalAgent> local_;
  std::unique_ptr<ControlSocket> control_;
};

}  // namespace

std::string new_run_id(WallTime at) {
  std::string stamp = format_wall(at);
  for (char& c : stamp) c = c == ':' ? '-' : c;
  std::random_device device;
  return fmt::format("{}-{:06x}", stamp, device() & 0xffffffU);
}

Result<DrillResult> run_drill(const Scenario& scenario, const DrillOptions& options, const MakeLocalAgent& make_agent) {
  return Drill(scenario, options, make_agent).execute();
}

}  // namespace shakedown
