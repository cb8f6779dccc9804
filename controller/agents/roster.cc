#include "controller/agents/roster.h"

#include <algorithm>

#include "controller/agents/greeting.h"
#include "controller/agents/planner.h"
#include "core/base/log.h"
#include "core/base/units.h"
#include "core/wire/codec/index_check.h"

namespace shakedown {
namespace asio = boost::asio;

namespace {

constexpr std::size_t kMostStrangers = 64;   // streams without a place, beside two for each place
constexpr uint64_t kMostAfterTheCut = 1000;  // messages of one that does not go by itself

// An order without a step is answered by nobody: none is left unnumbered.
void number_order(ToAgent& order, uint64_t step) {
  std::visit(
      [step](auto& o) {
        if constexpr (requires { o.step; }) o.step = step;
      },
      order);
}

StepDone not_answered(uint64_t step, std::string why) {
  StepDone done;
  done.step = step;
  done.ok = false;
  done.detail = std::move(why);
  return done;
}

}  // namespace

Roster::Roster(const Scenario& roster_scenario, Chronicle& chronicle, Waiting& waiting)
    : scenario_(roster_scenario), chronicle_(chronicle), waiting_(waiting) {
  members_.resize(scenario_.agents.size());
  for (std::size_t i = 0; i < members_.size(); ++i) {
    members_[i].id = AgentId(i);
    members_[i].facts.name = scenario_.agents[i].name;
    members_[i].shares = has_share(scenario_, AgentId(i));
    admissions_.emplace_back(scenario_, AgentId(i));
  }
}

void Roster::accept(std::unique_ptr<ControllerLink> link) {
  drop_strangers();
  const uint64_t number = ++last_stream_;
  Stream& stream = streams_[number];
  stream.link = std::move(link);
  ControllerLink::Handlers handlers;
  handlers.received = [this, number](ToController message) { received(number, std::move(message)); };
  handlers.closed = [this, number](const std::string& reason) { closed(number, reason); };
  stream.link->open(std::move(handlers));
}

// Whoever knows the token may dial as often as he likes: the oldest that has taken no place makes room.
void Roster::drop_strangers() {
  const auto stranger = [](const auto& entry) { return !entry.second.member; };
  const auto there = static_cast<std::size_t>(std::count_if(streams_.begin(), streams_.end(), stranger));
  if (there < kMostStrangers + 2 * members_.size()) return;
  streams_.erase(std::find_if(streams_.begin(), streams_.end(), stranger));
}

void Roster::received(uint64_t number, ToController message) {
  const auto stream = streams_.find(number);
  if (stream == streams_.end()) return;
  if (stream->second.member) {
    heard(stream, std::move(message));
  } else {
    greet(stream, message);
  }
}

void Roster::greet(StreamMap::iterator stream, const ToController& first) {
  const auto* hello = std::get_if<Hello>(&first);
  ControllerLink& link = *stream->second.link;
  Greeting answer{std::nullopt, "expected Hello as the first message"};
  if (hello != nullptr) answer = greeting(*hello, link.identity(), members_, scenario_, clock_.has_value());
  if (answer.place) {
    welcome(stream->second, *answer.place, *hello);
    return waiting_.wake();
  }
  tell_refused(link, answer.refusal);
  link.send(Refusal{answer.refusal});
  link.close();
}

// Whoever knocks a thousand times is told of a few times.
void Roster::tell_refused(const ControllerLink& link, const std::string& why) {
  constexpr int kMostTold = 20;
  if (++refused_ > kMostTold) return;
  const std::string who = link.identity() != nullptr ? link.identity()->name : "by its token";
  log::warning("an agent was refused", {{"from", link.peer()}, {"agent", who}, {"why", why}});
}

void Roster::welcome(Stream& stream, std::size_t place, const Hello& hello) {
  Member& member = members_[place];
  const std::string name = member.facts.name;
  member.facts = hello.facts;
  member.facts.name = name;
  member.facts.clock_bound = std::max<Duration>(Duration{}, hello.facts.clock_bound);
  member.state = MemberState::joined;
  member.link = stream.link.get();
  stream.member = place;
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

void Roster::heard(StreamMap::iterator stream, ToController message) {
  Member& member = members_[*stream->second.member];
  Result<void> allowed = check_indexes(scenario_, message);
  if (allowed && member.refused_messages > 0) allowed = fail(ErrorKind::refused, "a message after it was cut off");
  if (allowed) allowed = admissions_[member.id.value].admit(message, run_now());
  if (!allowed) {
    refuse(stream, allowed.error().message);
  } else if (const auto* ping = std::get_if<ClockPing>(&message)) {
    member.link->send(ClockPong{ping->id, ping->agent_mono, mono_now()});
    member.facts.clock_bound = std::max(member.facts.clock_bound, ping->bound);
    return;
  } else {
    handle(member, std::move(message));
  }
  waiting_.wake();
}

void Roster::handle(Member& member, ToController message) {
  if (auto* snapshot = std::get_if<Snapshot>(&message)) {
    snapshot->agent = member.id;
    chronicle_.add(std::move(*snapshot));
  } else if (auto* event = std::get_if<EventReport>(&message)) {
    report(member, std::move(event->event));
  } else if (auto* ready_answer = std::get_if<PlanReady>(&message)) {
    note_ready(member, *ready_answer);
  } else if (auto* done = std::get_if<StepDone>(&message)) {
    if (open_steps_.erase(done->step) > 0) answers_[done->step] = std::move(*done);
  } else if (auto* halted = std::get_if<Halted>(&message)) {
    member.halted = true;
    member.detail = halted->why;
    record(Event(AgentEvent{AgentEvent::Kind::warning, member.id, now(), member.detail}));
  } else if (auto* goodbye = std::get_if<Goodbye>(&message)) {
    member.state = MemberState::left;
    member.clean = goodbye->clean || !member.shares;
    member.detail = goodbye->detail;
    if (!member.clean) member.leftover = goodbye->detail;
    record(Event(AgentEvent{AgentEvent::Kind::left, member.id, now(), member.detail}));
    if (member.dismissed || !member.shares) return;
    record(Event(AgentEvent{AgentEvent::Kind::lost, member.id, now(), "it left before the run was over: " + member.detail}));
  }
}

// One that the plan gives nothing to change has left nothing; what it says of it is a note.
void Roster::report(Member& member, Event event) {
  if (auto* about = std::get_if<AgentEvent>(&event)) {
    about->agent = member.id;
    if (!member.shares) about->kind = AgentEvent::Kind::warning;
  }
  chronicle_.record(std::move(event));
}

// The first refused message ends it: it is told, which makes an honest one undo everything, and no more of it counts.
void Roster::refuse(StreamMap::iterator stream, const std::string& why) {
  Member& member = members_[*stream->second.member];
  if (member.refused_messages++ > 0) {
    if (member.refused_messages > kMostAfterTheCut) {
      member.link = nullptr;
      streams_.erase(stream);
    }
    return;
  }
  member.first_refusal = why;
  member.link->send(Refusal{"cut off: " + why});
  member.link->close();
  lose(member, "it was cut off, since it sent " + why);
}

// A journal begins with its manifest, which is known at Go.
void Roster::record(Event event) {
  if (clock_) {
    chronicle_.record(std::move(event));
  } else {
    early_.push_back(std::move(event));
  }
}

void Roster::record_early() {
  for (Event& event : std::exchange(early_, {})) chronicle_.record(std::move(event));
}

void Roster::lose(Member& member, const std::string& why) {
  member.state = MemberState::lost;
  member.detail = why;
  const auto kind = member.shares ? AgentEvent::Kind::lost : AgentEvent::Kind::warning;
  record(Event(AgentEvent{kind, member.id, now(), why}));
  answer_open_steps_of(member);
}

void Roster::closed(uint64_t number, const std::string& reason) {
  const auto stream = streams_.find(number);
  if (stream == streams_.end()) return;
  if (stream->second.member) {
    Member& member = members_[*stream->second.member];
    member.link = nullptr;
    const bool told =
        member.state == MemberState::left || member.state == MemberState::refused || member.state == MemberState::lost;
    if (!told) lose(member, reason.empty() ? "the agent closed its stream" : reason);
    answer_open_steps_of(member);
  }
  streams_.erase(stream);
  waiting_.wake();
}

void Roster::answer_open_steps_of(const Member& member) {
  for (auto it = open_steps_.begin(); it != open_steps_.end();) {
    if (it->second != member.id) {
      ++it;
      continue;
    }
    answers_[it->first] = not_answered(it->first, "agent " + member.facts.name + " was lost");
    it = open_steps_.erase(it);
  }
}

bool Roster::all_joined() const {
  return std::all_of(members_.begin(), members_.end(), [](const Member& m) {
    const bool coming = m.state == MemberState::expected || m.state == MemberState::joined;
    return m.state == MemberState::ready || !(m.shares || coming);
  });
}
std::size_t Roster::count(MemberState state) const {
  return static_cast<std::size_t>(
      std::count_if(members_.begin(), members_.end(), [&](const Member& m) { return m.state == state; }));
}
bool Roster::alive(AgentId id) const { return id.value < members_.size() && members_[id.value].state == MemberState::ready; }

bool Roster::sharing_all(MemberState state) const {
  return std::all_of(members_.begin(), members_.end(), [&](const Member& m) { return !m.shares || m.state == state; });
}
bool Roster::sharing_any(MemberState state) const {
  return std::any_of(members_.begin(), members_.end(), [&](const Member& m) { return m.shares && m.state == state; });
}

void Roster::send(AgentId id, ToAgent message) {
  if (!alive(id)) return;
  admissions_[id.value].ordered(message, run_now());
  if (std::holds_alternative<Shutdown>(message)) members_[id.value].dismissed = true;
  members_[id.value].link->send(std::move(message));
}
void Roster::send_all(const ToAgent& message) {
  for (const Member& member : members_) send(member.id, message);
}

uint64_t Roster::order(AgentId agent, ToAgent message) {
  const uint64_t step = ++last_step_;
  if (!alive(agent)) {
    answers_[step] = not_answered(step, "its agent is not there");
    return step;
  }
  open_steps_[step] = agent;
  number_order(message, step);
  send(agent, std::move(message));
  return step;
}

const StepDone* Roster::answer(uint64_t step) const {
  const auto found = answers_.find(step);
  return found == answers_.end() ? nullptr : &found->second;
}

// From now on nobody waits for it.
StepDone Roster::take_answer(uint64_t step, Duration limit, Patience patience) {
  open_steps_.erase(step);
  if (auto found = answers_.extract(step)) return std::move(found.mapped());
  const RunEnd& end = waiting_.end();
  const bool cut_short = end.hurried() || (end.stopped() && patience == Patience::until_stopped);
  return not_answered(step, cut_short ? "cut short: " + end.why() : "no answer from the agent within " + format_duration(limit));
}

asio::awaitable<Answers> Roster::ask(const std::vector<AgentId>& agents, const ToAgent& message, Duration limit,
                                     Patience patience) {
  std::map<AgentId, uint64_t> steps;
  for (const AgentId agent : agents) steps[agent] = order(agent, message);
  const auto over = [&] {
    const auto answered = [this](const auto& entry) { return answers_.contains(entry.second); };
    return waiting_.end().hurried() || std::all_of(steps.begin(), steps.end(), answered);
  };
  co_await waiting_.until(over, limit, patience);
  Answers answers;
  for (const auto& [agent, step] : steps) answers[agent] = take_answer(step, limit, patience);
  co_return answers;
}

asio::awaitable<StepDone> Roster::ask_one(AgentId agent, const ToAgent& message, Duration limit, Patience patience) {
  const std::vector<AgentId> one{agent};
  Answers answers = co_await ask(one, message, limit, patience);
  co_return std::move(answers.at(agent));
}

}  // namespace shakedown
