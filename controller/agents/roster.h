// Who takes part: one member per agent of the roster, its stream, and what it has said so far. Turns messages into
// entries of the Chronicle and into answers that the run waits for. What Admission refuses is never recorded: the first
// such message ends its agent's part, and its share is unknown from then on, as of one that was lost.
// Threads: the run loop only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "controller/agents/admission.h"
#include "controller/record/chronicle.h"
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
  bool clean = true;              // Goodbye said so
  bool dismissed = false;         // told to leave: who goes before that is lost from then on
  std::string leftover;           // when it did not
  bool shares = true;             // the plan gives it something to do: only then the run depends on it
  uint64_t refused_messages = 0;  // the first cut it off
  std::string first_refusal;
};

class Roster {
 public:
  // changed is called after every message, so that a waiting run looks again.
  Roster(const Scenario& roster_scenario, Chronicle& chronicle, std::function<void()> changed);

  // A stream that wants to join. It gets the place of its name, or the first free one; else a Refusal.
  void accept(std::unique_ptr<ControllerLink> link);
  void set_run(std::string run_id) { run_id_ = std::move(run_id); }
  void set_clock(RunClock clock) { clock_ = clock; }
  // The record has its beginning: what happened before goes into it now.
  void record_early();

  std::size_t count(MemberState state) const;
  // Everybody is ready, but for members without a share that will not be.
  bool gathered() const;
  const std::vector<Member>& members() const { return members_; }
  bool alive(AgentId id) const;
  // Of those that the run depends on.
  bool sharing_all(MemberState state) const;
  bool sharing_any(MemberState state) const;

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
  using StreamMap = std::map<uint64_t, Stream>;
  void drop_strangers();
  void received(uint64_t stream, ToController message);
  void greet(StreamMap::iterator stream, const ToController& first);
  void welcome(Stream& stream, std::size_t place, const Hello& hello);
  void heard(StreamMap::iterator stream, ToController message);
  void handle(Member& member, ToController message);
  void report(Member& member, Event event);
  void refuse(StreamMap::iterator stream, const std::string& why);
  void record(Event event);
  void lose(Member& member, const std::string& why);
  void closed(uint64_t stream, const std::string& reason);
  void answer_open_steps_of(const Member& member);
  RunTime now() const { return clock_ ? clock_->now() : RunTime{}; }
  std::optional<RunTime> run_now() const { return clock_ ? std::optional(clock_->now()) : std::nullopt; }

  const Scenario& scenario_;
  Chronicle& chronicle_;
  std::function<void()> changed_;
  std::string run_id_;
  std::optional<RunClock> clock_;
  std::vector<Member> members_;
  std::vector<Admission> admissions_;  // one for each member
  StreamMap streams_;
  std::vector<Event> early_;  // of before Go
  uint64_t last_stream_ = 0;
  std::map<uint64_t, StepDone> answers_;
  std::map<uint64_t, AgentId> open_steps_;
  uint64_t last_step_ = 0;
};

}  // namespace shakedown
