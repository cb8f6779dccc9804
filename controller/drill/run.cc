#include "controller/drill/run.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <thread>

#include "controller/drill/run_wait.h"
#include "core/base/units.h"

namespace shakedown {
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr Duration kGuestsFarewell = 5s;  // of agents that had nothing to do

}  // namespace

Run::Run(const Scenario& roster_scenario, RunOptions options, Chronicle& chronicle, Progress& progress, asio::io_context& loop)
    : scenario_(roster_scenario),
      options_(std::move(options)),
      chronicle_(chronicle),
      progress_(progress),
      wake_(loop),
      tick_(loop),
      roster_(roster_scenario, chronicle, [this] { wake_.cancel(); }) {
  roster_.set_run(options_.run_id);
  manifest_.run_id = options_.run_id;
  manifest_.tool_version = options_.tool_version;
  manifest_.scenario_sha256 = scenario_.sha256;
  manifest_.seed = scenario_.seed;
  manifest_.controller = options_.host;
}

asio::awaitable<RunResult> Run::execute() {
  if (options_.each_second) options_.each_second(chronicle_.timeline(), manifest_, RunTime{});
  co_await gather();
  go();
  if (!stopped()) co_await prepare();
  if (!stopped()) co_await stages();
  co_await wind_down();
  RunResult result;
  result.state = manifest_.state;
  result.error = error_ ? error_ : chronicle_.trouble();
  result.hurried = interrupts_ > 1;
  co_return result;
}

void Run::interrupt(const std::string& signal_name) {
  ++interrupts_;
  progress_.note(interrupts_ == 1 ? signal_name + ": undoing faults, then the scorecard (again: undo and leave)"
                                  : signal_name + " again: undoing faults, then leaving");
  stop(RunState::interrupted, signal_name);
  wake_.cancel();
}

void Run::abort(Error error) {
  stop(RunState::aborted, error.message);
  if (!error_) error_ = std::move(error);
  wake_.cancel();
}

void Run::stop(RunState state, const std::string& why) {
  if (stop_ || ended_) return;
  stop_ = {state, why};
  progress_.note(std::string("run ") + to_string(state) + ": " + why);
  if (!gone_) return;
  using Kind = RunEvent::Kind;
  const Kind kind = state == RunState::stopped       ? Kind::stop_condition
                    : state == RunState::interrupted ? Kind::interrupted
                                                     : Kind::aborted;
  chronicle_.record(Event(RunEvent{kind, now(), why}));
}

asio::awaitable<void> Run::gather() {
  const auto gathered = [this] {
    return roster_.gathered() || roster_.sharing_any(MemberState::refused) || roster_.sharing_any(MemberState::lost);
  };
  co_await wait(gathered, options_.join_limit, Patience::until_stopped);
  for (const Member& member : roster_.members()) {
    if (!member.shares) continue;
    if (member.state == MemberState::refused) abort(Error(member.problem, member.detail));
    if (member.state == MemberState::lost) {
      abort(Error(ErrorKind::unavailable, "agent " + member.facts.name + " was lost: " + member.detail));
    }
  }
  if (!roster_.sharing_all(MemberState::ready) && !stopped()) {
    const std::size_t there = roster_.count(MemberState::ready);
    abort(Error(ErrorKind::unavailable, "expected " + std::to_string(scenario_.agents.size()) + " agents within " +
                                            format_duration(options_.join_limit) + ", found " + std::to_string(there) +
                                            "; start the missing ones and run again"));
  }
}

void Run::go() {
  const MonoTime zero = mono_now() + 200ms;
  clock_ = RunClock(zero);
  roster_.set_clock(clock_);
  manifest_.started = system_clock().wall() + 200ms;
  for (const Member& member : roster_.members()) manifest_.agents.push_back(member.facts);
  chronicle_.record(manifest_);
  gone_ = true;
  chronicle_.record(Event(RunEvent{RunEvent::Kind::started, RunTime{}, options_.run_id}));
  roster_.record_early();
  if (stop_) {
    const auto early = *stop_;
    stop_.reset();
    stop(early.first, early.second);
    return;
  }
  roster_.send_all(Go{zero, manifest_.started});
  schedule_tick();
}

asio::awaitable<void> Run::prepare() {
  activity_ = "setup";
  for (const Action& setup : scenario_.setup) {
    if (stopped()) co_return;
    const std::string trouble = co_await action(StepEvent::Kind::setup, setup, Patience::until_stopped);
    if (!trouble.empty() && !stopped()) {
      abort(Error(ErrorKind::unavailable, "setup step failed: " + setup.describe + ": " + trouble + "; nothing was measured"));
    }
  }
  if (stopped()) co_return;
  roster_.send_all(StartProbes{});
  co_await check_ready();
  if (!stopped() && !scenario_.ready) co_await look_for_targets();
  if (!stopped()) co_await read_release(true);
  if (!stopped()) co_await run_checks();
}

