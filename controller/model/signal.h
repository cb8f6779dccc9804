// What the judge may hold against the evidence of a run: the rows of the validity table, and what is said beside them.
// The report has a sentence for each (report/words/plain.cc). Threads: free functions without state.
#pragma once

#include <array>
#include <cstdint>

namespace shakedown {

enum class Signal : uint8_t {
  none,  // of what is held against one row only
  accounting_identity,
  agent,
  bite,
  cleanup,
  clock_offset,
  cpu,
  down_before,
  earlier_run,
  journal,
  lag,
  leftover,
  lost_agent,
  many_rows,
  not_injected,
  not_run,
  our_losses,
  overlap,
  rejudged,
  release,
  release_not_read,
  repair,
  secret_refused,
  shared_cores,
  steal,
  stood_before,
  teardown,
  undone_late,
  unexplained_loss,
  unobserved,
};

inline constexpr std::size_t kSignals = static_cast<std::size_t>(Signal::unobserved);

// All but `none`, in the order of their names.
constexpr std::array<Signal, kSignals> all_signals() {
  std::array<Signal, kSignals> out{};
  for (std::size_t i = 0; i < kSignals; ++i) out[i] = static_cast<Signal>(i + 1);
  return out;
}

const char* to_string(Signal signal);  // "lost agent", as scorecard.json and the metrics name it; "" = none

}  // namespace shakedown
