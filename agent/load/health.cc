#include "agent/load/health.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace shakedown {
namespace {

double process_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6; };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  uint64_t total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

AgentHealth HealthReader::read() {
  AgentHealth health;
  const double cpu = process_cpu_seconds();
  health.cpu_seconds = cpu - cpu_;
  cpu_ = cpu;
  health.rss_bytes = resident_bytes();

  // user nice system idle iowait irq softirq steal
  std::ifstream file("/proc/stat");
  std::string label;
  file >> label;
  uint64_t total = 0, value = 0, stolen = 0;
  for (int field = 0; field < 8 && file >> value; ++field) {
    total += value;
    stolen = value;
  }
  if (total > host_total_) {
    health.steal_ratio = static_cast<double>(stolen - host_stolen_) / static_cast<double>(total - host_total_);
  }
  host_total_ = total;
  host_stolen_ = stolen;
  return health;
}

}  // namespace shakedown
