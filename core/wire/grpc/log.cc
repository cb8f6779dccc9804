#include "core/wire/grpc/log.h"

#include <grpc/support/log.h>

#include <atomic>
#include <mutex>
#include <string_view>

#include "core/base/log.h"

namespace shakedown::wire {

namespace {

// Why somebody was not let in is the operator's to know; whoever knocks a thousand times is told of a few times.
void tell_handshake(const char* why) {
  static std::atomic<int> told{0};
  constexpr int kMost = 20;
  if (told < kMost && told++ < kMost) log::warning("a TLS handshake failed", {{"why", why}});
}

}  // namespace

void adopt_grpc_log() {
  static std::once_flag once;
  std::call_once(once, [] {
    gpr_set_log_function([](gpr_log_func_args* line) {
      if (std::string_view(line->message).starts_with("Handshake failed with fatal error")) tell_handshake(line->message);
      log::debug(line->message, {{"from", "grpc"}, {"level", gpr_log_severity_string(line->severity)}});
    });
  });
}

}  // namespace shakedown::wire
