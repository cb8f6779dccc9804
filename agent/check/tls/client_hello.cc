#include "agent/check/tls/client_hello.h"

#include <algorithm>

namespace shakedown {
namespace {

constexpr unsigned char kHandshake = 22, kAlert = 21, kClientHello = 1, kServerHello = 2;
constexpr std::size_t kRecordHeader = 5;

void put(std::string& out, unsigned value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>((value >> shift) & 0xff);
}

// A length of so many bytes, then the content.
void put_sized(std::string& out, std::string_view content, int bytes) {
  put(out, static_cast<unsigned>(content.size()), bytes);
  out += content;
}

void put_extension(std::string& out, unsigned kind, std::string_view content) {
  put(out, kind, 2);
  put_sized(out, content, 2);
}

std::string numbers(const std::vector<uint16_t>& values) {
  std::string out;
  for (const uint16_t value : values) put(out, value, 2);
  return out;
}

std::string sized(std::string_view content, int bytes) {
  std::string out;
  put_sized(out, content, bytes);
  return out;
}

std::string server_name_list(std::string_view name) {
  std::string entry(1, '\0');
  put_sized(entry, name, 2);
  return sized(entry, 2);
}

std::string extensions(std::string_view server_name) {
  const std::vector<uint16_t> groups = {29, 23, 24, 25, 30, 22, 21, 19, 256, 257, 258};
  const std::vector<uint16_t> signatures = {0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806,
                                            0x0809, 0x080a, 0x080b, 0x0401, 0x0501, 0x0601, 0x0303, 0x0301,
                                            0x0302, 0x0402, 0x0502, 0x0602, 0x0203, 0x0201, 0x0202};
  std::string out;
  if (!server_name.empty()) put_extension(out, 0, server_name_list(server_name));
  put_extension(out, 10, sized(numbers(groups), 2));
  put_extension(out, 11, sized(std::string_view("\0\1\2", 3), 1));
  put_extension(out, 13, sized(numbers(signatures), 2));
  put_extension(out, 0xff01, std::string_view("\0", 1));  // secure renegotiation
  return out;
}

unsigned number(std::string_view bytes, std::size_t at, int size) {
  unsigned value = 0;
  for (int i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
  return value;
}

// The message's bytes, which may have come in several records; incomplete while some are missing.
HelloAnswer read_server_hello(std::string_view body) {
  constexpr std::size_t kHeader = 4, kSessionLength = kHeader + 2 + 32;  // header, version, random
  HelloAnswer answer;
  if (body.size() < kHeader || body.size() < kHeader + number(body, 1, 3)) return answer;
  answer.kind = HelloAnswer::Kind::not_tls;
  if (body.size() <= kSessionLength || number(body, 0, 1) != kServerHello) return answer;
  const std::size_t suite = kSessionLength + 1 + number(body, kSessionLength, 1);
  if (body.size() < suite + 2) return answer;
  answer.kind = HelloAnswer::Kind::accepted;
  answer.version = static_cast<uint16_t>(number(body, 4, 2));
  answer.suite = static_cast<uint16_t>(number(body, suite, 2));
  return answer;
}

}  // namespace

std::string client_hello(uint16_t version, const std::vector<uint16_t>& suites, std::string_view server_name,
                         std::string_view random) {
  std::string body;
  put(body, version, 2);
  body += random;
  put(body, 0, 1);  // no session
  put_sized(body, numbers(suites), 2);
  put_sized(body, std::string_view("\0", 1), 1);  // no compression
  put_sized(body, extensions(server_name), 2);
  std::string message(1, static_cast<char>(kClientHello));
  put_sized(message, body, 3);
  std::string record(1, static_cast<char>(kHandshake));
  put(record, std::min(version, wire_version(TlsVersion::tls1_0)), 2);
  put_sized(record, message, 2);
  return record;
}

HelloAnswer read_hello_answer(std::string_view bytes) {
  HelloAnswer answer;
  std::string handshake;
  while (bytes.size() >= kRecordHeader) {
    const unsigned type = number(bytes, 0, 1);
    const std::size_t length = number(bytes, 3, 2);
    if ((type != kHandshake && type != kAlert) || number(bytes, 1, 1) != 3) {
      answer.kind = HelloAnswer::Kind::not_tls;
      return answer;
    }
    if (bytes.size() < kRecordHeader + length) return answer;
    const std::string_view body = bytes.substr(kRecordHeader, length);
    if (type == kHandshake) {
      handshake += body;
      answer = read_server_hello(handshake);
      if (answer.kind != HelloAnswer::Kind::incomplete) return answer;
      bytes.remove_prefix(kRecordHeader + length);
      continue;
    }
    const bool warning = body.size() == 2 && body[0] == 1 && body[1] != 0;  // the ServerHello may still come
    if (!warning) {
      answer.kind = HelloAnswer::Kind::refused;
      answer.alert = body.size() == 2 ? static_cast<int>(number(body, 1, 1)) : 0;
      return answer;
    }
    bytes.remove_prefix(kRecordHeader + length);
  }
  if (!bytes.empty() && bytes[0] != kHandshake && bytes[0] != kAlert) answer.kind = HelloAnswer::Kind::not_tls;
  return answer;
}

std::string alert_name(int alert) {
  switch (alert) {
    case 0: return "close_notify";
    case 10: return "unexpected_message";
    case 40: return "handshake_failure";
    case 47: return "illegal_parameter";
    case 50: return "decode_error";
    case 70: return "protocol_version";
    case 71: return "insufficient_security";
    case 80: return "internal_error";
    case 86: return "inappropriate_fallback";
    case 112: return "unrecognized_name";
    default: return "alert " + std::to_string(alert);
  }
}

}  // namespace shakedown
