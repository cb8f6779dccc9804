#include "target/http/server.h"

namespace practice {
namespace {

constexpr const char* kSecurityHeaders =
    "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Content-Security-Policy: default-src 'none'\r\n";

bool asks_for(const Request& request, std::string_view path) {
  return request.target.substr(0, request.target.find('?')) == path;
}

}  // namespace

bool Server::is_scrape(const Request& request) const { return asks_for(request, "/metrics"); }

bool Server::allowed(const Request& request) const {
  return options_.token.empty() || request.token == options_.token || asks_for(request, "/health");
}

std::string Server::rendered(Slot& slot, Answer answer) const {
  slot.status = answer.status;
  if (options_.security_headers) answer.headers += kSecurityHeaders;
  return render(answer, slot.request.method == Method::kHead, slot.close_after);
}

void Server::answer(Connection& connection, Slot& slot, Answer answer) {
  std::string text = rendered(slot, std::move(answer));
  finish(connection, slot, std::move(text));
}

void Server::finish(Connection& connection, Slot& slot, std::string text) {
  connection.finish(slot, std::move(text));
  if (!slot.counted) return;
  const Nanos now = mono_now();
  metrics_.answered(now, slot.request.method, slot.status, now - slot.arrived);
}

// Before a connection is dropped: nobody gets an answer any more.
void Server::give_up(const Connection& connection) {
  connection.each_unanswered([&](const Slot& slot) {
    if (slot.counted) metrics_.unanswered(mono_now(), slot.request.method);
  });
}

// A scrape meets no queue and no delay, and is not counted.
void Server::answer_scrape(Connection& connection, Slot& slot) {
  const Method method = slot.request.method;
  if (!is_scrape(slot.request)) {
    answer(connection, slot, {404, "expected /metrics\n"});
  } else if (method != Method::kGet && method != Method::kHead) {
    answer(connection, slot, {405, "expected GET or HEAD\n"});
  } else if (auto page = metrics_.scrape(mono_now())) {
    answer(connection, slot, {200, std::move(*page), kMetricsType});
  } else {
    connection.doomed = true;
  }
}

void Server::redirect(Connection& connection, Slot& slot) {
  const bool path = slot.request.target.front() == '/';
  const std::string target = path ? slot.request.target : "/";
  const std::string port = std::to_string(doors_.front().listener.port());
  answer(connection, slot, {308, "only TLS is served\n", "text/plain", "Location: https://127.0.0.1:" + port + target + "\r\n"});
}

// The tries are counted even if nobody waits for the answer any more.
void Server::complete_calls() {
  for (const Callers::Done& done : callers_->take()) {
    for (std::size_t i = 0; i < done.tallies.size(); ++i) {
      metrics_.called(mono_now(), i, done.tallies[i].tries, done.tallies[i].failures);
    }
    Connection* connection = find(done.connection);
    Slot* slot = connection ? connection->slot(done.slot) : nullptr;
    if (slot == nullptr) continue;
    slot->call_failed = !done.ok;
    slot->state = Slot::State::kDue;
    run_due(*connection);
    touch(*connection);
  }
}

}  // namespace practice
