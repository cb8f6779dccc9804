#include "agent/load/protocols/http1/parser.h"

#include <gtest/gtest.h>

#include "core/base/rng.h"

namespace shakedown {
namespace {

using ParserStatus = Http1Parser::Status;

struct Parsed {
  ParserStatus status = ParserStatus::need_more;
  std::size_t used = 0;
  int code = 0;
  bool reusable = false;
  std::string head, body;
  friend bool operator==(const Parsed&, const Parsed&) = default;
};

// Feeds text in pieces that end at the given offsets, then closes if asked.
Parsed parse(std::string_view text, std::vector<std::size_t> cuts = {}, bool head_only = false, bool close = false) {
  Http1Parser parser;
  parser.begin(head_only, true, true, 1 << 20);
  Parsed parsed;
  cuts.push_back(text.size());
  std::size_t from = 0;
  for (const std::size_t to : cuts) {
    const auto progress = parser.feed(text.substr(from, to - from));
    parsed.used += progress.used;
    parsed.status = progress.status;
    if (progress.status != ParserStatus::need_more) break;
    from = to;
  }
  if (close && parsed.status == ParserStatus::need_more) parsed.status = parser.end();
  parsed.code = parser.status();
  parsed.reusable = parsed.status == ParserStatus::complete && parser.reusable();
  parsed.head = parser.head();
  parsed.body = parser.body();
  return parsed;
}

struct Case {
  const char* name;
  std::string text;
  int code;
  std::string body;
  bool reusable;
  bool head_only = false;
  bool close = false;
};

std::vector<Case> good() {
  return {
      {"length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", true},
      {"empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, "", true},
      {"no reason", "HTTP/1.1 404\r\ncontent-length:2\r\n\r\nno", 404, "no", true},
      {"bare LF", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", 200, "ok", true},
      {"chunked",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n "
       "world\r\n0\r\n\r\n",
       200, "hello world", true},
      {"extensions and trailers",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5;a=b\r\nhello\r\n00a "
       ";x\r\n0123456789\r\n0\r\nX-T: 1\r\n"
       "X-U: 2\r\n\r\n",
       200, "hello0123456789", true},
      {"1xx",
       "HTTP/1.1 100 Continue\r\nX: 1\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 "
       "OK\r\nContent-Length: 1"
       "\r\n\r\nx",
       200, "x", true},
      {"204", "HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n", 204, "", true},
      {"304", "HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n", 304, "", true},
      {"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", 200, "", true, true},
      {"close", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: foo, Close\r\n\r\nok", 200, "ok", false},
      {"1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok", false},
      {"1.0 keep-alive", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", 200, "ok", true},
      {"until close", "HTTP/1.1 200 OK\r\n\r\nall of it", 200, "all of it", false, false, true},
      {"same length twice", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", 200, "ok", true},
      {"chunked beats length", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200, "",
       false},
      {"a folded line", "HTTP/1.1 200 OK\r\nX: a\r\n\t b\r\nContent-Length: 2\r\n\r\nok", 200, "ok", true},
      {"a list of one length", "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok", 200, "ok", true},
      {"a blank before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok", 200, "ok", true},
      {"an empty line before", "\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok", true},
      {"empty header value", "HTTP/1.1 200 OK\r\nX:\r\nContent-Length: 0\r\n\r\n", 200, "", true},
  };
}

TEST(Http1Parser, WholeAnswers) {
  for (const Case& c : good()) {
    const Parsed parsed = parse(c.text, {}, c.head_only, c.close);
    EXPECT_EQ(parsed.status, ParserStatus::complete) << c.name;
    EXPECT_EQ(parsed.used, c.text.size()) << c.name;
    EXPECT_EQ(parsed.code, c.code) << c.name;
    EXPECT_EQ(parsed.body, c.body) << c.name;
    EXPECT_EQ(parsed.reusable, c.reusable) << c.name;
  }
}

TEST(Http1Parser, TruthAFoldedValueIsJudgedWhole) {
  EXPECT_EQ(parse("HTTP/1.1 200 OK\r\nX : a\r\n\t b\r\nContent-Length: 0\r\n\r\n").head, "X: a b\r\nContent-Length: 0\r\n");
}

TEST(Http1Parser, EverySplitGivesTheSame) {
  for (const Case& c : good()) {
    const Parsed whole = parse(c.text, {}, c.head_only, c.close);
    for (std::size_t cut = 0; cut <= c.text.size(); ++cut) {
      ASSERT_EQ(parse(c.text, {cut}, c.head_only, c.close), whole) << c.name << " cut at " << cut;
    }
    std::vector<std::size_t> every(c.text.size());
    for (std::size_t i = 0; i < every.size(); ++i) every[i] = i;
    ASSERT_EQ(parse(c.text, every, c.head_only, c.close), whole) << c.name << " byte by byte";
  }
}

TEST(Http1Parser, SurplusIsLeftOver) {
  for (const Case& c : good()) {
    if (c.close) continue;
    const Parsed parsed = parse(c.text + "HTTP/1.1 200 OK\r\n", {}, c.head_only);
    EXPECT_EQ(parsed.status, ParserStatus::complete) << c.name;
    EXPECT_EQ(parsed.used, c.text.size()) << c.name;
  }
}

TEST(Http1Parser, CutShortIsNeverComplete) {
  for (const Case& c : good()) {
    if (c.close) continue;
    for (std::size_t size = 0; size < c.text.size(); ++size) {
      EXPECT_EQ(parse(c.text.substr(0, size), {}, c.head_only, true).status, ParserStatus::broken) << c.name << " " << size;
    }
  }
}

TEST(Http1Parser, HeadKeepsHeaderLinesOfTheFinalAnswer) {
  EXPECT_EQ(parse("HTTP/1.1 100 C\r\nX: 1\r\n\r\nHTTP/1.1 204 N\r\nA: b\r\nC:d\r\n\r\n").head, "A: b\r\nC:d\r\n");
}

TEST(Http1Parser, NonsenseIsBroken) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
  const std::vector<std::string> bad = {"garbage\r\n",
                                        "HTTP/2.0 200 OK\r\n",
                                        "HTTP/1.1 2x0 OK\r\n",
                                        "HTTP/1.1 20\r\n",
                                        "HTTP/1.1  200 OK\r\n",
                                        "HTTP/1.1 099 X\r\n",
                                        "HTTP/1.1 2000 X\r\n",
                                        "HTTP/1.1 101 Switching Protocols\r\n",
                                        "ICY 200 OK\r\n",
                                        "SSH-2.0-OpenSSH_9.2\r\n",
                                        ok + "Content-Length: -1\r\n",
                                        ok + "Content-Length: 5, 6\r\n",
                                        ok + "Content-Length: , 5\r\n",
                                        ok + "Content-Length: 0x5\r\n",
                                        ok + "Content-Length: \r\n",
                                        ok + "Content-Length: 9999999999999999999\r\n",
                                        ok + "Content-Length: +5\r\n",
                                        ok + "Content-Length: 5\r\nContent-Length: 6\r\n",
                                        ok + "Transfer-Encoding: chunked, gzip\r\n",
                                        ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                                        ok + "no colon\r\n",
                                        ok + ": no name\r\n",
                                        ok + " folded\r\n",
                                        ok + "Content-Length: 5\r\n 6\r\n",
                                        ok + "Transfer-Encoding: chunked\r\n , gzip\r\n",
                                        chunked + "-5\r\n",
                                        chunked + "g\r\n",
                                        chunked + "\r\n",
                                        chunked + "5 x\r\n",
                                        chunked + "1234567890abcdef0\r\n",
                                        chunked + "2\r\nokX\r\n",
                                        chunked + "2\r\nok0\r\n\r\n"};
  for (const std::string& text : bad) {
    EXPECT_EQ(parse(text).status, ParserStatus::broken) << text;
    std::vector<std::size_t> every(text.size());
    for (std::size_t i = 0; i < every.size(); ++i) every[i] = i;
    EXPECT_EQ(parse(text, every).status, ParserStatus::broken) << text << " byte by byte";
  }
}

TEST(Http1Parser, OversizeHeadIsBroken) {
  const std::string one_line = "HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'a');
  EXPECT_EQ(parse(one_line).status, ParserStatus::broken);
  std::string many = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 9000; ++i) many += "X: yyy\r\n";
  EXPECT_EQ(parse(many).status, ParserStatus::broken);
  std::string interim;
  for (int i = 0; i < 5000; ++i) interim += "HTTP/1.1 100 C\r\n\r\n";
  EXPECT_EQ(parse(interim).status, ParserStatus::broken);
  std::string trailers = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
  for (int i = 0; i < 9000; ++i) trailers += "X: yyy\r\n";
  EXPECT_EQ(parse(trailers).status, ParserStatus::broken);
}

TEST(Http1Parser, ManyChunksAreNotAHead) {
  std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 50'000; ++i) text += "1\r\nx\r\n";
  text += "0\r\n\r\n";
  const Parsed parsed = parse(text);
  EXPECT_EQ(parsed.status, ParserStatus::complete);
  EXPECT_EQ(parsed.body, std::string(50'000, 'x'));
}

std::string chunks(std::size_t count, std::size_t length, const char* size) {
  std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t i = 0; i < count; ++i) text += std::string(size) + "\r\n" + std::string(length, 'x') + "\r\n";
  return text + "0\r\n\r\n";
}

TEST(Http1Parser, LittleButTheFrameOfChunksIsBroken) {
  EXPECT_EQ(parse(chunks(60'000, 1, "1")).status, ParserStatus::broken);
  EXPECT_EQ(parse(chunks(100, 1, ("1;" + std::string(3000, 'e')).c_str())).status, ParserStatus::broken);
  EXPECT_EQ(parse(chunks(100'000, 64, "40")).status, ParserStatus::complete) << "a long answer in small pieces";
}

TEST(Http1Parser, BodyIsCutAtItsLimit) {
  Http1Parser parser;
  parser.begin(false, false, true, 3);
  EXPECT_EQ(parser.feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").status, ParserStatus::complete);
  EXPECT_EQ(parser.body(), "hel");
  EXPECT_TRUE(parser.body_cut());
}

TEST(Http1Parser, RandomBytesAndDamagedAnswersNeverConfuseIt) {
  Rng rng(20261123);
  const std::vector<Case> cases = good();
  for (int round = 0; round < 20'000; ++round) {
    std::string text = cases[rng.below(cases.size())].text;
    for (uint64_t damage = rng.below(4); damage > 0; --damage) {
      const std::size_t at = rng.below(text.size() + 1);
      switch (rng.below(3)) {
        case 0: text.insert(at, 1, static_cast<char>(rng.below(256))); break;
        case 1: text.erase(at, rng.below(8)); break;
        default:
          if (at < text.size()) text[at] = static_cast<char>(rng.below(256));
      }
      if (text.empty()) text = " ";
    }
    const Parsed whole = parse(text, {}, false, true);
    ASSERT_LE(whole.used, text.size());
    const std::size_t a = rng.below(text.size() + 1);
    const std::size_t b = a + rng.below(text.size() + 1 - a);
    const Parsed split = parse(text, {a, b}, false, true);
    ASSERT_EQ(split.status, whole.status) << text;
    if (whole.status == ParserStatus::complete) {
      ASSERT_EQ(split, whole) << text;
    }
  }
}

}  // namespace
}  // namespace shakedown
