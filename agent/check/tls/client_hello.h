// The first message of a TLS handshake, written by hand, and what answers it. By hand because a TLS library offers only
// what its build and its host's policy still allow: Debian's OpenSSL has no RC4 and no 3DES, and what cannot be offered
// cannot be seen refused. Sources: RFC 5246 sections 6.2.1, 7.2 and 7.4.1, RFC 6066 section 3, RFC 8422 section 5.1.
// Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/check.h"

namespace shakedown {

// As it stands on the wire: TLS 1.0 is 0x0301.
constexpr uint16_t wire_version(TlsVersion version) { return static_cast<uint16_t>(0x0301 + static_cast<int>(version)); }

// A hello that offers this version at most (as it stands on the wire; TLS 1.2 or older), these cipher suites, and every group and
// signature that is in use. server_name empty = none. random: 32 bytes.
std::string client_hello(uint16_t version, const std::vector<uint16_t>& suites, std::string_view server_name,
                         std::string_view random);

struct HelloAnswer {
  enum class Kind {
    incomplete,  // more bytes are needed
    accepted,    // a ServerHello: version and suite are agreed
    refused,     // a fatal alert
    not_tls,
  } kind = Kind::incomplete;
  uint16_t version = 0;
  uint16_t suite = 0;
  int alert = 0;
};
HelloAnswer read_hello_answer(std::string_view bytes);

// "protocol_version", "handshake_failure", "alert 99".
std::string alert_name(int alert);

}  // namespace shakedown
