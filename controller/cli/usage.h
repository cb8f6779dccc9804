// What is said to somebody who has called the program wrongly: one voice, the nearest word, the next step.
// Threads: none.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace shakedown {

// "shakedown: there is no option `--spwan`; did you mean `--spawn`? `shakedown run --help` shows how". nothing: it was called
// without a word, and is told the three next steps. Ends with a line feed.
std::string wrong_usage(const CLI::App& app, const CLI::ParseError& error, bool nothing);

}  // namespace shakedown
