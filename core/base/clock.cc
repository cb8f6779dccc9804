#include "core/base/clock.h"

#include <ctime>

namespace shakedown {
namespace {

int64_t read(clockid_t id) {
  timespec ts{};
  clock_gettime(id, &ts);
  return static_cast<int64_t>(ts.tv_sec) * 1'000'000'000 + ts.tv_nsec;
}

class SystemClock final : public Clock {
 public:
  MonoTime mono() const override { return mono_now(); }
  WallTime wall() const override { return WallTime(Duration(read(CLOCK_REALTIME))); }
};

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

MonoTime mono_now() { return MonoTime(Duration(read(CLOCK_MONOTONIC))); }

}  // namespace shakedown
