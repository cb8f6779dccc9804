// report_tool EXAMPLE FORMAT: prints one report of one example, for tests that use foreign parsers.
// report_tool names: the examples, one a line. report_tool schema: the JSON schema.
#include <iostream>
#include <string>

#include "controller/report/report.h"
#include "tests/unit/report/examples.h"

namespace {

std::string report_of(const shakedown::testing::Example& example, const std::string& format) {
  using namespace shakedown;
  if (format == "json") return scorecard_json(example.card);
  if (format == "markdown") return scorecard_markdown(example.card);
  if (format == "junit") return scorecard_junit(example.card);
  if (format == "console") return scorecard_console(example.card, false);
  if (format == "html") return scorecard_html(example.card, *example.timeline);
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  const std::string first = argc > 1 ? argv[1] : "";
  if (first == "schema") {
    std::cout << shakedown::scorecard_json_schema();
  } else if (first == "names") {
    for (const std::string& name : shakedown::testing::example_names()) std::cout << name << "\n";
  } else if (argc == 3) {
    std::cout << report_of(shakedown::testing::example(first), argv[2]);
  } else {
    std::cerr << "usage: report_tool EXAMPLE json|markdown|junit|console|html, or names, or schema\n";
    return 64;
  }
  return 0;
}
