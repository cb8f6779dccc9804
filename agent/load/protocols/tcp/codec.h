// Sends a text and reads an answer until it ends. The whole answer is kept: one longer than the request allows has failed.
// Ownership: its connection's. Threads: the worker's.
#pragma once

#include <string>
#include <string_view>

#include "agent/load/protocols/codec.h"

namespace shakedown {

struct TcpMessage;

class TcpCodec final : public Codec {
 public:
  std::string_view begin(Call& call, std::string& scratch) override;
  Progress feed(std::string_view piece) override;
  Status end() override;
  Answer answer() const override;
  bool reusable() const override;
  bool harmless(std::string_view surplus) const override { return surplus.empty(); }
  bool repeatable(const Call& call) const override;
  void trim() override;

 private:
  Progress feed_some(std::string_view piece);
  Progress feed_text(std::string_view piece);
  Progress feed_length(std::string_view piece);

  const TcpMessage* message_ = nullptr;  // of the call that began last
  std::string end_;                      // what ends the answer, with its holes filled
  std::string answer_;
};

}  // namespace shakedown
