// Sends a text and reads an answer until it ends. The whole answer is kept: one longer than the request allows has failed.
// Ownership: its connection's. Threads: the worker's.
#pragma once

#include <string>
#include <string_view>

#include "agent/load/protocols/codec.h"

namespace shakedown {

struct TcpEnd;
struct TcpMessage;

class TcpCodec final : public Codec {
 public:
  void opened() override { fresh_ = true; }
  std::string_view begin(Call& call, std::string& scratch) override;
  std::string_view request(Call& call, std::string& scratch) override;
  bool mistakes_greetings() const override;
  Progress feed(std::string_view piece) override;
  Status end() override;
  Answer answer() const override;
  bool reusable() const override;
  bool harmless(std::string_view surplus) const override { return surplus.empty(); }
  bool repeatable(const Call& call) const override;
  void trim() override;

 private:
  void await(const TcpEnd& end, const Call& call);
  Progress feed_some(std::string_view piece);
  Progress feed_text(std::string_view piece);
  Progress feed_length(std::string_view piece);

  const TcpMessage* message_ = nullptr;  // of the call that began last
  const TcpEnd* until_ = nullptr;        // of the greeting, then of the answer
  std::string end_;                      // its text, with its holes filled
  bool fresh_ = false;                   // nothing was asked on this connection yet
  bool greeting_ = false;                // it is awaited
  std::string answer_;
};

}  // namespace shakedown
