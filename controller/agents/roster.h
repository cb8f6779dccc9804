// Who takes part: one member per agent of the roster, its stream, and what it has said so far. Turns messages into
// entries of the Chronicle and into answers to orders. What Admission refuses is never recorded: the first
// such message ends its agent's part, and its share is unknown from then on, as of one that was lost.
// Threads: the run loop only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "controller/agents/admission.h"
#include "controller/drill/waiting.h"
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
  bool halted = false;            // somebody has halted its host
  bool dismissed = false;         // told to leave: who goes before that is lost from then on
  std::string leftover;           // when it did not
  bool shares = true;             // the plan gives it something to do: only then the run depends on it
  uint64_t refused_messages = 0;  // the first cut it off
  std::string first_refusal;
};

// What each of the asked said; ok = false, with the reason, for one that was not there, was lost or did not answer in time.
using Answers = std::map<AgentId, StepDone>;

class Roster {
 public:
  // waiting is woken by every message, so that whoever waits looks again. All three outlive the Roster.
  Roster(const Scenario& roster_scenario, Chronicle& chronicle, Waiting& waiting);

  // A stream that wants to join. It gets the place of its name, or the first free one; else a Refusal.
  void accept(std::unique_ptr<ControllerLink> link);
  void set_run(std::string run_id) { run_id_ = std::move(run_id); }
  void set_clock(RunClock clock) { clock_ = clock; }
  // The record has its beginning: what happened before goes into it now.
  void record_early();

  std::size_t count(MemberState state) const;
  // Everybody is ready, but for members without a share that will not be.
  bool all_joined() const;
  const std::vector<Member>& members() const { return members_; }
  bool alive(AgentId id) const;
  // Of those that the run depends on.
  bool sharing_all(MemberState state) const;
  bool sharing_any(MemberState state) const;

  void send(AgentId id, ToAgent message);
  void send_all(const ToAgent& message);

  // Sends an order that is answered by StepDone to each of the agents and waits until every one has answered or is lost, the
  // limit is over or the run ends: with until_stopped at its early end, else at a second interrupt. message: one with a step,
  // which is set here. The arguments outlive the wait.
  boost::asio::awaitable<Answers> ask(const std::vector<AgentId>& agents, const ToAgent& message, Duration limit,
                                      Patience patience);
  boost::asio::awaitable<StepDone> ask_one(AgentId agent, const ToAgent& message, Duration limit, Patience patience);
  // The same without a wait: the number of the step, and its answer; nullptr while it is open.
  uint64_t order(AgentId agent, ToAgent message);
  const StepDone* answer(uint64_t step) const;

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
  void tell_refused(const ControllerLink& link, const std::string& why);
  void welcome(Stream& stream, std::size_t place, const Hello& hello);
  void heard(StreamMap::iterator stream, ToController message);
  void handle(Member& member, ToController message);
  void report(Member& member, Event event);
  void refuse(StreamMap::iterator stream, const std::string& why);
  void record(Event event);
  void lose(Member& member, const std::string& why);
  void closed(uint64_t stream, const std::string& reason);
  void answer_open_steps_of(const Member& member);
  StepDone take_answer(uint64_t step, Duration limit, Patience patience);
  RunTime now() const { return clock_ ? clock_->now() : RunTime{}; }
  std::optional<RunTime> run_now() const { return clock_ ? std::optional(clock_->now()) : std::nullopt; }

  const Scenario& scenario_;
  Chronicle& chronicle_;
  Waiting& waiting_;
  std::string run_id_;
  std::optional<RunClock> clock_;
  std::vector<Member> members_;
  std::vector<Admission> admissions_;  // one for each member
  StreamMap streams_;
  std::vector<Event> early_;  // of before Go
  uint64_t last_stream_ = 0;
  int refused_ = 0;  // who asked for a place
  std::map<uint64_t, StepDone> answers_;
  std::map<uint64_t, AgentId> open_steps_;  // whose answer is still awaited
  uint64_t last_step_ = 0;
};

}  // namespace shakedown
