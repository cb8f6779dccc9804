// Who was let in once proves himself at each call anew: by a full handshake, with a certificate that has not ended.
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>

#include <grpc/grpc_security.h>
#include <grpcpp/grpcpp.h>

#include "core/base/clock.h"
#include "core/wire/credentials/authority.h"
#include "core/wire/credentials/credentials.h"
#include "core/wire/grpc/server.h"
#include "shakedown/v1/session.grpc.pb.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace fs = std::filesystem;

class TlsReturns : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/shakedown-tls-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    dir_ = name;
    ASSERT_TRUE(create_authority(dir_ + "/ca", now_));
    ListenOptions options;
    options.credentials = made({{PeerKind::controller, "main", {}}, {"127.0.0.1"}, now_ - 1h, now_ + 1h});
    auto server = listen(
        "127.0.0.1:0", "", loop_, [](std::unique_ptr<ControllerLink>) {}, options);
    ASSERT_TRUE(server) << server.error().text();
    server_ = std::move(server.value());
  }
  void TearDown() override { fs::remove_all(dir_); }

  Credentials made(const IssueRequest& request) {
    const auto folder = issue_identity(dir_ + "/ca", request);
    EXPECT_TRUE(folder) << folder.error().text();
    auto read = read_credentials(credentials_in(folder.value()), request.identity.kind, now_);
    EXPECT_TRUE(read) << read.error().text();
    return read.value();
  }
  Credentials agent(Duration good_for) {
    return made({{PeerKind::agent, "east", {true, true, true}}, {}, now_ - 1h, now_ + good_for});
  }
  // A channel with a connection of its own.
  std::shared_ptr<grpc::Channel> channel(const Credentials& own, grpc_ssl_session_cache* sessions = nullptr) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    if (sessions != nullptr) {
      const grpc_arg kept = grpc_ssl_session_cache_create_channel_arg(sessions);
      arguments.SetPointerWithVtable(kept.key, kept.value.pointer.p, kept.value.pointer.vtable);
    }
    return grpc::CreateCustomChannel(server_->bound_address(), grpc::SslCredentials({own.authority, own.key, own.certificate}),
                                     arguments);
  }
  // Begins a session. OK: the controller answered, and the call was cancelled by us.
  static grpc::Status begin(const std::shared_ptr<grpc::Channel>& channel, const std::string& session) {
    const auto stub = v1::DrillService::NewStub(channel);
    grpc::ClientContext context;
    const auto call = stub->Session(&context);
    v1::SessionRequest hello;
    hello.mutable_resume()->set_session(session);
    call->Write(hello);
    v1::SessionResponse answer;
    const bool answered = call->Read(&answer);
    if (answered) context.TryCancel();
    const grpc::Status status = call->Finish();
    return answered ? grpc::Status::OK : status;
  }

  const WallTime now_ = system_clock().wall();
  std::string dir_;
  asio::io_context loop_{1};
  std::unique_ptr<ControllerServer> server_;
};

// A resumed session needs neither the key nor the certificate, and nobody looks at its end again.
TEST_F(TlsReturns, NeedAFullHandshake) {
  const Credentials own = agent(1h);
  grpc_ssl_session_cache* sessions = grpc_ssl_session_cache_create_lru(8);
  const grpc::Status first = begin(channel(own, sessions), "a-session-of-the-first");
  EXPECT_TRUE(first.ok()) << first.error_message();
  const grpc::Status resumed = begin(channel(own, sessions), "a-session-of-the-second");
  grpc_ssl_session_cache_destroy(sessions);
  EXPECT_EQ(resumed.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_NE(resumed.error_message().find("found a resumed session"), std::string::npos) << resumed.error_message();
  EXPECT_TRUE(begin(channel(own), "a-session-of-the-third").ok()) << "the same, with a handshake of its own";
}

TEST_F(TlsReturns, EndWithTheCertificateAlsoOnAnOpenConnection) {
  const auto open = channel(agent(3s));
  const grpc::Status first = begin(open, "a-session-of-the-first");
  EXPECT_TRUE(first.ok()) << first.error_message();
  asio::steady_timer end(loop_, now_ + 3s - system_clock().wall());
  end.async_wait([](boost::system::error_code) {});
  loop_.restart();
  loop_.run();
  ASSERT_EQ(open->GetState(false), GRPC_CHANNEL_READY);
  const grpc::Status late = begin(open, "a-session-of-the-second");
  EXPECT_EQ(late.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_NE(late.error_message().find("has ended"), std::string::npos) << late.error_message();
}

}  // namespace
}  // namespace shakedown
