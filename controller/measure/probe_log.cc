#include "controller/measure/probe_log.h"

#include <algorithm>

namespace shakedown {
namespace {

constexpr std::size_t kChunk = 4096;

bool by_start(const ProbeResult& a, const ProbeResult& b) { return a.start < b.start; }

// Wrapping, so that any two instants have a difference.
int64_t since(RunTime from, RunTime to) {
  return static_cast<int64_t>(static_cast<uint64_t>(to.time_since_epoch().count()) -
                              static_cast<uint64_t>(from.time_since_epoch().count()));
}
RunTime after(RunTime from, int64_t length) {
  return run_time(
      Duration(static_cast<int64_t>(static_cast<uint64_t>(from.time_since_epoch().count()) + static_cast<uint64_t>(length))));
}

}  // namespace

void sort_by_start(std::vector<ProbeResult>& results) {
  if (!std::is_sorted(results.begin(), results.end(), by_start)) std::stable_sort(results.begin(), results.end(), by_start);
}

ProbeLog::Iterator::Iterator(const ProbeLog& log, std::size_t chunk, std::size_t at) : log_(&log), chunk_(chunk), at_(at) {
  enter();
}

void ProbeLog::Iterator::enter() {
  if (chunk_ < log_->chunks_.size()) {
    in_ = ByteReader(log_->chunks_[chunk_]->checks);
    expected_ = log_->chunks_[chunk_]->first;
  }
  read();
}

void ProbeLog::Iterator::read() {
  if (chunk_ == log_->chunks_.size()) {
    if (at_ < log_->tail_.size()) value_ = log_->tail_[at_];
    return;
  }
  const Chunk& chunk = *log_->chunks_[chunk_];
  value_.start = after(expected_, in_.signed_number());
  value_.end = after(value_.start, in_.signed_number());
  value_.good = (static_cast<unsigned char>(chunk.good[at_ / 8]) >> at_ % 8 & 1) != 0;
  expected_ = after(expected_, chunk.step);
}

ProbeLog::Iterator& ProbeLog::Iterator::operator++() {
  ++at_;
  if (chunk_ < log_->chunks_.size() && at_ == log_->chunks_[chunk_]->count) {
    ++chunk_;
    at_ = 0;
    enter();
  } else {
    read();
  }
  return *this;
}

std::shared_ptr<const ProbeLog::Chunk> ProbeLog::pack(const std::vector<ProbeResult>& tail, std::size_t count) {
  auto out = std::make_shared<Chunk>();
  out->count = count;
  out->first = tail.front().start;
  out->last = tail[count - 1].start;
  out->step = since(out->first, out->last) / static_cast<int64_t>(count - 1);
  out->good.assign((count + 7) / 8, '\0');
  ByteWriter checks;
  RunTime expected = out->first;
  for (std::size_t i = 0; i < count; ++i) {
    checks.signed_number(since(expected, tail[i].start));
    checks.signed_number(since(tail[i].start, tail[i].end));
    if (tail[i].good) out->good[i / 8] = static_cast<char>(static_cast<unsigned char>(out->good[i / 8]) | 1U << i % 8);
    expected = after(expected, out->step);
  }
  out->checks = checks.take();
  out->checks.shrink_to_fit();
  return out;
}

void ProbeLog::open_last_chunk() {
  std::vector<ProbeResult> opened;
  Iterator it(*this, chunks_.size() - 1, 0);
  for (std::size_t i = 0; i < chunks_.back()->count; ++i, ++it) opened.push_back(*it);
  tail_.insert(tail_.begin(), opened.begin(), opened.end());
  packed_ -= opened.size();
  chunks_.pop_back();
}

void ProbeLog::add(std::vector<ProbeResult> results) {
  if (results.empty()) return;
  sort_by_start(results);
  for (const ProbeResult& one : results) longest_ = std::max(longest_, one.end - one.start);
  while (!chunks_.empty() && results.front().start < chunks_.back()->last) open_last_chunk();
  const auto old = static_cast<std::ptrdiff_t>(tail_.size());
  const bool after_all = tail_.empty() || !by_start(results.front(), tail_.back());
  tail_.insert(tail_.end(), results.begin(), results.end());
  if (!after_all) std::inplace_merge(tail_.begin(), tail_.begin() + old, tail_.end(), by_start);
  while (tail_.size() >= 2 * kChunk) {
    chunks_.push_back(pack(tail_, kChunk));
    packed_ += kChunk;
    tail_.erase(tail_.begin(), tail_.begin() + static_cast<std::ptrdiff_t>(kChunk));
  }
}

ProbeLog::Iterator ProbeLog::from(RunTime start) const {
  const auto chunk = std::partition_point(chunks_.begin(), chunks_.end(), [&](const auto& c) { return c->last < start; });
  if (chunk == chunks_.end()) {
    const auto at = std::partition_point(tail_.begin(), tail_.end(), [&](const ProbeResult& r) { return r.start < start; });
    return {*this, chunks_.size(), static_cast<std::size_t>(at - tail_.begin())};
  }
  Iterator it(*this, static_cast<std::size_t>(chunk - chunks_.begin()), 0);
  while (it->start < start) ++it;
  return it;
}

std::vector<ProbeResult> ProbeLog::last(std::size_t n) const {
  n = std::min(n, size());
  std::size_t chunk = chunks_.size(), there = tail_.size();
  while (there < n) there += chunks_[--chunk]->count;
  Iterator it(*this, chunk, 0);
  for (std::size_t skip = there - n; skip > 0; --skip) ++it;
  return {it, end()};
}

ProbeLog ProbeLog::before(RunTime start) const {
  ProbeLog out = *this;
  while (!out.chunks_.empty() && (out.tail_.empty() || out.tail_.front().start >= start)) {
    out.tail_.clear();
    out.open_last_chunk();
  }
  const auto end =
      std::partition_point(out.tail_.begin(), out.tail_.end(), [&](const ProbeResult& r) { return r.start < start; });
  out.tail_.erase(end, out.tail_.end());
  return out;
}

}  // namespace shakedown
