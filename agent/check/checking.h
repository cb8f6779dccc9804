// What every check is given, and what comes of it.
// Ownership: a Checking borrows everything for one check. Threads: the check thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "agent/check/ask.h"
#include "agent/secrets/secrets.h"
#include "core/model/plan.h"
#include "core/runtime/waiting.h"

namespace shakedown {

struct Checking {
  const Assignment& assignment;
  const Secrets& secrets;
  boost::asio::io_context& loop;
  std::vector<std::unique_ptr<Ask>>& asks;  // outlive the loop's operations
  MonoTime deadline{};
  OneShot& end;        // fires when the agent stops
  std::string note{};  // file of a command's process; empty = nowhere
  AddressRanges within{};

  const DrillPlan& plan() const { return assignment.plan; }
  const Target& target(TargetId id) const { return plan().targets[id.value]; }
};

// done false: it could not be carried out, detail says why.
struct Observation {
  bool done = false;
  bool holds = false;
  bool nobody = false;  // not done, as the address took no connection: refused, or no route from here
  std::optional<double> number;
  std::string detail;
};
Observation not_done(std::string why);
Observation nobody_there(std::string why);
Observation holds(std::string what);
Observation fails(std::string what);

// One check, within look.deadline. Never throws for what the target does.
Task<Observation> carry_out(const Checking& look, const CheckKind& kind);

// tls_check.cc, certificate_check.cc, plain_http_check.cc, http_checks.cc, command_check.cc
Task<Observation> carry_out(const Checking& look, const TlsCheck& check);
Task<Observation> carry_out(const Checking& look, const CertificateCheck& check);
Task<Observation> carry_out(const Checking& look, const PlainHttpCheck& check);
Task<Observation> carry_out(const Checking& look, const AuthenticationCheck& check);
Task<Observation> carry_out(const Checking& look, const HeadersCheck& check);
Task<Observation> carry_out(const Checking& look, const HttpCheck& check);
Task<Observation> carry_out(const Checking& look, const CommandCheck& check);

// "no answer in time", "the agent stops": why a wait that was given look.deadline and look.end came to nothing.
std::string why_not(Woken woken);
// The whole text as a finite number; blanks around it do not count.
std::optional<double> number_in(std::string_view text);
// At most 500 printable ASCII characters, and the name in braces wherever a secret's value stood.
std::string presentable(std::string text, const Secrets& secrets);

}  // namespace shakedown
