#include "core/runtime/host_facts.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>

#include "core/base/rng.h"

namespace shakedown {
namespace {

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("model name", 0) != 0) continue;
    const std::size_t start = line.find_first_not_of(" \t", line.find(':') + 1);
    return start == std::string::npos ? "" : line.substr(start);
  }
  return "";
}

uint64_t boot_id_hash() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  return std::getline(file, id) && !id.empty() ? stream_seed(0, id) : 0;
}

}  // namespace

HostFacts read_host_facts() {
  HostFacts facts;
  utsname names{};
  if (::uname(&names) == 0) {
    facts.hostname = names.nodename;
    facts.kernel = std::string(names.sysname) + " " + names.release + " " + names.machine;
  }
  facts.cpu_model = cpu_model();
  const long cores = ::sysconf(_SC_NPROCESSORS_ONLN);
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page = ::sysconf(_SC_PAGESIZE);
  facts.cores = cores > 0 ? static_cast<uint32_t>(cores) : 0;
  facts.memory_bytes = pages > 0 && page > 0 ? static_cast<uint64_t>(pages) * static_cast<uint64_t>(page) : 0;
  facts.boot_id_hash = boot_id_hash();
  return facts;
}

}  // namespace shakedown
