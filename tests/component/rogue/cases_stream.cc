#include "tests/component/rogue/cases.h"

namespace shakedown::rogue {
namespace {

using namespace std::chrono_literals;

PlanReady declined() {
  PlanReady answer;
  answer.ok = false;
  answer.error = "no";
  answer.problem = ErrorKind::locked;
  return answer;
}

void ping(Rogue& r, Duration bound) {
  ClockPing message;
  message.agent_mono = mono_now();
  message.bound = bound;
  r.me.say(message);
}

// Another stream that gets in, and says this as its first word.
void stranger(Rogue& r, const ToController& first) {
  RawLink link(r.stranger, r.loop);
  link.send(first);
}

Hello hello(const std::string& name) {
  Hello out;
  out.name = name;
  return out;
}

std::vector<Case> session() {
  return {
      {"a second Hello", Moment::gone, [](Rogue& r) { r.me.say(hello("local")); }},
      {"ready for a second time", Moment::ready, [](Rogue& r) { r.me.say(PlanReady{}); }},
      {"ready again while the load runs", Moment::running, [](Rogue& r) { r.me.say(PlanReady{}); }},
      {"the plan declined", Moment::planned,
       [](Rogue& r) {
         r.me.say(declined());
         r.me.go_silent();
       }},
      {"the plan declined after it was accepted", Moment::ready, [](Rogue& r) { r.me.say(declined()); }},
      {"the plan declined while the load runs", Moment::running, [](Rogue& r) { r.me.say(declined()); }},
      {"a clock bound below zero", Moment::gone, [](Rogue& r) { ping(r, -1s); }},
      {"a flood of clock comparisons", Moment::running,
       [](Rogue& r) {
         for (int i = 0; i < 5000; ++i) ping(r, 0s);
       }},
      {"gone at the plan", Moment::planned, [](Rogue& r) { r.me.hang_up(); }},
      {"gone before Go", Moment::ready, [](Rogue& r) { r.me.hang_up(); }},
      {"gone while the load runs", Moment::running, [](Rogue& r) { r.me.hang_up(); }},
      {"goodbye before Go", Moment::ready,
       [](Rogue& r) {
         r.me.say(Goodbye{});
         r.me.go_silent();
       }},
      {"goodbye while the load runs", Moment::running,
       [](Rogue& r) {
         r.me.say(Goodbye{});
         r.me.go_silent();
       }},
      {"an unclean goodbye while the load runs", Moment::running,
       [](Rogue& r) {
         r.me.say(Goodbye{false, "front"});
         r.me.go_silent();
       }},
      {"an unclean goodbye", Moment::leaving,
       [](Rogue& r) {
         r.me.say(Goodbye{false, "front"});
         r.me.hang_up();
       }},
      {"an unclean goodbye, then ready", Moment::leaving,
       [](Rogue& r) {
         r.me.say(Goodbye{false, "something stands"});
         r.me.say(PlanReady{});
         r.me.hang_up();
       }},
      {"goodbye twice", Moment::left, [](Rogue& r) { r.me.say(Goodbye{}); }},
      {"a snapshot after the goodbye", Moment::left, [](Rogue& r) { r.me.say(r.me.empty_snapshot()); }},
      {"a megabyte of goodbye", Moment::leaving,
       [](Rogue& r) {
         r.me.say(Goodbye{true, std::string(1 << 20, 'x')});
       }},
      {"the name of another on a second stream", Moment::ready, [](Rogue& r) { stranger(r, hello("local")); }},
      {"a place on a second stream after Go", Moment::gone, [](Rogue& r) { stranger(r, hello("")); }},
      {"a megabyte of name on a second stream", Moment::gone, [](Rogue& r) { stranger(r, hello(std::string(1 << 20, 'm'))); }},
      {"a goodbye without a Hello on a second stream", Moment::running, [](Rogue& r) { stranger(r, Goodbye{}); }},
      {"two hundred streams that say nothing", Moment::gone,
       [](Rogue& r) {
         std::vector<std::unique_ptr<RawLink>> all;
         for (int i = 0; i < 200; ++i) all.push_back(std::make_unique<RawLink>(r.stranger, r.loop));
       }},
  };
}

std::vector<Case> frames() {
  return {
      {"a gap in its numbers", Moment::running,
       [](Rogue& r) {
         v1::SessionRequest frame;
         encode_body(PlanReady{}, frame);
         frame.set_seq(r.raw->seq() + 1000);
         r.raw->raw(frame);
       }},
      {"messages acknowledged that were never sent", Moment::running,
       [](Rogue& r) {
         v1::SessionRequest frame;
         frame.mutable_nothing();
         frame.set_ack(uint64_t{1} << 60);
         r.raw->raw(frame);
       }},
      {"a frame without a body", Moment::running,
       [](Rogue& r) {
         v1::SessionRequest frame;
         frame.set_seq(r.raw->seq() + 1);
         r.raw->raw(frame);
       }},
      {"an enumerator that there is not", Moment::running,
       [](Rogue& r) {
         v1::SessionRequest frame;
         frame.mutable_event()->mutable_event()->mutable_fault()->set_state(static_cast<v1::FaultState>(77));
         frame.set_seq(r.raw->seq() + 1);
         r.raw->raw(frame);
       }},
      {"a message of 100 MB", Moment::running,
       [](Rogue& r) {
         r.me.say(Event(AgentEvent{AgentEvent::Kind::warning, r.me.self(), r.me.now(), std::string(100 << 20, 'x')}));
       }},
      {"a message of 4 MB of nothing", Moment::running,
       [](Rogue& r) {
         v1::SessionRequest frame;
         for (int i = 0; i < 2'000'000; ++i) frame.mutable_snapshot()->add_cells();
         frame.set_seq(r.raw->seq() + 1);
         r.raw->raw(frame);
       }},
      {"a flood without end", Moment::running,
       [](Rogue& r) {
         v1::SessionRequest frame;
         encode_body(EventReport{Event(RunEvent{RunEvent::Kind::aborted, r.me.now(), "stop"})}, frame);
         for (uint64_t i = 1; i <= 20'000; ++i) {
           frame.set_seq(r.raw->seq() + i);
           if (!r.raw->raw(frame)) return;
         }
       }},
  };
}

}  // namespace

std::vector<Case> stream_cases() {
  std::vector<Case> out = session();
  for (Case& one : frames()) out.push_back(std::move(one));
  return out;
}

}  // namespace shakedown::rogue
