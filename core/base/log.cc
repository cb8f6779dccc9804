#include "core/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <map>
#include <mutex>

#include "core/base/printable.h"

namespace shakedown::log {
namespace {

struct State {
  std::shared_ptr<spdlog::logger> logger =
      std::make_shared<spdlog::logger>("shakedown", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  std::mutex mutex;
  std::map<std::string, std::string, std::less<>> context;
  std::function<std::string(std::string_view)> filter;

  State() {
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
    logger->set_level(spdlog::level::warn);
  }
};

State& state() {
  static State* instance = new State();  // never destroyed: usable until the last thread ends
  return *instance;
}

std::string quoted(std::string_view value) {
  const std::string told = visible(value);
  if (!value.empty() && told == value && value.find_first_of(" \"=") == std::string_view::npos) return told;
  std::string out = "\"";
  for (const char c : told) out += c == '"' ? std::string("\\\"") : std::string(1, c);
  return out + "\"";
}

void write(spdlog::level::level_enum level, std::string_view message, std::initializer_list<Field> fields) {
  State& s = state();
  if (!s.logger->should_log(level)) return;
  std::string line;
  {
    const std::lock_guard lock(s.mutex);
    const auto told = [&s](std::string_view value) { return quoted(s.filter ? s.filter(value) : std::string(value)); };
    line = "msg=" + told(message);
    for (const auto& [key, value] : s.context) line += " " + key + "=" + told(value);
    for (const auto& [key, value] : fields) line += " " + std::string(key) + "=" + told(value);
  }
  s.logger->log(level, "{}", line);
}

}  // namespace

void set_level(Level level) {
  static constexpr spdlog::level::level_enum kLevels[] = {spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                                                          spdlog::level::err, spdlog::level::off};
  state().logger->set_level(kLevels[static_cast<int>(level)]);
}

void set_context(std::string_view key, std::string value) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  s.context[std::string(key)] = std::move(value);
}

void set_filter(std::function<std::string(std::string_view)> filter) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  s.filter = std::move(filter);
}

void debug(std::string_view m, std::initializer_list<Field> f) { write(spdlog::level::debug, m, f); }
void info(std::string_view m, std::initializer_list<Field> f) { write(spdlog::level::info, m, f); }
void warning(std::string_view m, std::initializer_list<Field> f) { write(spdlog::level::warn, m, f); }
void error(std::string_view m, std::initializer_list<Field> f) { write(spdlog::level::err, m, f); }

}  // namespace shakedown::log
