#include "target/service/store/durability.h"

namespace practice {

Durability::Durability(const Options& options, const std::function<void(Write&&)>& replay) : options_(options) {
  if (options.data.empty()) return;
  log_ = std::make_unique<EntryLog>(options.data, replay);
  if (!options.ack_early) syncer_ = std::make_unique<Syncer>(*log_);
}

std::optional<std::uint64_t> Durability::submit(const Write& write) {
  if (!log_ || options_.lags()) return std::nullopt;
  log_->append(EntryLog::encode(write));
  if (!syncer_) return std::nullopt;
  return log_->end();
}

void Durability::acknowledged(const Write& write, Nanos now) {
  if (log_ && options_.lags()) lagging_.push_back({EntryLog::encode(write), now});
}

void Durability::store_silently(const Write& write) {
  if (log_) log_->append(EntryLog::encode(write));
}

void Durability::write_out() {
  if (!log_) return;
  log_->write_out();
  if (syncer_) syncer_->want(log_->written());
}

void Durability::release_front() {
  log_->append(lagging_.front().record);
  lagging_.pop_front();
}

void Durability::settle(Nanos now) {
  if (lagging_.empty()) return;
  if (options_.lose_last > 0) {
    while (lagging_.size() > options_.lose_last) release_front();
  } else {
    while (!lagging_.empty() && lagging_.front().acknowledged_at + options_.lose_window <= now) {
      release_front();
    }
  }
  log_->write_out();
}

Nanos Durability::next_due() const {
  if (lagging_.empty() || options_.lose_window == 0) return kNever;
  return lagging_.front().acknowledged_at + options_.lose_window;
}

void Durability::finish() {
  if (!log_) return;
  while (!lagging_.empty()) release_front();
  write_out();
  if (syncer_) syncer_->stop();
  log_->sync();
}

}  // namespace practice
