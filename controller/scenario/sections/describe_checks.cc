#include "controller/scenario/sections/describe.h"
#include "core/protocols/http1.h"

namespace shakedown {
namespace {

Shape tls_check_shape() {
  return mapping(
      "TLS check",
      "The target accepts no handshake below the floor (SSL 3.0 is always below), and none with a forbidden cipher suite.",
      {need("target", reference("target"), "Which one; https."),
       may("floor", choice({"TLS1.0", "TLS1.1", "TLS1.2", "TLS1.3"}), "TLS1.2", "The lowest version that may be accepted."),
       may("forbidden", list_of(text_like("[A-Za-z0-9][A-Za-z0-9_-]{0,63}", "a cipher suite or class such as 3DES"), 1, 64),
           "Cipher suites of TLS 1.2 and older, by OpenSSL's name, or classes of them: RC4, 3DES, NULL, CBC, kRSA.")});
}

Shape certificate_check_shape() {
  return mapping(
      "certificate check",
      "The certificate that the target shows verifies. Its number is the time left until the first of its chain expires.",
      {need("target", reference("target"), "Which one; https.")});
}

Shape plain_http_check_shape() {
  return mapping("plain HTTP check", "Plain HTTP is refused on this port, closed without an answer, or redirected to https.",
                 {need("target", reference("target"), "Whose host; https."),
                  need("port", integer(1, 65535), "The port on which nothing may be served in plain text.")});
}

Shape authentication_check_shape() {
  return mapping("authentication check", "A request without credentials is turned away.",
                 {need("http", request_shape("http", {}), "The request; it carries no secret."),
                  otherwise("status", one_or_list_of(scalar(Form::status)), "401 and 403",
                            "What turns it away: status codes, or classes such as 4xx.")});
}

Shape headers_check_shape() {
  return mapping("headers check", "The answer carries these headers.",
                 {need("http", request_shape("http", {}), "The request."),
                  need("header", http_expected_headers_shape(), "Header names and their values.")});
}

Shape http_check_shape() {
  return mapping("HTTP check",
                 "The answer is as expected. With `number`, what stands there in its JSON is compared too; it must be the same "
                 "at each address.",
                 {need("http", request_shape("http", {}), "The request."),
                  otherwise("expect", http_expect_shape({}), "status 2xx", "What makes the answer good."),
                  may("number", scalar(Form::pointer), "Where in the JSON body the number stands.")});
}

Shape command_check_shape() {
  return mapping(
      "command check", "A command of yours exits with 0.",
      {need("exec", command_or_name_shape(),
            "Program and arguments, no shell, in the scenario's folder; on another agent than `local` the name that its "
            "policy gives to one, in the policy's folder."),
       may("number", boolean(), "false", "Whether the first line of its output is a number to compare.")});
}

}  // namespace

Shape check_shape() {
  Shape shape = mapping(
      "check",
      "Something that is looked at once, before the first phase, and is no load. What could not be looked at proves "
      "nothing. Where a target's name has several addresses each is asked and the worst answer counts; an address where nobody "
      "takes a connection is named only.",
      {may("tls", tls_check_shape(), "Old versions and weak ciphers are not accepted."),
       may("certificate", certificate_check_shape(), "The certificate is good, and for how long."),
       may("plain_http", plain_http_check_shape(), "Nothing is served in plain text."),
       may("authentication", authentication_check_shape(), "Nothing is served without credentials."),
       may("headers", headers_check_shape(), "An answer carries headers."),
       may("http", http_check_shape(), "An answer is as expected."), may("command", command_check_shape(), "A command succeeds."),
       otherwise("agent", reference("agent"), "the first agent with the role `load`; for a command `local`", "Who looks."),
       may("timeout", duration(0.01, 3600), "10s", "It could not be looked at when it takes longer.")});
  shape.exactly_one = {{"tls", "certificate", "plain_http", "authentication", "headers", "http", "command"}};
  return shape;
}

Shape cleanup_shape() {
  Shape remove =
      mapping("deletion", "One request, or a command. It touches nothing but what carries this run's mark: {run}.",
              {may("http", request_shape("http", {}), "The request; it says {run}."),
               otherwise("expect", http_expect_shape({}), "status 2xx", "What makes its answer good."),
               may("command", command_or_name_shape(),
                   "Or program and arguments, which exit with 0; on another agent than `local` the name that its policy "
                   "gives to one. `env` brings the run's id to it, as {run}.")});
  remove.exactly_one = {{"http", "command"}};
  remove.not_together = {{"command", "expect"}};
  Shape remains =
      mapping("count", "How many are left: a number in the JSON of an answer, or the first line that a command writes.",
              {may("http", request_shape("http", {}), "The request; it says {run}."),
               may("number", scalar(Form::pointer), "Where in the JSON body the number stands."),
               may("command", command_or_name_shape(), "Or program and arguments, as in `delete`.")});
  remains.exactly_one = {{"http", "command"}};
  remains.needs = {{"http", "number"}, {"number", "http"}};
  return mapping(
      "cleanup",
      "What the drill has put into the target, taken away by this run's mark: after the last reading of the ledgers, "
      "once all traffic has ended, and in a run that was broken off, too. What remains is told on the scorecard and "
      "changes no verdict.",
      {need("delete", remove, "What takes it away."),
       otherwise("remains", remains, "nobody counts: what is left is not known", "What counts the rest."),
       otherwise("agent", reference("agent"), "the first agent with the role `load`; for a command `local`", "Who does it."),
       may("timeout", duration(0.01, 3600), "30s", "For each of the two.")});
}

}  // namespace shakedown
