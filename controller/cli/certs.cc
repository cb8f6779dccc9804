// certs: an authority of one's own for agents on other hosts, and the identities that it signs.
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "controller/cli/commands.h"
#include "core/base/clock.h"
#include "core/base/printable.h"
#include "core/base/regular_file.h"
#include "core/base/units.h"
#include "core/wire/credentials/authority.h"

namespace shakedown {
namespace {

namespace fs = std::filesystem;
constexpr Duration kDay = std::chrono::hours(24);

std::string in_words(const CertificateFacts& facts, WallTime now) {
  const Identity& who = facts.identity;
  std::string text = std::string(to_string(who.kind)) + " " + who.name;
  if (who.kind == PeerKind::agent) text += ", roles " + who.roles.text();
  for (std::size_t i = 0; i < facts.hosts.size(); ++i) text += (i == 0 ? ", for " : ", ") + facts.hosts[i];
  const auto left = std::chrono::floor<std::chrono::hours>(facts.until - now) / kDay;
  text += facts.until <= now
              ? ", ENDED on " + format_wall(facts.until)
              : ", until " + format_wall(facts.until) + " (" + std::to_string(left) + (left == 1 ? " day" : " days") + " left)";
  if (facts.from > now) text += ", NOT YET GOOD before " + format_wall(facts.from);
  return text + "\n  SHA-256 " + facts.fingerprint;
}

// Whether it is good now.
Result<bool> show_one(const std::string& file) {
  const WallTime now = system_clock().wall();
  SHAKEDOWN_TRY(auto pem, read_regular_file(file, kLargestSecret, ErrorKind::unavailable));
  const auto facts = read_certificate(pem);
  if (!facts) return fail(ErrorKind::unavailable, file + ": " + facts.error().message);
  say(stdout, file + ": " + in_words(facts.value(), now) + "\n");
  return facts.value().from <= now && now < facts.value().until;
}

// Of the folder of an authority or of an identity.
std::vector<std::string> certificates_in(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (const char* name : {"authority.crt", "identity.crt"}) {
    if (fs::is_regular_file(folder + "/" + name, error)) files.push_back(folder + "/" + name);
  }
  std::vector<std::string> issued;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string file = at->path().string() + "/identity.crt";
    std::error_code none;
    if (fs::is_regular_file(file, none)) issued.push_back(file);
  }
  std::sort(issued.begin(), issued.end());
  files.insert(files.end(), issued.begin(), issued.end());
  return files;
}

Result<int> show(const std::string& path) {
  std::error_code error;
  const bool folder = fs::is_directory(path, error);
  const std::vector<std::string> files = folder ? certificates_in(path) : std::vector<std::string>{path};
  if (files.empty()) {
    return fail(ErrorKind::unavailable, "expected authority.crt or identity.crt in " + path +
                                            ", found neither; `shakedown certs "
                                            "init` and `issue` make them");
  }
  bool good = true;
  for (const std::string& file : files) {
    SHAKEDOWN_TRY(const bool one, show_one(file));
    good = good && one;
  }
  return good ? 0 : exit_code(ErrorKind::unavailable);
}

Result<void> issue(const CertsIssueCommand& command) {
  IssueRequest request;
  request.identity.name = command.name;
  request.identity.kind = command.controller ? PeerKind::controller : PeerKind::agent;
  if (command.controller == !command.roles.empty()) {
    return fail(ErrorKind::usage, "give --roles for an agent, or --controller with its --host names");
  }
  if (!command.controller) {
    if (!command.hosts.empty()) return fail(ErrorKind::usage, "--host belongs to --controller: agents dial, nobody dials them");
    SHAKEDOWN_TRY(request.identity.roles, parse_roles(command.roles));
  }
  request.hosts = command.hosts;
  request.from = system_clock().wall();
  request.until = request.from + kDay * (command.days > 0 ? command.days : kIdentityDays);
  SHAKEDOWN_TRY(auto folder, issue_identity(command.folder, request));
  say(stdout, folder + "\n");
  std::fprintf(stderr, "copy this folder to its host, for its owner only (0700, the key 0600); give it with --certs\n");
  return ok();
}

}  // namespace

int certs_init_command(const std::string& folder, int days) {
  const auto made = create_authority(folder, system_clock().wall(), days > 0 ? days : kAuthorityDays);
  if (!made) return report_error(made.error());
  say(stdout, folder + "/authority.crt\n");
  std::fprintf(stderr, "whoever has authority.key makes agents: keep the folder to yourself\n");
  return 0;
}

int certs_issue_command(const CertsIssueCommand& command) {
  const auto made = issue(command);
  return made ? 0 : report_error(made.error());
}

int certs_show_command(const std::string& path) {
  const auto shown = show(path);
  return shown ? shown.value() : report_error(shown.error());
}

}  // namespace shakedown
