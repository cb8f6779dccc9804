// shakedown-target: a practice system whose truth is scripted and known. It shares no code with
// what measures it.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>

#include <csignal>
#include <cstdio>

#include "target/http/null_server.h"
#include "target/http/server.h"
#include "target/options.h"
#include "target/service/past_truth.h"
#include "target/service/replicas.h"

namespace {

using namespace practice;

// SIGTERM and SIGINT come as something to read; before any thread starts, so that no thread gets
// them.
Fd take_signals(bool hangup) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  if (hangup) sigaddset(&set, SIGHUP);  // it asks for --replicas-file to be read
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file size limit is an error of write(2) then
  return Fd(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
}

void prepare_process() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);  // timers to the nanosecond, not to 50 us
}

class Pidfile {
 public:
  explicit Pidfile(std::string path) : path_(std::move(path)), text_(std::to_string(::getpid()) + "\n") {
    if (path_.empty()) return;
    const std::string fresh = path_ + ".new";
    ::unlink(fresh.c_str());
    Fd file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (!file.open()) fail_errno(kExitIo, "--pidfile: cannot open " + fresh);
    write_all(file.get(), text_, fresh);
    if (::rename(fresh.c_str(), path_.c_str()) != 0) {
      fail_errno(kExitIo, "--pidfile: cannot make " + path_);
    }
  }
  // A file that another process has written since stays.
  ~Pidfile() {
    if (path_.empty()) return;
    Fd file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    std::string found(text_.size() + 1, '\0');
    const ssize_t got = file.open() ? ::read(file.get(), found.data(), found.size()) : 0;
    if (got > 0 && found.substr(0, static_cast<std::size_t>(got)) == text_) ::unlink(path_.c_str());
  }
  Pidfile(const Pidfile&) = delete;
  Pidfile& operator=(const Pidfile&) = delete;

 private:
  std::string path_;
  std::string text_;
};

// The service's port first: who starts this program may read one line only.
void announce(const Listener& listener, const Listener* metrics = nullptr, const Listener* redirect = nullptr) {
  const auto line = [](const char* what, const Listener* from) {
    if (from == nullptr) return;
    std::printf("%s on %s:%u\n", what, from->address().c_str(), static_cast<unsigned>(from->port()));
  };
  line("listening", &listener);
  line("metrics", metrics);
  line("redirect", redirect);
  std::fflush(stdout);
}

std::optional<Listener> side_door(const char* flag, const std::optional<std::uint16_t>& port) {
  std::optional<Listener> listener;
  if (!port) return listener;
  listener.emplace(flag, *port);
  listener->open();
  return listener;
}

void open_for_business(Listener& listener, Truth& truth, const PastTruth& past) {
  listener.open();
  truth.listening(listener.port());
  if (past.any) truth.down(past.stopped);
  truth.flush();
}

void serve_nothing(const Options& options, Listener& listener, int signals) {
  const PastTruth past = read_past_truth(options.truth);
  Truth truth(options.truth);
  truth.start();
  open_for_business(listener, truth, past);
  const Pidfile pidfile(options.pidfile);
  announce(listener);
  NullServer(options.threads, listener, signals).run();
  truth.stop();
}

void recall(Service& service, Truth& truth, const PastTruth& past) {
  service.store().number_from(past.last_seq);
  if (past.any) {
    const Losses losses = compare(past, service.store());
    const bool nothing = losses.ids.empty() && losses.undeleted.empty();
    if (!past.stopped || !nothing) truth.lost(losses.ids, losses.undeleted);
  }
  service.store().end_of_replay();
}

void plant_ghosts(Service& service, Durability& durability, Truth& truth) {
  std::vector<std::string> ids;
  for (const Write& ghost : service.make_ghosts()) {
    durability.store_silently(ghost);
    ids.push_back(ghost.id);
  }
  durability.write_out();
  if (!ids.empty()) truth.ghosts(ids);
}

std::optional<TlsContext> make_tls(const Options& options) {
  if (options.tls_cert.empty()) return std::nullopt;
  return std::optional<TlsContext>(std::in_place, options);
}

void check_replicas(const Options& options) {
  if (options.replicas_file.empty()) return;
  const auto count = read_replicas(options.replicas_file);
  if (!count.ok()) fail(kExitUsage, "--replicas-file: " + count.problem);
}

void serve_entries(const Options& options, Listener& listener, Nanos zero, int signals) {
  check_replicas(options);
  const std::optional<TlsContext> tls = make_tls(options);
  Service service(options);
  Durability durability(options, [&](Write&& write) { service.store().replay(std::move(write)); });
  // After the folder is locked: a process on its way out has written its last line by now.
  const PastTruth past = read_past_truth(options.truth);
  Truth truth(options.truth);
  truth.start();
  recall(service, truth, past);
  plant_ghosts(service, durability, truth);
  std::optional<Listener> metrics = side_door("--metrics-port", options.metrics_port);
  std::optional<Listener> redirect = side_door("--plain-redirect-port", options.redirect_port);
  open_for_business(listener, truth, past);
  std::vector<Server::Door> doors = {{Gate::kService, listener}};
  if (metrics) doors.push_back({Gate::kMetrics, *metrics});
  if (redirect) doors.push_back({Gate::kRedirect, *redirect});
  Server::Parts parts{service, durability, truth, std::move(doors), tls ? &*tls : nullptr};
  Server server(options, std::move(parts), zero, signals);
  const Pidfile pidfile(options.pidfile);
  announce(listener, metrics ? &*metrics : nullptr, redirect ? &*redirect : nullptr);
  server.run();
}

}  // namespace

int main(int argc, char** argv) {
  Nanos zero = mono_now();
  const CommandLine line = parse_command_line(std::vector<std::string>(argv + 1, argv + argc));
  for (const std::string& problem : line.problems) warn(problem);
  if (!line.problems.empty()) fail(kExitUsage, "see shakedown-target --help");
  const Options& options = line.options;
  if (options.help) {
    std::fputs(help_text().c_str(), stdout);
    return 0;
  }
  if (options.script_epoch) zero = mono_now() - (wall_now() - *options.script_epoch);
  const Fd signals = take_signals(!options.replicas_file.empty());
  prepare_process();
  Listener listener("--port", options.port, options.bind);
  if (options.null_mode) {
    serve_nothing(options, listener, signals.get());
  } else {
    serve_entries(options, listener, zero, signals.get());
  }
  return 0;
}
