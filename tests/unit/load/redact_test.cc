#include "agent/secrets/redact.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "agent/load/protocols/trace.h"
#include "core/base/rng.h"

namespace shakedown {
namespace {

TEST(Redactor, NoSpellingOfASecretIsLeft) {
  const Redactor redact(Secrets{{"token", "p&ss/w\"rd é+"}});
  for (const char* spelling : {
           "p&ss/w\"rd é+",
           "p%26ss%2Fw%22rd%20%C3%A9%2B",
           "p%26ss%2fw%22rd%20%c3%a9%2b",
           "p%26ss%2Fw%22rd+%C3%A9%2B",
           "p&ss/w%22rd%20%C3%A9+",
           "p&ss/w\\\"rd é+",
           "p&ss\\/w\\\"rd é+",
           "p\\u0026ss/w\\\"rd é+",
           "p&amp;ss/w&quot;rd é+",
           "p&amp;ss/w&#34;rd é+",
           "p&amp;ss/w\"rd é+",
           "702673732f77227264"
           "20c3a92b",
           "702673732F77227264"
           "20C3A92B",
       }) {
    EXPECT_EQ(redact("<" + std::string(spelling) + ">"), "<{token}>") << spelling;
  }
}

// As printed by Python's json.dumps (as text, and of a header line), Go's json.Marshal, PHP's json_encode (with and without
// JSON_HEX_*), Gson and System.Text.Json.
TEST(Redactor, NoSpellingOfASecretInJsonIsLeft) {
  const Redactor redact(Secrets{{"token", "KQ7v&<p>/+=\"x\\'\u00e9\U0001F511"}});
  for (const char* spelling : {
           R"(KQ7v&<p>/+=\"x\\'\u00e9\ud83d\udd11)",
           R"(KQ7v&<p>/+=\"x\\'\u00c3\u00a9\u00f0\u009f\u0094\u0091)",
           "KQ7v\\u0026\\u003cp\\u003e/+=\\\"x\\\\'\u00e9\U0001F511",
           R"(KQ7v&<p>\/+=\"x\\'\u00e9\ud83d\udd11)",
           R"(KQ7v\u0026\u003Cp\u003E\/+=\"x\\\u0027\u00e9\ud83d\udd11)",
           "KQ7v\\u0026\\u003cp\\u003e/+\\u003d\\\"x\\\\\\u0027\u00e9\U0001F511",
           R"(KQ7v\u0026\u003Cp\u003E/\u002B=\u0022x\\\u0027\u00E9\uD83D\uDD11)",
       }) {
    EXPECT_EQ(redact("<" + std::string(spelling) + ">"), "<{token}>") << spelling;
  }
}

// JSON by another hand than the redactor's: piece by piece.
std::string as_json(const std::vector<std::string>& pieces, bool slash, bool angles, bool ascii, bool upper) {
  std::string out;
  for (const std::string& piece : pieces) {
    const std::vector<std::pair<std::string, std::string>> escapes = {
        {"\u00e9", "\\u00e9"}, {"\u20ac", "\\u20ac"}, {"\U0001F511", "\\ud83d\\udd11"}};
    const std::vector<std::pair<std::string, std::string>> tags = {{"<", "\\u003c"}, {">", "\\u003e"}, {"&", "\\u0026"}};
    std::string text = piece == "\""           ? "\\\""
                       : piece == "\\"         ? "\\\\"
                       : piece == "/" && slash ? "\\/"
                       : piece == "\t"         ? "\\t"
                                               : piece;
    for (const auto& [from, to] : escapes) text = ascii && piece == from ? to : text;
    for (const auto& [from, to] : tags) text = angles && piece == from ? to : text;
    if (upper && text.size() > 2 && text[1] == 'u') {
      for (std::size_t i = 2; i < text.size(); ++i) text[i] = text[i] == 'u' ? 'u' : static_cast<char>(std::toupper(text[i]));
    }
    out += text;
  }
  return out;
}

TEST(Redactor, OfRandomSecretsNoJsonSpellingIsLeftWhereverTheTextIsCut) {
  const std::vector<std::string> alphabet = {"\"",     "\\",     "/",          "<", ">", "&", "\t",
                                             "\u00e9", "\u20ac", "\U0001F511", "Q", "7", "x"};
  Rng rng(20261128);
  for (int round = 0; round < 100; ++round) {
    std::vector<std::string> pieces(8 + rng.below(8));
    std::string secret;
    for (std::string& piece : pieces) secret += piece = alphabet[rng.below(alphabet.size())];
    const Redactor redact(Secrets{{"token", secret}});
    for (unsigned style = 0; style < 16; ++style) {
      const std::string text = as_json(pieces, style & 1, style & 2, style & 4, style & 8);
      EXPECT_EQ(redact("(" + text + ")"), "({token})") << text;
      EXPECT_EQ(redact.first(std::string(30, '-') + text + ")", 32), std::string(30, '-') + "{t") << text;
      EXPECT_EQ(redact("(" + text.substr(0, text.size() - 1)), "({token}") << text;
      EXPECT_EQ(redact("..." + text.substr(1) + ")"), "...{token})") << text;
    }
  }
}

TEST(Redactor, Base64WhereverItBegins) {
  const Redactor redact(Secrets{{"token", "s3cret-token"}});
  EXPECT_EQ(redact("Basic czNjcmV0LXRva2Vu"), "Basic {token}");                              // alone
  EXPECT_EQ(redact("dTpzM2NyZXQtdG9rZW4=").find("NyZXQtdG9rZW"), std::string::npos);         // "u:" before it
  EXPECT_EQ(redact("dXM6czNjcmV0LXRva2Vu").find("czNjcmV0LXRva2Vu"), std::string::npos);     // "us:"
  EXPECT_EQ(redact("dXNlOnMzY3JldC10b2tlbg==").find("MzY3JldC10b2tlb"), std::string::npos);  // "use:"
}

// The last digit of a text that ends with the secret holds bits of it, too.
TEST(Redactor, NoDigitOfASecretIsLeftWhereBase64EndsWithIt) {
  for (const auto& [secret, spelled] : std::vector<std::pair<std::string, std::string>>{
           {"abcdef", "YWJjZGVm"}, {"abcdefg", "YWJjZGVmZw=="}, {"abcdefgh", "YWJjZGVmZ2g="}}) {
    const Redactor redact(Secrets{{"token", secret}});
    EXPECT_EQ(redact("\"" + spelled + "\""), "\"{token}\"");
    EXPECT_EQ(redact(spelled.substr(0, spelled.find('=')) + "."), "{token}.");
  }
}

TEST(Redactor, WhatABase64SecretSaysIsSecretToo) {
  const Redactor redact(Secrets{{"login", "c2FtOmh1bnRlcjI="}});  // sam:hunter2
  EXPECT_EQ(redact("no such user: sam:hunter2"), "no such user: {login}");
  EXPECT_EQ(redact("wrong password hunter2"), "wrong password {login}");
}

TEST(Redactor, ALongerSecretGoesBeforeAShorterOneInIt) {
  const Redactor redact(Secrets{{"a", "s"}, {"b", "secret"}});
  EXPECT_EQ(redact("secrets"), "{b}{a}");
}

TEST(Redactor, TheCutNeverLeavesAPartOfASecret) {
  const std::string secret = "0123456789abcdef0123456789abcdef";
  const Redactor redact(Secrets{{"token", secret}});
  for (std::size_t before = 0; before <= 60; ++before) {
    const std::string text = std::string(before, '-') + secret + "----";
    const std::string kept = redact.first(text.substr(0, redact.needed(40)), 40);
    EXPECT_LE(kept.size(), 40u);
    EXPECT_EQ(kept.find('0'), std::string::npos) << before << ": " << kept;
  }
  EXPECT_EQ(redact("ended early: 0123456"), "ended early: {token}");
}

TEST(Redactor, NothingOfOneIsLeftWhereTheBeginningWasCutOff) {
  const std::string secret = "0123456789abcdef";
  const Redactor redact(Secrets{{"token", secret}});
  for (std::size_t cut = 1; cut <= 12; ++cut)
    EXPECT_EQ(redact("exit code 3; output: ..." + secret.substr(cut) + " was wrong"),
              "exit code 3; output: ...{token} was wrong");
  EXPECT_EQ(redact("...def"), "...def") << "too short to be told from a word";
  EXPECT_EQ(redact("... and so on"), "... and so on");
}

// By another hand than the redactor's.
std::string url(const std::string& text, const char* format, bool plus) {
  std::string out;
  for (const char c : text) {
    char escape[8];
    std::snprintf(escape, sizeof escape, format, static_cast<unsigned>(static_cast<unsigned char>(c)));
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
    out += plain ? std::string(1, c) : plus && c == ' ' ? "+" : escape;
  }
  return out;
}
std::string upper_url(const std::string& text) { return url(text, "%%%02X", false); }
std::string lower_url(const std::string& text) { return url(text, "%%%02x", false); }
std::string form(const std::string& text) { return url(text, "%%%02X", true); }
std::string escaped(const std::string& text) { return url(text, "\\u%04x", false); }
std::string entities(const std::string& text) { return url(text, "&#%u;", false); }
std::string quoted(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '"' || c == '\\' || c == '/' ? std::string{'\\', c} : std::string(1, c);
  return out;
}
std::string digits(const std::string& text) {
  std::string out;
  for (const char c : text) {
    out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    out += "0123456789abcdef"[c & 15];
  }
  return out;
}
std::string base64_of(const std::string& text) {
  static const std::string kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    unsigned three = 0;
    for (std::size_t k = 0; k < 3; ++k) three = three << 8 | (i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) out += i + k > text.size() ? '=' : kDigits[three >> (18 - 6 * k) & 63];
  }
  return out;
}
std::string base64_in_lines(const std::string& text) {
  std::string out = base64_of(text);
  for (std::size_t at = 10; at < out.size(); at += 11) out.insert(at, "\n");
  return out;
}

using Encode = std::string (*)(const std::string&);
// What programs write; and what may be made of it on the way.
constexpr Encode kInner[] = {&upper_url, &lower_url, &form, &quoted, &digits, &base64_of};
constexpr Encode kOuter[] = {&upper_url, &lower_url, &form, &escaped, &entities, &quoted, &digits, &base64_of, &base64_in_lines};

TEST(Redactor, NothingOfASecretIsLeftThatWasEncodedTwice) {
  const std::string secret = "K/7v q+\"z&W9=x";
  const Redactor redact(Secrets{{"token", secret}});
  for (const Encode inner : kInner) {
    for (const Encode outer : kOuter) {
      const std::string twice = outer(inner(secret));
      EXPECT_EQ(redact("(" + twice + ")"), "({token})") << twice;
      const std::string cut = redact("(" + twice.substr(0, twice.size() - 2));
      EXPECT_TRUE(cut.starts_with("({token}") && cut.size() < 10) << cut << ", of which the end is cut off: " << twice;
      for (const char* before : {"u:", "us:", "use:"}) {
        const std::string within = outer(before + inner(secret) + ", and more");
        const std::string told = redact("answer " + within);
        EXPECT_NE(told.find("{token}"), std::string::npos) << within;
        for (std::size_t at = 0; at + 12 < twice.size(); ++at)
          EXPECT_EQ(told.find(twice.substr(at, 12)), std::string::npos) << told;
      }
    }
  }
}

TEST(Redactor, OfASecretThatWasEncodedTwiceNothingIsLeftWhereTheBeginningWasCutOff) {
  const std::string secret = "K/7v q+\"z&W9=x01234567";
  const Redactor redact(Secrets{{"token", secret}});
  for (const Encode inner : {&upper_url, &base64_of, &digits}) {
    for (const Encode outer : {&upper_url, &escaped, &digits, &base64_of}) {
      const std::string twice = outer(inner(secret));
      for (std::size_t cut = 1; cut < twice.size() / 3; ++cut) {
        const std::string told = redact("exit code 3; output: ..." + twice.substr(cut) + " was wrong");
        EXPECT_NE(told.find("{token}"), std::string::npos) << told;
        EXPECT_LT(told.size(), 60U) << told;
      }
    }
  }
}

TEST(Redactor, WhatOnlyLooksEncodedIsLeftAsItIs) {
  const Redactor redact(Secrets{{"token", "K7vq"}, {"one", "x"}});
  for (const char* text :
       {"100%", "a%2", "{\"n\": \"\\u00e9\"}", "a &amp b", "deadbeef00c0ffee", "c29tZXRoaW5nIGVsc2U=", "..."}) {
    EXPECT_EQ(redact(text), text);
  }
}

// A target that writes the sign of a cut everywhere stops nobody: 1 MiB of it within the time of some megabytes.
TEST(Redactor, ASignOfACutEverywhereCostsLittle) {
  std::string key, text;
  Rng rng(7);
  for (int i = 0; i < 2000; ++i) key += "ABCDEFGHIJKLMNOPQRSTUVWXYZ+/0123"[rng.below(32)];
  for (int i = 0; i < 1 << 18; ++i) text += "...A";
  EXPECT_EQ(Redactor(Secrets{{"key", key}})(text), text);
}

TEST(Redactor, WithoutSecretsNothingChanges) {
  EXPECT_EQ(Redactor()("plain"), "plain");
  EXPECT_EQ(Redactor().needed(256), 256u);
  EXPECT_EQ(Redactor(Secrets{{"empty", ""}})("plain"), "plain");
}

TEST(TraceContext, IsAHeaderOfVersionZeroAndSampled) {
  TraceId trace{};
  trace[0] = 0xab;
  trace[15] = 0x01;
  std::string out;
  append_traceparent(out, trace, 0x1f);
  EXPECT_EQ(out, "traceparent: 00-ab000000000000000000000000000001-000000000000001f-01\r\n");
}

TEST(TraceContext, TwoSourcesShareNoTrace) {
  TraceSource a, b;
  std::vector<TraceId> seen;
  for (int i = 0; i < 1000; ++i) {
    seen.push_back(a.trace());
    seen.push_back(b.trace());
    EXPECT_NE(a.span(), 0u);
  }
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(std::adjacent_find(seen.begin(), seen.end()), seen.end());
}

}  // namespace
}  // namespace shakedown
