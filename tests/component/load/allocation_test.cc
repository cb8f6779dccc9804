// Counts every allocation of this process. The server is another process, so what is counted is
// ours.
#include <poll.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

#include "tests/component/load/rig/drill.h"
#include "tests/component/load/rig/nginx.h"
#include "tests/support/http_documents.h"

namespace {
std::atomic<uint64_t> g_allocations = 0;

void* counted(std::size_t size) {
  ++g_allocations;
  void* p = std::malloc(size == 0 ? 1 : size);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}
}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return std::malloc((++g_allocations, size | 1)); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return std::malloc((++g_allocations, size | 1)); }
void operator delete(void* p, const std::nothrow_t&) noexcept { std::free(p); }
void operator delete[](void* p, const std::nothrow_t&) noexcept { std::free(p); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }

namespace shakedown {
namespace {

using std::chrono::milliseconds;

struct Counted {
  uint64_t requests = 0;
  uint64_t allocations = 0;
};

// Runs a load, lets it warm up, and counts over half a second in which nobody asks for anything.
Counted steady_state(const DrillPlan& scenario) {
  Drill drill(scenario);
  drill.begin_stage(0);
  drill.run_for(milliseconds(1500));
  const uint64_t requests = total_outcomes(drill.collected());
  const uint64_t before = g_allocations;
  ::poll(nullptr, 0, 500);
  const uint64_t allocations = g_allocations - before;
  drill.collect();
  const Counted counted{total_outcomes(drill.collected()) - requests, allocations};
  drill.stop();
  EXPECT_TRUE(balanced(drill.collected()));
  EXPECT_EQ(total(drill.collected(), Outcome::ok), total_outcomes(drill.collected()));
  return counted;
}

DrillPlan two_operations(uint16_t port) {
  DrillPlan scenario = one_operation(port, std::chrono::seconds(10));
  scenario.operations[0].limits = {milliseconds(10)};
  Operation keyed = scenario.operations[0];
  HttpRequest post;
  post.path.pieces = {{HoleKind::literal, "/"}, {HoleKind::key, ""}};
  post.method = "POST";
  post.body.pieces = {{HoleKind::value, ""}};
  keyed.request = http::request(post);
  keyed.key = UniformKey{1, 1'000'000};
  keyed.value_size = Bytes{256};
  HttpExpect expect;
  expect.headers = {{"Content-Type", "text/plain"}};
  keyed.expect = http::document(expect);
  scenario.operations.push_back(keyed);
  return scenario;
}

TEST(Allocations, CounterSeesAllocations) {
  const uint64_t before = g_allocations;
  delete new int(1);
  EXPECT_EQ(g_allocations, before + 1);
}

TEST(Allocations, NoneForARequestOfAClosedLoop) {
  const Nginx nginx;
  DrillPlan scenario = two_operations(nginx.port());
  scenario.phases = {phase_with(ClosedLoad{8, {}}, std::chrono::seconds(10))};
  scenario.phases[0].load->mix = {{OperationId(0), 1}, {OperationId(1), 1}};
  const Counted counted = steady_state(scenario);
  EXPECT_GT(counted.requests, 200u);
  EXPECT_EQ(counted.allocations, 0u);
}

TEST(Allocations, NoneForARequestOfAnOpenLoop) {
  const Nginx nginx;
  DrillPlan scenario = two_operations(nginx.port());
  // One connection: opening another is no request, and when it happens depends on the machine.
  scenario.connections.max = 1;
  scenario.phases = {phase_with(open_rate(1000, Arrivals::poisson), std::chrono::seconds(10))};
  scenario.phases[0].load->mix = {{OperationId(0), 1}, {OperationId(1), 1}};
  const Counted counted = steady_state(scenario);
  EXPECT_GT(counted.requests, 200u);
  EXPECT_EQ(counted.allocations, 0u);
}

}  // namespace
}  // namespace shakedown
