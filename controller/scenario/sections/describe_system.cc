#include "controller/scenario/sections/describe.h"
#include "core/protocols/protocol.h"

namespace shakedown {
namespace {

template <typename Wanted>
std::vector<std::string> scheme_names(Wanted wanted) {
  std::vector<std::string> names;
  for (const Scheme& scheme : all_schemes()) {
    if (wanted(scheme)) names.push_back(scheme.name);
  }
  return names;
}

std::string word_list(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += words[i];
  }
  return out;
}

std::string path_text() {
  const auto with_path = scheme_names([](const Scheme& s) { return s.path; });
  return with_path.size() == all_schemes().size() ? "a path" : "for " + word_list(with_path) + " a path";
}

}  // namespace

Shape decision_shape() {
  return mapping(
      "decision", "Who decides about the launch, who contributes, and who is told.",
      {may("driver", text(), "Who brings the decision about."), may("approver", text(), "The one person who decides."),
       may("contributors", list_of(text()), "Whose advice is asked."), may("informed", list_of(text()), "Who is told.")});
}

Shape environment_shape() {
  return mapping("environment", "Where the drill takes place, and how that place differs from production.",
                 {need("name", text(), "For example staging."),
                  may("differs", text(), "Every known difference from production; printed on page one.")});
}

Shape secret_shape() {
  Shape shape = mapping(
      "secret",
      "Where an agent finds a secret. It is resolved there and never reaches plan, journal, log or "
      "report.",
      {may("env", text_like("[A-Za-z_][A-Za-z0-9_]*", "the name of an environment variable"),
           "Environment variable of the agent."),
       may("file", scalar(Form::path), "A regular file of at most 64 KiB on the agent's host; a final line break is dropped.")});
  shape.exactly_one = {{"env", "file"}};
  return shape;
}

// A word or a duration.
Shape resolve_shape() { return text_like("each|once|[0-9]+(\\.[0-9]+)?(ms|s|m|h)", "`each`, `once` or a time such as 5s"); }

Shape target_shape() {
  Shape tls = mapping("tls", "TLS of an https target. The certificate is always verified.",
                      {may("ca", scalar(Form::path), "Certificates to trust instead of the system's, PEM."),
                       may("certificate", scalar(Form::path), "Client certificate chain, PEM."),
                       may("key", scalar(Form::path), "Key of the client certificate, PEM."),
                       otherwise("server_name", text_like("[A-Za-z0-9.-]+", "a host name"), "the URL's host",
                                 "Name that is asked for (SNI) and verified.")});
  tls.needs = {{"certificate", "key"}, {"key", "certificate"}};
  return mapping(
      "target", "A system that load, probes and ledgers see.",
      {need("url", url(all_schemes()),
            word_list(scheme_names([](const Scheme&) { return true; })) + ", host, port, and " + path_text() +
                " that is put before every request's path. Where it has several addresses, each new connection "
                "begins at the next one (and goes on to the others where it is refused), the first requests open one to each, "
                "and kept "
                "connections are used in turn: a bad address shows with its share. Addresses to which the agent has no route are "
                "left out."),
       otherwise(
           "resolve", resolve_shape(), "each",
           "When the host's name is looked up again: for `each` new connection, for none (`once`, at the start), or for a new "
           "one that finds the last answer older than this time (5s). A connection waits for the answer; where none "
           "comes it is refused. Connections that are kept go on to their address: see `max_age` of `connections`. The "
           "scorecard counts the answers of each address."),
       may("mark", text_like("[A-Za-z0-9!#$%&'*+.^_|~-]+", "a header name"),
           "Header that every request to it carries, with the run's id as its value: of operations, probes, ledgers, checks over "
           "HTTP, `release` and `cleanup`. For example X-Shakedown-Run."),
       may("tls", tls, "Only for " + word_list(scheme_names([](const Scheme& s) { return s.secure; })) + ".")});
}

Shape agent_shape() {
  return mapping(
      "agent", "A process that sends load or injects faults. The agent `local` is the command itself.",
      {otherwise("roles", list_of(choice({"load", "inject"}), 1, 2), "every role",
                 "`load` sends load, probes and ledgers; `inject` runs steps and faults."),
       may("on_lost", choice({"degrade", "invalidate"}), "degrade",
           "When the agent is lost in the run: `degrade` goes on while another one sends load and no fault is under way "
           "on its host, and what it measured is unknown from then on; `invalidate` undoes everything and ends the run "
           "without a verdict.")});
}

