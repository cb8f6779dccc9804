#include "controller/drill/run.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "controller/agents/planner.h"
#include "controller/drill/action_step.h"
#include "controller/drill/parts/cleaning.h"
#include "core/base/units.h"

namespace shakedown {
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr Duration kUntilZero = 200ms;    // from Go on
constexpr Duration kFarewell = 90s;       // of the agents, with what they still stop
constexpr Duration kAnnouncing = 15s;     // of what is still to be announced at the end
constexpr Duration kGuestsFarewell = 5s;  // of those that had nothing to do

}  // namespace

Run::Run(const Scenario& roster_scenario, RunOptions options, Chronicle& chronicle, Progress& progress, asio::io_context& loop)
    : scenario_(roster_scenario),
      options_(std::move(options)),
      chronicle_(chronicle),
      progress_(progress),
      end_(chronicle, progress),
      waiting_(loop, end_),
      roster_(roster_scenario, chronicle, waiting_),
      conditions_(roster_scenario, options_.look, [this] { waiting_.wake_from_anywhere(); }),
      announcer_(roster_scenario, options_.run_id, options_.deliver, [this] { waiting_.wake_from_anywhere(); }),
      silencer_(roster_scenario, options_.run_id, options_.lease, options_.silences, [this] { waiting_.wake_from_anywhere(); }),
      context_{scenario_, chronicle_, progress_, roster_, waiting_, end_, conditions_, announcer_, silencer_, clock_, activity_},
      probes_(scenario_, chronicle_.timeline(), roster_),
      preparation_(context_, probes_),
      faults_(context_, probes_),
      stages_(context_, faults_, options_.lead),
      search_(context_, stages_, manifest_),
      series_(context_, stages_, probes_),
      ledgers_(context_),
      heartbeat_(context_, loop, options_.lease, [this](RunTime at) {
        if (options_.each_second) options_.each_second(chronicle_.timeline(), manifest_, at);
      }) {
  roster_.set_run(options_.run_id);
  manifest_.run_id = options_.run_id;
  manifest_.tool_version = options_.tool_version;
  manifest_.scenario_sha256 = scenario_.sha256;
  manifest_.seed = scenario_.seed;
  manifest_.controller = options_.host;
}

asio::awaitable<RunResult> Run::execute() {
  if (options_.each_second) options_.each_second(chronicle_.timeline(), manifest_, RunTime{});
  co_await await_agents();
  go();
  if (!end_.stopped()) co_await prepare();
  if (!end_.stopped()) co_await play();
  co_await wind_down();
  co_return close();
}

void Run::interrupt(const std::string& signal_name) {
  end_.interrupt(signal_name);
  waiting_.wake();
}

void Run::halt(const std::string& why) {
  end_.stop(RunState::aborted, why);
  waiting_.wake();
}

void Run::abort(Error error) {
  end_.abort(std::move(error));
  waiting_.wake();
}

asio::awaitable<void> Run::await_agents() {
  const auto decided = [this] {
    const bool gone = roster_.sharing_any(MemberState::lost) || roster_.sharing_any(MemberState::left);
    return roster_.all_joined() || roster_.sharing_any(MemberState::refused) || gone;
  };
  co_await waiting_.until(decided, options_.join_limit, Patience::until_stopped);
  for (const Member& member : roster_.members()) {
    if (!member.shares) continue;
    if (member.state == MemberState::refused) end_.abort(Error(member.problem, member.detail));
    if (member.halted) end_.abort(Error(ErrorKind::refused, "agent " + member.facts.name + ": " + member.detail));
    if (member.state == MemberState::lost || member.state == MemberState::left) {
      end_.abort(Error(ErrorKind::unavailable, "agent " + member.facts.name + " was lost: " + member.detail));
    }
  }
  if (roster_.sharing_all(MemberState::ready) || end_.stopped()) co_return;
  const std::size_t there = roster_.count(MemberState::ready);
  end_.abort(Error(ErrorKind::unavailable, "expected " + std::to_string(scenario_.agents.size()) + " agents within " +
                                               format_duration(options_.join_limit) + ", found " + std::to_string(there) +
                                               "; start the missing ones and run again"));
}

// The record begins, also of a run that has ended before it could begin.
void Run::go() {
  const MonoTime zero = mono_now() + kUntilZero;
  clock_ = RunClock(zero);
  roster_.set_clock(clock_);
  manifest_.started = system_clock().wall() + kUntilZero;
  for (const Member& member : roster_.members()) manifest_.agents.push_back(member.facts);
  chronicle_.record(manifest_);
  chronicle_.record(Event(RunEvent{RunEvent::Kind::started, RunTime{}, options_.run_id}));
  roster_.record_early();
  end_.record_from(clock_);
  waiting_.look_after([this] {
    look_at_journal();
    look_at_members();
    faults_.look();
  });
  if (end_.stopped()) return;
  roster_.send_all(Go{zero});
  announcer_.say("started", "drill " + scenario_.name + " begins");
  heartbeat_.start();
}

