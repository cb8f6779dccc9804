#include "controller/drill/selftest.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "controller/agents/processes.h"
#include "controller/drill/drill.h"
#include "controller/measure/ledger_check.h"
#include "controller/measure/outages.h"
#include "controller/scenario/scenario.h"
#include "core/base/units.h"

namespace shakedown {
namespace {

namespace fs = std::filesystem;

// A port that was free a moment ago.
uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  ::close(fd);
  return ntohs(address.sin_port);
}

// One drill on a practice target of its own.
class Bench {
 public:
  Bench(std::string folder, const MakeLocalAgent& make_agent)
      : folder_(std::move(folder)), make_agent_(make_agent), port_(free_port()) {
    fs::create_directories(folder_);
  }

  // flags: of shakedown-target; body: YAML after targets, components, setup, ready and teardown.
  Result<DrillResult> drill(const std::string& flags, const std::string& body) {
    const std::string target = fmt::format(R"(shakedown: v1
name: selftest
service: practice
owner: selftest
targets:
  practice: {{url: "http://127.0.0.1:{0}"}}
components:
  practice:
    agent: local
    process: {{pidfile: {1}/target.pid, exe: shakedown-target, scope: group}}
    start: [{2}, --port, "{0}", --truth, {1}/truth.jsonl{3}]
setup: [{{start: practice}}]
teardown: [{{stop: practice}}]
)",
                                           port_, folder_, program_beside("shakedown-target"), flags);
    Decoded decoded = decode_scenario(target + body, "selftest", folder_);
    if (!decoded.scenario) {
      Error error(ErrorKind::bug, "the self-test's own scenario is not valid");
      for (const Diagnostic& d : decoded.diagnostics) error.notes.push_back(d.text());
      return fail(std::move(error));
    }
    scenario_ = std::move(*decoded.scenario);
    DrillOptions options;
    options.quiet = true;
    options.work_dir = folder_ + "/work";
    SHAKEDOWN_TRY(auto result, run_drill(scenario_, options, make_agent_));
    if (result.run.error) return fail(*result.run.error);
    return result;
  }

  // The truth file's objects of one kind.
  std::vector<nlohmann::json> truth(const std::string& event) const {
    std::vector<nlohmann::json> out;
    std::ifstream in(folder_ + "/truth.jsonl");
    for (std::string line; std::getline(in, line);) {
      nlohmann::json entry = nlohmann::json::parse(line, nullptr, false);
      if (!entry.is_discarded() && entry.value("event", "") == event) out.push_back(std::move(entry));
    }
    return out;
  }
  const Scenario& scenario() const { return scenario_; }

 private:
  std::string folder_;
  const MakeLocalAgent& make_agent_;
  uint16_t port_;
  Scenario scenario_;
};

std::string operations() {
  return R"(operations:
  read:
    http: {target: practice, method: GET, path: "/health"}
    timeout: 5s
probes:
  watch: {operation: read, every: 10ms, timeout: 100ms, down_after: 3, up_after: 5}
ready: {probe: watch, limit: 20s}
requirements:
  - {id: T-1, area: performance, title: rate, sli: {throughput: {}}, objective: ">= 0.001/s"}
)";
}

std::string open_phase(int length_seconds, const std::string& rate, const std::string& extra = "") {
  return fmt::format("phases:\n  - {{name: steady, duration: {}s, load: {{open: {{rate: {}/s}}, mix: {{read: 1}}}}{}}}\n",
                     length_seconds, rate, extra);
}

Cell all_cells(const Timeline& timeline) {
  Cell all;
  for (const auto& [key, cell] : timeline.totals()) all.merge(cell);
  return all;
}

const SparseHistogram& ok_latency(const Cell& cell) { return cell.latency[static_cast<std::size_t>(Outcome::ok)]; }

constexpr Duration kMostLag = std::chrono::milliseconds(2);
constexpr int kLagShare = 10;  // of a limit, what the judge grants our own lateness: a tenth

std::string quieter_host() {
  double load = 0;
  const long cores = ::sysconf(_SC_NPROCESSORS_ONLN);
  if (::getloadavg(&load, 1) != 1) return "try again when the host is quiet";
  return fmt::format("its load is {:.1f} on {} cores: try again when the host is quiet", load, cores);
}

