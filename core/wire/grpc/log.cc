#include "core/wire/grpc/log.h"

#include <grpc/support/log.h>

#include <mutex>

#include "core/base/log.h"

namespace shakedown::wire {

void adopt_grpc_log() {
  static std::once_flag once;
  std::call_once(once, [] {
    gpr_set_log_function([](gpr_log_func_args* line) {
      log::debug(line->message, {{"from", "grpc"}, {"level", gpr_log_severity_string(line->severity)}});
    });
  });
}

}  // namespace shakedown::wire
