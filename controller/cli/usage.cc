#include "controller/cli/usage.h"

#include "core/form/suggest.h"

namespace shakedown {
namespace {

constexpr const char* kNextSteps =
    "Shakedown proves, before launch, that a system meets its non-functional requirements. Three next steps:\n"
    "  shakedown validate FILE   every mistake of a scenario at once; README.md and scenarios/ have first ones\n"
    "  shakedown plan FILE       what would be done, broken and taken back, and what that can prove\n"
    "  shakedown run FILE        the drill, and its scorecard\n"
    "`shakedown --help` lists all commands.\n";

// "; did you mean `x`?" or nothing.
std::string near(const std::string& word, const std::vector<std::string>& known) {
  const std::string nearest = nearest_word(word, known);
  return nearest.empty() ? "" : "; did you mean `" + nearest + "`?";
}

// The innermost command that was named.
const CLI::App& chosen(const CLI::App& app, std::string& name) {
  const auto inner = app.get_subcommands();
  if (inner.empty()) return app;
  name += " " + inner.back()->get_name();
  return chosen(*inner.back(), name);
}

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> out;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) out.push_back(command->get_name());
  return out;
}

std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> out;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) out.push_back("--" + name);
    for (const std::string& name : option->get_snames()) out.push_back("-" + name);
  }
  return out;
}

// A word that nobody expected.
std::string stray_text(const CLI::App& command, const std::string& stray) {
  if (stray.size() > 1 && stray[0] == '-') {
    const std::string option = stray.substr(0, stray.find('='));
    return "there is no option `" + option + "`" + near(option, options_of(command));
  }
  const std::vector<std::string> inner = commands_of(command);
  return inner.empty() ? "`" + stray + "` is one word too many" : "there is no command `" + stray + "`" + near(stray, inner);
}

}  // namespace

std::string wrong_usage(const CLI::App& app, const CLI::ParseError& error, bool nothing) {
  if (nothing) return kNextSteps;
  std::string name = "shakedown";
  const CLI::App& command = chosen(app, name);
  const std::vector<std::string> strays = command.remaining();
  const std::string what = strays.empty() ? error.what() : stray_text(command, strays.front());
  const char* next = commands_of(command).empty() ? "shows how" : "lists what there is";
  return "shakedown: " + what + (what.ends_with('?') ? " `" : "; `") + name + " --help` " + next + "\n";
}

}  // namespace shakedown
