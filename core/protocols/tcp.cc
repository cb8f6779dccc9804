#include "core/protocols/tcp.h"

namespace shakedown {
namespace {

constexpr double kLongestAnswer = 1 << 20;  // all of an answer is kept

Shape tcp_request_shape(const std::vector<std::string>& names) {
  Shape until = mapping(
      "end of a TCP answer",
      "What ends an answer. Bytes after it are an error, since nobody could tell them from the next answer.",
      {may("text", holes(names), "The answer ends with this text, such as \"\\r\\n\"."),
       may("regex", scalar(Form::regex),
           "It ends with the bytes in which this is found first (RE2), of 4096 at most. The connection is not used again."),
       may("length", bytes(1, kLongestAnswer), "It has so many bytes."),
       may("close", boolean(), "true: it ends where the target closes the connection, after a byte at least.")});
  until.exactly_one = {{"text", "regex", "length", "close"}};
  Shape greeting = mapping("end of a TCP greeting", "What ends a greeting, which is no part of an answer.",
                           {may("text", holes(names), "It ends with this text, such as \"\\r\\n\"."),
                            may("regex", scalar(Form::regex),
                                "It ends with the bytes in which this is found first (RE2), such as \"220 [^\\n]*\\n\"."),
                            may("length", bytes(1, kLongestAnswer), "It has so many bytes.")});
  greeting.exactly_one = {{"text", "regex", "length"}};
  return mapping(
      "TCP request",
      "A text that is sent over a connection, and the answer that is read until its end. In `send` and `until` "
      "{name} of a known name is replaced; every other brace is text.",
      {otherwise("send", holes(names), "nothing: the target speaks first", "What is sent."),
       otherwise(
           "greeting", greeting, "none: what the target says before it is asked is no answer, and fails the request",
           "Where the target speaks first on each new connection, as those of SMTP, FTP or MySQL do: its greeting is awaited "
           "before anything is sent, and lies within the request's time."),
       need("until", until, "What ends the answer."),
       may("most", bytes(1, kLongestAnswer), "1MiB",
           "An answer of more bytes is not read to its end: its request failed, and its connection is closed."),
       may("repeatable", boolean(), "false",
           "Whether it may be sent once more, on a fresh connection, where the target closes a kept one as it is sent.")});
}

Shape tcp_expect_shape(const std::vector<std::string>& names) {
  Shape shape =
      mapping("TCP answer", "What makes an answer good. All that is written must hold.",
              {may("starts", holes(names),
                   "The text with which it begins. In a ledger's `present`: an answer that begins so and does not "
                   "hold is an altered entry; without `starts` nobody knows."),
               may("contains", holes(names), "A text that occurs in it."),
               may("regex", scalar(Form::regex),
                   "A regular expression that is found in it: RE2's syntax, without look-around and back-references.")});
  shape.at_least_one = {{"starts", "contains", "regex"}};
  return shape;
}

void check_tcp_request(const View& request, const RequestRules& rules, Diagnostics& diagnostics) {
  const View until = request["until"], length = until["length"], close = until["close"];
  if (length && request["most"].sound() && length.bytes().count > request["most"].bytes().count) {
    diagnostics.error(request["most"].at(), "`most` is less than the `length` of an answer", "raise it");
  }
  if (length && request["most"].absent() && length.bytes().count > request["most"].bytes().count) {
    diagnostics.error(length.at(), "`length` is more than an answer may have", "raise `most` beside `until`");
  }
  if (close && !close.boolean())
    diagnostics.error(close.at(), "`close: false` ends no answer", "write close: true, or something else");
  if (request["greeting"] && !request["send"]) {
    diagnostics.error(request["greeting"].at(), "without `send` the greeting is the answer",
                      "leave `greeting` out, or write send");
  }
  if (rules.traced) {
    diagnostics.warning(request.at(), "`trace: w3c`: a `tcp` request carries no trace context",
                        "expect traces of the others only");
  }
}

std::string tcp_words(const View& request) { return request["send"] ? "\"" + request["send"].text() + "\"" : "the greeting"; }

}  // namespace

ProtocolForm tcp_form() {
  ProtocolForm form{};
  form.name = "tcp";
  form.schemes = {{"tcp", 0, false, false}, {"tls", 0, true, false}};
  form.request = &tcp_request_shape;
  form.expect = &tcp_expect_shape;
  form.expect_default = "any whole answer";
  form.tells_refusal = false;
  form.check = &check_tcp_request;
  form.words = &tcp_words;
  form.carry_hint = "send {payload}";
  form.prove_hint = "add contains: \"{checksum}\"";
  return form;
}

TcpRequest read_tcp_request(const View& view, const std::vector<std::string>& secrets) {
  TcpRequest request;
  if (view["send"]) request.send = text_with_holes(view["send"], secrets);
  if (const View end = view["greeting"]) {
    request.greeting.emplace();
    if (end["text"]) request.greeting->text = text_with_holes(end["text"], secrets);
    if (end["regex"]) request.greeting->regex = end["regex"].text();
    if (end["length"]) request.greeting->length = end["length"].bytes().count;
  }
  const View until = view["until"];
  if (until["text"]) request.until_text = text_with_holes(until["text"], secrets);
  if (until["regex"]) request.until_regex = until["regex"].text();
  request.until_length = until["length"].bytes().count;
  request.until_close = until["close"].boolean();
  request.longest = view["most"].bytes().count;
  request.repeatable = view["repeatable"].boolean();
  return request;
}

TcpExpect read_tcp_expect(const View& view, const std::vector<std::string>& secrets) {
  TcpExpect expect;
  if (view["starts"]) expect.starts = text_with_holes(view["starts"], secrets);
  if (view["contains"]) expect.contains = text_with_holes(view["contains"], secrets);
  if (view["regex"]) expect.regex = view["regex"].text();
  return expect;
}

}  // namespace shakedown
