#include "agent/secrets/secrets.h"

#include <cstdlib>
#include <utility>

#include "core/base/regular_file.h"

namespace shakedown {
namespace {

Result<std::string> read_secret(const Secret& secret) {
  const std::string& where = secret.source.where;
  if (secret.source.kind == SecretSource::Kind::env) {
    const char* value = std::getenv(where.c_str());
    if (value == nullptr) {
      return fail(ErrorKind::unavailable, "secret `" + secret.name + "`: the environment variable " + where +
                                              " is not set on this agent; set it before the agent starts");
    }
    return std::string(value);
  }
  Result<std::string> read = read_regular_file(where, kLargestSecret, ErrorKind::unavailable);
  if (!read) return fail(ErrorKind::unavailable, "secret `" + secret.name + "`, on this agent: " + read.error().message);
  std::string value = std::move(read.value());
  while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.pop_back();
  return value;
}

}  // namespace

Result<Secrets> resolve_secrets(const std::vector<Secret>& declared) {
  Secrets secrets;
  for (const Secret& secret : declared) {
    SHAKEDOWN_TRY(std::string value, read_secret(secret));
    if (value.empty()) {
      return fail(ErrorKind::unavailable, "secret `" + secret.name + "` is empty on this agent (" + secret.source.where +
                                              "): every request would go without it; set it before the agent starts");
    }
    if (value.find_first_of(std::string("\r\n\0", 3)) != std::string::npos) {
      return fail(ErrorKind::scenario, "secret `" + secret.name +
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
