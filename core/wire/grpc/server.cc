#include "core/wire/grpc/server.h"

#include <grpcpp/grpcpp.h>
#include <sys/stat.h>

#include <cerrno>
#include <map>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/wire/codec/frame_parts.h"
#include "core/wire/grpc/log.h"
#include "core/wire/grpc/stream_core.h"
#include "core/wire/grpc/tcp_door.h"
#include "core/wire/grpc/tls_gate.h"
#include "core/wire/loopback.h"
#include "core/wire/token.h"
#include "shakedown/v1/session.grpc.pb.h"

namespace shakedown {
namespace {

namespace asio = boost::asio;
using ServerCall = wire::Call<v1::SessionResponse>;
using RawReactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

class ServerCore final
    : public wire::StreamCore<v1::SessionResponse, v1::SessionRequest, ToAgent, ToController, ControllerLink::Handlers> {
 public:
  ServerCore(asio::io_context& loop, std::string session, Duration resume, std::string peer, std::optional<Identity> identity)
      : StreamCore(loop, std::move(session), resume), peer_(std::move(peer)), identity_(std::move(identity)) {}
  const std::string& peer() const { return peer_; }
  const std::optional<Identity>& identity() const { return identity_; }

 private:
  const std::string peer_;
  const std::optional<Identity> identity_;  // by the certificate of its first call
};

class GrpcControllerLink final : public ControllerLink {
 public:
  explicit GrpcControllerLink(std::shared_ptr<ServerCore> core) : core_(std::move(core)) {}
  ~GrpcControllerLink() override { core_->abandon(); }
  void open(Handlers handlers) override { core_->open(std::move(handlers)); }
  void send(ToAgent message) override { core_->send(message); }
  void close() override { core_->close(); }
  std::string peer() const override { return core_->peer(); }
  const Identity* identity() const override { return core_->identity() ? &*core_->identity() : nullptr; }

 private:
  std::shared_ptr<ServerCore> core_;  // shared with the server, the present call and what is posted
};

constexpr const char* kNoFrame = "what came is no frame, or one of too many parts";
constexpr std::size_t kMostSessions = 4096;   // remembered; those that have ended make room
constexpr std::size_t kLongestSession = 256;  // bytes of a name

// "ipv4:127.0.0.1:40312" without the family.
std::string plain_peer(const std::string& peer) {
  const std::size_t colon = peer.find(':');
  return colon == std::string::npos ? peer : peer.substr(colon + 1);
}

// The certificate that gRPC has verified. Errors: of no agent; shown earlier and not again (a TLS session that was resumed proves
// no key); ended since the handshake.
Result<Identity> shown_identity(const grpc::CallbackServerContext& context) {
  for (const auto& reused : context.auth_context()->FindPropertyValues(GRPC_SSL_SESSION_REUSED_PROPERTY)) {
    if (reused != "false") return fail(ErrorKind::refused, "expected a full TLS handshake, found a resumed session");
  }
  const auto shown = context.auth_context()->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (shown.size() != 1) return fail(ErrorKind::refused, "expected the certificate of an agent, found none");
  SHAKEDOWN_TRY(auto facts, read_certificate(std::string(shown.front().data(), shown.front().size())));
  const WallTime now = system_clock().wall();
  if (now < facts.from || now >= facts.until) {
    return fail(ErrorKind::refused, "the certificate of `" + facts.identity.name + "` has ended, or has not begun");
  }
  if (facts.identity.kind == PeerKind::agent) return std::move(facts.identity);
  return fail(ErrorKind::refused, std::string("expected the certificate of an agent, found the one of ") +
                                      to_string(facts.identity.kind) + " `" + facts.identity.name + "`");
}

grpc::Status refusal(grpc::StatusCode code, const std::string& why) {
  log::warning("an agent was refused", {{"why", why}});
  return {code, why};
}

// The frame in these bytes; nothing when there is none, or one of too many parts.
std::optional<v1::SessionRequest> frame_in(const grpc::ByteBuffer& bytes) {
  grpc::Slice all;
  if (!bytes.DumpToSingleSlice(&all).ok()) return std::nullopt;
  const std::string_view view(reinterpret_cast<const char*>(all.begin()), all.size());
  std::optional<v1::SessionRequest> frame(std::in_place);
  const bool whole = wire::has_at_most(*v1::SessionRequest::descriptor(), view, wire::kMostParts) &&
                     frame->ParseFromArray(view.data(), static_cast<int>(view.size()));
  return whole ? std::move(frame) : std::nullopt;
}

// Frames come as bytes, so that they are looked at before they are taken apart.
class AgentDoor final : public v1::DrillService::WithRawCallbackMethod_Session<v1::DrillService::Service> {
 public:
  using Accepted = std::function<void(std::unique_ptr<ControllerLink>)>;

