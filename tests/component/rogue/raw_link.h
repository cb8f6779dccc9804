// An agent's end of the stream that keeps to no rule: it numbers what it says as it is told and says any frame.
// Threads: send, raw and close from the loop's thread; handlers run there.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "core/wire/codec/session.h"
#include "core/wire/credentials/credentials.h"
#include "core/wire/link.h"
#include "core/wire/token.h"
#include "shakedown/v1/session.grpc.pb.h"

namespace shakedown::rogue {

// What gets in.
struct Door {
  std::string address, token;
  std::optional<Credentials> credentials;  // of mutual TLS, in place of the token
};

class RawLink final : public AgentLink {
 public:
  RawLink(const Door& door, boost::asio::io_context& loop, const std::string& session = random_token())
      : loop_(loop), channel_(make_channel(door)), stub_(v1::DrillService::NewStub(channel_)) {
    context_.AddMetadata("shakedown-token", door.token);
    stream_ = stub_->Session(&context_);
    v1::SessionRequest frame;
    frame.mutable_resume()->set_session(session);
    raw(frame);
  }
  ~RawLink() override {
    context_.TryCancel();
    if (reader_.joinable()) reader_.join();
  }
  void open(Handlers handlers) override {
    handlers_ = std::make_shared<Handlers>(std::move(handlers));
    reader_ = std::thread([this] { read(); });
  }
  void send(ToController message) override {
    v1::SessionRequest frame;
    encode_body(message, frame);
    frame.set_seq(++seq_);
    raw(frame);
  }
  void close() override {
    v1::SessionRequest frame;
    frame.mutable_closing();
    frame.set_seq(++seq_);
    raw(frame);
    stream_->WritesDone();
  }
  // Any frame as it is. False: the stream is over.
  bool raw(v1::SessionRequest frame) {
    if (frame.ack() == 0) frame.set_ack(heard_);
    return stream_->Write(frame);
  }
  uint64_t seq() const { return seq_; }

 private:
  static std::shared_ptr<grpc::ChannelCredentials> shown(const Door& door) {
    if (!door.credentials) return grpc::InsecureChannelCredentials();
    return grpc::SslCredentials({door.credentials->authority, door.credentials->key, door.credentials->certificate});
  }
  static std::shared_ptr<grpc::Channel> make_channel(const Door& door) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    arguments.SetMaxSendMessageSize(-1);
    return grpc::CreateCustomChannel(door.address, shown(door), arguments);
  }
  void read() {
    v1::SessionResponse frame;
    while (stream_->Read(&frame)) {
      if (frame.seq() == 0) continue;
      heard_ = frame.seq();
      if (frame.has_closing()) break;
      auto message = decode_body(frame);
      if (!message) continue;
      boost::asio::post(loop_, [handlers = handlers_, m = std::move(message.value())] { handlers->received(m); });
    }
    std::string why = "the stream ended";
    if (!frame.has_closing()) why += ": " + stream_->Finish().error_message();
    boost::asio::post(loop_, [handlers = handlers_, why] { handlers->closed(why); });
  }

  boost::asio::io_context& loop_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::DrillService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::SessionRequest, v1::SessionResponse>> stream_;
  std::shared_ptr<Handlers> handlers_;  // shared with what is posted
  std::atomic<uint64_t> heard_ = 0;
  uint64_t seq_ = 0;
  std::thread reader_;
};

}  // namespace shakedown::rogue
