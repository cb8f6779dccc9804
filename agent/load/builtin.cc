// The protocols that load speaks, by URL scheme.
#include <array>
#include <string>

#include "agent/load/driver.h"
#include "agent/load/drivers/http1.h"

namespace shakedown {
namespace {

struct Builtin {
  const char* scheme;
  DriverFactory make;
};

constexpr std::array kBuiltins = {
    Builtin{"http", make_http1_driver},
    Builtin{"https", make_http1_driver},
};

}  // namespace

DriverFactory find_driver(const std::string& scheme) {
  for (const Builtin& builtin : kBuiltins) {
    if (scheme == builtin.scheme) return builtin.make;
  }
  return nullptr;
}

std::string known_schemes() {
  std::string all;
  for (const Builtin& builtin : kBuiltins)
    all += (all.empty() ? "" : ", ") + std::string(builtin.scheme);
  return all;
}

}  // namespace shakedown
