// gRPC's own log lines go through ours, at debug: what matters is told by a Result or by closed.
#pragma once

namespace shakedown::wire {

// Once per process; threads: safe everywhere.
void adopt_grpc_log();

}  // namespace shakedown::wire