asio::awaitable<void> Run::prepare() {
  conditions_.start();
  co_await preparation_.set_up();
  if (end_.stopped()) co_return;
  roster_.send_all(StartProbes{});
  co_await preparation_.wait_until_ready();
  if (!end_.stopped()) co_await preparation_.wait_for_conditions();
  if (end_.stopped()) co_return;
  co_await preparation_.look_at_processes();
  if (end_.stopped()) co_return;
  manifest_.release_start = co_await read_release(context_, "start");
  if (!end_.stopped()) co_await preparation_.run_checks();
}

asio::awaitable<void> Run::play() {
  if (!scenario_.ledgers.empty()) roster_.send_all(StartLedgers{});
  const auto groups = gapless_groups(plan_stages(scenario_), scenario_);
  for (const std::vector<PlannedStage>& group : groups) {
    co_await wait_for_probes();
    const Search* search = scenario_.search_of(group.front().phase);
    const StepSeries* series = scenario_.steps_of(group.front().phase);
    if (search != nullptr) {
      co_await search_.execute(*search);
    } else if (series != nullptr) {
      co_await series_.execute(*series);
    } else {
      co_await play_group(group);
    }
  }
  if (!end_.stopped()) co_await ledgers_.everything();
}

asio::awaitable<void> Run::play_group(const std::vector<PlannedStage>& group) {
  if (end_.stopped()) {
    for (const PlannedStage& stage : group) stages_.not_run(stage, end_.why());
    co_return;
  }
  co_await stages_.play(group);
  const std::vector<PlannedInjection>& injections = group.back().injections;
  if (injections.empty()) co_return;
  co_await faults_.await_closed(injections);
  co_await faults_.await_afterwards(injections);
  co_await ledgers_.after(injections);
}

// Between phases.
asio::awaitable<void> Run::wait_for_probes() {
  if (end_.stopped() || scenario_.probes.empty() || stages_.previous_end() == RunTime{}) co_return;
  activity_.what = "waiting for the probes";
  const auto up = [this] { return probes_.all_up_since(stages_.previous_end()); };
  const bool again = co_await waiting_.until(up, probe_patience(scenario_), Patience::until_stopped);
  if (!again)
    end_.stop(RunState::aborted,
              "the probes did not come up again before the next phase: " + probes_.seen_not_up(stages_.previous_end()));
}

// What a fault left is looked at before teardown: a component that teardown has stopped is not as it was.
asio::awaitable<void> Run::wind_down() {
  waiting_.look_after([this] { faults_.look(); });  // agents leave in good order from now on
  const std::string why = end_.stopped() ? end_.why() : "the run ends";
  if (end_.stopped()) announcer_.say("aborted", why);
  co_await faults_.undo_all(why);
  if (!end_.stopped()) co_await stages_.let_requests_end();
  co_await tear_down();
  co_await dismiss_agents();
  tell_absent();
  co_await lift_silences();
  co_await announce_end();
  co_await read_outside();
}

// What still stands is everybody's to hear of.
asio::awaitable<void> Run::lift_silences() {
  if (!scenario_.silence) co_return;
  silencer_.want({});
  const auto lifted = [this] { return silencer_.all_lifted() || end_.hurried(); };
  co_await waiting_.until(lifted, kAnnouncing, Patience::to_the_end);
  const std::string trouble = silencer_.trouble();
  if (trouble.empty()) co_return;
  progress_.note("silence: " + trouble);
  chronicle_.record(Event(AgentEvent{AgentEvent::Kind::warning, AgentId(0), clock_.now(), "silence: " + trouble}));
}

// Everything is undone, or told. Who was not told is named in the record.
asio::awaitable<void> Run::announce_end() {
  if (scenario_.announce.empty()) co_return;
  announcer_.say("ended", "drill " + scenario_.name + " is over: " + (end_.stopped() ? end_.why() : "completed"));
  const auto said = [this] { return announcer_.all_said() || end_.hurried(); };
  co_await waiting_.until(said, kAnnouncing, Patience::to_the_end);
  for (const std::string& one : announcer_.undelivered()) {
    progress_.note("announcements: " + one);
    chronicle_.record(Event(AgentEvent{AgentEvent::Kind::warning, AgentId(0), clock_.now(), "announcements: " + one}));
  }
}

// What still undoes may start what teardown stops: then teardown is left out, and that is told.
asio::awaitable<void> Run::tear_down() {
  activity_.what = "teardown";
  if (roster_.count(MemberState::ready) == 0 || end_.hurried()) co_return;
  if (!end_.stopped()) manifest_.release_end = co_await read_release(context_, "end");
  if (!scenario_.cleanups.empty() && !end_.hurried()) co_await clean_up(context_);
  for (const Action& teardown : scenario_.teardown) {
    if (end_.hurried()) co_return;
    if (!faults_.all_closed()) {
      manifest_.teardown_failures.push_back(teardown.describe + ": not run, since an undo had not ended");
      continue;
    }
    const StepEvent done = co_await carry_out(context_, StepEvent::Kind::teardown, teardown, Patience::to_the_end);
    if (!done.ok) manifest_.teardown_failures.push_back(done.what + ": " + done.detail);
  }
}

