// The seam of protocols: what one makes, once, of the documents of a plan, and the driver that carries its calls. One folder
// per protocol, one line in builtin.cc; its form is in core/protocols.
// Ownership: what is prepared is shared read-only by all workers. Threads: immutable.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "agent/load/call.h"
#include "agent/load/driver.h"
#include "agent/secrets/secrets.h"
#include "core/base/result.h"
#include "core/form/view.h"
#include "core/model/operation.h"

namespace shakedown {

// Bodies longer than this are judged by their first bytes only.
inline constexpr std::size_t kKeptBody = 1 << 20;

// What is sent: only its protocol looks inside.
class PreparedRequest {
 public:
  virtual ~PreparedRequest() = default;
};

// What is expected of an answer.
class AnswerCheck {
 public:
  virtual ~AnswerCheck() = default;

  // What of an answer must be kept for it.
  virtual bool keep_head() const = 0;
  virtual bool keep_body() const = 0;
  // The first thing that does not hold. Only of complete answers.
  virtual Mismatch judge(const Answer& answer, const Holes& holes) const = 0;
  bool holds(const Answer& answer, const Holes& holes) const { return judge(answer, holes) == Mismatch::none; }
  // Whether it is the right kind of answer, whatever it contains. False where the protocol has no way to tell.
  virtual bool right_kind(const Answer& answer, const Holes& holes) const = 0;
  // How often what is looked for occurs; 0 where no text is.
  virtual std::size_t times_contained(const Answer& answer, const Holes& holes) const = 0;
  // What does not hold may lie in the part of the body that was not kept: nobody knows.
  bool cut_short(const Answer& answer, const Holes& holes) const {
    return answer.body_cut && keep_body() && right_kind(answer, holes);
  }
};

struct PrepareContext {
  const Target& target;
  const Secrets& secrets;   // and the run's id
  uint64_t value_size = 0;  // bytes of {value}
  Trace trace = Trace::none;
};

struct Protocol {
  const char* name;  // as in core/protocols
  // Views of its forms. Errors: scenario (what cannot be sent or looked for).
  Result<std::unique_ptr<const PreparedRequest>> (*prepare_request)(const View& request, const PrepareContext& context);
  Result<std::unique_ptr<const AnswerCheck>> (*prepare_check)(const View& expect, const Secrets& secrets, uint64_t value_size);
  DriverFactory make_driver;
  // "status 404": what came, in a word.
  std::string (*words)(const Answer& answer);
};

// nullptr where this agent does not speak it.
const Protocol* find_protocol(std::string_view name);
// Every one: for tests.
const std::vector<Protocol>& protocols();

// How often a text occurs; 0 for an empty one.
std::size_t occurrences(std::string_view in, std::string_view text);
// The names of the secrets, as texts with holes call them.
std::vector<std::string> names_of(const Secrets& secrets);

}  // namespace shakedown
