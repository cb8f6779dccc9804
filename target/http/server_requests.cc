#include "target/http/server.h"

namespace practice {

void Server::admit(Connection& connection, Request&& request) {
  Slot fresh;
  fresh.arrived = mono_now();
  fresh.close_after = options_.close_each || options_.garbage || !request.keep_alive;
  fresh.request = std::move(request);
  connection.closing = fresh.close_after;
  const std::uint64_t number = connection.push(std::move(fresh));
  Slot& slot = *connection.slot(number);
  if (connection.gate() == Gate::kRedirect) {
    redirect(connection, slot);
  } else if (connection.gate() == Gate::kMetrics) {
    answer_scrape(connection, slot);
  } else if (!options_.metrics_port && is_scrape(slot.request)) {
    if (!outage_takes(connection, slot)) answer_scrape(connection, slot);
  } else {
    slot.counted = true;
    if (!outage_takes(connection, slot)) enter_service(connection, number, slot);
  }
}

// Decides when the service is done with it.
void Server::enter_service(Connection& connection, std::uint64_t number, Slot& slot) {
  const Nanos now = slot.arrived;
  if (law_) {
    law_->arrive(now, {connection.id(), number});
    return;
  }
  const Nanos due = workers_ ? workers_->take(now) : now + delays_.delay(options_.delay);
  if (due > now) {
    timers_.push({due, next_order_++, connection.id(), number});
  } else {
    leave_service(connection.id(), number);
  }
}

// It runs as soon as the calls it makes are answered.
void Server::leave_service(std::uint64_t id, std::uint64_t number) {
  Connection* connection = find(id);
  Slot* slot = connection ? connection->slot(number) : nullptr;
  if (slot == nullptr) return;
  const bool calls = callers_ && !outage_ && Service::keeps(slot->request) && allowed(slot->request);
  if (calls && callers_->submit(id, number)) return;
  slot->state = Slot::State::kDue;
  run_due(*connection);
  touch(*connection);
}

void Server::refuse_request(Connection& connection, int status) {
  const std::uint64_t number = connection.push(Slot{});
  Slot& slot = *connection.slot(number);
  slot.arrived = mono_now();
  slot.counted = connection.gate() == Gate::kService;
  slot.close_after = true;
  connection.closing = true;
  if (connection.gate() == Gate::kService && outage_takes(connection, slot)) return;
  answer(connection, slot, {status, "this is no request that can be read\n"});
}

void Server::send_continue(Connection& connection) {
  if (outage_ && connection.gate() == Gate::kService) return;
  const std::uint64_t number = connection.push(Slot{});
  connection.finish(*connection.slot(number), "HTTP/1.1 100 Continue\r\n\r\n");
}

// In an outage a request ends here: without an answer, with a closed connection or with a 503.
bool Server::outage_takes(Connection& connection, Slot& slot) {
  if (!outage_) return false;
  switch (outage_->mode) {
    case OutageMode::kHang:
      give_up(connection);
      connection.silence();
      break;
    case OutageMode::kRefuse:
    case OutageMode::kClose: connection.doomed = true; break;
    case OutageMode::kError: answer(connection, slot, {503, "planted outage\n"}); break;
  }
  return true;
}

void Server::run_due(Connection& connection) {
  std::uint64_t number = 0;
  while (!connection.silent && !connection.doomed) {
    Slot* slot = connection.next_due(number);
    if (slot == nullptr) return;
    if (!outage_takes(connection, *slot)) execute(connection, number, *slot);
  }
}

void Server::execute(Connection& connection, std::uint64_t number, Slot& slot) {
  if (options_.garbage) {
    slot.status = 200;
    finish(connection, slot, garbage());
    return;
  }
  if (!allowed(slot.request)) {
    answer(connection, slot, {401, "expected a bearer token\n", "text/plain", "WWW-Authenticate: Bearer\r\n"});
    return;
  }
  if (slot.call_failed) {
    answer(connection, slot, {502, "a dependency failed\n"});
    return;
  }
  Reply reply = service_.handle(slot.request);
  std::string text = rendered(slot, std::move(reply.answer));
  if (reply.silent) {
    durability_.store_silently(*reply.silent);
    truth_.resurrected(reply.silent->id, reply.silent->seq);
  }
  for (const Write& one : reply.erased) durability_.store_silently(one);
  if (reply.write) {
    if (const auto position = durability_.submit(*reply.write)) {
      reply.write->body.clear();
      slot.answer = std::move(text);
      slot.state = Slot::State::kRunning;
      commits_.push_back({*position, connection.id(), number, std::move(*reply.write)});
      return;
    }
    const Nanos now = mono_now();
    truth_.ack(service_.ack_of(*reply.write), now);
    durability_.acknowledged(*reply.write, now);
  }
  finish(connection, slot, std::move(text));
}

// Acknowledges what is durable. A write whose client is gone, or that an outage keeps from its
// answer, is stored and never acknowledged.
void Server::complete_commits() {
  const std::uint64_t durable = durability_.durable();
  while (!commits_.empty() && commits_.front().position <= durable) {
    const Commit commit = std::move(commits_.front());
    commits_.pop_front();
    Connection* connection = find(commit.connection);
    Slot* slot = connection ? connection->slot(commit.slot) : nullptr;
    if (slot == nullptr || connection->doomed) continue;
    touch(*connection);
    if (outage_ && outage_->mode != OutageMode::kError) {
      outage_takes(*connection, *slot);
      continue;
    }
    truth_.ack(service_.ack_of(commit.write), mono_now());
    finish(*connection, *slot, std::move(slot->answer));
  }
}

std::string Server::garbage() {
  std::string bytes = "\x01\x02";
  const std::uint64_t length = 16 + noise_.next() % 240;
  while (bytes.size() < length) bytes += static_cast<char>(noise_.next());
  return bytes;
}

}  // namespace practice
