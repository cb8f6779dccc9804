#include "controller/roster.h"

#include <algorithm>

#include "controller/planner.h"
#include "core/wire/index_check.h"

namespace shakedown {

Roster::Roster(const Scenario& roster_scenario, Chronicle& chronicle, std::function<void()> changed)
    : scenario_(roster_scenario), chronicle_(chronicle), changed_(std::move(changed)) {
  members_.resize(scenario_.agents.size());
  for (std::size_t i = 0; i < members_.size(); ++i) {
    members_[i].id = AgentId(i);
    members_[i].facts.name = scenario_.agents[i].name;
  }
}

void Roster::accept(std::unique_ptr<ControllerLink> link) {
  const std::size_t stream = streams_.size();
  streams_.push_back({std::move(link), std::nullopt});
  ControllerLink::Handlers handlers;
  handlers.received = [this, stream](ToController message) { received(stream, std::move(message)); };
  handlers.closed = [this, stream](const std::string& reason) { closed(stream, reason); };
  streams_[stream].link->open(std::move(handlers));
}

void Roster::received(std::size_t stream, ToController message) {
  if (const auto* ping = std::get_if<ClockPing>(&message)) {
    streams_[stream].link->send(ClockPong{ping->id, ping->agent_mono, mono_now()});
    if (streams_[stream].member) {
      Duration& bound = members_[*streams_[stream].member].facts.clock_bound;
      bound = std::max(bound, ping->bound);
    }
    return;
  }
  if (streams_[stream].member) {
    handle(members_[*streams_[stream].member], std::move(message));
  } else {
    greet(stream, message);
  }
  changed_();
}

void Roster::greet(std::size_t stream, const ToController& first) {
  const auto* hello = std::get_if<Hello>(&first);
  const auto free_place = [&](const Member& m) {
    return m.state == MemberState::expected && (hello->name.empty() || hello->name == m.facts.name);
  };
  std::string refusal = "expected Hello as the first message";
  if (hello != nullptr) {
    const auto place = std::find_if(members_.begin(), members_.end(), free_place);
    if (hello->protocol != kProtocolVersion) {
      refusal = "expected protocol " + std::to_string(kProtocolVersion) + ", the agent speaks " +
                std::to_string(hello->protocol) + "; use the same release on both sides";
    } else if (place == members_.end()) {
      refusal = hello->name.empty() ? "every place of the roster is taken"
                                    : "no free place for an agent called " + hello->name;
    } else {
      welcome(stream, static_cast<std::size_t>(place - members_.begin()), *hello);
      return;
    }
  }
  streams_[stream].link->send(Refusal{refusal});
  streams_[stream].link->close();
}

void Roster::welcome(std::size_t stream, std::size_t place, const Hello& hello) {
  Member& member = members_[place];
  const std::string name = member.facts.name;
  member.facts = hello.facts;
  member.facts.name = name;
  member.state = MemberState::joined;
  member.link = streams_[stream].link.get();
  streams_[stream].member = place;
  member.link->send(Plan{make_assignment(scenario_, member.id, run_id_)});
}

namespace {

void note_ready(Member& member, const PlanReady& answer) {
  member.facts.clock_bound = answer.clock_bound;
  member.facts.addresses = answer.addresses;
  member.state = answer.ok ? MemberState::ready : MemberState::refused;
  member.detail = answer.error;
  member.problem = answer.problem;
}

}  // namespace

void Roster::handle(Member& member, ToController message) {
  const Result<void> sound = check_indexes(scenario_, message);
  if (!sound) {
    chronicle_.record(Event(AgentEvent{AgentEvent::Kind::warning, member.id, now(), sound.error().message}));
    return;
  }
  if (auto* snapshot = std::get_if<Snapshot>(&message)) {
    const uint64_t seq = snapshot->seq;
    snapshot->agent = member.id;
    chronicle_.add(std::move(*snapshot));
    member.link->send(SnapshotAck{seq});
  } else if (auto* report = std::get_if<EventReport>(&message)) {
    if (auto* about_agent = std::get_if<AgentEvent>(&report->event)) about_agent->agent = member.id;
    chronicle_.record(std::move(report->event));
  } else if (auto* ready_answer = std::get_if<PlanReady>(&message)) {
    note_ready(member, *ready_answer);
  } else if (auto* done = std::get_if<StepDone>(&message)) {
    open_steps_.erase(done->step);
    answers_[done->step] = std::move(*done);
  } else if (auto* goodbye = std::get_if<Goodbye>(&message)) {
    member.state = MemberState::left;
    member.clean = goodbye->clean;
    member.detail = goodbye->detail;
    chronicle_.record(Event(AgentEvent{AgentEvent::Kind::left, member.id, now(), member.detail}));
  }
}

void Roster::closed(std::size_t stream, const std::string& reason) {
  if (!streams_[stream].member) return;
  Member& member = members_[*streams_[stream].member];
  if (member.state != MemberState::left && member.state != MemberState::refused) {
    member.state = MemberState::lost;
    member.detail = reason.empty() ? "the agent closed its stream" : reason;
    chronicle_.record(Event(AgentEvent{AgentEvent::Kind::lost, member.id, now(), member.detail}));
  }
  answer_open_steps_of(member);
  changed_();
}

void Roster::answer_open_steps_of(const Member& member) {
  for (auto it = open_steps_.begin(); it != open_steps_.end();) {
    if (it->second != member.id) {
      ++it;
      continue;
    }
    StepDone lost;
    lost.step = it->first;
    lost.ok = false;
    lost.detail = "agent " + member.facts.name + " was lost";
    answers_[lost.step] = std::move(lost);
    it = open_steps_.erase(it);
  }
}

bool Roster::all(MemberState state) const {
  return std::all_of(members_.begin(), members_.end(), [&](const Member& m) { return m.state == state; });
}
bool Roster::any(MemberState state) const { return count(state) > 0; }
std::size_t Roster::count(MemberState state) const {
  return static_cast<std::size_t>(
      std::count_if(members_.begin(), members_.end(), [&](const Member& m) { return m.state == state; }));
}
bool Roster::alive(AgentId id) const {
  return id.value < members_.size() && members_[id.value].state == MemberState::ready;
}

void Roster::send(AgentId id, ToAgent message) {
  if (alive(id)) members_[id.value].link->send(std::move(message));
}
void Roster::send_all(const ToAgent& message) {
  for (const Member& member : members_) send(member.id, message);
}

const StepDone* Roster::answer(uint64_t step) const {
  const auto found = answers_.find(step);
  return found == answers_.end() ? nullptr : &found->second;
}

}  // namespace shakedown
