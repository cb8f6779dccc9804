#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "controller/cli/commands.h"
#include "controller/drill/drill.h"
#include "controller/judge/judge.h"
#include "controller/metrics/publisher.h"
#include "controller/readings/announce.h"
#include "controller/readings/collect.h"
#include "controller/readings/condition.h"
#include "controller/readings/silence.h"
#include "controller/record/scoring.h"
#include "controller/report/report.h"
#include "controller/scenario/scenario.h"
#include "core/base/printable.h"
#include "core/base/units.h"
#include "core/wire/loopback.h"

namespace shakedown {
namespace {

std::string counted_faults(const Scenario& scenario) {
  const std::size_t n = scenario.faults.size();
  return std::to_string(n) + (n == 1 ? " fault" : " faults");
}

// Faults change a real system: on a terminal the user is asked, elsewhere --yes must be given.
Result<void> consent(const Scenario& scenario, bool yes) {
  if (!scenario.has_faults() || yes) return ok();
  if (::isatty(STDIN_FILENO) == 0) {
    return fail(ErrorKind::usage, "the scenario breaks things (" + counted_faults(scenario) +
                                      "); give --yes when there is no terminal to ask on, after reading "
                                      "`shakedown plan`");
  }
  std::fprintf(stderr, "This drill breaks things:\n");
  for (const Fault& fault : scenario.faults) {
    say(stderr, "  " + fault.name + ": " + fault.kind.name + " " + scenario.names_of(fault.kind.components) + "\n");
  }
  std::fprintf(stderr, "Go on? [y/N] ");
  const int answer = std::getchar();
  if (answer == 'y' || answer == 'Y') return ok();
  return fail(ErrorKind::usage, "not confirmed; nothing was started");
}

// What the run left, by the judge's own words; empty when nothing stands.
std::vector<std::string> left_standing(const Scorecard& card) {
  std::vector<std::string> out;
  if (exit_code(card) != 4) return out;
  for (const ValidityReason& reason : card.reasons) {
    if (reason.signal == Signal::leftover) out.push_back(reason.text);
  }
  if (out.empty()) out.push_back("see the faults of the scorecard");
  return out;
}

void advise(const std::vector<std::string>& left, const std::string& run_id) {
  if (left.empty()) return;
  std::fprintf(stderr, "shakedown: this run may have left something standing:\n");
  for (const std::string& one : left) say(stderr, "  " + clean(one) + "\n");
  std::fprintf(stderr,
               "on the host of the component, `shakedown undo --list` shows what stands and "
               "`shakedown undo --run %s` takes it back, or says what to do by hand\n",
               run_id.c_str());
}

// nullptr when no page is asked for.
Result<std::unique_ptr<RunMetrics>> serve_metrics(const RunCommand& command) {
  if (command.metrics.empty()) return std::unique_ptr<RunMetrics>();
  return RunMetrics::serve(command.metrics);
}

// Publishes each second, and says where once there is something to see.
auto publisher(RunMetrics& metrics) {
  return [&metrics, said = false](const Timeline& timeline, const Manifest& manifest, RunTime now) mutable {
    metrics.each_second(timeline, manifest, now);
    if (!std::exchange(said, true)) std::fprintf(stderr, "metrics on http://%s/metrics\n", metrics.bound_address().c_str());
  };
}

// What lies there instead is not told: it may be anything that a link names.
Result<void> require_scenario_of_the_run(const RunFolder& folder, const std::string& sha256) {
  SHAKEDOWN_TRY(auto there, folder.read("scenario.yaml"));
  if (sha256_hex(there) == sha256) return ok();
  return fail(ErrorKind::io,
              folder.scenario() + " was exchanged during the run: it is not the scenario that the journal is about");
}

// The scorecard as written. An error: not all of it could be, or a second interrupt left no time.
Result<Scored> score_and_write(const RunFolder& folder, const std::string& sha256, const RunResult& run) {
  if (run.hurried) return fail(ErrorKind::cancelled, "interrupted twice: no reports were written; `shakedown judge` makes them");
  if (run.error && run.error->kind == ErrorKind::io) return fail(*run.error);
  SHAKEDOWN_TRY(require_scenario_of_the_run(folder, sha256));
  SHAKEDOWN_TRY(auto scored, score(folder, std::nullopt));
  SHAKEDOWN_TRY(write_reports(folder, scored));
  return scored;
}

// Says what was found, by what was written or else by the live record, and gives the exit code.
int tell(const RunFolder& folder, const Scorecard& card, const DrillResult& drill, const std::optional<Error>& unwritten) {
  const std::string summary = scorecard_console(card, ::isatty(STDOUT_FILENO) != 0);
  std::printf("%s\n", summary.c_str());  // clean, and may have colours
  if (!unwritten) say(stdout, "scorecard: " + folder.file("scorecard.html") + "\n");
  std::fflush(stdout);
  int code = exit_code(card);
  if (unwritten) {
    code = code_in_trouble(card, report_error(*unwritten));
  } else if (drill.run.error) {
    report_error(*drill.run.error);
  }
  advise(left_standing(card), drill.manifest.run_id);
  return code;
}

// Of the process nothing is left but its end, which no signal is to make another one.
void keep_to_the_end(std::shared_ptr<void> interrupts) {
  static auto* const kept = new std::shared_ptr<void>(std::move(interrupts));
  static_cast<void>(kept);
}

// Mutual TLS, unless the address is one that nobody but this host reaches and that is asked for. nullopt: the join token.
Result<std::optional<Credentials>> credentials_of(const RunCommand& command) {
  const CredentialFiles& named = command.credentials;
  const bool files = !named.authority.empty() || !named.certificate.empty() || !named.key.empty();
  const bool secured = files || !command.certs.empty();
  if (command.listen.empty() || is_unix_address(command.listen)) {
    if (!secured && !command.plain) return std::optional<Credentials>();
    return fail(ErrorKind::usage,
                "certificates and --plain belong to --listen HOST:PORT; a Unix socket is its owner's alone and "
                "needs neither");
  }
  if (secured && command.plain) return fail(ErrorKind::usage, "--plain is without certificates; give one of the two");
  if (!secured) {
    SHAKEDOWN_TRY(require_loopback(command.listen));
    if (command.plain) return std::optional<Credentials>();
    return fail(ErrorKind::usage,
                "--listen HOST:PORT needs --certs FOLDER (`shakedown certs` makes one), or --plain where a join "
                "token will do, on a loopback address");
  }
  SHAKEDOWN_TRY(require_address(command.listen));
  const bool all = !named.authority.empty() && !named.certificate.empty() && !named.key.empty();
  if (files && (!all || !command.certs.empty())) {
    return fail(ErrorKind::usage, "give --certs FOLDER, or all of --cert, --key and --ca");
  }
  const CredentialFiles from = files ? named : credentials_in(command.certs);
  SHAKEDOWN_TRY(auto read, read_credentials(from, PeerKind::controller, system_clock().wall()));
  return std::optional<Credentials>(std::move(read));
}

// runs/last leads to the run that began last; where there is something else of that name, it stays.
void point_to_last(const std::string& run_id) {
  const std::string last = "runs/last", fresh = "runs/.last-" + run_id;
  std::error_code error;
  const bool other = std::filesystem::exists(std::filesystem::symlink_status(last, error)) && !std::filesystem::is_symlink(last);
  if (other || ::symlink(run_id.c_str(), fresh.c_str()) != 0) return;
  if (::rename(fresh.c_str(), last.c_str()) != 0) ::unlink(fresh.c_str());
}

Result<int> run_and_score(const RunCommand& command, const MakeLocalAgent& make_agent) {
  if (command.spawn > 0 && !command.listen.empty()) {
    return fail(ErrorKind::usage, "--spawn starts agents here and --listen waits for them; give one of the two");
  }
  if (command.listen.empty() != (command.expect == 0)) {
    return fail(ErrorKind::usage, "--listen ADDRESS and --expect N belong together");
  }
  SHAKEDOWN_TRY(auto credentials, credentials_of(command));
  SHAKEDOWN_TRY(auto scenario, load_or_explain(command.file));
  SHAKEDOWN_TRY(consent(scenario, command.yes));
  SHAKEDOWN_TRY(auto linger, parse_duration(command.metrics_linger));
  SHAKEDOWN_TRY(auto metrics, serve_metrics(command));
  const std::string run_id = new_run_id(system_clock().wall());
  const std::string out = command.out.empty() ? "runs/" + run_id : command.out;
  SHAKEDOWN_TRY(auto folder, RunFolder::create(out));
  if (command.out.empty()) point_to_last(run_id);
  SHAKEDOWN_TRY(auto bytes, file_content(command.file));
  if (sha256_hex(bytes) != scenario.sha256)
    return fail(ErrorKind::io, command.file + " was changed as the run began; run it again");
  SHAKEDOWN_TRY(folder.write("scenario.yaml", bytes));
  DrillOptions options;
  options.run_id = run_id;
  options.journal = folder.journal();
  options.work_dir = folder.file("work");
  options.spawn = command.spawn;
  options.listen = command.listen;
  options.control_folder = folder.path();
  options.listing = command.listing;
  options.expect = command.expect;
  options.credentials = std::move(credentials);
  options.quiet = command.quiet;
  options.terminal = ::isatty(STDERR_FILENO) != 0;
  options.look = look_at;
  options.deliver = deliver;
  options.silences = {set_silence, lift_silence};
  if (metrics) options.each_second = publisher(*metrics);
  if (reads_outside(scenario)) {
    options.collect = [&scenario](const Timeline& timeline, const Manifest& manifest, std::stop_token skip) {
      return collect(scenario, timeline, manifest, std::move(skip));
    };
  }
  SHAKEDOWN_TRY(auto drill, run_drill(scenario, options, make_agent));
  const Result<Scored> judged = score_and_write(folder, scenario.sha256, drill.run);
  const Scorecard card =
      judged ? judged.value().scorecard : judge(scenario, *drill.timeline, drill.manifest, drill.manifest.finished);
  const int code = tell(folder, card, drill, judged ? std::nullopt : std::make_optional(judged.error()));
  if (!metrics) {
    keep_to_the_end(std::move(drill.interrupts));
    return code;
  }
  drill.interrupts.reset();
  metrics->finish(*drill.timeline, card);
  metrics->await_last_scrape(linger);
  return code;
}

}  // namespace

int run_command(const RunCommand& command, const MakeLocalAgent& make_agent) {
  const Result<int> code = run_and_score(command, make_agent);
  return code ? code.value() : report_error(code.error());
}

}  // namespace shakedown
