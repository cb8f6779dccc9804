#include "core/wire/codec/session.h"

#include <gtest/gtest.h>

#include "core/wire/codec/index_check.h"
#include "shakedown/v1/session.pb.h"
#include "tests/support/faults.h"
#include "tests/unit/wire/filler.h"

namespace shakedown {
namespace {

using test::Filler;
using test::same;

template <class Frame, class Message>
Result<Message> through_bytes(const Message& message) {
  Frame frame, arrived;
  encode_body(message, frame);
  EXPECT_TRUE(arrived.ParseFromString(frame.SerializeAsString()));
  return decode_body(arrived);
}

template <class T>
class AgentMessages : public ::testing::Test {};
using Said = ::testing::Types<Hello, PlanReady, ClockPing, Snapshot, EventReport, StepDone, Goodbye, Halted>;
TYPED_TEST_SUITE(AgentMessages, Said);

TYPED_TEST(AgentMessages, GiveEveryFieldBack) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    Filler filler(seed);
    const ToController message = filler.make<TypeParam>();
    const auto back = through_bytes<v1::SessionRequest>(message);
    ASSERT_TRUE(back) << back.error().text();
    ASSERT_TRUE(same(message, back.value())) << "seed " << seed;
  }
}

template <class T>
class ControllerMessages : public ::testing::Test {};
using Ordered =
    ::testing::Types<Refusal, ClockPong, Go, StartProbes, StartLedgers, StageStart, RunChecks, StageStop, Inject, FinishFault,
                     VerifyLedger, RunStep, ReadRelease, LeaseRenew, Shutdown, ReachTargets, LookAtProcesses>;
TYPED_TEST_SUITE(ControllerMessages, Ordered);

TYPED_TEST(ControllerMessages, GiveEveryFieldBack) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    Filler filler(seed);
    const ToAgent message = filler.make<TypeParam>();
    const auto back = through_bytes<v1::SessionResponse>(message);
    ASSERT_TRUE(back) << back.error().text();
    ASSERT_TRUE(same(message, back.value())) << "seed " << seed;
  }
}

// Random values everywhere but in the indexes, which must lie inside the lists.
class PlanMaker {
 public:
  explicit PlanMaker(uint64_t seed) : filler_(seed) {}

  Plan make() {
    Plan plan = filler_.make<Plan>();
    s_ = &plan.assignment.plan;
    s_->agents.resize(3);
    s_->targets.push_back(filler_.make<Target>());
    s_->components.push_back(filler_.make<Component>());
    s_->operations.push_back(filler_.make<Operation>());
    s_->probes.push_back(filler_.make<Probe>());
    s_->phases.push_back(filler_.make<Phase>());
    s_->checks.push_back(filler_.make<Check>());
    if (s_->faults.empty()) s_->faults.push_back(filler_.make<Fault>());
    repair();
    plan.assignment.self = AgentId(2);
    plan.assignment.lane = {1, 2};
    return plan;
  }

