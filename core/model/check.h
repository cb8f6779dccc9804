// Checks that are not load: what security, maintainability and data rows rest on. Each runs once, before the first phase.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/model/operation.h"

namespace shakedown {

enum class TlsVersion { tls1_0, tls1_1, tls1_2, tls1_3 };
const char* to_string(TlsVersion version);  // "TLS 1.2"

// The target accepts no handshake below `floor`, and none with a cipher suite that matches one of `forbidden`
// (OpenSSL names or classes, such as "3DES", "RC4", "NULL", "CBC").
struct TlsCheck {
  TargetId target;
  TlsVersion floor = TlsVersion::tls1_2;
  std::vector<std::string> forbidden;
};
// The certificate that the target shows verifies; the number is the seconds left until the first of its chain expires.
struct CertificateCheck {
  TargetId target;
};
// Plain HTTP on this port is refused, closed without an answer, or redirected to https; never answered otherwise.
struct PlainHttpCheck {
  TargetId target;
  uint16_t port = 0;
};
// The three that ask over HTTP have an expectation of its form.
// The request without credentials is turned away with one of these statuses.
struct AuthenticationCheck {
  Request request;
  Document expect;  // status
};
// The answer carries these headers (empty: present is enough).
struct HeadersCheck {
  Request request;
  Document expect;  // header
};
// The answer is as expected; with a pointer, the number that stands there in its JSON.
struct HttpCheck {
  Request request;
  Document expect;
  std::string number_pointer;  // RFC 6901; empty = no number
};
// A command of yours exits with 0; with `number`, the first line of its output is one.
struct CommandCheck {
  std::vector<std::string> argv;
  bool number = false;
};
using CheckKind =
    std::variant<TlsCheck, CertificateCheck, PlainHttpCheck, AuthenticationCheck, HeadersCheck, HttpCheck, CommandCheck>;

struct Check {
  std::string name;
  AgentId agent;  // who runs it; none = the first agent with the role `load`
  CheckKind kind;
  Duration timeout = std::chrono::seconds(10);
};

// What the drill has put into the target, and carries its mark, is taken away again: after the last reading of the ledgers.
struct Cleanup {
  std::string name;
  Check remove;                  // over HTTP, or a command
  std::optional<Check> remains;  // its number: how many are left; none = nobody counts
};

const char* kind_name(const CheckKind& kind);  // "tls", "certificate", "plain_http", ...
// What a requirement compares: a number, seconds left, or only whether it holds.
enum class CheckAnswer { holds, number, seconds };
CheckAnswer answer_of(const CheckKind& kind);

// What came of one. done false: it could not be carried out, which proves nothing.
struct CheckResult {
  CheckId check;
  bool done = false;
  bool holds = false;
  std::optional<double> number;
  std::string detail;  // what was seen, or why it could not be carried out; never a secret
  RunTime started{}, ended{};
};

}  // namespace shakedown
