// What an agent may touch and run, whatever a controller asks of it. It is the agent's own: it comes from a file on its host, or
// is one of two ready-made ones, and outranks every plan and order.
// Ownership: plain values. Threads: read-only once loaded.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "agent/policy/hours.h"
#include "core/base/address_ranges.h"
#include "core/base/time.h"
#include "core/base/units.h"
#include "core/form/diagnostic.h"
#include "core/form/shape.h"
#include "core/model/fault.h"

namespace shakedown {

// A component is found only as the policy says; empty = whatever the plan says of it.
struct AllowedComponent {
  std::string name;
  std::string pidfile, exe, user;
  bool process = false;                    // false: only commands know it
  ProcessScope scope = ProcessScope::one;  // the plan may say this one, or `one`
};

// Components of which only a share may be broken at a time.
struct ComponentGroup {
  std::string name;
  std::vector<std::string> members;
  uint32_t size = 0;  // with those on other hosts
  Share share;

  uint32_t most() const { return static_cast<uint32_t>(share.value * size + 1e-9); }  // at a time
};

struct Policy {
  enum class Kind {
    declared,  // what the scenario declares, inline commands included: for agents that the drill's own command starts
    none,      // nothing is broken, no command is run, and load goes to this host only
    file,
  } kind = Kind::declared;
  std::string file;

  std::vector<AllowedComponent> components;
  std::vector<std::string> faults;  // kinds
  std::map<std::string, std::vector<std::string>> commands;
  bool inline_commands = false;
  std::vector<std::string> environment;  // variables of the scenario's `env` that commands get
  std::string folder;                    // in which commands run; absolute
  AddressRanges addresses;               // of the targets of load and checks
  std::vector<std::string> secrets;      // files that may be read as secrets
  std::vector<std::string> protected_components;
  std::vector<ComponentGroup> groups;
  Hours hours;
  uint32_t at_once = 1;  // faults that stand on this host
  Duration longest = std::chrono::minutes(10);

  const AllowedComponent* find(const std::string& component) const;
  bool protects(const std::string& component) const;
  // Whether a protected entry is this file: by its path, however it is written, or as the same file.
  bool protects_file(const std::string& pidfile) const;
  // Pidfiles of what is protected: the processes that they name are never touched.
  std::vector<std::string> protected_pidfiles() const;
};

Policy no_policy();

struct DecodedPolicy {
  Policy policy;                        // of kind file; as far as it could be read
  std::vector<Diagnostic> diagnostics;  // all at once; any makes it unusable
};
DecodedPolicy decode_policy(std::string_view text, const std::string& file);
// Error scenario with every diagnostic, one a line; refused where others may write the file, since it outranks them; io.
Result<Policy> load_policy(const std::string& file);

const Shape& policy_shape();

const char* to_string(ProcessScope scope);

}  // namespace shakedown
