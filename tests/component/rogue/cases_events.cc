#include <cmath>

#include "tests/component/rogue/cases.h"

namespace shakedown::rogue {
namespace {

using namespace std::chrono_literals;

const StageId kFirstStage(0);

Case says(const char* name, Moment when, std::function<Event(Rogue&)> make) {
  return {name, when, [make = std::move(make)](Rogue& r) { r.me.say(make(r)); }};
}

FaultEvent change(Rogue& r, uint32_t injection, uint32_t fault, FaultState state) {
  return {InjectionId(injection), FaultId(fault), StageId(injection + 1), state, r.me.now(), r.me.now(), "so it is", false};
}

std::vector<Case> of_the_controller() {
  const auto stage = [](StageEvent::Kind kind) {
    return [kind](Rogue& r) {
      StageEvent e;
      e.kind = kind;
      e.stage = kFirstStage;
      e.phase = PhaseId(0);
      e.start = r.me.now();
      e.end = r.me.now() + 10ms;
      return Event(e);
    };
  };
  const auto run = [](RunEvent::Kind kind) { return [kind](Rogue& r) { return Event(RunEvent{kind, r.me.now(), "stop"}); }; };
  const auto agent = [](AgentEvent::Kind kind, AgentId whom) {
    return [kind, whom](Rogue& r) { return Event(AgentEvent{kind, whom, r.me.now(), "so it is", "front"}); };
  };
  return {
      says("a phase announced", Moment::running, stage(StageEvent::Kind::planned)),
      says("a phase ended", Moment::running, stage(StageEvent::Kind::ended)),
      says("a phase not run", Moment::running, stage(StageEvent::Kind::not_run)),
      says("the run aborted", Moment::running, run(RunEvent::Kind::aborted)),
      says("the run finished", Moment::running, run(RunEvent::Kind::finished)),
      says("another agent lost", Moment::running, agent(AgentEvent::Kind::lost, kLocal)),
      says("itself left", Moment::running, agent(AgentEvent::Kind::left, kGuest)),
      says("an event before Go", Moment::ready, agent(AgentEvent::Kind::warning, kGuest)),
      says("a note of the far future", Moment::running,
           [](Rogue& r) {
             return Event(AgentEvent{AgentEvent::Kind::warning, r.me.self(), far_away(), "later"});
           }),
      says("a note of a megabyte", Moment::running,
           [](Rogue& r) {
             return Event(AgentEvent{AgentEvent::Kind::warning, r.me.self(), r.me.now(), std::string(1 << 20, 'x')});
           }),
      {"five thousand notes", Moment::running,
       [](Rogue& r) {
         for (int i = 0; i < 5000; ++i) r.me.say(Event(AgentEvent{AgentEvent::Kind::warning, r.me.self(), r.me.now(), "again"}));
       }},
  };
}

std::vector<Case> of_faults() {
  const auto step = [](StepEvent::Kind kind, InjectionId injection) {
    return [kind, injection](Rogue& r) {
      StepEvent e;
      e.kind = kind;
      e.injection = injection;
      e.what = "start front";
      e.started = e.ended = r.me.now();
      return Event(e);
    };
  };
  const auto state = [](uint32_t injection, uint32_t fault, FaultState to) {
    return [=](Rogue& r) { return Event(change(r, injection, fault, to)); };
  };
  return {
      says("another's fault clean", Moment::breaking, state(0, 0, FaultState::clean)),
      says("another's fault a leftover", Moment::breaking, state(0, 0, FaultState::leftover)),
      says("another's fault not run", Moment::breaking, state(0, 0, FaultState::not_run)),
      says("another's fault effective", Moment::breaking, state(0, 0, FaultState::effective)),
      says("its own injection under another's fault", Moment::broken, state(1, 0, FaultState::clean)),
      says("an injection that there is not", Moment::broken, state(5, 1, FaultState::clean)),
      says("its own fault clean before it was injected", Moment::injected, state(1, 1, FaultState::clean)),
      says("its own fault effective before it was injected", Moment::injected, state(1, 1, FaultState::effective)),
      says("a change of the far future", Moment::broken,
           [](Rogue& r) {
             FaultEvent e = change(r, 1, 1, FaultState::undoing);
             e.latest = far_away();
             return Event(e);
           }),
      says("a change that ends before it begins", Moment::broken,
           [](Rogue& r) {
             FaultEvent e = change(r, 1, 1, FaultState::undoing);
             e.latest -= 1s;
             return Event(e);
           }),
      {"a thousand changes of one fault", Moment::broken,
       [](Rogue& r) {
         for (int i = 0; i < 1000; ++i) r.me.say(Event(change(r, 1, 1, FaultState::undoing)));
       }},
      says("a recovery step of another's injection", Moment::breaking, step(StepEvent::Kind::recover, InjectionId(0))),
      says("a recovery step that was not planned", Moment::broken, step(StepEvent::Kind::recover, InjectionId(1))),
      says("a step of setup", Moment::running, step(StepEvent::Kind::setup, InjectionId())),
      says("a step of teardown", Moment::running, step(StepEvent::Kind::teardown, InjectionId())),
      says("a release read", Moment::running, step(StepEvent::Kind::release, InjectionId())),
  };
}

LedgerPass pass(Rogue& r, uint32_t ledger, uint32_t number) {
  LedgerPass out;
  out.pass = number;
  out.ledger = LedgerId(ledger);
  out.started = out.finished = r.me.now();
  out.complete = true;
  return out;
}

CheckResult check(Rogue& r, uint32_t number) {
  CheckResult out;
  out.check = CheckId(number);
  out.done = out.holds = true;
  out.started = out.ended = r.me.now();
  return out;
}

std::vector<Case> of_answers() {
  const auto answers = [](uint64_t from, uint64_t to, bool ok) {
    return [=](Rogue& r) {
      for (uint64_t i = from; i < to; ++i) r.me.say(StepDone{i, ok, "so it is", {}});
    };
  };
  return {
      {"steps of others done", Moment::running, answers(1, 30, true)},
      {"steps of others failed", Moment::gone, answers(1, 30, false)},
      {"a step done that there is not", Moment::running, answers(uint64_t{1} << 60, (uint64_t{1} << 60) + 1, true)},
      {"a step done before Go", Moment::ready, answers(1, 2, true)},
      says("another's ledger read", Moment::running, [](Rogue& r) { return Event(pass(r, 0, 0)); }),
      says("a reading that nobody ordered", Moment::running, [](Rogue& r) { return Event(pass(r, 1, 99)); }),
      says("a reading far beyond what was written", Moment::verifying,
           [](Rogue& r) {
             LedgerPass out = pass(r, 1, 1);
             out.injection = InjectionId(0);
             out.end_id = uint64_t{1} << 62;
             return Event(out);
           }),
      says("another's check holds", Moment::running, [](Rogue& r) { return Event(check(r, 0)); }),
      says("another's check does not hold", Moment::running,
           [](Rogue& r) {
             CheckResult out = check(r, 0);
             out.holds = false;
             return Event(out);
           }),
      says("its own check before it was asked", Moment::gone, [](Rogue& r) { return Event(check(r, 1)); }),
      says("its own check after it was answered", Moment::running, [](Rogue& r) { return Event(check(r, 1)); }),
      says("a check that there is not", Moment::running, [](Rogue& r) { return Event(check(r, 9)); }),
      says("a check whose number is none", Moment::running,
           [](Rogue& r) {
             CheckResult out = check(r, 1);
             out.number = std::nan("");
             return Event(out);
           }),
      says("its own check of the far future", Moment::checking,
           [](Rogue& r) {
             CheckResult out = check(r, 1);
             out.ended = far_away();
             return Event(out);
           }),
  };
}

}  // namespace

std::vector<Case> event_cases() {
  std::vector<Case> out = of_the_controller();
  for (Case& one : of_faults()) out.push_back(std::move(one));
  for (Case& one : of_answers()) out.push_back(std::move(one));
  return out;
}

}  // namespace shakedown::rogue
