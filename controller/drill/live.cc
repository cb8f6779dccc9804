#include "controller/drill/live.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "core/base/printable.h"
#include "core/base/units.h"

namespace shakedown {
namespace {

constexpr int64_t kWindowSeconds = 5;

class ConsoleProgress final : public Progress {
 public:
  ConsoleProgress(bool terminal, bool quiet) : terminal_(terminal), quiet_(quiet) {}
  ~ConsoleProgress() override { end_line(); }

  void tick(const LiveView& view, RunTime now) override {
    if (quiet_) return;
    if (!terminal_ && second_of(now) % kWindowSeconds != 0) return;
    std::string line = fmt::format("{:>5.0f}s  {}", seconds(now), view.phase);
    if (view.left > Duration{}) line += fmt::format("  {:.0f}s left", seconds(view.left));
    if (view.over > 0) {
      line += fmt::format("  last {} s: rate {:.0f}/s  ok {:.0f}/s  failed {:.0f}/s", view.over, view.offered_per_second,
                          view.ok_per_second, view.failed_per_second);
    }
    if (view.p99 > Duration{}) line += fmt::format("  p99 {:.3g}ms", seconds(view.p99) * 1e3);
    for (const std::string& fault : view.faults) line += "  [" + fault + "]";
    line = clean(line);
    if (terminal_) {
      std::fprintf(stderr, "\r\033[2K%s", line.c_str());
      std::fflush(stderr);
      open_line_ = true;
    } else {
      std::fprintf(stderr, "%s\n", line.c_str());
    }
  }

  void note(const std::string& line) override {
    if (quiet_) return;
    end_line();
    say(stderr, "       " + clean(line) + "\n");
  }

 private:
  void end_line() {
    if (open_line_) std::fputc('\n', stderr);
    open_line_ = false;
  }
  bool terminal_, quiet_;
  bool open_line_ = false;
};

}  // namespace

namespace {

// How many whole seconds from `from` on, before `until`, lie in stages with load.
int64_t loaded_seconds(const Timeline& timeline, int64_t from, int64_t until) {
  int64_t out = 0;
  for (int64_t second = std::max<int64_t>(0, from); second < until; ++second) {
    const auto& stages = timeline.stages();
    out += std::any_of(stages.begin(), stages.end(), [&](const StageRecord& stage) {
      const bool loads = !stage.not_run && stage.phase.valid() && timeline.scenario().phase(stage.phase).load;
      return loads && stage.range.contains(RunTime(std::chrono::seconds(second)));
    });
  }
  return out;
}

}  // namespace

LiveView live_view(const Timeline& timeline, RunTime now) {
  LiveView view;
  const int64_t until = second_of(now) - 1;
  view.over = loaded_seconds(timeline, until - kWindowSeconds, until);
  SparseHistogram latency;
  uint64_t offered = 0, good = 0, bad = 0;
  timeline.seconds().each(
      [&](const Slice& slice) {
        for (const SecondRow& row : slice.rows()) {
          offered += row.offered();
          good += row.count(Outcome::ok);
          for (const Outcome outcome : kAllOutcomes) bad += is_bad(outcome) ? row.count(outcome) : 0;
        }
        latency.merge(slice.ok());
      },
      until - kWindowSeconds, until);
  const double over = static_cast<double>(std::max<int64_t>(1, view.over));
  view.offered_per_second = static_cast<double>(offered) / over;
  view.ok_per_second = static_cast<double>(good) / over;
  view.failed_per_second = static_cast<double>(bad) / over;
  if (!latency.empty()) view.p99 = latency.quantile(0.99);
  for (const InjectionRecord& injection : timeline.injections()) {
    const bool stands = injection.state == FaultState::injected || injection.state == FaultState::effective ||
                        injection.state == FaultState::undoing;
    if (stands) view.faults.push_back(timeline.scenario().fault(injection.fault).name);
  }
  return view;
}

std::unique_ptr<Progress> console_progress(bool terminal, bool quiet) {
  return std::make_unique<ConsoleProgress>(terminal, quiet);
}

}  // namespace shakedown