  AgentDoor(std::string token, asio::io_context& loop, Accepted accepted, const ListenOptions& options)
      : token_(std::move(token)),
        loop_(loop),
        accepted_(std::make_shared<Accepted>(std::move(accepted))),
        resume_(options.resume),
        by_certificate_(options.credentials.has_value()) {}

  RawReactor* Session(grpc::CallbackServerContext* context) override;

  bool by_certificate() const { return by_certificate_; }
  bool knows(const grpc::CallbackServerContext& context) const {
    const auto& said = context.client_metadata();
    const auto at = said.find("shakedown-token");
    return at != said.end() && same_token(std::string_view(at->second.data(), at->second.size()), token_);
  }
  // The session that a Resume names, made if it is the agent's first; nullptr when it has gone.
  std::shared_ptr<ServerCore> session(const v1::Resume& resume, const std::string& peer, std::optional<Identity> who) {
    const std::lock_guard lock(mutex_);
    if (const auto at = sessions_.find(resume.session()); at != sessions_.end()) return at->second;
    if (resume.again() || closed_) return nullptr;
    if (sessions_.size() >= kMostSessions) std::erase_if(sessions_, [](const auto& entry) { return entry.second->ended(); });
    if (sessions_.size() >= kMostSessions) return nullptr;
    auto core = std::make_shared<ServerCore>(loop_, resume.session(), resume_, peer, std::move(who));
    sessions_.emplace(resume.session(), core);
    auto link = std::make_shared<std::unique_ptr<ControllerLink>>(std::make_unique<GrpcControllerLink>(core));
    asio::post(loop_, [accepted = accepted_, link] {
      if (*accepted) (*accepted)(std::move(*link));
    });
    return core;
  }
  void close() {
    std::map<std::string, std::shared_ptr<ServerCore>> sessions;
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      sessions.swap(sessions_);
    }
    *accepted_ = nullptr;
    const grpc::Status gone(grpc::StatusCode::ABORTED, "the controller stopped listening");
    for (const auto& [name, core] : sessions) core->give_up("the server was closed", gone);
  }

 private:
  const std::string token_;
  asio::io_context& loop_;
  std::shared_ptr<Accepted> accepted_;  // shared with what is posted
  const Duration resume_;
  const bool by_certificate_;  // and not by the token
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<ServerCore>> sessions_;  // ended ones stay: a late return is answered
  bool closed_ = false;
};

// One call. Keeps itself alive until OnDone.
class ServerReactor final : public RawReactor, public ServerCall {
 public:
  ServerReactor(AgentDoor& service, grpc::CallbackServerContext* context) : service_(service), context_(context) {}

  void begin(std::shared_ptr<ServerReactor> self) {
    self_ = std::move(self);
    if (service_.by_certificate()) {
      auto shown = shown_identity(*context_);
      if (!shown) return Finish(refusal(grpc::StatusCode::PERMISSION_DENIED, shown.error().message));
      identity_ = std::move(shown.value());
    } else if (!service_.knows(*context_)) {
      return Finish(grpc::Status(grpc::StatusCode::UNAUTHENTICATED, "the join token is wrong; use the token file of this run"));
    }
    StartRead(&in_);
  }

  void write() override {
    bool own = false;
    written_.Clear();
    const grpc::Status good = grpc::SerializationTraits<v1::SessionResponse>::Serialize(out, &written_, &own);
    if (!good.ok()) log::error("a frame cannot be written", {{"why", good.error_message()}});
    StartWrite(&written_);
  }
  void release(const grpc::Status& status) override { Finish(status); }
  void cancel() override {
    const std::lock_guard lock(mutex_);
    if (!done_) context_->TryCancel();
  }

  void OnReadDone(bool good) override {
    const std::shared_ptr<ServerReactor> self = self_;
    if (!good) return core_ ? core_->lost(self) : refuse("");
    const std::optional<v1::SessionRequest> frame = frame_in(in_);
    in_.Clear();
    if (!frame) return core_ ? core_->give_up(kNoFrame, {grpc::StatusCode::INVALID_ARGUMENT, kNoFrame}) : refuse(kNoFrame);
    if (core_) {
      core_->heard(self, *frame);
    } else if (!begin_session(frame->resume(), frame->has_resume())) {
      return;
    }
    StartRead(&in_);
  }
  void OnWriteDone(bool) override { core_->wrote(self_); }
  void OnDone() override {
    const std::shared_ptr<ServerReactor> self = std::move(self_);
    const std::lock_guard lock(mutex_);
    done_ = true;
  }

