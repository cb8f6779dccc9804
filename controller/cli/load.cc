// `shakedown load URL`: one quick load through the same engine, agent and Timeline as a drill.
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "controller/cli/commands.h"
#include "controller/drill/drill.h"
#include "core/base/rng.h"
#include "core/base/units.h"
#include "core/form/document.h"
#include "core/form/url.h"

namespace shakedown {
namespace {

using nlohmann::ordered_json;

// A value of an option is no scenario.
template <class T>
Result<T> on_the_command_line(Result<T> parsed) {
  if (parsed) return parsed;
  Error error = parsed.error();
  if (error.kind == ErrorKind::scenario) error.kind = ErrorKind::usage;
  return fail(std::move(error));
}

// A brace of an address is no hole; RFC 3986 has it written so.
std::string without_holes(const std::string& path) {
  std::string out;
  for (const char c : path) out += c == '{' ? "%7B" : c == '}' ? "%7D" : std::string(1, c);
  return out;
}

Result<Scenario> quick_scenario(const LoadCommand& command) {
  if (command.url.find("://") == std::string::npos) {
    return fail(ErrorKind::usage, "expected http://HOST:PORT/PATH, found '" + command.url + "'");
  }
  const std::size_t path_at = command.url.find('/', command.url.find("://") + 3);
  SHAKEDOWN_TRY(auto url, on_the_command_line(parse_url(command.url.substr(0, path_at))));
  SHAKEDOWN_TRY(auto duration, on_the_command_line(parse_duration(command.duration)));
  SHAKEDOWN_TRY(auto timeout, on_the_command_line(parse_duration(command.timeout)));
  if (duration <= Duration{} || timeout <= Duration{}) {
    return fail(ErrorKind::usage, "--duration and --timeout must be longer than 0");
  }
  if (command.connections == 0U) return fail(ErrorKind::usage, "--connections must be at least 1");
  Scenario scenario;
  scenario.name = "load";
  scenario.service = url.host;
  scenario.seed = 1;
  scenario.agents.push_back({"local", true, true, true});
  Target target;
  target.name = "target";
  target.scheme = url.scheme;
  target.host = url.host;
  target.port = url.port;
  scenario.targets.push_back(target);
  Operation operation;
  operation.name = "request";
  operation.noun = "request";
  const std::string path = path_at == std::string::npos ? "/" : command.url.substr(path_at);
  operation.request = {TargetId(0), "http", mapping_document({{"path", text_document(without_holes(path))}})};
  operation.timeout = timeout;
  scenario.operations.push_back(operation);
  scenario.connections.max = command.connections.value_or(0);
  Load load;
  load.mix.push_back({OperationId(0), 1});
  if (command.rate.empty()) {
    ClosedLoad closed;
    closed.users = command.connections.value_or(10);
    load.kind = closed;
  } else {
    SHAKEDOWN_TRY(auto rate, on_the_command_line(parse_rate(command.rate)));
    OpenLoad open;
    open.shape = ConstantRate{rate};
    load.kind = open;
  }
  Phase phase;
  phase.name = "load";
  phase.duration = duration;
  phase.load = load;
  scenario.phases.push_back(phase);
  return scenario;
}

struct Totals {
  Cell all;
  SparseHistogram latency;
  uint64_t timeouts = 0;
  double seconds = 0;
};

Totals totals(const Timeline& timeline) {
  Totals out;
  for (const auto& [key, cell] : timeline.totals()) out.all.merge(cell);
  for (const SparseHistogram& histogram : out.all.latency) out.latency.merge(histogram);
  for (const StageRecord& stage : timeline.stages()) out.seconds += seconds(stage.range.to - stage.range.from);
  out.timeouts = out.all.count(Outcome::timeout);
  return out;
}

ordered_json quantiles(const SparseHistogram& histogram, Duration timeout) {
  ordered_json out = ordered_json::object();
  ordered_json censored = ordered_json::array();
  static constexpr std::pair<const char*, double> kNames[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}};
  const auto put = [&](const char* name, Duration value) {
    if (timeout > Duration{} && histogram_bucket(value) >= histogram_bucket(timeout)) {
      value = timeout;
      censored.push_back(name);
    }
    out[name] = seconds(value);
  };
  for (const auto& [name, q] : kNames) put(name, histogram.quantile(q));
  put("max", histogram.max());
  out["mean"] = histogram.empty() ? 0 : histogram.sum_seconds() / static_cast<double>(histogram.count());
  out["censored"] = censored;
  return out;
}

ordered_json result_json(const Totals& t, Duration timeout) {
  ordered_json out;
  out["offered"] = t.all.offered();
  for (const Outcome outcome : kAllOutcomes) out[to_string(outcome)] = t.all.count(outcome);
  out["duration_seconds"] = t.seconds;
  out["rate"] = t.seconds > 0 ? static_cast<double>(t.all.offered()) / t.seconds : 0;
  out["latency"] = quantiles(t.latency, timeout);
  out["wait"] = quantiles(t.all.wait, Duration{});
  out["service"] = quantiles(t.all.service, timeout);
  out["lag"] = quantiles(t.all.lag, Duration{});
  return out;
}

void print_text(const ordered_json& result) {
  std::printf("%lu offered in %.3g s (%s/s)\n", result["offered"].get<uint64_t>(), result["duration_seconds"].get<double>(),
              format_number(result["rate"].get<double>()).c_str());
  for (const Outcome outcome : kAllOutcomes) {
    const auto count = result[to_string(outcome)].get<uint64_t>();
    if (count > 0) std::printf("  %-18s %lu\n", to_string(outcome), count);
  }
  std::printf("  %-10s %10s %10s %10s %10s %10s\n", "", "p50", "p90", "p99", "p99.9", "max");
  for (const char* name : {"latency", "wait", "service", "lag"}) {
    std::printf("  %-10s", name);
    for (const char* quantile : {"p50", "p90", "p99", "p999", "max"}) {
      bool censored = false;
      for (const auto& entry : result[name]["censored"]) censored = censored || entry == quantile;
      const std::string text = (censored ? ">= " : "") + format_value(result[name][quantile].get<double>(), Unit::seconds);
      std::printf(" %10s", text.c_str());
    }
    std::printf("\n");
  }
}

Result<int> load(const LoadCommand& command, const MakeLocalAgent& make_agent) {
  SHAKEDOWN_TRY(auto scenario, quick_scenario(command));
  DrillOptions options;
  options.workers = command.threads;
  options.quiet = command.quiet || command.json;
  options.terminal = ::isatty(STDERR_FILENO) != 0;
  SHAKEDOWN_TRY(auto drill, run_drill(scenario, options, make_agent));
  if (drill.run.error) return fail(*drill.run.error);
  const Totals sums = totals(*drill.timeline);
  const ordered_json result = result_json(sums, scenario.operations.front().timeout);
  if (command.json) {
    std::printf("%s\n", result.dump(2, ' ', true).c_str());
  } else {
    print_text(result);
  }
  if (drill.run.state != RunState::completed) return 3;
  const bool nobody_there = sums.all.offered() > 0 && sums.all.count(Outcome::refused) == sums.all.offered();
  if (nobody_there) {
    return fail(ErrorKind::unavailable,
                "expected a server at " + command.url + ", every connection was refused; start it or correct the address");
  }
  return 0;
}

}  // namespace

int load_command(const LoadCommand& command, const MakeLocalAgent& make_agent) {
  const Result<int> code = load(command, make_agent);
  return code ? code.value() : report_error(code.error());
}

}  // namespace shakedown
