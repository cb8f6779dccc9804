#include "tests/component/load/rig/names.h"

#include <dlfcn.h>
#include <netdb.h>

#include <string_view>
#include <vector>

namespace {

using Lookup = int (*)(const char*, const char*, const addrinfo*, addrinfo**);

Lookup system_lookup() {
  static const auto lookup = reinterpret_cast<Lookup>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return lookup;
}

std::vector<const char*> addresses_of(std::string_view name) {
  if (name == "two.test") return {"127.0.0.1", "127.0.0.2"};
  if (name == "three.test") return {"127.0.0.1", "127.0.0.2", "127.0.0.3"};
  if (name == "odd.test") return {"255.255.255.255", "127.0.0.1"};
  return {};
}

}  // namespace

// The answers of several look-ups in one list, which freeaddrinfo frees entry by entry.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result) {
  const std::vector<const char*> addresses = addresses_of(node == nullptr ? "" : node);
  if (addresses.empty()) return system_lookup()(node, service, hints, result);
  addrinfo** end = result;
  *result = nullptr;
  for (const char* address : addresses) {
    if (const int error = system_lookup()(address, service, hints, end); error != 0) return error;
    while (*end != nullptr) end = &(*end)->ai_next;
  }
  return 0;
}

namespace shakedown {

const char* two_addresses() { return "two.test"; }
const char* three_addresses() { return "three.test"; }
const char* odd_addresses() { return "odd.test"; }

}  // namespace shakedown
