// The policy's file: its form, and what it means.
#include <algorithm>
#include <filesystem>

#include "agent/policy/policy.h"
#include "core/base/trusted_path.h"
#include "core/faults/fault_form.h"
#include "core/form/check.h"
#include "core/form/names.h"
#include "core/form/view.h"
#include "core/yaml/tree.h"

namespace shakedown {
namespace {

constexpr std::size_t kLargestPolicy = 1'000'000;
constexpr double kLongest = 86400;
constexpr const char* kTimePattern = "([01][0-9]|2[0-3]):[0-5][0-9]|24:00";

Shape time_of_day() { return text_like(kTimePattern, "a time of day such as \"09:00\", quoted"); }

Shape allowed_component_shape() {
  Shape process = mapping("allowed process", "The only process that the component may be.",
                          {need("pidfile", text_like("/.*", "an absolute path"), "File with the process id."),
                           may("exe", text(), "Program that it must be running: base name, or absolute path."),
                           may("user", text(), "User that it must belong to."),
                           may("scope", choice({"one", "children", "group"}), "one",
                               "What a scenario may reach beside the process itself: its descendants, or its process group.")});
  process.at_least_one = {{"exe", "user"}};
  return mapping("allowed component", "A component of the scenario that faults and steps may touch on this host.",
                 {may("process", process, "Leave it out where only commands know the component: then no signal is sent to it.")});
}

Shape group_shape() {
  return mapping("group", "Components of which only a share may be broken at a time.",
                 {need("components", list_of(text()), "Its members, as the scenario calls them, those on other hosts too."),
                  otherwise("of", integer(1, 100000), "how many are named",
                            "How many the whole group has, with those that no scenario touches."),
                  need("share", share_between(0, 1), "Largest share that may be broken at a time.")});
}

Shape hours_shape() {
  const Shape window = mapping(
      "window", "Days, and from when to when; a `to` that is not later than `from` belongs to the next day.",
      {otherwise("days", list_of(choice(day_names()), 1, 7), "every day", "Which days."),
       may("from", time_of_day(), "00:00", "Its first minute."), may("to", time_of_day(), "24:00", "The minute after it.")});
  return mapping("hours", "When faults may be injected.",
                 {may("zone", text(), "UTC", "Time zone of these times, as the host's database calls it: Europe/Berlin."),
                  need("allow", list_of(window, 1, 100), "The windows.")});
}

std::vector<std::string> kinds() {
  std::vector<std::string> names;
  for (const FaultForm& form : fault_forms()) names.emplace_back(form.name);
  return names;
}

int minute_of(const std::string& text) {
  if (text.size() != 5) return 0;
  return (text[0] - '0') * 600 + (text[1] - '0') * 60 + (text[3] - '0') * 10 + (text[4] - '0');
}

Hours decode_hours(const View& view, Diagnostics& diagnostics) {
  Hours hours;
  if (!view) return hours;
  hours.zone = view["zone"].text();
  if (const Result<void> known = check_zone(hours.zone); !known) {
    diagnostics.error(view["zone"].at(), known.error().message, "write a name such as Europe/Berlin, or install tzdata");
    hours.zone = "UTC";
  }
  for (const View& one : view["allow"].items()) {
    HoursWindow window;
    for (const std::string& day : one["days"].texts()) {
      window.days.push_back(static_cast<int>(std::find(day_names().begin(), day_names().end(), day) - day_names().begin()));
    }
    if (window.days.empty()) window.days = {0, 1, 2, 3, 4, 5, 6};
    window.from = minute_of(one["from"].text());
    window.to = minute_of(one["to"].text());
    hours.windows.push_back(std::move(window));
  }
  return hours;
}

AddressRanges decode_addresses(const View& view, Diagnostics& diagnostics) {
  std::vector<AddressRange> ranges;
  for (const View& one : view.items()) {
    Result<AddressRange> range = AddressRange::parse(one.text());
    if (range) ranges.push_back(std::move(range.value()));
    if (!range && one) diagnostics.error(one.at(), range.error().message, "");
  }
  if (view.absent()) return no_policy().addresses;
  return AddressRanges(std::move(ranges));
}

void decode_groups(const View& view, Policy& policy, Diagnostics& diagnostics) {
  for (const auto& [name, one] : view.entries()) {
    ComponentGroup group{name, one["components"].texts(), one["of"].small(), one["share"].share()};
    const auto named = static_cast<uint32_t>(group.members.size());
    if (one["of"].absent()) group.size = named;
    if (group.size < named) {
      diagnostics.error(one["of"].at(), "group " + ticked(name) + " names " + std::to_string(named) + " components",
                        "`of` counts all of them");
    }
    const auto is_here = [&](const std::string& member) { return policy.find(member) != nullptr; };
    if (std::none_of(group.members.begin(), group.members.end(), is_here)) {
      diagnostics.error(one["components"].at(), "no component of group " + ticked(name) + " is one of this policy",
                        "name those of this host, too");
    }
    policy.groups.push_back(std::move(group));
  }
}

void decode_components(const View& view, Policy& policy) {
  for (const auto& [name, one] : view.entries()) {
    const View process = one["process"];
    const std::string scope = process["scope"].text();
    policy.components.push_back({name, process["pidfile"].text(), process["exe"].text(), process["user"].text(),
                                 process.written(),
                                 scope == "group"      ? ProcessScope::group
                                 : scope == "children" ? ProcessScope::children
                                                       : ProcessScope::one});
  }
}

void decode_protected(const View& view, Policy& policy, Diagnostics& diagnostics) {
  for (const View& one : view.items()) {
    const std::string what = one.text();
    policy.protected_components.push_back(what);
    if (what.starts_with('/') || policy.find(what) != nullptr) continue;
    if (what.find('/') != std::string::npos) {
      diagnostics.error(one.at(), ticked(what) + " is neither a component's name nor the absolute path of a pidfile", "");
    } else {
      diagnostics.error(one.at(), ticked(what) + " is no component of this policy, so that nothing would be protected",
                        "add it to `components`, or write the absolute path of its pidfile");
    }
  }
}

std::string folder_of(const std::string& file) {
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::absolute(file, error);
  return whole.lexically_normal().parent_path().string();
}

Policy decode(const View& root, Diagnostics& diagnostics) {
  Policy policy;
  policy.kind = Policy::Kind::file;
  decode_components(root["components"], policy);
  policy.faults = root["faults"].texts();
  for (const auto& [name, command] : root["commands"].entries()) policy.commands[name] = command.texts();
  policy.inline_commands = root["inline"].boolean();
  policy.environment = root["environment"].texts();
  policy.folder = root["folder"].text();
  policy.addresses = decode_addresses(root["addresses"], diagnostics);
  policy.secrets = root["secrets"].texts();
  decode_protected(root["protected"], policy, diagnostics);
  decode_groups(root["groups"], policy, diagnostics);
  policy.hours = decode_hours(root["hours"], diagnostics);
  policy.at_once = root["at_once"].small();
  policy.longest = root["longest"].duration();
  return policy;
}

}  // namespace

const Shape& policy_shape() {
  static const Shape shape = mapping(
      "policy", "What this agent may touch and run, whatever a controller asks of it. What is not written is not allowed.",
      {need("shakedown-agent", choice({"v1"}), "The version of this format."),
       may("components", named("component", allowed_component_shape()), "The only components that may be touched."),
       may("faults", list_of(choice(kinds()), 0, 100), "Kinds of faults that may be injected."),
       may("commands", named("command", command_shape()),
           "Commands that may be run: program and arguments, no shell. A scenario names them: `exec: NAME`, `start: NAME`."),
       may("inline", boolean(), "false", "Whether commands that stand in the scenario may be run, too."),
       otherwise("folder", text_like("/.*", "an absolute path"), "the folder of this file", "In which commands run."),
       may("environment", list_of(text_like("[A-Za-z_][A-Za-z0-9_]*", "the name of a variable"), 0, 1000),
           "Variables of the scenario's `env` that commands get, whatever it says in them; the others do not reach them."),
       otherwise("addresses", list_of(text(), 0, 1000), "this host's own: 127.0.0.0/8 and ::1",
                 "Ranges in which the targets of load and checks may be: 10.0.0.0/8."),
       may("secrets", list_of(text_like("/.*", "an absolute path"), 0, 1000),
           "Files of this host that a scenario may have read as a secret (`secrets: {NAME: {file: PATH}}`) and sent to its "
           "targets."),
       may("protected", list_of(text(), 0, 1000),
           "Components, by name or by the absolute path of their pidfile, that are never touched, whatever else is said."),
       may("groups", named("group", group_shape()), "Of which only a share may be broken at a time."),
       otherwise("hours", hours_shape(), "any time", "When faults may be injected."),
       may("at_once", integer(1, 1000), "1",
           "Most faults that stand on this host at a time, of all runs; each component that one breaks counts."),
       may("longest", duration_above_zero(kLongest), "10m", "After this the agent undoes a fault itself.")});
  return shape;
}

const AllowedComponent* Policy::find(const std::string& component) const {
  const auto found = std::find_if(components.begin(), components.end(), [&](const auto& one) { return one.name == component; });
  return found == components.end() ? nullptr : &*found;
}

bool Policy::protects(const std::string& component) const {
  return std::find(protected_components.begin(), protected_components.end(), component) != protected_components.end();
}

bool Policy::protects_file(const std::string& pidfile) const {
  namespace fs = std::filesystem;
  return std::any_of(protected_components.begin(), protected_components.end(), [&](const std::string& one) {
    std::error_code error;
    if (!one.starts_with('/')) return false;
    return fs::path(one).lexically_normal() == fs::path(pidfile).lexically_normal() || fs::equivalent(one, pidfile, error);
  });
}

std::vector<std::string> Policy::protected_pidfiles() const {
  std::vector<std::string> out;
  for (const std::string& one : protected_components) {
    const AllowedComponent* component = find(one);
    if (one.starts_with('/')) out.push_back(one);
    if (component != nullptr && !component->pidfile.empty()) out.push_back(component->pidfile);
  }
  return out;
}

const char* to_string(ProcessScope scope) {
  switch (scope) {
    case ProcessScope::one: return "one";
    case ProcessScope::children: return "children";
    case ProcessScope::group: return "group";
  }
  return "?";
}

Policy no_policy() {
  Policy policy;
  policy.kind = Policy::Kind::none;
  std::vector<AddressRange> own;
  for (const char* range : {"127.0.0.0/8", "::1"}) own.push_back(AddressRange::parse(range).value());
  policy.addresses = AddressRanges(std::move(own));
  return policy;
}

DecodedPolicy decode_policy(std::string_view text, const std::string& file) {
  Diagnostics diagnostics(file);
  DecodedPolicy decoded;
  std::optional<Node> tree = parse_yaml(text, diagnostics);
  if (tree) {
    const Names names = collect_names(*tree, policy_shape(), diagnostics);
    check_form(*tree, policy_shape(), names, diagnostics);
    decoded.policy = decode(View(&*tree, &policy_shape(), tree->at), diagnostics);
  }
  decoded.policy.file = file;
  if (decoded.policy.folder.empty()) decoded.policy.folder = folder_of(file);
  decoded.diagnostics = diagnostics.take();
  return decoded;
}

Result<Policy> load_policy(const std::string& file) {
  SHAKEDOWN_TRY(const std::string text, read_trusted_file(file, "policy", kLargestPolicy));
  DecodedPolicy decoded = decode_policy(text, file);
  if (!has_errors(decoded.diagnostics)) return std::move(decoded.policy);
  std::string all;
  for (const Diagnostic& one : decoded.diagnostics) all += (all.empty() ? "" : "\n") + one.text();
  return fail(ErrorKind::scenario, all);
}

}  // namespace shakedown
