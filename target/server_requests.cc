#include "target/server.h"

namespace practice {

void Server::admit(Connection& connection, Request&& request) {
  Slot fresh;
  fresh.close_after = options_.close_each || options_.garbage || !request.keep_alive;
  fresh.request = std::move(request);
  connection.closing = fresh.close_after;
  const std::uint64_t number = connection.push(std::move(fresh));
  Slot& slot = *connection.slot(number);
  if (outage_takes(connection, slot)) return;
  const Nanos now = mono_now();
  const Nanos due = workers_ ? workers_->take(now) : now + delays_.delay(options_.delay);
  if (due <= now) {
    slot.state = Slot::State::kDue;
  } else {
    timers_.push({due, next_order_++, connection.id(), number});
  }
}

void Server::refuse_request(Connection& connection, int status) {
  const std::uint64_t number = connection.push(Slot{});
  Slot& slot = *connection.slot(number);
  slot.close_after = true;
  connection.closing = true;
  if (outage_takes(connection, slot)) return;
  connection.finish(slot, render({status, "this is no request that can be read\n"}, false, true));
}

void Server::send_continue(Connection& connection) {
  if (outage_) return;
  const std::uint64_t number = connection.push(Slot{});
  connection.finish(*connection.slot(number), "HTTP/1.1 100 Continue\r\n\r\n");
}

// In an outage a request ends here: without an answer, with a closed connection or with a 503.
bool Server::outage_takes(Connection& connection, Slot& slot) {
  if (!outage_) return false;
  switch (outage_->mode) {
    case OutageMode::kHang:
      connection.silence();
      break;
    case OutageMode::kRefuse:
    case OutageMode::kClose:
      connection.doomed = true;
      break;
    case OutageMode::kError: {
      const bool head = slot.request.method == Method::kHead;
      connection.finish(slot, render({503, "planted outage\n"}, head, slot.close_after));
      break;
    }
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
    connection.finish(slot, garbage());
    return;
  }
  Reply reply = service_.handle(slot.request);
  const bool head = slot.request.method == Method::kHead;
  std::string answer = render(reply.answer, head, slot.close_after);
  if (reply.silent) {
    durability_.store_silently(*reply.silent);
    truth_.resurrected(reply.silent->id, reply.silent->seq);
  }
  if (reply.write) {
    if (const auto position = durability_.submit(*reply.write)) {
      reply.write->body.clear();
      slot.answer = std::move(answer);
      slot.state = Slot::State::kRunning;
      commits_.push_back({*position, connection.id(), number, std::move(*reply.write)});
      return;
    }
    const Nanos now = mono_now();
    truth_.ack(service_.ack_of(*reply.write), now);
    durability_.acknowledged(*reply.write, now);
  }
  connection.finish(slot, std::move(answer));
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
    connection->finish(*slot, std::move(slot->answer));
  }
}

std::string Server::garbage() {
  std::string bytes = "\x01\x02";
  const std::uint64_t length = 16 + noise_.next() % 240;
  while (bytes.size() < length) bytes += static_cast<char>(noise_.next());
  return bytes;
}

}  // namespace practice
