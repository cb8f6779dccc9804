#include "core/wire/grpc/client.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <condition_variable>
#include <set>

#include "core/wire/credentials/preflight.h"
#include "core/wire/grpc/log.h"
#include "core/wire/grpc/stream_core.h"
#include "core/wire/loopback.h"
#include "core/wire/token.h"
#include "shakedown/v1/session.grpc.pb.h"

namespace shakedown {
namespace {

namespace asio = boost::asio;
using ClientCall = wire::Call<v1::SessionRequest>;

constexpr Duration kFirstPause = std::chrono::milliseconds(20);
constexpr Duration kLastWords = std::chrono::milliseconds(500);  // for a call to end by itself
constexpr Duration kLongestPause = std::chrono::milliseconds(500);

// Statuses after which dialling again is useless.
bool final_status(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::UNAUTHENTICATED:
    case grpc::StatusCode::PERMISSION_DENIED:
    case grpc::StatusCode::NOT_FOUND:
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::FAILED_PRECONDITION:
    case grpc::StatusCode::UNIMPLEMENTED:
    case grpc::StatusCode::ABORTED: return true;
    default: return false;
  }
}

class ClientReactor;

// The calls that are not yet destroyed. A channel must outlive them and must not be destroyed by one of gRPC's own
// threads, which would wait for itself: so the link waits here before it lets its channel go.
class LiveCalls {
 public:
  void add(ClientReactor* call) {
    const std::lock_guard lock(mutex_);
    cancellable_.insert(call);
    ++count_;
  }
  void not_cancellable(ClientReactor* call) {
    const std::lock_guard lock(mutex_);
    cancellable_.erase(call);
  }
  void gone() {
    const std::lock_guard lock(mutex_);
    --count_;
    none_.notify_all();
  }
  // Those that do not end by themselves in time are cancelled.
  void wait(Duration patience);

 private:
  std::mutex mutex_;
  std::condition_variable none_;
  std::set<ClientReactor*> cancellable_;
  int count_ = 0;
};

class ClientCore final
    : public wire::StreamCore<v1::SessionRequest, v1::SessionResponse, ToController, ToAgent, AgentLink::Handlers> {
 public:
  ClientCore(v1::DrillService::Stub& stub, std::string token, asio::io_context& loop, Duration resume)
      : StreamCore(loop, random_token().substr(0, 32), resume), stub_(stub), token_(std::move(token)) {}

  void start();
  // A call is over; dials again unless that is useless.
  void over(const grpc::Status& status);
  void stop_dialling() {
    const std::lock_guard lock(pause_mutex_);
    pause_.reset();
    stopped_ = true;
  }
  void began() {
    const std::lock_guard lock(pause_mutex_);
    pause_length_ = kFirstPause;
  }
  v1::DrillService::Stub& stub() { return stub_; }
  const std::shared_ptr<LiveCalls>& calls() const { return calls_; }
  const std::string& token() const { return token_; }

 private:
  std::shared_ptr<ClientCore> self() { return std::static_pointer_cast<ClientCore>(shared_from_this()); }

  v1::DrillService::Stub& stub_;  // the link's, which waits for all calls before it goes
  const std::shared_ptr<LiveCalls> calls_ = std::make_shared<LiveCalls>();  // shared with every call
  const std::string token_;
  std::mutex pause_mutex_;
  std::optional<asio::steady_timer> pause_;
  Duration pause_length_ = kFirstPause;
  bool stopped_ = false;
};

// One call. Keeps itself alive until OnDone.
class ClientReactor final : public grpc::ClientBidiReactor<v1::SessionRequest, v1::SessionResponse>, public ClientCall {
 public:
  static void start(const std::shared_ptr<ClientCore>& core) {
    auto call = std::make_shared<ClientReactor>(core);
    call->self_ = call;
    call->context_.AddMetadata("shakedown-token", core->token());
    auto& resume = *call->out.mutable_resume();
    resume.set_session(core->session());
    resume.set_received(core->heard());
    resume.set_again(core->welcomed());
    call->writing = true;
    core->stub().async()->Session(&call->context_, call.get());
    call->AddHold();
    call->StartWrite(&call->out);
    call->StartRead(&call->in_);
    call->StartCall();
  }

  explicit ClientReactor(std::shared_ptr<ClientCore> core) : presence_(core->calls()), core_(std::move(core)) {
    presence_.calls->add(this);
  }
  ~ClientReactor() override { presence_.calls->not_cancellable(this); }

  void write() override { StartWrite(&out); }
  void release(const grpc::Status& status) override {
    if (!status.ok()) context_.TryCancel();
    RemoveHold();
  }
  void cancel() override { context_.TryCancel(); }

  void OnReadDone(bool good) override {
    const std::shared_ptr<ClientReactor> self = self_;
    if (!good) return core_->lost(self);
    if (attached_) {
      core_->heard(self, in_);
    } else if (in_.has_resume()) {
      attached_ = true;
      core_->began();
      if (in_.resume().resume_limit_ns() > 0) core_->set_resume(Duration(in_.resume().resume_limit_ns()));
      core_->attach(self, in_.resume().received(), false);
    } else {
      core_->give_up("the controller did not begin with a Resume; do both programs have the same version?");
      context_.TryCancel();
    }
    in_ = v1::SessionResponse();  // Clear would keep what a large one had taken
    StartRead(&in_);
  }
  void OnWriteDone(bool) override { core_->wrote(self_); }
  void OnDone(const grpc::Status& status) override {
    const std::shared_ptr<ClientReactor> self = std::move(self_);
    core_->over(status);
  }

