// key=value lines to stderr. Never per request; never a secret. Threads: safe everywhere.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace shakedown::log {

enum class Level { debug, info, warning, error, off };

using Field = std::pair<std::string_view, std::string>;

// Lines below the level are dropped. Default: warning (a command line sets info with --verbose).
void set_level(Level level);
// A field that every following line of this process carries, such as run or agent.
void set_context(std::string_view key, std::string value);

// What every line passes before it is written, its context too. Empty = as it is.
void set_filter(std::function<std::string(std::string_view)> filter);

void debug(std::string_view message, std::initializer_list<Field> fields = {});
void info(std::string_view message, std::initializer_list<Field> fields = {});
void warning(std::string_view message, std::initializer_list<Field> fields = {});
void error(std::string_view message, std::initializer_list<Field> fields = {});

}  // namespace shakedown::log
