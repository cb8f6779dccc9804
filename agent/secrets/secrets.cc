#include "agent/secrets/secrets.h"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace shakedown {
namespace {

Result<std::string> read_secret(const Secret& secret) {
  const std::string& where = secret.source.where;
  if (secret.source.kind == SecretSource::Kind::env) {
    const char* value = std::getenv(where.c_str());
    if (value == nullptr) {
      return fail(ErrorKind::unavailable,
                  "secret `" + secret.name + "`: the environment variable " + where +
                      " is not set on this agent; set it before the agent starts");
    }
    return std::string(value);
  }
  std::ifstream file(where, std::ios::binary);
  if (!file) {
    return fail(errno_error(
        "secret `" + secret.name + "`: cannot read the file " + where + " on this agent", errno,
        ErrorKind::unavailable));
  }
  std::string value((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.pop_back();
  return value;
}

}  // namespace

Result<Secrets> resolve_secrets(const std::vector<Secret>& declared) {
  Secrets secrets;
  for (const Secret& secret : declared) {
    SHAKEDOWN_TRY(std::string value, read_secret(secret));
    if (value.find_first_of(std::string("\r\n\0", 3)) != std::string::npos) {
      return fail(ErrorKind::scenario,
                  "secret `" + secret.name +
                      "` has a line break or a NUL inside, which a request cannot carry; "
                      "store it as one line");
    }
    secrets.emplace(secret.name, std::move(value));
  }
  return secrets;
}

Secrets readable_secrets(const std::vector<Secret>& declared) {
  Secrets secrets;
  for (const Secret& secret : declared) {
    if (Result<std::string> value = read_secret(secret)) secrets.emplace(secret.name, std::move(value.value()));
  }
  return secrets;
}

}  // namespace shakedown