std::string ms(Duration d) { return fmt::format("{:.3f}ms", seconds(d) * 1e3); }

struct Checks {
  std::string root;
  bool quick;
  const MakeLocalAgent& make_agent;

  Result<SelfCheck> delay() const {
    Bench bench(root + "/delay", make_agent);
    SHAKEDOWN_TRY(auto drill, bench.drill(", --delay, 20ms", operations() + open_phase(quick ? 3 : 6, "200")));
    const Cell all = all_cells(*drill.timeline);
    const Duration p50 = ok_latency(all).quantile(0.5);
    SelfCheck check{"delay", "every answer 20ms late, median 19.94-25ms", "median " + ms(p50), false};
    check.advice = quieter_host();
    check.passed = p50 >= std::chrono::milliseconds(20) * 0.997 && p50 <= std::chrono::milliseconds(25);
    return check;
  }

  // The excess latency of a stall of T at rate r sums to r T^2 / 2 (load-generator literature: coordinated omission).
  Result<SelfCheck> stall() const {
    Bench bench(root + "/stall", make_agent);
    SHAKEDOWN_TRY(auto drill, bench.drill(", --stall, 5s:1s", operations() + open_phase(8, "500")));
    const auto stalls = bench.truth("stall");
    if (stalls.empty()) return fail(ErrorKind::bug, "the practice target wrote no stall into its truth");
    const double length = (stalls[0]["to_ns"].get<double>() - stalls[0]["from_ns"].get<double>()) * 1e-9;
    const Cell all = all_cells(*drill.timeline);
    const SparseHistogram& latency = ok_latency(all);
    const double excess = latency.sum_seconds() - static_cast<double>(latency.count()) * seconds(latency.quantile(0.4));
    const double expected = 500 * length * length / 2;
    SelfCheck check{"stall", fmt::format("{:.3f}s at 500/s: {:.1f}s of excess, 8 %", length, expected),
                    fmt::format("{:.1f}s of excess ({:+.1f} %)", excess, (excess / expected - 1) * 100), false};
    check.passed = std::abs(excess / expected - 1) <= 0.08;
    return check;
  }

  Result<SelfCheck> outage() const {
    Bench bench(root + "/outage", make_agent);
    SHAKEDOWN_TRY(auto drill, bench.drill(", --outage, 5s:1s:refuse", operations() + open_phase(8, "200")));
    const auto outages = bench.truth("outage");
    if (outages.empty()) return fail(ErrorKind::bug, "the practice target wrote no outage into its truth");
    const double length = (outages[0]["to_ns"].get<double>() - outages[0]["from_ns"].get<double>()) * 1e-9;
    const Probe& probe = bench.scenario().probe(ProbeId(0));
    const auto& results = drill.timeline->probe(ProbeId(0));
    const StageRecord& stage = drill.timeline->stages().front();
    const OutageReport report = find_outages(results, probe, stage.range);
    SelfCheck check{"outage", fmt::format("one, {:.3f}s long", length), fmt::format("{} seen", report.outages.size()), false};
    if (report.outages.size() == 1) {
      const double lower = report.outages[0].lower_seconds(), upper = report.outages[0].upper_seconds();
      check.measured = fmt::format("one, between {:.3f}s and {:.3f}s", lower, upper);
      check.passed = lower <= length && length <= upper && upper - lower <= 2 * seconds(probe.every + probe.timeout);
    }
    return check;
  }

