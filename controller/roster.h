// Who takes part: one member per agent of the roster, its stream, and what it has said so far. Turns messages into
// entries of the Chronicle and into answers that the run waits for.
// Threads: the run loop only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "controller/chronicle.h"
#include "core/base/clock.h"
#include "core/wire/link.h"

namespace shakedown {

enum class MemberState { expected, joined, ready, refused, lost, left };

struct Member {
  AgentId id;
  ControllerLink* link = nullptr;  // owned by the roster's streams
  MemberState state = MemberState::expected;
  AgentFacts facts;
  std::string detail;  // why refused or lost
  ErrorKind problem = ErrorKind::unavailable;
  bool clean = true;   // Goodbye said so
};

class Roster {
 public:
  // changed is called after every message, so that a waiting run looks again.
  Roster(const Scenario& roster_scenario, Chronicle& chronicle, std::function<void()> changed);

  // A stream that wants to join. It gets the place of its name, or the first free one; else a Refusal.
  void accept(std::unique_ptr<ControllerLink> link);
  void set_run(std::string run_id) { run_id_ = std::move(run_id); }
  void set_clock(RunClock clock) { clock_ = clock; }

  bool all(MemberState state) const;
  bool any(MemberState state) const;
  std::size_t count(MemberState state) const;
  const std::vector<Member>& members() const { return members_; }
  bool alive(AgentId id) const;

  void send(AgentId id, ToAgent message);
  void send_all(const ToAgent& message);
  // A number for a step whose StepDone is awaited.
  uint64_t next_step() { return ++last_step_; }
  // The answer to a step; nullptr while it is open. A step of a lost agent is answered with ok = false.
  const StepDone* answer(uint64_t step) const;
  void expect(uint64_t step, AgentId from) { open_steps_[step] = from; }

 private:
  // One stream; member is set once its Hello was accepted.
  struct Stream {
    std::unique_ptr<ControllerLink> link;
    std::optional<std::size_t> member;
  };
  void received(std::size_t stream, ToController message);
  void greet(std::size_t stream, const ToController& first);
  void welcome(std::size_t stream, std::size_t place, const Hello& hello);
  void handle(Member& member, ToController message);
  void closed(std::size_t stream, const std::string& reason);
  void answer_open_steps_of(const Member& member);
  RunTime now() const { return clock_ ? clock_->now() : RunTime{}; }

  const Scenario& scenario_;
  Chronicle& chronicle_;
  std::function<void()> changed_;
  std::string run_id_;
  std::optional<RunClock> clock_;
  std::vector<Member> members_;
  std::vector<Stream> streams_;
  std::map<uint64_t, StepDone> answers_;
  std::map<uint64_t, AgentId> open_steps_;
  uint64_t last_step_ = 0;
};

}  // namespace shakedown
