// How many fields each type of the wire has, and how to walk them. A wrong number does not compile, so whoever adds a
// field comes here, and from then on the field is filled at random and compared by the round-trip tests.
#pragma once

#include <tuple>

#include "core/stats/journal_entry.h"
#include "core/wire/messages.h"

namespace shakedown::test {

template <class T>
inline constexpr int kFields = -1;
template <>
inline constexpr int kFields<StageEvent> = 10;
template <>
inline constexpr int kFields<FaultEvent> = 10;
template <>
inline constexpr int kFields<StepEvent> = 8;
template <>
inline constexpr int kFields<AgentEvent> = 5;
template <>
inline constexpr int kFields<RunEvent> = 3;
template <>
inline constexpr int kFields<LedgerPass> = 8;
template <>
inline constexpr int kFields<CheckResult> = 7;
template <>
inline constexpr int kFields<ReadingSample> = 2;
template <>
inline constexpr int kFields<ReadingSeries> = 2;
template <>
inline constexpr int kFields<Reading> = 12;
template <>
inline constexpr int kFields<RunChecks> = 1;
template <>
inline constexpr int kFields<ReachTargets> = 3;
template <>
inline constexpr int kFields<LookAtProcesses> = 2;
template <>
inline constexpr int kFields<HostFacts> = 6;
template <>
inline constexpr int kFields<AgentFacts> = 5;
template <>
inline constexpr int kFields<Manifest> = 15;
template <>
inline constexpr int kFields<AgentHealthLine> = 3;
template <>
inline constexpr int kFields<JournalClose> = 2;
template <>
inline constexpr int kFields<AnswerCount> = 3;
template <>
inline constexpr int kFields<Exchange> = 8;
template <>
inline constexpr int kFields<CellKey> = 3;
template <>
inline constexpr int kFields<Cell> = 11;
template <>
inline constexpr int kFields<AgentHealth> = 6;
template <>
inline constexpr int kFields<Snapshot> = 13;
template <>
inline constexpr int kFields<ProbeResult> = 3;
template <>
inline constexpr int kFields<FailedCheck> = 3;
template <>
inline constexpr int kFields<LedgerWrite> = 4;
template <>
inline constexpr int kFields<LedgerRead> = 5;
template <>
inline constexpr int kFields<BucketCount> = 2;
template <>
inline constexpr int kFields<Rate> = 1;
template <>
inline constexpr int kFields<Bytes> = 1;
template <>
inline constexpr int kFields<Share> = 1;
template <>
inline constexpr int kFields<TextPiece> = 2;
template <>
inline constexpr int kFields<Text> = 1;
template <>
inline constexpr int kFields<SecretSource> = 2;
template <>
inline constexpr int kFields<EnvVariable> = 2;
template <>
inline constexpr int kFields<Secret> = 2;
template <>
inline constexpr int kFields<TlsSpec> = 4;
template <>
inline constexpr int kFields<Target> = 8;
template <>
inline constexpr int kFields<Node> = 8;
template <>
inline constexpr int kFields<Entry> = 3;
template <>
inline constexpr int kFields<Request> = 3;
template <>
inline constexpr int kFields<UniformKey> = 2;
template <>
inline constexpr int kFields<SequenceKey> = 1;
template <>
inline constexpr int kFields<Operation> = 8;
template <>
inline constexpr int kFields<ConnectionPolicy> = 7;
template <>
inline constexpr int kFields<ConstantRate> = 1;
template <>
inline constexpr int kFields<RampRate> = 2;
template <>
inline constexpr int kFields<StepRate> = 2;
template <>
inline constexpr int kFields<SpikeRate> = 4;
template <>
inline constexpr int kFields<OpenLoad> = 2;
template <>
inline constexpr int kFields<ClosedLoad> = 2;
template <>
inline constexpr int kFields<MixEntry> = 2;
template <>
inline constexpr int kFields<Load> = 4;
template <>
inline constexpr int kFields<Probe> = 8;
template <>
inline constexpr int kFields<Ledger> = 13;
template <>
inline constexpr int kFields<ProcessSpec> = 5;
template <>
inline constexpr int kFields<Component> = 6;
template <>
inline constexpr int kFields<Action> = 7;
template <>
inline constexpr int kFields<FaultKind> = 4;
template <>
inline constexpr int kFields<Fault> = 9;
template <>
inline constexpr int kFields<TlsCheck> = 3;
template <>
inline constexpr int kFields<CertificateCheck> = 1;
template <>
inline constexpr int kFields<PlainHttpCheck> = 2;
template <>
inline constexpr int kFields<AuthenticationCheck> = 2;
template <>
inline constexpr int kFields<HeadersCheck> = 2;
template <>
inline constexpr int kFields<HttpCheck> = 3;
template <>
inline constexpr int kFields<CommandCheck> = 2;
template <>
inline constexpr int kFields<Check> = 4;
template <>
inline constexpr int kFields<Cleanup> = 3;
template <>
inline constexpr int kFields<EndTraffic> = 1;
template <>
inline constexpr int kFields<RunCleanup> = 2;
template <>
inline constexpr int kFields<Phase> = 7;
template <>
inline constexpr int kFields<AgentSpec> = 4;
template <>
inline constexpr int kFields<ReadyCheck> = 2;
template <>
inline constexpr int kFields<ReleaseSource> = 2;
template <>
inline constexpr int kFields<Lane> = 2;
template <>
inline constexpr int kFields<Assignment> = 4;
template <>
inline constexpr int kFields<Hello> = 4;
template <>
inline constexpr int kFields<PlanReady> = 5;
template <>
inline constexpr int kFields<ClockPing> = 3;
template <>
inline constexpr int kFields<EventReport> = 1;
template <>
inline constexpr int kFields<StepDone> = 5;
template <>
inline constexpr int kFields<Goodbye> = 2;
template <>
inline constexpr int kFields<Halted> = 1;
template <>
inline constexpr int kFields<Refusal> = 1;
template <>
inline constexpr int kFields<Plan> = 1;
template <>
inline constexpr int kFields<ClockPong> = 3;
template <>
inline constexpr int kFields<Go> = 1;
template <>
inline constexpr int kFields<StartProbes> = 0;
template <>
inline constexpr int kFields<StartLedgers> = 0;
template <>
inline constexpr int kFields<StageStart> = 5;
template <>
inline constexpr int kFields<StageStop> = 2;
template <>
inline constexpr int kFields<Inject> = 4;
template <>
inline constexpr int kFields<FinishFault> = 5;
template <>
inline constexpr int kFields<VerifyLedger> = 5;
template <>
inline constexpr int kFields<RunStep> = 3;
template <>
inline constexpr int kFields<ReadRelease> = 1;
template <>
inline constexpr int kFields<LeaseRenew> = 1;
template <>
inline constexpr int kFields<Shutdown> = 1;
template <>
inline constexpr int kFields<DrillPlan> = 22;

// References to all fields, in order.
template <class T>
auto fields_of(T& value) {
  constexpr int n = kFields<std::remove_const_t<T>>;
  static_assert(n >= 0, "say above how many fields this type has");
  if constexpr (n == 0) {
    return std::tie();
  } else if constexpr (n == 1) {
    auto& [f1] = value;
    return std::tie(f1);
  } else if constexpr (n == 2) {
    auto& [f1, f2] = value;
    return std::tie(f1, f2);
  } else if constexpr (n == 3) {
    auto& [f1, f2, f3] = value;
    return std::tie(f1, f2, f3);
  } else if constexpr (n == 4) {
    auto& [f1, f2, f3, f4] = value;
    return std::tie(f1, f2, f3, f4);
  } else if constexpr (n == 5) {
    auto& [f1, f2, f3, f4, f5] = value;
    return std::tie(f1, f2, f3, f4, f5);
  } else if constexpr (n == 6) {
    auto& [f1, f2, f3, f4, f5, f6] = value;
    return std::tie(f1, f2, f3, f4, f5, f6);
  } else if constexpr (n == 7) {
    auto& [f1, f2, f3, f4, f5, f6, f7] = value;
    return std::tie(f1, f2, f3, f4, f5, f6, f7);
  } else if constexpr (n == 8) {
    auto& [f1, f2, f3, f4, f5, f6, f7, f8] = value;
    return std::tie(f1, f2, f3, f4, f5, f6, f7, f8);
  } else if constexpr (n == 9) {
    auto& [f1, f2, f3, f4, f5, f6, f7, f8, f9] = value;
    return std::tie(f1, f2, f3, f4, f5, f6, f7, f8, f9);
  } else if constexpr (n == 10) {
    auto& [f1, f2, f3, f4, f5, f6, f7, f8, f9, f10] = value;
    return std::tie(f1, f2, f3, f4, f5, f6, f7, f8, f9, f10);
  } else if constexpr (n == 11) {
    auto& [f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11] = value;
    return std::tie(f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11);
  } else if constexpr (n == 12) {
    auto& [f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12] = value;
    return std::tie(f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12);
  } else if constexpr (n == 13) {
    auto& [f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13] = value;
    return std::tie(f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13);
  } else if constexpr (n == 14) {
    auto& [f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14] = value;
    return std::tie(f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14);
  } else if constexpr (n == 15) {
    auto& [f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15] = value;
    return std::tie(f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15);
  } else if constexpr (n == 22) {
    auto& [f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18, f19, f20, f21, f22] = value;
    return std::tie(f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18, f19, f20, f21, f22);
  }
}

}  // namespace shakedown::test
