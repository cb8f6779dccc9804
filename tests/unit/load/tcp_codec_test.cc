#include "agent/load/protocols/tcp/codec.h"

#include <gtest/gtest.h>

#include "agent/load/protocols/tcp/request.h"

namespace shakedown {
namespace {

using Status = Codec::Status;

TcpRequest ends_with(const std::string& text) {
  TcpRequest request;
  request.until_text = Text::literal(text);
  request.longest = 1000;
  return request;
}

// Feeds an answer in two pieces, at each place where it can be cut.
struct Fed {
  explicit Fed(const TcpRequest& request) : message(std::move(TcpMessage::make(request, {}, 0).assume_value())) {
    call.request = message.get();
    codec.begin(call, scratch);
  }
  std::unique_ptr<const TcpMessage> message;
  Call call;
  TcpCodec codec;
  std::string scratch;
};

TEST(TcpCodec, FindsTheEndHoweverTheAnswerIsCut) {
  const std::string answer = "a\r\rb\r\n";
  for (std::size_t cut = 0; cut < answer.size(); ++cut) {
    Fed fed(ends_with("\r\n"));
    EXPECT_EQ(fed.codec.feed(answer.substr(0, cut)).status, Status::need_more) << cut;
    const Codec::Progress last = fed.codec.feed(answer.substr(cut));
    EXPECT_EQ(last.status, Status::complete) << cut;
    EXPECT_EQ(last.used, answer.size() - cut);
    EXPECT_EQ(fed.codec.answer().body, answer);
  }
}

TEST(TcpCodec, WhatComesBehindTheEndIsLeft) {
  Fed fed(ends_with("\n"));
  const Codec::Progress progress = fed.codec.feed("one\ntwo\n");
  EXPECT_EQ(progress.status, Status::complete);
  EXPECT_EQ(progress.used, 4u);
  EXPECT_EQ(fed.codec.answer().body, "one\n");
  EXPECT_FALSE(fed.codec.harmless("two\n"));
  EXPECT_TRUE(fed.codec.harmless(""));
}

TEST(TcpCodec, LengthIsCountedOverPieces) {
  TcpRequest request = ends_with("");
  request.until_text.reset();
  request.until_length = 5;
  Fed fed(request);
  EXPECT_EQ(fed.codec.feed("abc").status, Status::need_more);
  const Codec::Progress last = fed.codec.feed("defg");
  EXPECT_EQ(last.status, Status::complete);
  EXPECT_EQ(last.used, 2u);
  EXPECT_TRUE(fed.codec.reusable());
}

TEST(TcpCodec, OnlyAnAnswerThatEndsByClosingEndsByClosing) {
  TcpRequest closing = ends_with("");
  closing.until_text.reset();
  closing.until_close = true;
  Fed closed(closing);
  EXPECT_EQ(closed.codec.feed("abc").status, Status::need_more);
  EXPECT_EQ(closed.codec.end(), Status::complete);
  EXPECT_FALSE(closed.codec.reusable());
  Fed open(ends_with("\n"));
  EXPECT_EQ(open.codec.end(), Status::broken);
}

TEST(TcpCodec, AnExpressionEndsTheAnswerAndTheUseOfTheConnection) {
  TcpRequest request = ends_with("");
  request.until_text.reset();
  request.until_regex = "END[0-9]";
  Fed fed(request);
  EXPECT_EQ(fed.codec.feed("x END").status, Status::need_more);
  EXPECT_EQ(fed.codec.feed("7").status, Status::complete);
  EXPECT_FALSE(fed.codec.reusable());
}

TEST(TcpCodec, AnAnswerLongerThanItMayBeIsTooLong) {
  TcpRequest request = ends_with("\n");
  request.longest = 4;
  Fed fits(request), over(request);
  EXPECT_EQ(fits.codec.feed("abc\n").status, Status::complete);
  EXPECT_EQ(over.codec.feed("abc").status, Status::need_more);
  EXPECT_EQ(over.codec.feed("de").status, Status::too_long);
}

TEST(TcpCodec, HolesAreFilledInWhatIsSentAndInItsEnd) {
  TcpRequest request = ends_with("");
  request.until_text = Text{{{HoleKind::literal, "end "}, {HoleKind::key, ""}}};
  request.send = Text{{{HoleKind::literal, "get "}, {HoleKind::key, ""}}};
  Fed fed(request);
  fed.call.holes.key = 42;
  EXPECT_EQ(fed.codec.begin(fed.call, fed.scratch), "get 42");
  EXPECT_EQ(fed.codec.feed("end 4").status, Status::need_more);
  EXPECT_EQ(fed.codec.feed("2").status, Status::complete);
}

// Each read searches what is new and 4096 bytes before it: an answer in many pieces takes time in proportion to its length.
TEST(TcpCodec, AnExpressionFindsTheEndOverPiecesAndNotFromFarBehind) {
  TcpRequest request = ends_with("");
  request.until_text.reset();
  request.until_regex = "^END.*\\.$";
  request.longest = 100'000;
  Fed near(request);
  EXPECT_EQ(near.codec.feed("NO END\nEN").status, Status::need_more) << "the expression begins a line";
  EXPECT_EQ(near.codec.feed("D" + std::string(4000, 'x')).status, Status::need_more);
  EXPECT_EQ(near.codec.feed(".").status, Status::complete);
  Fed far(request);
  EXPECT_EQ(far.codec.feed("END" + std::string(5000, 'x')).status, Status::need_more);
  EXPECT_EQ(far.codec.feed(".").status, Status::need_more);
  Fed late(request);
  EXPECT_EQ(late.codec.feed(std::string(5000, 'x')).status, Status::need_more);
  EXPECT_EQ(late.codec.feed("END.").status, Status::need_more) << "where the search begins is no line's begin";
}

TEST(TcpCodec, NothingAtAllIsNoAnswer) {
  TcpRequest request = ends_with("");
  request.until_text.reset();
  Fed none(request);
  EXPECT_EQ(none.codec.end(), Status::broken);
  Fed some(request);
  EXPECT_EQ(some.codec.feed("x").status, Status::need_more);
  EXPECT_EQ(some.codec.end(), Status::complete);
}

}  // namespace
}  // namespace shakedown
