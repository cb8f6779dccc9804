#include <functional>

#include <fmt/format.h>

#include "controller/judge/rejudge/rejudge.h"
#include "tests/golden/gallery/gallery.h"
#include "tests/support/faults.h"
#include "tests/support/http_documents.h"

namespace shakedown::gallery {
namespace {

using testing::Drill;
using Change = std::pair<const char*, std::function<void(Scenario&)>>;

Request request(const char* path) {
  HttpRequest out;
  out.path = Text::literal(path);
  out.headers = {{"Accept", Text::literal("text/plain")}};
  return http::request(out);
}

HttpExpect expected() {
  HttpExpect expect;
  expect.status = {{200, 204}};
  expect.headers = {{"ETag", ""}};
  expect.body_contains = Text::literal("ok");
  expect.body_regex = "o+k";
  expect.json = {{"/state", "\"ok\""}};
  return expect;
}

// What operation 1 expects, changed.
template <typename Edit>
std::function<void(Scenario&)> expecting(Edit edit) {
  return [edit](Scenario& s) {
    HttpExpect expect = expected();
    edit(expect);
    s.operations[1].expect = http::document(expect);
  };
}

// A scenario with one of everything, and a row about each.
Scenario everything() {
  Drill drill;
  const OperationId write = drill.add_operation("write");
  const PhaseId steady = drill.add_phase("steady", 40, 60), spike = drill.add_phase("spike", 40, 60),
                crash = drill.add_phase("crash", 40, 0);
  const FaultId kill = drill.add_kill("kill", crash), pause = drill.add_kill("pause", crash),
                stop = drill.add_kill("stop", crash), exec = drill.add_kill("exec", crash);
  Scenario& s = drill.scenario;
  s.targets.push_back({.name = "admin", .scheme = "http", .host = "127.0.0.1", .port = 2});
  s.operations[1].request = request("/entries");
  s.operations[1].key = UniformKey{1, 9};
  s.operations[1].expect = http::document(expected());
  s.phases[spike.value].load->kind = OpenLoad{SpikeRate{Rate{5}, Rate{9}, std::chrono::seconds(1), std::chrono::seconds(2)}};
  s.phases[spike.value].load->mix.push_back({write, 2});
  s.faults[pause.value].kind = faults::pause(ComponentId(0), std::chrono::seconds(5));
  s.faults[stop.value].kind = faults::stop(ComponentId(0));
  s.faults[exec.value].kind = faults::exec(ComponentId(0), {"./break"}, {"./broken"});
  Action start;
  start.describe = "start ledger";
  start.after = std::chrono::seconds(2);
  s.faults[kill.value].recover = {start};
  s.ledgers[0].write = request("/w");
  s.ledgers[0].read = request("/r");
  s.checks = {{"tls", {}, TlsCheck{TargetId(0), TlsVersion::tls1_2, {"RC4", "CBC"}}},
              {"certificate", {}, CertificateCheck{TargetId(0)}},
              {"plain", {}, PlainHttpCheck{TargetId(0), 80}},
              {"authentication", {}, AuthenticationCheck{request("/"), http::statuses({401, 402, 403})}},
              {"headers", {}, HeadersCheck{request("/"), http::headers({{"HSTS", "on"}})}},
              {"http", {}, HttpCheck{request("/n"), {}, "/count"}},
              {"command", {}, CommandCheck{{"./count", "all"}, true}}};
  Dependency db;
  db.name = "db";
  db.calls = {{DependencyId(), 2}};
  db.counter = MetricQuery{"http://prom", "calls", ""};
  s.dependencies = {db};
  db.name = "disk";
  db.calls = {{DependencyId(0), 3}};
  s.dependencies.push_back(db);
  const auto least = Comparison::at_least;
  drill.require("AV-1", AvailabilitySli{}, least, 0.9);
  drill.require("AV-2", AvailabilitySli{{write}, Scope{{spike}, {}, {}}}, least, 0.9);
  drill.require("UP-1", UptimeSli{{ProbeId(0)}, std::chrono::hours(1)}, least, 0.9);
  drill.require("PE-1", LatencySli{OperationId(0), 0.9, Scope{{steady}, {}, {}}}, Comparison::at_most, 0.1);
  drill.require("PE-2", LatencySli{write, 0.9, Scope{{spike}, {}, {}}}, Comparison::at_most, 0.1);
  drill.require("TH-1", ThroughputSli{{OperationId(0)}, {}}, least, 10);
  drill.require("ER-1", ErrorRatioSli{{write}, {}, Scope{{}, kill, {}}}, Comparison::at_most, 0.1);
  for (const FaultId fault : {kill, pause, stop, exec}) {
    drill.require("DR-" + std::to_string(fault.value), RtoSli{fault, {ProbeId(0)}}, Comparison::at_most, 9);
  }
  drill.require("RP-1", RpoSli{kill, LedgerId(0)}, Comparison::at_most, 0);
  drill.require("DU-1", DurabilitySli{LedgerId(0)}, Comparison::at_most, 0);
  drill.require("TO-1", ToleratedSli{{kill, pause}, {ProbeId(0)}}, least, 0.5);
  drill.require("DS-1", DownstreamSli{}, least, 0);
  drill.require("IM-1", ImpactSli{kill}, Comparison::at_most, 9);
  for (std::size_t i = 0; i < s.checks.size(); ++i) drill.require("CH-" + std::to_string(i), CheckSli{CheckId(i)}, least, 1);
  return s;
}

template <class T, class Variant>
T& as(Variant& variant) {
  return std::get<T>(variant);
}
OpenLoad& open(Scenario& s, std::size_t phase) { return as<OpenLoad>(s.phases[phase].load->kind); }

std::vector<Change> changes_of_load() {
  return {{"nothing", [](Scenario&) {}},
          {"rate", [](Scenario& s) { open(s, 0).shape = ConstantRate{Rate{61}}; }},
          {"ramp",
           [](Scenario& s) {
             open(s, 0).shape = RampRate{Rate{60}, Rate{60}};
           }},
          {"steps",
           [](Scenario& s) {
             open(s, 0).shape = StepRate{{Rate{60}}, std::chrono::seconds(40)};
           }},
          {"arrivals", [](Scenario& s) { open(s, 0).arrivals = Arrivals::poisson; }},
          {"spike base", [](Scenario& s) { as<SpikeRate>(open(s, 1).shape).base = Rate{6}; }},
          {"spike peak", [](Scenario& s) { as<SpikeRate>(open(s, 1).shape).peak = Rate{6}; }},
          {"spike at", [](Scenario& s) { as<SpikeRate>(open(s, 1).shape).at = std::chrono::seconds(3); }},
          {"spike length", [](Scenario& s) { as<SpikeRate>(open(s, 1).shape).length = std::chrono::seconds(3); }},
          {"closed",
           [](Scenario& s) {
             s.phases[0].load->kind = ClosedLoad{8, std::chrono::seconds(1)};
           }},
          {"cap", [](Scenario& s) { s.phases[0].load->max_outstanding = 7; }},
          {"weight", [](Scenario& s) { s.phases[1].load->mix[1].weight = 3; }},
          {"mix", [](Scenario& s) { s.phases[1].load->mix[1].operation = OperationId(0); }},
          {"length", [](Scenario& s) { s.phases[0].duration = std::chrono::seconds(41); }},
          {"repeat", [](Scenario& s) { s.phases[0].repeat = 2; }},
          {"measured", [](Scenario& s) { s.phases[0].measured = false; }},
          {"no load", [](Scenario& s) { s.phases[0].load.reset(); }},
          {"another phase", [](Scenario& s) { s.phases[0].name = "calm"; }},
          {"a phase more", [](Scenario& s) { s.phases.push_back(s.phases[0]), s.phases.back().name = "calm"; }}};
}

std::vector<Change> changes_of_requests() {
  return {{"another operation", [](Scenario& s) { s.operations[1].name = "update"; }},
          {"method", [](Scenario& s) { http::put(s.operations[1].request.document, "method", text_document("PUT")); }},
          {"path", [](Scenario& s) { http::put(s.operations[1].request.document, "path", text_document("/other")); }},
          {"body", [](Scenario& s) { http::put(s.operations[1].request.document, "body", text_document("x")); }},
          {"header",
           [](Scenario& s) {
             http::put(s.operations[1].request.document, "headers", mapping_document({{"Host", text_document("text/plain")}}));
           }},
          {"target", [](Scenario& s) { s.operations[1].request.target = TargetId(1); }},
          {"port", [](Scenario& s) { s.targets[0].port = 9; }},
          {"base path", [](Scenario& s) { s.targets[0].base_path = "/v1"; }},
          {"status", expecting([](HttpExpect& e) { e.status[0].second = 299; })},
          {"expected header", expecting([](HttpExpect& e) { e.headers[0].equals = "1"; })},
          {"contains", expecting([](HttpExpect& e) { e.body_contains.reset(); })},
          {"regex", expecting([](HttpExpect& e) { e.body_regex.reset(); })},
          {"json", expecting([](HttpExpect& e) { e.json[0].equals = "1"; })},
          {"key",
           [](Scenario& s) {
             s.operations[1].key = UniformKey{1, 8};
           }},
          {"sequence", [](Scenario& s) { s.operations[1].key = SequenceKey{1}; }},
          {"no key", [](Scenario& s) { s.operations[1].key = {}; }},
          {"size", [](Scenario& s) { s.operations[1].value_size.count = 5; }},
          {"timeout", [](Scenario& s) { s.operations[1].timeout = std::chrono::seconds(2); }},
          {"probe cadence", [](Scenario& s) { s.probes[0].every = std::chrono::seconds(1); }},
          {"probe timeout", [](Scenario& s) { s.probes[0].timeout = std::chrono::seconds(1); }},
          {"probe down", [](Scenario& s) { s.probes[0].down_after = 9; }},
          {"probe up", [](Scenario& s) { s.probes[0].up_after = 9; }},
          {"probe connection", [](Scenario& s) { s.probes[0].connection = ProbeConnection::fresh; }},
          {"probe operation", [](Scenario& s) { s.probes[0].operation = OperationId(1); }},
          {"another probe", [](Scenario& s) { s.probes[0].name = "side-door"; }},
          {"ledger rate", [](Scenario& s) { s.ledgers[0].rate = Rate{11}; }},
          {"ledger write", [](Scenario& s) { http::put(s.ledgers[0].write.document, "method", text_document("PUT")); }},
          {"ledger read", [](Scenario& s) { http::put(s.ledgers[0].read.document, "method", text_document("PUT")); }},
          {"ledger timeout", [](Scenario& s) { s.ledgers[0].timeout = std::chrono::seconds(3); }},
          {"ledger expectations", [](Scenario& s) { s.ledgers[0].present = http::statuses({200}); }},
          {"another ledger", [](Scenario& s) { s.ledgers[0].name = "books"; }}};
}

std::vector<Change> changes_of_faults() {
  return {{"signal", [](Scenario& s) { s.faults[0].kind = faults::kill(s.faults[0].kind.components.at(0), 15); }},
          {"hold", [](Scenario& s) { s.faults[1].kind = faults::pause(ComponentId(0), std::chrono::seconds(6)); }},
          {"stop to kill", [](Scenario& s) { s.faults[2].kind = faults::kill(ComponentId(0), 9); }},
          {"exec argv",
           [](Scenario& s) {
             s.faults[3].kind = faults::exec(ComponentId(0), {"./break", "-x"}, {"./broken"});
           }},
          {"exec effect",
           [](Scenario& s) {
             s.faults[3].kind = faults::exec(ComponentId(0), {"./break"}, {"./broken", "-x"});
           }},
          {"recover", [](Scenario& s) { s.faults[0].recover[0].describe = "start it"; }},
          {"recover after", [](Scenario& s) { s.faults[0].recover[0].after = std::chrono::seconds(3); }},
          {"another component", [](Scenario& s) { s.components[0].name = "proxy"; }},
          {"another fault", [](Scenario& s) { s.faults[0].name = "crash"; }}};
}

std::vector<Change> changes_of_checks() {
  return {{"floor", [](Scenario& s) { as<TlsCheck>(s.checks[0].kind).floor = TlsVersion::tls1_3; }},
          {"suites", [](Scenario& s) { as<TlsCheck>(s.checks[0].kind).forbidden.pop_back(); }},
          {"tls target", [](Scenario& s) { as<TlsCheck>(s.checks[0].kind).target = TargetId(1); }},
          {"certificate target", [](Scenario& s) { as<CertificateCheck>(s.checks[1].kind).target = TargetId(1); }},
          {"plain port", [](Scenario& s) { as<PlainHttpCheck>(s.checks[2].kind).port = 81; }},
          {"turned away", [](Scenario& s) { as<AuthenticationCheck>(s.checks[3].kind).expect = http::statuses({401}); }},
          {"present header",
           [](Scenario& s) {
             as<HeadersCheck>(s.checks[4].kind).expect = http::headers({{"HSTS", "off"}});
           }},
          {"pointer", [](Scenario& s) { as<HttpCheck>(s.checks[5].kind).number_pointer = "/n"; }},
          {"argv", [](Scenario& s) { as<CommandCheck>(s.checks[6].kind).argv.pop_back(); }},
          {"a number", [](Scenario& s) { as<CommandCheck>(s.checks[6].kind).number = false; }},
          {"check timeout", [](Scenario& s) { s.checks[6].timeout = std::chrono::seconds(1); }},
          {"another check", [](Scenario& s) { s.checks[6].name = "total"; }},
          {"calls", [](Scenario& s) { s.dependencies[0].calls[0].per_request = 3; }},
          {"caller", [](Scenario& s) { s.dependencies[1].calls[0].caller = DependencyId(); }},
          {"query", [](Scenario& s) { s.dependencies[1].counter->query = "n"; }},
          {"capacity", [](Scenario& s) { s.dependencies[0].capacity = Rate{5}; }},
          {"another dependency", [](Scenario& s) { s.dependencies[0].name = "store"; }},
          {"a row less", [](Scenario& s) { s.requirements.erase(s.requirements.begin()); }},
          {"forecast", [](Scenario& s) {
             s.forecast = Forecast{Rate{7}, "", {}};
           }}};
}

}  // namespace

std::vector<std::pair<std::string, std::string>> other_files() {
  std::vector<std::pair<std::string, std::string>> out;
  const Scenario run = everything();
  for (const auto& list : {changes_of_load(), changes_of_requests(), changes_of_faults(), changes_of_checks()}) {
    for (const auto& [name, change] : list) {
      Scenario asked = run;
      change(asked);
      const judging::Rejudged found = judging::rejudge(run, asked);
      std::string text;
      if (!found.named) text += "nothing is named\n";
      for (const auto& [row, why] : found.refused) text += fmt::format("{}: {}\n", found.scenario.requirement(row).id, why);
      for (const auto& [reading, own] : found.same_question) {
        const auto& [kind, row] = reading;
        if (row != own) text += fmt::format("{} is row {} of the run\n", found.scenario.requirement(row).id, own.value);
      }
      out.emplace_back(name, text);
    }
  }
  return out;
}

}  // namespace shakedown::gallery
