#include "agent/secrets/command_environment.h"

#include <algorithm>
#include <cstdlib>

namespace shakedown {
namespace {

// Where a program is, who runs it, how it writes numbers, texts and times. Nothing that points to a service or a session.
constexpr const char* kFixed[] = {"PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ"};

bool is_used(const Secret& secret, const std::vector<EnvVariable>& declared) {
  const auto names_it = [&](const TextPiece& piece) { return piece.kind == HoleKind::secret && piece.text == secret.name; };
  return std::any_of(declared.begin(), declared.end(), [&](const EnvVariable& one) {
    return std::any_of(one.value.pieces.begin(), one.value.pieces.end(), names_it);
  });
}

}  // namespace

Result<std::vector<std::string>> CommandEnvironment::resolve() const {
  std::vector<Secret> used;
  for (const Secret& one : secrets) {
    if (is_used(one, declared)) used.push_back(one);
  }
  SHAKEDOWN_TRY(const Secrets values, resolve_secrets(used));
  std::map<std::string, std::string> variables;
  for (const char* name : kFixed) {
    if (const char* value = std::getenv(name)) variables[name] = value;
  }
  for (const EnvVariable& one : declared) {
    std::string text;
    for (const TextPiece& piece : one.value.pieces) {
      const auto secret = piece.kind == HoleKind::secret ? values.find(piece.text) : values.end();
      text += secret == values.end() ? piece.text : secret->second;
    }
    variables[one.name] = std::move(text);
  }
  std::vector<std::string> out;
  for (const auto& [name, value] : variables) out.push_back(name + "=" + value);
  return out;
}

Redactor CommandEnvironment::hides() const { return Redactor(readable_secrets(secrets)); }

}  // namespace shakedown
