// What a scenario and an agent must know of a protocol beside speaking it: its form, and what that form means. One folder or
// file per protocol, one line in builtin.cc. How it is spoken: agent/load/protocols/.
// Ownership: plain values. Threads: read-only once built.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/form/view.h"

namespace shakedown {

struct RequestRules {
  bool traced = false;  // every request carries trace context of ours
  std::string mark;     // header that every request to its target carries; empty = none
};

struct ProtocolForm {
  const char* name;             // the key of a request: "http"
  std::vector<Scheme> schemes;  // of targets' addresses
  // The form of a request without its target, which every one has, and of what is expected of its answer. holes: the
  // names that are filled here.
  Shape (*request)(const std::vector<std::string>& holes);
  Shape (*expect)(const std::vector<std::string>& holes);
  const char* expect_default;  // in words: what is expected where nothing is said
  bool headers;                // whether a request has headers, so that it can be marked
  bool tells_refusal;          // whether an answer that meets the default cannot be a refusal: an acknowledgement needs that
  // What only the meaning of a request shows.
  void (*check)(const View& request, const RequestRules& rules, Diagnostics& diagnostics);
  // "GET /version": for the plan.
  std::string (*words)(const View& request);
  // Hints for a ledger whose write does not carry {payload}, and whose `present` does not look for {checksum}.
  const char* carry_hint;
  const char* prove_hint;
};

// In the order in which messages name them.
const std::vector<ProtocolForm>& protocol_forms();
// nullptr where there is none.
const ProtocolForm* find_protocol_form(std::string_view name);
// Of all protocols, and one of them by its name.
std::vector<Scheme> all_schemes();
const Scheme* find_scheme(std::string_view name);

}  // namespace shakedown