Shape component_shape() {
  Shape process = mapping(
      "process", "How the component's process is found and recognised.",
      {need("pidfile", scalar(Form::path),
            "File with the process id; nobody else may be able to write it. It is written for a `start` that stays in the "
            "foreground; one that goes to the background writes it itself. Where it names a living process of another "
            "program, nothing is started and it is left as it is."),
       may("exe", text(), "Program that the process must be running: base name, or path."),
       may("user", text(), "User that the process must belong to."),
       may("scope", choice({"one", "children", "group"}), "one",
           "What a fault touches: the process; it and its descendants; its process group."),
       otherwise("processes", integer(1, 4096), "any number but none",
                 "How many processes the scope must hold again after a fault. Leave it out where the number follows the "
                 "load, as in a server with a process for each connection.")});
  process.at_least_one = {{"exe", "user"}};
  return mapping(
      "component", "Something that faults may touch. Nothing else is ever touched.",
      {otherwise("agent", reference("agent"), "`local`", "The agent that owns it; it needs the role `inject`."),
       may("process", process, "Needed by kill and pause, and by stop without a command."),
       may("start", command_or_name_shape(),
           "Command that starts it: program and arguments, no shell; on another agent than `local` the name that its "
           "policy gives to one. A program without `/` is "
           "first looked "
           "for beside the shakedown program, then in PATH. It may stay in the foreground, and the pidfile is written for it; or "
           "go to the background and write the pidfile itself. What a `start` that failed has left running is ended where its "
           "session "
           "or SHAKEDOWN_START in its environment shows whose it is; what else may be of it is told, with exit code 4."),
       otherwise("stop", command_or_name_shape(), "SIGTERM, then SIGKILL after `stop_limit`", "Command that stops it."),
       may("stop_limit", duration_above_zero(3600), "10s", "How long stopping may take.")});
}

Shape connections_shape() {
  Shape reconnect = mapping(
      "reconnect", "How soon a refused connection is tried again.",
      {may("backoff", duration_above_zero(3600), "50ms", "First pause; doubled each time."),
       otherwise("max", duration_above_zero(3600), "100ms, or `backoff` where that is longer",
                 "Longest pause. While it lasts nobody asks the target: whether it would have answered is known of the "
                 "requests that are due then only if the next attempt fails, so that each outage is counted this finely.")});
  return mapping("connections", "How each agent keeps connections to each target.",
                 {otherwise("max", integer(1, 100000), "as many as requests are out",
                            "Most at a time, as the target's real clients have. What waits for one of them counts against the "
                            "target: leave it out unless such a pool belongs to what is promised."),
                  otherwise("max_age", duration_above_zero(kDay), "no limit", "A connection is closed after this time."),
                  otherwise("max_requests", integer(1, 1e12), "no limit", "A connection is closed after so many requests."),
                  may("max_response", bytes(1024, 1e12), "16MiB",
                      "Largest answer, head included. A larger one is not read to its end: its request failed."),
                  otherwise("slowest", bytes(1, 1e12), "no limit",
                            "What an answer must bring a second on average, from a second after its first byte. A "
                            "slower one is not waited for: its request failed."),
                  may("reconnect", reconnect, "After a refused connection.")});
}

Shape step_shape() {
  Shape shape =
      mapping("step",
              "One step of `setup`, `teardown`, `recover` or `undo`: exactly one of start, stop, "
              "continue, exec.",
              {may("start", reference("component"), "Runs the component's `start` command."),
               may("stop", reference("component"), "Runs the component's `stop` command, or sends SIGTERM."),
               may("continue", reference("component"), "Lets a paused component run on."),
               may("exec", command_or_name_shape(),
                   "Runs a command: program and arguments, no shell, in the scenario's folder; on another agent than `local` the "
                   "name that its policy gives to one, in the policy's folder."),
               otherwise("agent", reference("agent"), "`local`", "exec: where."),
               may("after", duration(0, kDay), "0s",
                   "Wait: in `recover`, for the first step, from the fault's effect; else from the "
                   "end of the step before."),
               may("limit", duration_above_zero(kDay), "30s", "The step has failed when it takes longer.")});
  shape.exactly_one = {{"start", "stop", "continue", "exec"}};
  shape.needs = {{"agent", "exec"}};
  return shape;
}

}  // namespace shakedown
