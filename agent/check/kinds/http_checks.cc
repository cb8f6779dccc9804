// Checks that ask one request: authentication, headers, and an answer as expected.
#include "agent/check/addresses.h"
#include "agent/check/checking.h"
#include "agent/load/prepare.h"
#include "agent/load/protocols/http1/expect.h"
#include "core/form/document.h"
#include "core/form/holes.h"
#include "core/protocols/http1.h"

namespace shakedown {
namespace {

bool carries_secret(const Checking& look, const Request& request) {
  const Shape shape = http_request_shape(reserved_holes());
  std::vector<std::string> names;
  for (const Secret& secret : look.plan().secrets) names.push_back(secret.name);
  return uses(view_of(request.document, shape), HoleKind::secret, names);
}

// Of a check that asks over HTTP, as the protocol has it, whatever the plan names.
struct HttpExpected {
  Expected made;
  const Http1Check& check() const { return static_cast<const Http1Check&>(*made.check); }
};

Result<HttpExpected> expectation_of(const Checking& look, const Request& request, const Document& expect) {
  if (request.protocol != "http")
    return fail(ErrorKind::scenario, "the check asks over HTTP, not over `" + request.protocol + "`");
  SHAKEDOWN_TRY(Expected made,
                DocumentReader(look.assignment, look.secrets).expected("what the check expects", "http", expect, 0));
  return HttpExpected{std::move(made)};
}

std::string status_text(const KeptAnswer& answer) { return "status " + std::to_string(answer.code); }

// A client certificate is a credential too.
Target without_credentials(Target target) {
  target.tls.certificate_file.clear();
  target.tls.key_file.clear();
  return target;
}

std::string missing_header(const HeaderExpect& expected, std::string_view head) {
  const auto found = find_header(head, expected.name);
  if (!found) return expected.name + " is missing";
  if (has_header(head, expected)) return "";
  return expected.name + " is \"" + std::string(*found) + "\" instead of \"" + expected.equals + "\"";
}

Observation no_answer(const Error& error, bool nobody) { return nobody ? nobody_there(error.message) : not_done(error.message); }

Task<Observation> ask_for_login(const Checking& look, const Target& target, const AuthenticationCheck& check, Endpoint endpoint) {
  const Result<HttpExpected> turned_away = expectation_of(look, check.request, check.expect);
  if (!turned_away) co_return not_done(turned_away.error().message);
  if (turned_away.value().check().declared().status.empty()) co_return not_done("no status is named that turns anybody away");
  bool nobody = false;
  const Result<KeptAnswer> answer = co_await ask(look, check.request, target, endpoint, &nobody);
  if (!answer) co_return no_answer(answer.error(), nobody);
  const std::string seen = "without credentials: " + status_text(answer.value());
  co_return turned_away.value().check().right_kind(answer.value().answer(), Holes{}) ? holds(seen) : fails(seen);
}

Task<Observation> look_for_headers(const Checking& look, const Target& target, const HeadersCheck& check, Endpoint endpoint) {
  const Result<HttpExpected> expectation = expectation_of(look, check.request, check.expect);
  if (!expectation) co_return not_done(expectation.error().message);
  const auto& headers = expectation.value().check().declared().headers;
  if (headers.empty()) co_return not_done("no header is named, so nothing was looked for");
  bool nobody = false;
  const Result<KeptAnswer> answer = co_await ask(look, check.request, target, endpoint, &nobody);
  if (!answer) co_return no_answer(answer.error(), nobody);
  if (answer.value().code >= 400) {
    co_return not_done("the target answered with " + status_text(answer.value()) +
                       ", which is no answer of the page that was asked for");
  }
  std::string missing;
  for (const HeaderExpect& expected : headers) {
    const std::string one = missing_header(expected, answer.value().head);
    if (!one.empty()) missing += (missing.empty() ? "" : "; ") + one;
  }
  const std::string seen = " (" + status_text(answer.value()) + ")";
  co_return missing.empty() ? holds("all " + std::to_string(headers.size()) + " are there" + seen) : fails(missing + seen);
}

Task<Observation> look_at_answer(const Checking& look, const Target& target, const HttpCheck& check, Endpoint endpoint) {
  const Result<HttpExpected> expectation = expectation_of(look, check.request, check.expect);
  if (!expectation) co_return not_done(expectation.error().message);
  bool nobody = false;
  const Result<KeptAnswer> asked = co_await ask(look, check.request, target, endpoint, &nobody);
  if (!asked) co_return no_answer(asked.error(), nobody);
  const KeptAnswer& answer = asked.value();
  const Holes none;
  const Mismatch wrong = expectation.value().check().judge(answer.answer(), none);
  if (wrong == Mismatch::body && expectation.value().check().cut_short(answer.answer(), none)) {
    co_return not_done(status_text(answer) + ", and what was expected is not in the first " + std::to_string(kKeptBody >> 20) +
                       " MiB of the body; what lies beyond is not kept");
  }
  if (wrong == Mismatch::status) co_return fails(status_text(answer));
  if (wrong != Mismatch::none) co_return fails(status_text(answer) + ", but not as expected");
  if (check.number_pointer.empty()) co_return holds(status_text(answer) + ", as expected");
  const auto text = json_at(answer.body, check.number_pointer);
  const auto number = text ? number_in(*text) : std::nullopt;
  if (!number) {
    co_return not_done("a number was expected at " + check.number_pointer + " of the JSON body, found " +
                       text.value_or("nothing"));
  }
  Observation finding = holds(check.number_pointer + " is " + *text);
  finding.number = number;
  co_return finding;
}

}  // namespace

Task<Observation> carry_out(const Checking& look, const AuthenticationCheck& check) {
  if (carries_secret(look, check.request)) co_return not_done("the request carries a secret, so it was not sent");
  const Target target = without_credentials(look.target(check.request.target));
  co_return co_await at_each_address(look, target, check, Numbers::equal, &ask_for_login);
}

Task<Observation> carry_out(const Checking& look, const HeadersCheck& check) {
  co_return co_await at_each_address(look, look.target(check.request.target), check, Numbers::equal, &look_for_headers);
}

Task<Observation> carry_out(const Checking& look, const HttpCheck& check) {
  co_return co_await at_each_address(look, look.target(check.request.target), check, Numbers::equal, &look_at_answer);
}

}  // namespace shakedown