asio::awaitable<void> Run::dismiss_agents() {
  activity_.what = "the agents clean up and leave";
  roster_.send_all(Shutdown{end_.stopped() ? end_.why() : "the run is over"});
  const auto gone = [this] { return !roster_.sharing_any(MemberState::ready); };
  const auto all_gone = [this] { return roster_.count(MemberState::ready) == 0; };
  Duration farewell = kFarewell;
  for (const Component& component : scenario_.components) farewell += component.stop_limit;
  co_await waiting_.until(gone, farewell, Patience::to_the_end);
  co_await waiting_.until(all_gone, kGuestsFarewell, Patience::to_the_end);
}

// An agent that says goodbye says whether anything stands; one that does not is lost, and that is told. So is how much of
// what it sent was refused.
void Run::tell_absent() {
  const auto tell = [this](const Member& member, AgentEvent::Kind kind, const std::string& what) {
    chronicle_.record(Event(AgentEvent{kind, member.id, clock_.now(), what}));
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

// The reader works on a copy: a late message may still reach the timeline.
asio::awaitable<void> Run::read_outside() {
  if (!options_.collect || end_.hurried() || chronicle_.timeline().stages().empty()) co_return;
  activity_.what = "reading the team's own metrics";
  progress_.note("reading the team's own metrics (Ctrl-C twice skips it)");
  const Timeline timeline = chronicle_.timeline();
  Manifest manifest = manifest_;
  manifest.finished = manifest.started + clock_.now().time_since_epoch();
  std::vector<Reading> readings;
  std::atomic<bool> done = false;
  std::jthread reader([&](std::stop_token skip) {
    readings = options_.collect(timeline, manifest, std::move(skip));
    done = true;
    waiting_.wake_from_anywhere();
  });
  const auto read_or_skipped = [&] { return done || end_.hurried(); };
  co_await waiting_.until(read_or_skipped, 24h, Patience::to_the_end);
  reader.request_stop();
  reader.join();
  for (Reading& reading : readings) {
    if (!reading.problem.empty()) progress_.note(reading.source + ": " + reading.problem);
    chronicle_.record(std::move(reading));
  }
}

RunResult Run::close() {
  heartbeat_.stop();
  const RunTime end = clock_.now();
  manifest_.finished = manifest_.started + end.time_since_epoch();  // whatever was done to the wall clock meanwhile
  for (const Member& member : roster_.members()) {
    Duration& bound = manifest_.agents[member.id.value].clock_bound;
    bound = std::max(bound, member.facts.clock_bound);
  }
  manifest_.state = end_.close();
  manifest_.ended_by = end_.why();
  const auto& stages = chronicle_.timeline().stages();
  const auto begun = [](const StageRecord& s) { return s.stage.valid() && !s.not_run; };
  if (end_.error() && std::none_of(stages.begin(), stages.end(), begun)) {
    manifest_.early_exit = static_cast<uint32_t>(exit_code(end_.error()->kind));
  }
  chronicle_.record(Event(RunEvent{RunEvent::Kind::finished, end, to_string(manifest_.state)}));
  chronicle_.close(manifest_);
  RunResult result;
  result.state = manifest_.state;
  result.error = end_.error() ? end_.error() : chronicle_.trouble();
  result.hurried = end_.hurried();
  return result;
}

// A full disk: what cannot be recorded has not happened.
void Run::look_at_journal() {
  if (!end_.stopped() && chronicle_.trouble()) end_.abort(*chronicle_.trouble());
}

// The run goes on without an agent as long as another one sends load and no fault is under way on the lost one's host.
void Run::look_at_members() {
  if (end_.stopped()) return;
  const auto loads = [this](const Member& m) { return m.state == MemberState::ready && scenario_.agents[m.id.value].load; };
  const bool loaded = std::any_of(roster_.members().begin(), roster_.members().end(), loads);
  for (const Member& member : roster_.members()) {
    if (member.shares && member.halted) return end_.stop(RunState::aborted, "agent " + member.facts.name + ": " + member.detail);
    const bool lost = member.state == MemberState::lost || member.state == MemberState::left;
    const bool unwanted = scenario_.on_lost_of(member.id) == OnLost::invalidate;
    if (!member.shares || !lost || (loaded && !unwanted && !faults_.concerns(member.id))) continue;
    const char* why = unwanted ? " was lost, which `on_lost: invalidate` does not take: " : " was lost: ";
    end_.stop(RunState::aborted, "agent " + member.facts.name + why + member.detail);
    return;
  }
}

}  // namespace shakedown
