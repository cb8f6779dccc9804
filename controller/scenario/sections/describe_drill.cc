#include "controller/scenario/sections/describe.h"
#include "core/faults/fault_form.h"

namespace shakedown {
namespace {

constexpr double kLongest = 30 * kDay;

// One key for each kind of fault, with the component that each one has.
std::vector<Key> fault_keys() {
  std::vector<Key> keys;
  for (const FaultForm& form : fault_forms()) {
    Shape shape = form.shape();
    Shape whom = form.one_component ? reference("component") : one_or_list_of(reference("component"));
    std::string help = form.component_help;
    if (!form.one_component) help += " A list: all at one instant.";
    shape.keys.insert(shape.keys.begin(), need("component", std::move(whom), std::move(help)));
    keys.push_back(may(form.name, std::move(shape), form.help));
  }
  return keys;
}

bool undone_by_start(const FaultForm& form) { return form.undo == Action::Kind::start; }
bool undone_by_continue(const FaultForm& form) { return form.undo == Action::Kind::resume; }
bool undone_as_declared(const FaultForm& form) { return !form.undo; }

Shape fault_shape() {
  const std::vector<Key> kinds = fault_keys();
  std::vector<std::string> names;
  for (const Key& kind : kinds) names.push_back(kind.name);
  Shape shape = mapping(
      "fault", "Something that is broken in a phase: exactly one of " + fault_names([](const FaultForm&) { return true; }) + ".",
      {need("name", name(), "Its name, unique in the scenario."), need("at", duration(0, kLongest), "From the phase's start."),
       otherwise(
           "recover", list_of(step_shape(), 1, 100), "nothing: it must heal itself",
           "What the operator or orchestrator does. It counts as part of the recovery. Without it, and where no probe sees the "
           "service go down and come back, the fault stands until its `hold` is over, else until its phase ends or "
           "`recover_within` is over: what it does late is its own as well. A killed or stopped process that runs again by "
           "itself ends it."),
       otherwise(
           "undo", list_of(step_shape(), 1, 100),
           "start (" + fault_names(&undone_by_start) + "), continue (" + fault_names(&undone_by_continue) + ")",
           "What we do to clean up. It does not count as recovery. " + fault_names(&undone_as_declared) + " has no default."),
       otherwise("recover_within", duration_above_zero(kLongest),
                 "twice the largest RTO objective of the fault, else 60s; at least what the steps of `recover` and the slowest "
                 "probe may take",
                 "When it has not recovered by then, it is undone and the run stops. One that caused no outage is undone, and "
                 "the run goes on."),
       otherwise("undo_within", duration_above_zero(kLongest),
                 "60s, twice the `stop_limit` of its component, and what the steps of `undo` may take",
                 "How long its undo is waited for; teardown comes after it. What has not been taken back by then is a leftover."),
       may("conditions", condition_names_shape(), "It is injected only while these hold; else it is not run."),
       may("afterwards", condition_names_shape(),
           "Once it is undone these must hold again within `recover_within`; else the run stops."),
       may("expected", rate(1e6), "How often it really happens, from your own incidents: 2/month.")});
  shape.keys.insert(shape.keys.begin() + 2, kinds.begin(), kinds.end());
  shape.exactly_one = {names};
  shape.later = {"network", "gate", "resource", "time", "group"};
  return shape;
}

Shape search_shape() {
  Shape rate_range = mapping("range of rates", "Between which rates the limit is looked for.",
                             {need("from", rate(1e9), "The lowest; when it does not hold, that is the result."),
                              need("to", rate(1e9), "The highest; never exceeded.")});
  return mapping(
      "search",
      "Looks for the highest rate at which all named requirements hold: doubles until one breaches, halves the gap, then "
      "confirms. A queue that fills up slowly keeps a long limit for a while: windows and confirmation should last many "
      "times the longest limit; `shakedown plan` tells what they cannot tell apart.",
      {need("rate", rate_range, "From where to where."),
       need("hold", one_or_list_of(reference("requirement")),
            "Which requirements must hold: latency, availability or error_ratio."),
       may("settle", duration(0, 3600), "1s", "The beginning of each step that does not count."),
       may("window", duration(8, 3600), "10s", "Length of one window of a step."),
       may("windows", integer(1, 20), "4", "Most windows of a step; the fewest that decide are used."),
       may("drain", duration(0, 3600), "2s", "Pause between steps."),
       may("confirm", duration(0, kDay), "20s", "How long the result is confirmed; 0s = not."),
       may("resolution", share_between(0.005, 0.5), "5%",
           "The search ends when its interval is narrower than this share of its upper end."),
       may("limit", duration_above_zero(kDay), "30m", "How long the search may take at most.")});
}

Shape steps_shape() {
  Shape scale = mapping("scale command", "Sets the number of replicas.",
                        {need("command", command_shape(), "Program and arguments, no shell; {replicas} in it is replaced."),
                         may("limit", duration_above_zero(kDay), "60s", "How long it may take.")});
  Shape levels = list_of(number_above(0, 1e9), 3, 64);
  Shape shape = mapping(
      "series of steps",
      "Runs the load at several levels, from which the scaling law is read: exactly one of concurrency, rate, replicas.",
      {may("concurrency", levels, "Users of a closed load, ascending."),
       may("rate", list_of(rate(1e9), 3, 64),
           "Rates of an open load, ascending; a step that leaves 1 % unanswered does not count."),
       may("replicas", levels,
           "Replicas, ascending; needs `scale`, and a load that saturates them: a step that answers all of an open load, or has "
           "fewer requests in progress than replicas, does not count."),
       need("each", duration(2, kDay), "Length of a step."),
       may("settle", duration(0, kDay), "1s", "The beginning of each step that does not count."),
       may("scale", scale, "How replicas are set."), may("ready", ready_shape(), "What must be up after scaling.")});
  shape.exactly_one = {{"concurrency", "rate", "replicas"}};
  shape.needs = {{"replicas", "scale"}, {"scale", "replicas"}, {"ready", "scale"}};
  return shape;
}

}  // namespace

Shape phase_shape() {
  Shape faults = list_of(fault_shape(), 0, 100);
  faults.refers_to = "fault";
  Shape shape =
      mapping("phase", "A named interval of the drill.",
              {need("name", name(), "Its name, unique in the scenario."),
               may("duration", duration_above_zero(kLongest), "How long it lasts; a search or series of steps says so itself."),
               may("search", search_shape(), "Looks for the highest rate that holds; needs an open load."),
               may("steps", steps_shape(), "Runs the load at several levels."),
               otherwise("measured", boolean(), "true; false for a search or series of steps",
                         "Whether requirements look at it by default."),
               may("repeat", integer(1, 1000), "1", "How often it is run in a row; each time injects its faults again."),
               may("load", load_shape(), "What is sent."), may("faults", faults, "What is broken.")});
  shape.exactly_one = {{"duration", "search", "steps"}};
  shape.needs = {{"search", "load"}, {"steps", "load"}};
  shape.not_together = {{"search", "faults"},  {"steps", "faults"},  {"search", "measured"},
                        {"steps", "measured"}, {"search", "repeat"}, {"steps", "repeat"}};
  shape.later = {"recovery"};
  return shape;
}

Shape forecast_shape() {
  return mapping("forecast", "The load that is expected of the service.",
                 {need("rate", rate(1e9), "Requests per second."), may("by", scalar(Form::date), "The day by which, quoted."),
                  may("writes", rate(1e9), "Confirmed writes per second among them; a loss is told at this rate too.")});
}

Shape stop_condition_shape() {
  Shape shape = mapping(
      "stop condition",
      "A condition on which the run ends at once; faults are undone. What has no answer counts as failed once it is older than "
      "`over` "
      "and than three times what good answers took, or than its timeout.",
      {may("sli", stop_sli_shape(), "What is watched."),
       may("condition", reference("condition"), "The run ends when this no longer holds."),
       may("when", text_like("(>|>=) *[0-9].*", "a condition such as \"> 50%\""),
           "The condition: `>` stops above the limit only, `>=` at the limit too (`>= 100%`: when nothing works any more)."),
       may("outside", choice({"faults"}), "Do not look inside fault windows.")});
  shape.exactly_one = {{"sli", "condition"}};
  shape.needs = {{"sli", "when"}, {"when", "sli"}, {"outside", "sli"}};
  return shape;
}

const Shape& scenario_shape() {
  static const Shape shape = [] {
    Shape phases = list_of(phase_shape(), 1, 1000);
    phases.refers_to = "phase";
    Shape requirements = list_of(requirement_shape(), 1, 1000);
    requirements.refers_to = "requirement";
    Shape s = mapping(
        "scenario", "One file declares the system, the load, the failures, the requirements and who decides.",
        {need("shakedown", choice({"v1"}), "The version of this format."),
         need("name", name(), "Name of the drill."),
         otherwise("service", text(), "the name", "The service whose readiness is in question."),
         may("owner", text(), "The team that answers for it."),
         may("launch", scalar(Form::date), "The day of the launch, quoted: \"2026-12-15\"."),
         otherwise("seed", integer(0, 9e15), "from the file's SHA-256", "Seed of everything random."),
         may("trace", choice({"w3c"}),
             "Every request of operations, probes and ledgers carries a `traceparent` of its own (W3C Trace Context, sampled), "
             "and the scorecard's first and slowest requests tell their trace id, which leads to the team's own traces. Trace "
             "ids "
             "are random and not of the seed: no two runs share one."),
         may("release", release_shape(), "Where the target tells its release."),
         may("environment", environment_shape(), "Where the drill takes place."),
         may("decision", decision_shape(), "Who decides."),
         may("secrets", named("secret", secret_shape()), "Names for secrets, used as {NAME}."),
         may("env", named_like("[A-Za-z_][A-Za-z0-9_]*", "the name of an environment variable", holes({})),
             "Environment of every command: of setup, teardown, recover, undo, exec faults and their effect, checks, `start` and "
             "`stop` of components, and scale. Text, or a secret as {NAME}, which is read when the command starts. Of the "
             "agent's own "
             "environment a command gets PATH, HOME, USER, LOGNAME, LANG, LC_ALL and TZ, and nothing else; a `start` "
             "also SHAKEDOWN_START, by which we know what it left. An agent with a policy hands on what that lists, and no "
             "more."),
         need("targets", named("target", target_shape()), "The systems that load sees."),
         otherwise("agents", named("agent", agent_shape()), "one agent `local` with every role",
                   "Who sends load and injects faults."),
         may("components", named("component", component_shape()), "The only things that faults may touch."),
         may("setup", list_of(step_shape(), 0, 100), "Steps before the drill, in order."),
         may("ready", ready_shape(), "What must be up before the first phase."),
         may("teardown", list_of(step_shape(), 0, 100), "Steps after the drill. They always run; their failures are shown."),
         need("operations", named("operation", operation_shape()), "The kinds of requests."),
         may("connections", connections_shape(), "How connections are kept."),
         may("probes", named("probe", probe_shape()), "Checks at a fixed cadence."),
         may("ledgers", named("ledger", ledger_shape()), "Records of acknowledged writes."),
         may("checks", named("check", check_shape()), "What is looked at once, before the first phase."),
         may("cleanup", named("cleanup", cleanup_shape()), "What takes the drill's own data away again."),
         may("forecast", forecast_shape(), "The load that is expected."),
         may("dependencies", named("dependency", dependency_shape()), "The systems that the service calls."),
         may("announce", list_of(announce_shape(), 1, 20), "Who is told what the drill does."),
         may("silence", silence_shape(), "Alerts that are kept back while something is broken."),
         may("conditions", named("condition", condition_shape()), "States of the environment on which the drill depends."),
         need("phases", phases, "What happens, in order."),
         may("stop_when", list_of(stop_condition_shape(), 0, 100), "Conditions on which the run ends at once."),
         need("requirements", requirements, "What must be true for a launch.")});
    s.later = {"include", "loads", "profiles", "variables", "journeys", "recovery", "reported", "controls"};
    return s;
  }();
  return shape;
}

}  // namespace shakedown
