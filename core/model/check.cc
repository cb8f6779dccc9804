#include "core/model/check.h"

namespace shakedown {

const char* to_string(TlsVersion version) {
  switch (version) {
    case TlsVersion::tls1_0: return "TLS 1.0";
    case TlsVersion::tls1_1: return "TLS 1.1";
    case TlsVersion::tls1_2: return "TLS 1.2";
    case TlsVersion::tls1_3: return "TLS 1.3";
  }
  return "unknown";
}

namespace {

struct KindName {
  const char* operator()(const TlsCheck&) const { return "tls"; }
  const char* operator()(const CertificateCheck&) const { return "certificate"; }
  const char* operator()(const PlainHttpCheck&) const { return "plain_http"; }
  const char* operator()(const AuthenticationCheck&) const { return "authentication"; }
  const char* operator()(const HeadersCheck&) const { return "headers"; }
  const char* operator()(const HttpCheck&) const { return "http"; }
  const char* operator()(const CommandCheck&) const { return "command"; }
};

struct AnswerOf {
  CheckAnswer operator()(const CertificateCheck&) const { return CheckAnswer::seconds; }
  CheckAnswer operator()(const HttpCheck& check) const {
    return check.number_pointer.empty() ? CheckAnswer::holds : CheckAnswer::number;
  }
  CheckAnswer operator()(const CommandCheck& check) const { return check.number ? CheckAnswer::number : CheckAnswer::holds; }
  template <class Other>
  CheckAnswer operator()(const Other&) const {
    return CheckAnswer::holds;
  }
};

}  // namespace

const char* kind_name(const CheckKind& kind) { return std::visit(KindName{}, kind); }
CheckAnswer answer_of(const CheckKind& kind) { return std::visit(AnswerOf{}, kind); }

}  // namespace shakedown