 private:
  template <class I, class List>
  void inside(I& id, const List& list) {
    id = I(id.value % static_cast<uint32_t>(list.size()));
  }
  void request(Request& r) { inside(r.target, s_->targets); }
  template <class Kind>
  void look(Kind& kind) {
    if constexpr (requires { kind.target; }) inside(kind.target, s_->targets);
    if constexpr (requires { kind.request; }) request(kind.request);
  }
  void actions(std::vector<Action>& list) {
    for (Action& a : list) {
      inside(a.component, s_->components);
      inside(a.agent, s_->agents);
    }
  }
  void repair() {
    if (s_->release) request(s_->release->request);
    if (s_->ready) inside(s_->ready->probe, s_->probes);
    for (auto& one : s_->components) inside(one.agent, s_->agents);
    actions(s_->setup);
    actions(s_->teardown);
    for (auto& one : s_->operations) request(one.request);
    for (auto& one : s_->probes) inside(one.operation, s_->operations), one.agent = {};
    for (auto& one : s_->ledgers) request(one.write), request(one.read), inside(one.agent, s_->agents);
    const auto check = [this](Check& one) {
      inside(one.agent, s_->agents);
      std::visit([this](auto& kind) { look(kind); }, one.kind);
    };
    for (auto& one : s_->checks) check(one);
    for (auto& one : s_->cleanups) {
      check(one.remove);
      if (one.remains) check(*one.remains);
    }
    for (auto& one : s_->phases) {
      for (FaultId& id : one.faults) inside(id, s_->faults);
      if (!one.load) continue;
      inside(one.load->from, s_->agents);
      for (auto& entry : one.load->mix) inside(entry.operation, s_->operations);
    }
    for (auto& one : s_->faults) {
      inside(one.phase, s_->phases);
      for (ComponentId& id : one.kind.components) inside(id, s_->components);
      actions(one.recover);
      actions(one.undo);
    }
  }

  Filler filler_;
  DrillPlan* s_ = nullptr;
};

TEST(PlanCodec, GivesEveryFieldBack) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    const Plan plan = PlanMaker(seed).make();
    const auto back = through_bytes<v1::SessionResponse>(ToAgent(plan));
    ASSERT_TRUE(back) << back.error().text();
    ASSERT_TRUE(same(ToAgent(plan), back.value())) << "seed " << seed;
  }
}

void expect_refused(const Plan& plan, const std::string& word) {
  const auto back = through_bytes<v1::SessionResponse>(ToAgent(plan));
  ASSERT_FALSE(back) << word;
  EXPECT_EQ(back.error().kind, ErrorKind::protocol);
  EXPECT_NE(back.error().message.find(word), std::string::npos) << back.error().message;
}

TEST(PlanCodec, RefusesIndexesOutsideTheirLists) {
  const Plan good = PlanMaker(5).make();
  ASSERT_TRUE(through_bytes<v1::SessionResponse>(ToAgent(good)));
  Plan bad = good;
  bad.assignment.self = AgentId(3);
  expect_refused(bad, "agent (itself) 3 of 3");
  bad = good;
  bad.assignment.plan.operations.back().request.target = {};
  expect_refused(bad, "target (none)");
  bad = good;
  bad.assignment.plan.probes.back().operation = OperationId(1000);
  expect_refused(bad, "operation 1000");
  bad = good;
  bad.assignment.plan.faults.back().kind = faults::kill(ComponentId(77), 9);
  expect_refused(bad, "component 77");
  bad = good;
  bad.assignment.plan.checks.back().kind = CertificateCheck{TargetId(78)};
  expect_refused(bad, "target 78");
  bad = good;
  bad.assignment.plan.checks.back().kind = CommandCheck{};
  bad.assignment.plan.checks.back().agent = AgentId(3);
  expect_refused(bad, "agent 3 of 3");
  bad = good;
  Check astray;
  astray.kind = CertificateCheck{TargetId(79)};
  bad.assignment.plan.cleanups.push_back({"astray", {}, astray});
  bad.assignment.plan.cleanups.back().remove.kind = CommandCheck{};
  expect_refused(bad, "target 79");
  bad = good;
  bad.assignment.lane = {2, 2};
  expect_refused(bad, "lane 2 of 2");
}

TEST(PlanCodec, RefusesAPortOutOfRange) {
  v1::SessionResponse frame;
  encode_body(ToAgent(PlanMaker(3).make()), frame);
  frame.mutable_plan()->mutable_assignment()->mutable_plan()->mutable_targets(0)->set_port(65536);
  const auto back = decode_body(frame);
  ASSERT_FALSE(back);
  EXPECT_NE(back.error().message.find("port: 65536 is not one of 0 to 65535"), std::string::npos) << back.error().message;
}