  Result<SelfCheck> loss() const {
    Bench bench(root + "/loss", make_agent);
    const std::string body = R"(operations:
  read:
    http: {target: practice, method: GET, path: "/health"}
    timeout: 1s
probes:
  watch: {operation: read, every: 10ms, timeout: 100ms, down_after: 3, up_after: 5}
ready: {probe: watch, limit: 20s}
ledgers:
  entries:
    write: {http: {target: practice, method: PUT, path: "/entries/{id}", body: "{payload}"}}
    read: {http: {target: practice, method: GET, path: "/entries/{id}"}}
    present: {body: {contains: "{checksum}"}}
    absent: {status: [404]}
    rate: 200/s
    settle: 200ms
phases:
  - name: crash
    duration: 6s
    faults:
      - name: kill
        at: 2s
        kill: {component: practice, signal: SIGKILL}
        recover: [{start: practice, after: 500ms}]
requirements:
  - {id: R-1, area: disaster-recovery, title: loss, sli: {rpo: {fault: kill, ledger: entries}}, objective: "<= 0 writes"}
)";
    SHAKEDOWN_TRY(auto drill, bench.drill(", --data, " + root + "/loss/data, --ack, early, --lose-last, \"7\"", body));
    std::set<std::string> planted;
    for (const auto& entry : bench.truth("lost")) {
      for (const auto& id : entry["ids"]) planted.insert(id.get<std::string>());
    }
    const LedgerClasses classes = classify(drill.timeline->ledger(LedgerId(0)).record());
    SelfCheck check{
        "loss", fmt::format("{} acknowledged writes lost", planted.size()),
        fmt::format("{} lost, {} undecided of {} acknowledged", classes.lost.size(), classes.undecided.size(), classes.acked),
        false};
    check.passed = !planted.empty() && classes.lost.size() == planted.size() && classes.undecided.empty();
    return check;
  }

  Result<SelfCheck> ceiling() const {
    Bench bench(root + "/ceiling", make_agent);
    const std::string phase = fmt::format(
        "connections: {{max: 64}}\nphases:\n  - {{name: full, duration: {}s, load: {{closed: {{users: 64}}, mix: {{read: "
        "1}}}}}}\n",
        quick ? 3 : 6);
    SHAKEDOWN_TRY(auto drill, bench.drill(", --null", operations() + phase));
    const Cell all = all_cells(*drill.timeline);
    const double length = seconds(drill.timeline->stages().front().range.to - drill.timeline->stages().front().range.from);
    const double rate = static_cast<double>(all.count(Outcome::ok)) / length;
    SelfCheck check{"ceiling", "a null target, 64 closed-loop users",
                    fmt::format("{:.0f} requests/s, {} not ok", rate, all.offered() - all.count(Outcome::ok)), false};
    check.passed = rate > 0 && all.offered() == all.count(Outcome::ok) + all.count(Outcome::unfinished);
    return check;
  }

  Result<SelfCheck> lag() const {
    Bench bench(root + "/lag", make_agent);
    SHAKEDOWN_TRY(auto drill, bench.drill(", --null", operations() + open_phase(quick ? 3 : 6, "2000")));
    const Cell all = all_cells(*drill.timeline);
    const Duration p99 = all.lag.quantile(0.99), p50 = all.lag.quantile(0.5);
    SelfCheck check{"lag", fmt::format("2000/s on time, p99 at most {}", ms(kMostLag)),
                    fmt::format("late by {} (median), {} (p99)", ms(p50), ms(p99)), false};
    check.passed = p99 <= kMostLag;
    check.advice = fmt::format("needed: at most {}; {}. Until then no latency below {} is judged a fail here", ms(kMostLag),
                               quieter_host(), ms(kLagShare * p99));
    return check;
  }
};

}  // namespace

Result<bool> run_selftest(bool quick, const MakeLocalAgent& make_agent, const std::function<void(const SelfCheck&)>& each) {
  std::string root = (fs::temp_directory_path() / "shakedown-selftest-XXXXXX").string();
  if (::mkdtemp(root.data()) == nullptr) return fail(errno_error("no temporary folder", errno, ErrorKind::output));
  const Checks checks{root, quick, make_agent};
  using Check = Result<SelfCheck> (Checks::*)() const;
  bool all_passed = true;
  for (const Check check : {&Checks::delay, &Checks::stall, &Checks::outage, &Checks::loss, &Checks::ceiling, &Checks::lag}) {
    SHAKEDOWN_TRY(auto result, (checks.*check)());
    each(result);
    all_passed = all_passed && result.passed;
  }
  std::error_code ignored;
  if (all_passed) fs::remove_all(root, ignored);
  if (!all_passed) std::fprintf(stderr, "what was measured is kept in %s\n", root.c_str());
  return all_passed;
}

}  // namespace shakedown
