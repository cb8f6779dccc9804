// The figures of the load engine (CPU per request beside wrk and a bare epoll loop, open-loop
// latency, lag, memory per connection). Prints one JSON object a line: figure, value, bar, and what
// it was computed from. nginx has one core, what is measured the other.
//
//   bench_load [closed] [open] [lag] [memory]     all without arguments
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <sched.h>
#include <nlohmann/json.hpp>

#include "tests/bench/bare_epoll.h"
#include "tests/bench/children.h"
#include "tests/bench/load_runs.h"
#include "tests/component/load/rig/drill.h"
#include "tests/component/load/rig/nginx.h"

namespace shakedown {
namespace {

using nlohmann::json;

constexpr int kServerCore = 0, kOurCore = 1;
constexpr int kPairs = 9, kConnections = 64, kSeconds = 2;

void print(const json& figure) {
  std::printf("%s\n", figure.dump().c_str());
  std::fflush(stdout);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// value = median, low and high = smallest and largest of the repeats.
json figure(const char* name, const std::vector<double>& values, double bar, const char* unit) {
  return {{"figure", name},
          {"value", median(values)},
          {"low", *std::min_element(values.begin(), values.end())},
          {"high", *std::max_element(values.begin(), values.end())},
          {"repeats", values.size()},
          {"bar", bar},
          {"unit", unit},
          {"reached", median(values) <= bar}};
}

double number_before(const std::string& text, const std::string& mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string::npos) return 0;
  const std::size_t line = text.rfind('\n', at) + 1;
  return std::strtod(text.c_str() + line, nullptr);
}

struct Cost {
  double requests = 0, cpu_micros = 0;
};

Cost cost_of(const std::vector<std::string>& argv, const std::string& mark) {
  const ChildRun run = run_child(argv, kOurCore);
  const double requests = number_before(run.output, mark);
  return {requests / kSeconds, requests > 0 ? run.cpu_seconds * 1e6 / requests : 0};
}

void bench_closed(const std::string& self) {
  const Nginx nginx("", kServerCore);
  const std::string port = std::to_string(nginx.port()), seconds = std::to_string(kSeconds);
  const std::string connections = std::to_string(kConnections);
  std::map<std::string, std::vector<double>> cpu, rate;
  const auto note = [&](const std::string& who, const Cost& cost) {
    cpu[who].push_back(cost.cpu_micros);
    rate[who].push_back(cost.requests);
  };
  std::vector<double> ours, bare;
  for (int pair = 0; pair < kPairs; ++pair) {
    note("wrk", cost_of({"wrk", "-t1", "-c" + connections, "-d" + seconds + "s", nginx.url()}, " requests in"));
    note("shakedown", cost_of({self, "run-closed", port}, " requests in"));
    note("bare_epoll", cost_of({self, "run-bare", port}, " requests in"));
    ours.push_back(cpu["shakedown"].back() / cpu["wrk"].back());
    bare.push_back(cpu["bare_epoll"].back() / cpu["wrk"].back());
  }
  json result = figure("cpu_per_request_over_wrk", ours, 0.95, "ratio");
  for (const auto& [who, values] : cpu) {
    result["micros_per_request"][who] = median(values);
    result["requests_per_second"][who] = median(rate[who]);
  }
  print(result);
  json reference = figure("bare_epoll_cpu_per_request_over_wrk", bare, 0.95, "ratio");
  reference["note"] = "for reference: what the least possible loop costs";
  print(reference);
}

double quantile_micros(const SparseHistogram& histogram, double q) { return seconds(histogram.quantile(q)) * 1e6; }

void bench_open() {
  const Nginx nginx("", kServerCore);
  std::vector<double> above;
  json last;
  for (int i = 0; i < 5; ++i) {
    const Cell closed = whole(run_closed(nginx.port(), 1, std::chrono::seconds(1)));
    const Cell open = whole(run_open(nginx.port(), 5000, std::chrono::seconds(2)));
    const double service = quantile_micros(closed.service, 0.5);
    const double latency = quantile_micros(open.latency[static_cast<std::size_t>(Outcome::ok)], 0.5);
    above.push_back(latency - service);
    last = {{"p50_latency_open", latency}, {"p50_service_closed", service}};
  }
  json result = figure("open_loop_p50_above_service", above, 60, "microseconds");
  result["last"] = last;
  print(result);
}

void bench_lag() {
  const Nginx nginx("", kServerCore);
  std::vector<double> lags;
  json last;
  for (int i = 0; i < 5; ++i) {
    const Snapshot s = run_open(nginx.port(), 20'000, std::chrono::seconds(2));
    const Cell all = whole(s);
    lags.push_back(quantile_micros(all.lag, 0.99));
    last = {{"p50", quantile_micros(all.lag, 0.5)}, {"p999", quantile_micros(all.lag, 0.999)},
            {"max", seconds(all.lag.max()) * 1e6},  {"offered", total_offered(s)},
            {"ok", all.count(Outcome::ok)},         {"p99_latency", quantile_micros(all.latency[0], 0.99)}};
  }
  json result = figure("lag_p99_at_20000_per_second", lags, 100, "microseconds");
  result["last"] = last;
  print(result);
}

void bench_memory(const std::string& self) {
  const Nginx nginx("", kServerCore);
  const std::string port = std::to_string(nginx.port());
  std::vector<double> per_connection;
  json last;
  for (int i = 0; i < 3; ++i) {
    std::map<int, double> resident, open;
    for (const int connections : {64, 8000}) {
      const ChildRun run = run_child({self, "run-idle", port, std::to_string(connections)}, kOurCore);
      resident[connections] = number_before(run.output, " bytes");
      open[connections] = number_before(run.output, " open");
    }
    per_connection.push_back((resident[8000] - resident[64]) / (open[8000] - open[64]) / 1024);
    last = {{"resident_64", resident[64]}, {"resident_8000", resident[8000]}, {"open", open[8000]}};
  }
  json result = figure("memory_per_idle_connection", per_connection, 6, "KiB");
  result["last"] = last;
  print(result);
}

// One measured run in a process of its own.
int child(const std::vector<std::string>& arguments) {
  const auto port = static_cast<uint16_t>(std::stoul(arguments.at(1)));
  if (arguments[0] == "run-closed") {
    const Snapshot s = run_closed(port, kConnections, std::chrono::seconds(kSeconds));
    std::printf("%llu requests in\n", static_cast<unsigned long long>(total(s, Outcome::ok)));
  } else if (arguments[0] == "run-bare") {
    const uint64_t requests = bare_epoll(port, kConnections, std::chrono::seconds(kSeconds));
    std::printf("%llu requests in\n", static_cast<unsigned long long>(requests));
  } else {
    const IdleMemory memory = idle_memory(port, static_cast<uint32_t>(std::stoul(arguments.at(2))));
    std::printf("%llu open\n%llu bytes\n", static_cast<unsigned long long>(memory.connections),
                static_cast<unsigned long long>(memory.resident_bytes));
  }
  return 0;
}

void pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  ::sched_setaffinity(0, sizeof set, &set);
}

int run(const std::string& self, const std::vector<std::string>& arguments) {
  if (!arguments.empty() && arguments[0].starts_with("run-")) return child(arguments);
  const auto wanted = [&](const char* what) {
    return arguments.empty() || std::find(arguments.begin(), arguments.end(), what) != arguments.end();
  };
  pin(kOurCore);
  if (wanted("closed")) bench_closed(self);
  if (wanted("open")) bench_open();
  if (wanted("lag")) bench_lag();
  if (wanted("memory")) bench_memory(self);
  return 0;
}

}  // namespace
}  // namespace shakedown

int main(int argc, char** argv) { return shakedown::run(argv[0], std::vector<std::string>(argv + 1, argv + argc)); }