TEST(PlanCodec, BoundsADocumentInDepthValuesAndBytes) {
  const Plan good = PlanMaker(3).make();
  const auto refused = [&](Document document) {
    Plan plan = good;
    plan.assignment.plan.operations.back().request.document = std::move(document);
    return !through_bytes<v1::SessionResponse>(ToAgent(plan));
  };
  const auto deep = [](int levels) {
    Document out = text_document("x");
    for (int i = 1; i < levels; ++i) out = list_document({std::move(out)});
    return out;
  };
  EXPECT_FALSE(refused(deep(16)));
  EXPECT_TRUE(refused(deep(17)));
  EXPECT_FALSE(refused(list_document(std::vector<Document>(9'999, text_document("")))));
  EXPECT_TRUE(refused(list_document(std::vector<Document>(10'000, text_document("")))));
  EXPECT_FALSE(refused(text_document(std::string(1 << 20, 'x'))));
  EXPECT_TRUE(refused(mapping_document({{"y", text_document(std::string(1 << 20, 'x'))}})));
}

// Each takes fifty times as much in memory.
TEST(SessionCodec, BoundsTheCellsOfASnapshot) {
  v1::SessionRequest frame;
  for (int64_t second = 0; second <= 1 << 16; ++second) {
    v1::Cell& cell = *frame.mutable_snapshot()->add_cells();
    cell.set_second(second);
    cell.set_stage(1);
    cell.set_operation(1);
  }
  const auto refused = decode_body(frame);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("cells of a snapshot: 65537"), std::string::npos) << refused.error().message;
  frame.mutable_snapshot()->mutable_cells()->RemoveLast();
  EXPECT_TRUE(decode_body(frame));
}

TEST(SessionCodec, RefusesAFrameWithoutBody) {
  EXPECT_FALSE(decode_body(v1::SessionRequest()));
  EXPECT_FALSE(decode_body(v1::SessionResponse()));
}

TEST(IndexCheck, OfSnapshotsEventsAndOrders) {
  DrillPlan s;
  s.agents.resize(1);
  s.operations.resize(1);
  s.operations[0].limits = {Duration(5)};
  s.probes.resize(1);
  s.ledgers.resize(1);
  s.phases.resize(1);
  s.phases[0].repeat = s.phases[0].most_stages = 3;
  s.faults.resize(1);
  s.faults[0].phase = PhaseId(0);
  EXPECT_EQ(most_stages(s), 3u);
  EXPECT_EQ(most_injections(s), 3u);

  Snapshot snapshot;
  snapshot.cells[{0, StageId(2), OperationId(0)}].over_limit = {1};
  EXPECT_TRUE(check_indexes(s, snapshot));
  snapshot.cells[{0, StageId(2), OperationId(0)}].over_limit = {1, 2};
  EXPECT_FALSE(check_indexes(s, snapshot));
  snapshot.cells.clear();
  snapshot.offered[StageId(3)] = 1;
  EXPECT_FALSE(check_indexes(s, snapshot));
  snapshot.offered.clear();
  snapshot.probes[ProbeId(1)];
  EXPECT_FALSE(check_indexes(s, snapshot));

  FaultEvent fault;
  fault.injection = InjectionId(2);
  fault.fault = FaultId(0);
  fault.stage = StageId(0);
  EXPECT_TRUE(check_indexes(s, Event(fault)));
  fault.injection = InjectionId(3);
  EXPECT_FALSE(check_indexes(s, Event(fault)));
  EXPECT_FALSE(check_indexes(s, ToController(EventReport{fault})));

  EXPECT_TRUE(check_indexes(s, ToAgent(StageStop{StageId(2), {}})));
  EXPECT_FALSE(check_indexes(s, ToAgent(StageStop{StageId(), {}})));
  RunStep step;
  step.action.component = ComponentId(0);
  EXPECT_FALSE(check_indexes(s, ToAgent(step)));
}

}  // namespace
}  // namespace shakedown