 private:
  // Declared first, so that it goes when everything else of the call has gone.
  struct Presence {
    explicit Presence(std::shared_ptr<LiveCalls> live) : calls(std::move(live)) {}
    ~Presence() { calls->gone(); }
    std::shared_ptr<LiveCalls> calls;
  };
  Presence presence_;
  std::shared_ptr<ClientReactor> self_;
  std::shared_ptr<ClientCore> core_;
  grpc::ClientContext context_;
  v1::SessionResponse in_;
  bool attached_ = false;  // read callbacks only, which follow one another
};

void LiveCalls::wait(Duration patience) {
  std::unique_lock lock(mutex_);
  const auto none = [this] { return count_ == 0; };
  if (none_.wait_for(lock, patience, none)) return;
  for (ClientReactor* call : cancellable_) call->cancel();
  none_.wait(lock, none);
}

void ClientCore::start() { ClientReactor::start(self()); }

void ClientCore::over(const grpc::Status& status) {
  if (ended()) return;
  if (final_status(status.error_code())) {
    // An end that was on its way when the other side left is an end all the same.
    return give_up(closing() && status.error_code() == grpc::StatusCode::NOT_FOUND
                       ? ""
                       : "the controller ended the stream: " + status.error_message());
  }
  const std::lock_guard lock(pause_mutex_);
  if (stopped_) return;
  if (!pause_) pause_.emplace(loop());
  pause_->expires_after(pause_length_);
  pause_length_ = std::min(2 * pause_length_, kLongestPause);
  pause_->async_wait([self = self()](boost::system::error_code error) {
    if (!error && !self->ended()) self->start();
  });
}

class GrpcAgentLink final : public AgentLink {
 public:
  GrpcAgentLink(std::shared_ptr<grpc::Channel> channel, const std::string& token, asio::io_context& loop, Duration resume,
                std::string controller)
      : controller_(std::move(controller)),
        channel_(std::move(channel)),
        stub_(v1::DrillService::NewStub(channel_)),
        core_(std::make_shared<ClientCore>(*stub_, token, loop, resume)) {
    core_->start();
  }
  ~GrpcAgentLink() override {
    core_->stop_dialling();
    core_->abandon();
    core_->calls()->wait(kLastWords);
  }
  void open(Handlers handlers) override { core_->open(std::move(handlers)); }
  void send(ToController message) override { core_->send(message); }
  void close() override { core_->close(); }
  std::size_t unacknowledged() const override { return core_->unacknowledged(); }
  std::string controller() const override { return controller_; }

 private:
  const std::string controller_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::DrillService::Stub> stub_;
  std::shared_ptr<ClientCore> core_;  // shared with the present call and what is posted
};

std::shared_ptr<grpc::ChannelCredentials> channel_credentials(const std::optional<Credentials>& own) {
  if (!own) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = own->authority;
  options.pem_cert_chain = own->certificate;
  options.pem_private_key = own->key;
  return grpc::SslCredentials(options);
}

std::shared_ptr<grpc::Channel> make_channel(const std::string& address, const std::optional<Credentials>& own) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(wire::kMostFrameOnTheWire);
  arguments.SetMaxSendMessageSize(wire::kMostFrameOnTheWire);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 3000);  // the time of one attempt: a far or busy controller needs it
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 500);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 2000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 2000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_DNS_MIN_TIME_BETWEEN_RESOLUTIONS_MS, 500);  // a name may have moved: gRPC would wait for 30 s
  return grpc::CreateCustomChannel(address, channel_credentials(own), arguments);
}

}  // namespace

Result<std::unique_ptr<AgentLink>> dial(const std::string& address, const std::string& token, asio::io_context& loop,
                                        DialOptions options) {
  SHAKEDOWN_TRY(options.credentials ? require_address(address) : require_loopback(address));
  wire::adopt_grpc_log();
  Answered answered;
  if (options.credentials) {
    SHAKEDOWN_TRY(answered, shake_hands_once(address, *options.credentials, options.connect));
  }
  auto channel = make_channel(address, options.credentials);
  const gpr_timespec patience = gpr_time_from_nanos(options.connect.count(), GPR_TIMESPAN);
  if (!channel->WaitForConnected(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), patience))) {
    return fail(ErrorKind::unavailable, "no controller answers at " + address + " within " + format_duration(options.connect) +
                                            "; start `shakedown run --listen` first and use the address it prints" +
                                            (options.credentials ? "" : " (one that uses --certs answers to --certs only)"));
  }
  return std::unique_ptr<AgentLink>(
      std::make_unique<GrpcAgentLink>(std::move(channel), token, loop, options.resume, std::move(answered.controller)));
}

}  // namespace shakedown
