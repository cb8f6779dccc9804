#include "agent/load/protocols/tcp/codec.h"

#include <algorithm>

#include "agent/load/protocols/tcp/request.h"

namespace shakedown {
namespace {

// An expression's end is found where what it matches is no longer, however the answer is cut: each read searches what is new and
// this much before it, so that an answer in many pieces takes time in proportion to its length.
constexpr std::size_t kLongestEnd = 4096;

const TcpMessage& message_of(const Call& call) { return static_cast<const TcpMessage&>(*call.request); }

}  // namespace

std::string_view TcpCodec::begin(Call& call, std::string& scratch) {
  message_ = &message_of(call);
  greeting_ = fresh_ && message_->greeting.has_value();
  fresh_ = false;
  if (!greeting_) return request(call, scratch);
  await(*message_->greeting, call);
  return {};
}

std::string_view TcpCodec::request(Call& call, std::string& scratch) {
  greeting_ = false;
  await(message_->until, call);
  scratch.clear();
  message_->send.fill(call.holes, scratch);
  return scratch;
}

void TcpCodec::await(const TcpEnd& end, const Call& call) {
  until_ = &end;
  answer_.clear();
  end_.clear();
  end.text.fill(call.holes, end_);
}

bool TcpCodec::mistakes_greetings() const { return !message_->send.empty() && !message_->greeting; }

Codec::Progress TcpCodec::feed_text(std::string_view piece) {
  const std::size_t before = answer_.size();
  answer_ += piece;
  // It may have begun in what came before.
  const std::size_t from = before - std::min(before, end_.size() - 1);
  const std::size_t at = answer_.find(end_, from);
  if (at == std::string::npos) return {Status::need_more, piece.size()};
  answer_.resize(at + end_.size());
  return {Status::complete, answer_.size() - before};
}

Codec::Progress TcpCodec::feed_length(std::string_view piece) {
  const std::size_t used = std::min<std::size_t>(piece.size(), until_->length - answer_.size());
  answer_ += piece.substr(0, used);
  return {answer_.size() == until_->length ? Status::complete : Status::need_more, used};
}

Codec::Progress TcpCodec::feed(std::string_view piece) {
  const Progress progress = feed_some(piece);
  if (answer_.size() > message_->longest) return {Status::too_long, piece.size()};
  return greeting_ && progress.status == Status::complete ? Progress{Status::greeted, progress.used} : progress;
}

Codec::Progress TcpCodec::feed_some(std::string_view piece) {
  if (!end_.empty()) return feed_text(piece);
  if (until_->length > 0) return feed_length(piece);
  const std::size_t before = answer_.size();
  answer_ += piece;
  const std::size_t from = before - std::min(before, kLongestEnd);
  const bool found = until_->regex && until_->regex->found_in(answer_, from);
  return {found ? Status::complete : Status::need_more, piece.size()};
}

Codec::Status TcpCodec::end() {
  const bool by_closing = !greeting_ && end_.empty() && until_->length == 0 && !until_->regex;
  return by_closing && !answer_.empty() ? Status::complete : Status::broken;  // nothing at all is no answer
}

Answer TcpCodec::answer() const {
  Answer out;
  out.outcome = Outcome::ok;
  out.body = answer_;
  return out;
}

bool TcpCodec::reusable() const { return !end_.empty() || until_->length > 0; }

bool TcpCodec::repeatable(const Call& call) const { return message_of(call).repeatable; }

void TcpCodec::trim() {
  constexpr std::size_t kKept = 64 * 1024;
  if (answer_.capacity() > kKept) answer_ = std::string();
}

}  // namespace shakedown
