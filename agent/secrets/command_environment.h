// What a command of a scenario finds in its environment, told by sources only: a secret's value is read when the command starts
// and is kept nowhere, so that this may stand in an undo record. The agent's own environment is not handed on.
// Ownership: plain value. Threads: resolve() and hides() read our environment, which nobody may change meanwhile.
#pragma once

#include <string>
#include <vector>

#include "agent/secrets/redact.h"
#include "core/base/result.h"
#include "core/model/operation.h"

namespace shakedown {

struct CommandEnvironment {
  std::vector<EnvVariable> declared;
  std::vector<Secret> secrets;  // all of the scenario's: what is declared uses some, no output of a command may show any

  // "NAME=text": PATH, HOME, USER, LOGNAME, LANG, LC_ALL and TZ as we have them ourselves, and what is declared, which replaces
  // one of the same name. Errors: as resolve_secrets, of the secrets that are used.
  Result<std::vector<std::string>> resolve() const;
  // Takes the secrets out of what a command printed; one that cannot be read here cannot be printed by what we start either.
  Redactor hides() const;
};

}  // namespace shakedown