asio::awaitable<void> Run::check_ready() {
  if (!scenario_.ready) co_return;
  activity_ = "waiting until ready";
  const ProbeId id = scenario_.ready->probe;
  const Probe& probe = scenario_.probe(id);
  StepEvent event;
  event.kind = StepEvent::Kind::ready;
  event.what = "probe " + probe.name + " up";
  event.started = now();
  const auto up = [this, id] { return up_since(id, RunTime::min()); };
  event.ok = co_await wait(up, scenario_.ready->limit, Patience::until_stopped);
  event.ended = now();
  const bool ready = event.ok;
  chronicle_.record(Event(std::move(event)));
  if (!ready && !stopped()) {
    abort(Error(ErrorKind::unavailable, "the target is not ready: probe " + probe.name + " had not " +
                                            std::to_string(probe.up_after) + " good checks in a row within " +
                                            format_duration(scenario_.ready->limit) + "; start the target, or correct its url"));
  }
}

asio::awaitable<void> Run::read_release(bool at_start) {
  if (!scenario_.release) co_return;
  const AgentId agent = agent_or_first_loader(scenario_, AgentId());
  const uint64_t number = roster_.next_step();
  StepEvent event;
  event.kind = StepEvent::Kind::release;
  event.started = now();
  roster_.expect(number, agent);
  roster_.send(agent, ReadRelease{number});
  const StepDone done = co_await step(agent, number, 15s, Patience::to_the_end);
  event.ended = now();
  event.ok = done.ok;
  event.what = done.ok ? done.detail : "release not read: " + done.detail;
  event.detail = at_start ? "start" : "end";
  if (done.ok) (at_start ? manifest_.release_start : manifest_.release_end) = done.detail;
  if (!done.ok) progress_.note(event.what);
  chronicle_.record(Event(std::move(event)));
}

asio::awaitable<StepDone> Run::step(AgentId agent, uint64_t number, Duration limit, Patience patience) {
  const auto answered = [this, number] { return roster_.answer(number) != nullptr; };
  const auto over = [this, &answered] { return answered() || interrupts_ > 1; };
  StepDone done;
  done.step = number;
  done.ok = false;
  if (!roster_.alive(agent)) {
    done.detail = "its agent is not there";
    co_return done;
  }
  const bool in_time = co_await wait(over, limit, patience);
  if (answered()) {
    done = *roster_.answer(number);
  } else if (in_time || (stopped() && patience == Patience::until_stopped)) {
    done.detail = "cut short: " + stop_->second;
  } else {
    done.detail = "no answer from the agent within " + format_duration(limit);
  }
  co_return done;
}

asio::awaitable<std::string> Run::action(StepEvent::Kind kind, const Action& what, Patience patience) {
  const AgentId agent = what.kind == Action::Kind::exec && what.agent.valid() ? what.agent
                        : what.component.valid()                              ? scenario_.component(what.component).agent
                                                                              : AgentId(0);
  const uint64_t number = roster_.next_step();
  roster_.expect(number, agent);
  RunStep message;
  message.step = number;
  message.kind = kind;
  message.action = what;
  const RunTime started = now();
  roster_.send(agent, std::move(message));
  StepDone done = co_await step(agent, number, what.after + what.limit + 15s, patience);
  StepEvent event = std::move(done.event);
  if (event.what.empty()) {
    event.started = started;
    event.ended = now();
    event.what = what.describe;
  }
  event.kind = kind;
  event.ok = done.ok;
  if (event.detail.empty()) event.detail = done.detail;
  progress_.note(event.what + (done.ok ? "" : " FAILED: " + event.detail));
  if (!done.ok && kind == StepEvent::Kind::teardown) {
    manifest_.teardown_failures.push_back(event.what + ": " + event.detail);
  }
  const std::string trouble = done.ok ? "" : event.detail.empty() ? "without a word" : event.detail;
  chronicle_.record(Event(std::move(event)));
  co_return trouble;
}

// The reader works on a copy: a late message may still reach the timeline.
asio::awaitable<void> Run::read_outside() {
  if (!options_.gather || interrupts_ > 1 || chronicle_.timeline().stages().empty()) co_return;
  activity_ = "reading the team's own metrics";
  progress_.note("reading the team's own metrics (Ctrl-C twice skips it)");
  const Timeline timeline = chronicle_.timeline();
  Manifest manifest = manifest_;
  manifest.finished = manifest.started + now().time_since_epoch();
  std::vector<Reading> readings;
  std::atomic<bool> done = false;
  std::jthread reader([&](std::stop_token skip) {
    readings = options_.gather(timeline, manifest, std::move(skip));
    done = true;
    asio::post(wake_.get_executor(), [this] { wake_.cancel(); });
  });
  const auto read_or_skipped = [&] { return done || interrupts_ > 1; };
  co_await wait(read_or_skipped, 24h, Patience::to_the_end);
  reader.request_stop();
  reader.join();
  for (Reading& reading : readings) {
    if (!reading.problem.empty()) progress_.note(reading.source + ": " + reading.problem);
    chronicle_.record(std::move(reading));
  }
}

