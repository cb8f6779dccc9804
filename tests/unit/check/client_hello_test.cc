#include "agent/check/tls/client_hello.h"

#include <gtest/gtest.h>

namespace shakedown {
namespace {

using Kind = HelloAnswer::Kind;

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out += static_cast<char>(value);
  return out;
}

std::string server_hello(uint16_t version, uint16_t suite, int session_length = 0) {
  std::string body = bytes({version >> 8, version & 0xff}) + std::string(32, 'r') + bytes({session_length}) +
                     std::string(static_cast<std::size_t>(session_length), 's') + bytes({suite >> 8, suite & 0xff, 0});
  body = bytes({2, 0, 0, static_cast<int>(body.size())}) + body;
  return bytes({22, 3, 3, 0, static_cast<int>(body.size())}) + body;
}

TEST(ClientHello, IsOneRecordWithWhatIsOffered) {
  const std::string hello =
      client_hello(wire_version(TlsVersion::tls1_1), {0x0005, 0xC011}, "api.example.com", std::string(32, 'r'));
  EXPECT_EQ(hello.substr(0, 3), bytes({22, 3, 1}));
  EXPECT_EQ(static_cast<unsigned char>(hello[3]) * 256U + static_cast<unsigned char>(hello[4]), hello.size() - 5);
  EXPECT_EQ(hello[5], 1);
  EXPECT_EQ(static_cast<unsigned char>(hello[7]) * 256U + static_cast<unsigned char>(hello[8]), hello.size() - 9);
  EXPECT_EQ(hello.substr(9, 2), bytes({3, 2}));
  EXPECT_EQ(hello.substr(43, 9), bytes({0, 0, 4, 0, 5, 0xC0, 0x11, 1, 0})) << "no session, two suites, no compression";
  EXPECT_NE(hello.find("api.example.com"), std::string::npos);
  EXPECT_EQ(client_hello(wire_version(TlsVersion::tls1_0), {5}, "", std::string(32, 'r')).find(bytes({0, 0, 0, 20})),
            std::string::npos);
}

TEST(ClientHello, AServerHelloIsAnAgreement) {
  for (const int session : {0, 32}) {
    const HelloAnswer answer = read_hello_answer(server_hello(0x0301, 0xC013, session));
    EXPECT_EQ(answer.kind, Kind::accepted);
    EXPECT_EQ(answer.version, wire_version(TlsVersion::tls1_0));
    EXPECT_EQ(answer.suite, 0xC013);
  }
}

TEST(ClientHello, AnythingShorterIsIncomplete) {
  const std::string whole = server_hello(0x0303, 0x0005);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(read_hello_answer(whole.substr(0, size)).kind, Kind::incomplete) << size;
  }
}

TEST(ClientHello, AFatalAlertIsARefusalAndAWarningIsNot) {
  const HelloAnswer fatal = read_hello_answer(bytes({21, 3, 1, 0, 2, 2, 70}));
  EXPECT_EQ(fatal.kind, Kind::refused);
  EXPECT_EQ(alert_name(fatal.alert), "protocol_version");
  const std::string warning = bytes({21, 3, 1, 0, 2, 1, 112});
  EXPECT_EQ(read_hello_answer(warning).kind, Kind::incomplete);
  EXPECT_EQ(read_hello_answer(warning + server_hello(0x0303, 5)).kind, Kind::accepted);
  EXPECT_EQ(read_hello_answer(bytes({21, 3, 1, 0, 2, 1, 0})).kind, Kind::refused) << "close_notify";
  EXPECT_EQ(alert_name(99), "alert 99");
}

TEST(ClientHello, OtherBytesAreNoTls) {
  EXPECT_EQ(read_hello_answer("HTTP/1.1 400 Bad Request\r\n").kind, Kind::not_tls);
  EXPECT_EQ(read_hello_answer("H").kind, Kind::not_tls);
  EXPECT_EQ(read_hello_answer(bytes({22, 9, 9, 0, 1, 2})).kind, Kind::not_tls);
  EXPECT_EQ(read_hello_answer(bytes({22, 3, 3, 0, 4, 1, 0, 0, 0})).kind, Kind::not_tls) << "a ClientHello";
  EXPECT_EQ(read_hello_answer(bytes({22, 3, 3, 0, 5, 2, 0, 0, 1, 3})).kind, Kind::not_tls) << "a stump of a ServerHello";
  EXPECT_EQ(read_hello_answer(server_hello(0x0303, 5).replace(43, 1, bytes({255}))).kind, Kind::not_tls)
      << "a session longer than its record";
}

}  // namespace
}  // namespace shakedown
