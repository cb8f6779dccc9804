#include "agent/load/protocols/http1/http1.h"

#include "agent/load/protocols/http1/expect.h"
#include "agent/load/protocols/http1/parser.h"
#include "agent/load/protocols/http1/request.h"
#include "agent/load/protocols/pool.h"
#include "agent/load/protocols/trace.h"

namespace shakedown {
namespace {

const Http1Request& request_of(const Call& call) { return static_cast<const Http1Request&>(*call.request); }

class Http1Codec final : public Codec {
 public:
  explicit Http1Codec(std::shared_ptr<TraceSource> traces) : traces_(std::move(traces)) {}

  std::string_view begin(Call& call, std::string& scratch) override {
    const Http1Request& request = request_of(call);
    parser_.begin(request.head_only(), call.keep_head, call.keep_body, kKeptBody);
    parser_.keep_excerpt(call.excerpt, call.unless);
    if (request.traced()) {
      call.holes.trace = traces_->trace();
      call.holes.span = traces_->span();
    }
    return request.render(call.holes, scratch);
  }
  Progress feed(std::string_view piece) override { return parser_.feed(piece); }
  Status end() override { return parser_.end(); }
  Answer answer() const override {
    Answer out;
    out.outcome = Outcome::ok;
    out.code = parser_.status();
    // RFC 9110 15.5: the request was refused for what it is.
    out.certainly_not_done = out.code >= 400 && out.code < 500;
    out.head = parser_.head();
    out.body = parser_.body();
    out.body_cut = parser_.body_cut();
    return out;
  }
  bool reusable() const override { return parser_.reusable(); }
  // A line's end after a body, from servers that count it in no length.
  bool harmless(std::string_view surplus) const override { return surplus.find_first_not_of("\r\n") == std::string_view::npos; }
  bool repeatable(const Call& call) const override { return request_of(call).idempotent(); }
  void trim() override { parser_.trim(); }

 private:
  Http1Parser parser_;
  std::shared_ptr<TraceSource> traces_;  // the pool's connections share it
};

std::unique_ptr<Driver> make_http1_driver(const PreparedTarget& target, const DriverOptions& options,
                                          boost::asio::io_context& loop, Deadlines& deadlines) {
  const auto traces = std::make_shared<TraceSource>();
  return std::make_unique<Pool>(target, options, loop, deadlines, [traces] { return std::make_unique<Http1Codec>(traces); });
}

Result<std::unique_ptr<const PreparedRequest>> prepare_http1_request(const View& view, const PrepareContext& context) {
  const HttpRequest http = read_http_request(view, names_of(context.secrets));
  SHAKEDOWN_TRY(Http1Request made, Http1Request::make(http, context.target, context.secrets, context.value_size, context.trace));
  return std::make_unique<const Http1Request>(std::move(made));
}

Result<std::unique_ptr<const AnswerCheck>> prepare_http1_check(const View& view, const Secrets& secrets, uint64_t value_size) {
  SHAKEDOWN_TRY(Http1Check made, Http1Check::make(read_http_expect(view, names_of(secrets)), secrets, value_size));
  return std::make_unique<const Http1Check>(std::move(made));
}

std::string http1_words(const Answer& answer) { return "status " + std::to_string(answer.code); }

}  // namespace

Protocol http1_protocol() { return {"http", &prepare_http1_request, &prepare_http1_check, &make_http1_driver, &http1_words}; }

}  // namespace shakedown
