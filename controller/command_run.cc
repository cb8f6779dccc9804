#include <unistd.h>

#include <csignal>

#include <cstdio>

#include "controller/commands.h"
#include "controller/drill.h"
#include "controller/judge/judge.h"
#include "controller/metrics.h"
#include "controller/evidence/gather.h"
#include "controller/report/report.h"
#include "controller/scoring.h"
#include "core/base/printable.h"
#include "core/base/units.h"
#include "core/config/scenario.h"

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
    say(stderr, "  " + fault.name + ": " + kind_name(fault.kind) + " " + scenario.component(component_of(fault.kind)).name + "\n");
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
    if (reason.signal == "leftover") out.push_back(reason.text);
  }
  if (out.empty()) out.push_back("see the faults of the scorecard");
  return out;
}

void advise(const std::vector<std::string>& left, const std::string& run_id) {
  if (left.empty()) return;
  std::fprintf(stderr, "shakedown: this run may have left something standing:\n");
  for (const std::string& one : left) say(stderr, "  " + clean(one) + "\n");
  std::fprintf(stderr, "on the host of the component, `shakedown undo --list` shows what stands and "
                       "`shakedown undo --run %s` takes it back\n", run_id.c_str());
}

// Where no scorecard can be written: the code that the live record asks for, else the one given.
int code_without_scorecard(const Scenario& scenario, const DrillResult& drill, int otherwise) {
  const Scorecard card = judge(scenario, *drill.timeline, drill.manifest, system_clock().wall());
  const std::vector<std::string> left = left_standing(card);
  advise(left, drill.manifest.run_id);
  return left.empty() ? otherwise : 4;
}

// The scorecard's code, but for a failure to write: what is on the disk may be less than what was judged.
int final_code(const DrillResult& drill, const Scorecard& scorecard) {
  const int judged = exit_code(scorecard);
  const bool unwritten = drill.run.error && drill.run.error->kind == ErrorKind::io;
  return unwritten && judged != 4 && judged != 1 ? exit_code(ErrorKind::io) : judged;
}

// The drill is over and nothing is left to interrupt but the writing of what it found.
class WithoutInterrupts {
 public:
  WithoutInterrupts() { set(SIG_IGN); }
  ~WithoutInterrupts() { set(SIG_DFL); }
  WithoutInterrupts(const WithoutInterrupts&) = delete;
  WithoutInterrupts& operator=(const WithoutInterrupts&) = delete;

 private:
  static void set(void (*to)(int)) {
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) std::signal(number, to);
  }
};

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
  return fail(ErrorKind::io, folder.scenario() + " was exchanged during the run: it is not the scenario that the journal is about");
}

Result<Scored> score_and_write(const RunFolder& folder, const std::string& sha256) {
  SHAKEDOWN_TRY(require_scenario_of_the_run(folder, sha256));
  SHAKEDOWN_TRY(auto scored, score(folder, std::nullopt));
  SHAKEDOWN_TRY(write_reports(folder, scored));
  return scored;
}

Result<int> run_and_score(const RunCommand& command, const MakeLocalAgent& make_agent) {
  if (command.spawn > 0 && !command.listen.empty()) {
    return fail(ErrorKind::usage, "--spawn starts agents here and --listen waits for them; give one of the two");
  }
  if (command.listen.empty() != (command.expect == 0)) {
    return fail(ErrorKind::usage, "--listen ADDRESS and --expect N belong together");
  }
  SHAKEDOWN_TRY(auto scenario, load_or_explain(command.file));
  SHAKEDOWN_TRY(consent(scenario, command.yes));
  SHAKEDOWN_TRY(auto linger, parse_duration(command.metrics_linger));
  SHAKEDOWN_TRY(auto metrics, serve_metrics(command));
  const std::string run_id = new_run_id(system_clock().wall());
  const std::string out = command.out.empty() ? "runs/" + run_id : command.out;
  SHAKEDOWN_TRY(auto folder, RunFolder::create(out));
  SHAKEDOWN_TRY(auto bytes, file_content(command.file));
  if (sha256_hex(bytes) != scenario.sha256) return fail(ErrorKind::io, command.file + " was changed as the run began; run it again");
  SHAKEDOWN_TRY(folder.write("scenario.yaml", bytes));
  DrillOptions options;
  options.run_id = run_id;
  options.journal = folder.journal();
  options.work_dir = folder.file("work");
  options.spawn = command.spawn;
  options.listen = command.listen;
  options.expect = command.expect;
  options.quiet = command.quiet;
  options.terminal = ::isatty(STDERR_FILENO) != 0;
  if (metrics) options.each_second = publisher(*metrics);
  if (reads_outside(scenario)) {
    options.gather = [&scenario](const Timeline& timeline, const Manifest& manifest, std::stop_token skip) {
      return gather(scenario, timeline, manifest, std::move(skip));
    };
  }
  SHAKEDOWN_TRY(auto drill, run_drill(scenario, options, make_agent));
  auto undisturbed = std::make_optional<WithoutInterrupts>();
  if (drill.run.hurried) return code_without_scorecard(scenario, drill, exit_code(ErrorKind::cancelled));
  const bool full_disk = drill.run.error && drill.run.error->kind == ErrorKind::io;
  Result<Scored> judged = fail(drill.run.error.value_or(Error(ErrorKind::io, "")));
  if (!full_disk) judged = score_and_write(folder, scenario.sha256);
  if (!judged) return code_without_scorecard(scenario, drill, report_error(judged.error()));
  const Scored& scored = judged.value();
  const std::string summary = scorecard_console(scored.scorecard, ::isatty(STDOUT_FILENO) != 0);
  std::printf("%s\n", summary.c_str());  // clean, and may have colours
  say(stdout, "scorecard: " + folder.file("scorecard.html") + "\n");
  if (drill.run.error) report_error(*drill.run.error);
  advise(left_standing(scored.scorecard), drill.manifest.run_id);
  undisturbed.reset();
  if (metrics) {
    metrics->finish(*scored.timeline, scored.scorecard);
    metrics->await_last_scrape(linger);
  }
  return final_code(drill, scored.scorecard);
}

}  // namespace

int run_command(const RunCommand& command, const MakeLocalAgent& make_agent) {
  const Result<int> code = run_and_score(command, make_agent);
  return code ? code.value() : report_error(code.error());
}

}  // namespace shakedown
