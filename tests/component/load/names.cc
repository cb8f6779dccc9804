#include "tests/component/load/names.h"

#include <dlfcn.h>
#include <netdb.h>

#include <string_view>

namespace {

using Lookup = int (*)(const char*, const char*, const addrinfo*, addrinfo**);

Lookup system_lookup() {
  static const auto lookup = reinterpret_cast<Lookup>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return lookup;
}

int addresses_of(std::string_view name) { return name == "two.test" ? 2 : name == "three.test" ? 3 : 0; }

}  // namespace

// The answers of several look-ups in one list, which freeaddrinfo frees entry by entry.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result) {
  static constexpr const char* kAddresses[] = {"127.0.0.1", "127.0.0.2", "127.0.0.3"};
  const int addresses = node == nullptr ? 0 : addresses_of(node);
  if (addresses == 0) return system_lookup()(node, service, hints, result);
  addrinfo** end = result;
  *result = nullptr;
  for (int i = 0; i < addresses; ++i) {
    if (const int error = system_lookup()(kAddresses[i], service, hints, end); error != 0) return error;
    while (*end != nullptr) end = &(*end)->ai_next;
  }
  return 0;
}

namespace shakedown {

const char* two_addresses() { return "two.test"; }
const char* three_addresses() { return "three.test"; }

}  // namespace shakedown