// An agent that says goodbye says whether anything stands; one that does not is lost, and that is told. So is how much of
// what it sent was refused.
void Run::tell_absent() {
  const auto tell = [this](const Member& member, AgentEvent::Kind kind, const std::string& what) {
    chronicle_.record(Event(AgentEvent{kind, member.id, now(), what}));
  };
  for (const Member& member : roster_.members()) {
    if (!member.clean) tell(member, AgentEvent::Kind::leftover, member.leftover);
    if (member.state == MemberState::ready) {
      const std::string why = "it did not say at the end whether it undid everything";
      progress_.note("agent " + member.facts.name + ": " + why);
      tell(member, member.shares ? AgentEvent::Kind::lost : AgentEvent::Kind::warning, why);
    }
    if (member.refused_messages == 0) continue;
    const std::string what =
        "messages refused: " + std::to_string(member.refused_messages) + ", the first: " + member.first_refusal;
    progress_.note("agent " + member.facts.name + ": " + what);
    tell(member, AgentEvent::Kind::warning, what);
  }
}

// What still undoes may start what teardown stops: then teardown is left out, and that is told.
asio::awaitable<void> Run::tear_down() {
  activity_ = "teardown";
  if (roster_.count(MemberState::ready) == 0 || interrupts_ > 1) co_return;
  if (!stopped()) co_await read_release(false);
  for (const Action& teardown : scenario_.teardown) {
    if (interrupts_ > 1) co_return;
    if (open_.empty()) {
      co_await action(StepEvent::Kind::teardown, teardown, Patience::to_the_end);
    } else {
      manifest_.teardown_failures.push_back(teardown.describe + ": not run, since an undo had not ended");
    }
  }
}

void Run::tell_unfinished(const OpenInjection& injection, Duration limit) {
  FaultEvent event;
  event.injection = injection.planned.id;
  event.fault = injection.planned.fault;
  event.stage = injection.stage;
  event.state = FaultState::leftover;
  event.earliest = event.latest = now();
  event.detail = "its undo had not ended within " + format_duration(limit) + "; teardown was not run beside it";
  event.by_undo = true;
  progress_.note("fault " + scenario_.fault(event.fault).name + ": " + event.detail);
  chronicle_.record(Event(std::move(event)));
}

asio::awaitable<void> Run::wind_down() {
  winding_down_ = true;
  activity_ = "undoing faults";
  activity_end_ = {};
  Duration limit = 0s;
  for (OpenInjection& injection : open_) {
    if (!injection.finishing) finish(injection, true, stop_ ? stop_->second : "the run ends");
    limit = std::max(limit, undo_patience(scenario_, scenario_.fault(injection.planned.fault)));
  }
  // What a fault left is looked at before teardown: a component that teardown has stopped is not as it was.
  const auto closed = [this] { return open_.empty() || !roster_.sharing_any(MemberState::ready); };
  const bool undone = co_await wait(closed, limit, Patience::to_the_end);
  for (const OpenInjection& late : open_) {
    if (!undone) tell_unfinished(late, limit);
  }
  if (!stopped()) co_await let_requests_end();
  co_await tear_down();
  roster_.send_all(Shutdown{stop_ ? stop_->second : "the run is over"});
  activity_ = "the agents clean up and leave";
  const auto gone = [this] { return !roster_.sharing_any(MemberState::ready); };
  const auto all_gone = [this] { return roster_.count(MemberState::ready) == 0; };
  Duration farewell = 90s;
  for (const Component& component : scenario_.components) farewell += component.stop_limit;
  co_await wait(gone, farewell, Patience::to_the_end);
  co_await wait(all_gone, kGuestsFarewell, Patience::to_the_end);
  tell_absent();
  co_await read_outside();
  ended_ = true;
  tick_.cancel();
  const RunTime end = now();
  manifest_.finished = manifest_.started + end.time_since_epoch();  // whatever was done to the wall clock meanwhile
  for (const Member& member : roster_.members()) {
    Duration& bound = manifest_.agents[member.id.value].clock_bound;
    bound = std::max(bound, member.facts.clock_bound);
  }
  manifest_.state = stop_ ? stop_->first : RunState::completed;
  manifest_.ended_by = stop_ ? stop_->second : "";
  const auto& stages = chronicle_.timeline().stages();
  const bool begun =
      std::any_of(stages.begin(), stages.end(), [](const StageRecord& s) { return s.stage.valid() && !s.not_run; });
  if (error_ && !begun) manifest_.early_exit = static_cast<uint32_t>(exit_code(error_->kind));
  chronicle_.record(Event(RunEvent{RunEvent::Kind::finished, end, to_string(manifest_.state)}));
  chronicle_.close(manifest_);
}

}  // namespace shakedown
