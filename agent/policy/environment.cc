#include "agent/policy/environment.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/base/printable.h"

namespace shakedown {
namespace {

constexpr std::array<std::string_view, 10> kFamilies = {"LD_",  "DYLD_", "PYTHON", "PERL", "RUBY",
                                                        "NODE", "GIT_",  "JAVA",   "JDK_", "BASH"};
constexpr std::array<std::string_view, 18> kNames = {
    "PATH",       "IFS",       "ENV",    "SHELLOPTS", "CDPATH", "PS4",    "PROMPT_COMMAND", "SHELL",        "HOME",
    "GCONV_PATH", "CLASSPATH", "EDITOR", "VISUAL",    "PAGER",  "TMPDIR", "LOCPATH",        "OPENSSL_CONF", "NLSPATH"};

// Whether a shell, a loader or an interpreter takes from it what to run.
bool says_what_runs(const std::string& name) {
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end() ||
         std::any_of(kFamilies.begin(), kFamilies.end(), [&](std::string_view one) { return name.starts_with(one); });
}

// A line that somebody pastes without thought should not hand over the host.
Denial denial_of(const std::string& name) {
  const std::string what = "variable " + clean(name) + " of `env`";
  if (says_what_runs(name)) {
    return {what, "a program may take from it what to run, so that the scenario would say it; set it in the command itself", ""};
  }
  return {what, "commands get no variable of the scenario that the policy does not list", "environment: [" + clean(name) + "]"};
}

}  // namespace

std::vector<Denial> keep_environment(const Policy& policy, DrillPlan& plan) {
  std::vector<Denial> denials;
  std::erase_if(plan.env, [&](const EnvVariable& one) {
    const bool listed = std::find(policy.environment.begin(), policy.environment.end(), one.name) != policy.environment.end();
    if (!listed) denials.push_back(denial_of(one.name));
    return !listed;
  });
  return denials;
}

std::string where_commands_run(const DrillPlan& plan) {
  std::string out = plan.folder.empty() ? "" : " in " + clean(plan.folder);
  for (std::size_t i = 0; i < plan.env.size(); ++i) {
    out += (i == 0 ? " with " : " ") + clean(plan.env[i].name + "=" + plan.env[i].value.display());
  }
  return out;
}

}  // namespace shakedown
