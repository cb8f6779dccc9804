#include "tests/component/load/rig/names.h"

#include <dlfcn.h>
#include <netdb.h>

#include <condition_variable>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using Lookup = int (*)(const char*, const char*, const addrinfo*, addrinfo**);

Lookup system_lookup() {
  static const auto lookup = reinterpret_cast<Lookup>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return lookup;
}

std::mutex moving_mutex;
std::condition_variable moving_told;
const char* moving_to = "127.0.0.1";
bool moving_held = false;
int moving_asked = 0;

// nullptr: nobody can tell.
const char* where_it_moved() {
  std::unique_lock lock(moving_mutex);
  ++moving_asked;
  moving_told.wait(lock, [] { return !moving_held; });
  return moving_to;
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
  if (node != nullptr && std::string_view(node) == "moving.test") {
    const char* where = where_it_moved();
    return where == nullptr ? EAI_AGAIN : system_lookup()(where, service, hints, result);
  }
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
const char* moving_name(const char* to) {
  const std::lock_guard lock(moving_mutex);
  moving_to = to;
  return "moving.test";
}
void hold_moving(bool held) {
  const std::lock_guard lock(moving_mutex);
  moving_held = held;
  moving_told.notify_all();
}
int moving_looked_up() {
  const std::lock_guard lock(moving_mutex);
  return std::exchange(moving_asked, 0);
}

}  // namespace shakedown