 private:
  bool begin_session(const v1::Resume& resume, bool there) {
    if (!there || resume.session().size() < 16 || resume.session().size() > kLongestSession) {
      refuse("the first message must be a Resume; do both programs have the same version?");
      return false;
    }
    auto core = service_.session(resume, plain_peer(context_->peer()), identity_);
    if (!core) {
      Finish(grpc::Status(grpc::StatusCode::NOT_FOUND, "this session is over: the agent returned too late"));
      return false;
    }
    if (core->identity() != identity_) {
      Finish(refusal(grpc::StatusCode::PERMISSION_DENIED, "this session is another agent's"));
      return false;
    }
    core_ = std::move(core);
    core_->attach(self_, resume.received(), true);
    return true;
  }
  void refuse(const char* why) { Finish(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, why)); }

  std::shared_ptr<ServerReactor> self_;
  AgentDoor& service_;
  grpc::CallbackServerContext* context_;  // gRPC's, valid until OnDone
  std::optional<Identity> identity_;
  std::shared_ptr<ServerCore> core_;
  grpc::ByteBuffer in_, written_;
  std::mutex mutex_;
  bool done_ = false;
};

RawReactor* AgentDoor::Session(grpc::CallbackServerContext* context) {
  auto reactor = std::make_shared<ServerReactor>(*this, context);
  ServerReactor* raw = reactor.get();
  raw->begin(std::move(reactor));
  return raw;
}

std::shared_ptr<grpc::ServerCredentials> server_credentials(const std::optional<Credentials>& own) {
  if (!own) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions options(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = own->authority;
  options.pem_key_cert_pairs.push_back({own->key, own->certificate});
  return grpc::SslServerCredentials(options);
}

class GrpcControllerServer final : public ControllerServer {
 public:
  GrpcControllerServer(std::string token, asio::io_context& loop, AgentDoor::Accepted accepted, const ListenOptions& options)
      : service_(std::move(token), loop, std::move(accepted), options), credentials_(options.credentials) {}
  ~GrpcControllerServer() override {
    door_.reset();
    gate_.reset();
    service_.close();
    if (server_) server_->Shutdown(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(500, GPR_TIMESPAN)));
  }
  Result<void> start(const std::string& address) {
    grpc::ServerBuilder builder;
    const bool local = is_unix_address(address);
    int listening = local ? 0 : 1;
    if (local) {
      builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &listening);
    } else {
      SHAKEDOWN_TRY(auto door, wire::TcpDoor::open(address));
      door_ = std::move(door);
      acceptor_ = builder.experimental().AddExternalConnectionAcceptor(
          grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD, server_credentials(credentials_));
    }
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 2000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 2000);
    // Of those that know no token: how long they may take, say nothing, and what they may ask for.
    builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 2000);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 10'000);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 4);
    builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 8192);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 1);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 1000);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    builder.SetMaxReceiveMessageSize(wire::kMostFrameOnTheWire);
    builder.SetMaxSendMessageSize(wire::kMostFrameOnTheWire);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    if (!server_ || listening == 0) {
      return fail(ErrorKind::unavailable, "cannot listen on " + address +
                                              ": it is in use or not allowed; use port 0 "
                                              "to let the kernel choose");
    }
    bound_ = local ? address : door_->address();
    if (local) {
      const std::string path = address.substr(5);
      if (::chmod(path.c_str(), 0600) != 0) return fail(errno_error("the socket " + path + " cannot be made ours only", errno));
      return ok();
    }
    if (credentials_)
      gate_ = std::make_unique<wire::TlsGate>([this](int socket, const std::string& read) { hand_over(socket, read); });
    door_->serve([this](int socket) { gate_ ? gate_->add(socket) : hand_over(socket, ""); });
    return ok();
  }
  std::string bound_address() const override { return bound_; }

 private:
  void hand_over(int socket, const std::string& read) {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
    connection.fd = socket;
    const grpc::Slice slice(read);
    if (!read.empty()) connection.read_buffer = grpc::ByteBuffer(&slice, 1);
    acceptor_->HandleNewConnection(&connection);
  }

  AgentDoor service_;
  const std::optional<Credentials> credentials_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<wire::TlsGate> gate_;  // with credentials only
  std::unique_ptr<wire::TcpDoor> door_;  // not for a Unix socket, which its owner alone may use
  std::string bound_;
};

}  // namespace

Result<std::unique_ptr<ControllerServer>> listen(std::string address, std::string token, asio::io_context& loop,
                                                 std::function<void(std::unique_ptr<ControllerLink>)> accepted,
                                                 const ListenOptions& options) {
  SHAKEDOWN_TRY(options.credentials ? require_address(address) : require_loopback(address));
  wire::adopt_grpc_log();
  auto server = std::make_unique<GrpcControllerServer>(std::move(token), loop, std::move(accepted), options);
  SHAKEDOWN_TRY(server->start(address));
  return std::unique_ptr<ControllerServer>(std::move(server));
}

}  // namespace shakedown
