#include "controller/record/journal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <deque>
#include <exception>
#include <initializer_list>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/regular_file.h"
#include "core/wire/codec/journal.h"

namespace shakedown {
namespace {

constexpr std::string_view kHeader = "shakedown journal 1\n";

Result<void> write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      return fail(errno_error("the journal " + path + " cannot be written; free space on that file system", errno));
    }
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return ok();
}

std::string length_prefix(std::size_t length) {
  std::string out(4, '\0');
  for (int i = 0; i < 4; ++i) out[static_cast<std::size_t>(i)] = static_cast<char>((length >> (8 * i)) & 0xff);
  return out;
}

// The reader's place in the file.
class Cursor {
 public:
  explicit Cursor(std::FILE* in) : in_(in) {}
  // False at the end of the file; `short_read` tells whether it ended inside the bytes asked for.
  bool read(char* out, std::size_t n) {
    const std::size_t got = std::fread(out, 1, n, in_);
    short_read_ = got != 0 && got != n;
    offset_ += got;
    return got == n;
  }
  bool short_read() const { return short_read_; }
  uint64_t offset() const { return offset_; }

 private:
  std::FILE* in_;
  uint64_t offset_ = 0;
  bool short_read_ = false;
};

// One record into payload; false at the end of the file or at damage.
bool next_record(Cursor& cursor, Hash& hash, JournalSummary& summary, std::string& payload) {
  const uint64_t at = cursor.offset();
  const auto damaged = [&](const std::string& what) {
    summary.damage = "record " + std::to_string(summary.records + 1) + " at byte " + std::to_string(at) + ": " + what;
    return false;
  };
  unsigned char prefix[4];
  if (!cursor.read(reinterpret_cast<char*>(prefix), 4)) {
    return cursor.short_read() ? damaged("the file ends inside the record's length") : false;
  }
  const uint32_t length = prefix[0] | (prefix[1] << 8) | (prefix[2] << 16) | (static_cast<uint32_t>(prefix[3]) << 24);
  if (length > kLongestRecord) return damaged("a length of " + std::to_string(length) + " bytes cannot be right");
  payload.resize(length);
  Digest stored{};
  if (!cursor.read(payload.data(), length) || !cursor.read(reinterpret_cast<char*>(stored.data()), stored.size())) {
    return damaged("the file ends inside the record");
  }
  const Digest expected = hash.link(summary.chain, payload);
  if (stored != expected) {
    return damaged("the chain is broken: expected digest " + hex(expected).substr(0, 12) + ", found " +
                   hex(stored).substr(0, 12));
  }
  summary.chain = expected;
  return true;
}

// Whether each record stands where the writer put it.
class Sequence {
 public:
  // What is wrong with the next record; empty when nothing is.
  std::string wrong(const JournalEntry& entry, uint64_t number) {
    ++place_;
    if (place_ == 1) numbered_ = number != 0;
    if (closed_) return "it stands behind the closing record";
    const uint64_t expected = numbered_ ? place_ : 0;
    if (number != expected) {
      return "it is numbered " + std::to_string(number) + " where " + std::to_string(expected) +
             " was expected: records were taken out, doubled or moved";
    }
    if (std::holds_alternative<Manifest>(entry) != (place_ == 1)) return "a manifest is the first record and no other";
    closed_ = std::holds_alternative<JournalClose>(entry);
    return "";
  }
  bool closed() const { return closed_; }

 private:
  uint64_t place_ = 0;
  bool numbered_ = false, closed_ = false;
};

// Records that were decoded and not yet taken: a few batches, so that a long journal takes no more memory than a short one.
class Ahead {
 public:
  using Batch = std::vector<JournalEntry>;
  static constexpr std::size_t kBatch = 64;

  void put(Batch batch, const std::stop_token& stop) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, stop, [this] { return batches_.size() < kMost; });
      batches_.push_back(std::move(batch));
    }
    changed_.notify_all();
  }
  // Nothing more comes.
  void end() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
  }
  // Empty at the end.
  Batch take() {
    Batch out;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return ended_ || !batches_.empty(); });
      if (batches_.empty()) return out;
      out = std::move(batches_.front());
      batches_.pop_front();
    }
    changed_.notify_all();
    return out;
  }

 private:
  static constexpr std::size_t kMost = 8;
  std::mutex mutex_;  // guards the rest
  std::condition_variable_any changed_;
  std::deque<Batch> batches_;
  bool ended_ = false;
};

void read_records(Cursor& cursor, JournalSummary& summary, Ahead& ahead, const std::stop_token& stop) {
  std::string payload;
  Sequence sequence;
  Hash hash;
  Ahead::Batch batch;
  while (!stop.stop_requested() && next_record(cursor, hash, summary, payload)) {
    uint64_t number = 0;
    Result<JournalEntry> decoded = decode_journal(payload, &number);
    ++summary.records;
    const std::string wrong = decoded ? sequence.wrong(decoded.value(), number) : decoded.error().message;
    if (!wrong.empty()) {
      summary.damage = "record " + std::to_string(summary.records) + ": " + wrong;
      break;
    }
    batch.push_back(std::move(decoded).value());
    if (batch.size() == Ahead::kBatch) ahead.put(std::exchange(batch, {}), stop);
  }
  if (!batch.empty()) ahead.put(std::move(batch), stop);
  summary.complete = sequence.closed() && summary.damage.empty();
}

}  // namespace

JournalWriter::JournalWriter(int fd, std::string path)
    : fd_(fd), path_(std::move(path)), size_(kHeader.size()), chain_(sha256(kHeader)) {}

JournalWriter::~JournalWriter() { ::close(fd_); }

Result<std::unique_ptr<JournalWriter>> JournalWriter::create(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return fail(errno_error("the journal " + path + " cannot be created", errno, ErrorKind::output));
  std::unique_ptr<JournalWriter> writer(new JournalWriter(fd, path));
  SHAKEDOWN_TRY(write_all(fd, kHeader, path));
  return writer;
}

Result<void> JournalWriter::append(const JournalEntry& entry) {
  const std::string payload = encode_journal(entry, records_ + 1);
  if (payload.size() > kLongestRecord) {
    return fail(ErrorKind::io, "a journal record of " + std::to_string(payload.size()) + " bytes; at most " +
                                   std::to_string(kLongestRecord) + " can be read again");
  }
  const Digest next = Hash().link(chain_, payload);
  std::string record = length_prefix(payload.size()) + payload;
  record.append(reinterpret_cast<const char*>(next.data()), next.size());
  const Result<void> written = write_all(fd_, record, path_);
  if (!written) {
    // Cut a torn record off, so that what is there stays readable.
    if (::ftruncate(fd_, static_cast<off_t>(size_)) == 0) ::lseek(fd_, static_cast<off_t>(size_), SEEK_SET);
    return written;
  }
  size_ += record.size();
  ++records_;
  chain_ = next;
  return ok();
}

Result<void> JournalWriter::sync() {
  if (::fdatasync(fd_) != 0 && errno != EINVAL && errno != EROFS) {
    return fail(errno_error("the journal " + path_ + " cannot be brought to the disk", errno));
  }
  // What has no name any more is gone with our descriptor, however well it can be written.
  struct stat open {
  }, named{};
  const bool there = ::fstat(fd_, &open) == 0 && ::stat(path_.c_str(), &named) == 0;
  if (there && open.st_ino == named.st_ino && open.st_dev == named.st_dev) return ok();
  return fail(ErrorKind::io, "the journal " + path_ + " was taken away, with it the record of this run");
}

Result<JournalSummary> read_journal(const std::string& path, const std::function<void(JournalEntry)>& entry) {
  SHAKEDOWN_TRY(const OpenFile in, open_regular_file(path));
  JournalSummary summary;
  Cursor cursor(in.get());
  std::string header(kHeader.size(), '\0');
  if (!cursor.read(header.data(), header.size()) || header != kHeader) {
    summary.damage = "record 0 at byte 0: this is not a shakedown journal of version 1";
    return summary;
  }
  summary.chain = sha256(kHeader);
  Ahead ahead;
  std::exception_ptr trouble;
  std::jthread reader([&](const std::stop_token& stop) {
    try {
      read_records(cursor, summary, ahead, stop);
    } catch (...) {
      trouble = std::current_exception();
    }
    ahead.end();
  });
  for (Ahead::Batch batch = ahead.take(); !batch.empty(); batch = ahead.take()) {
    for (JournalEntry& one : batch) entry(std::move(one));
  }
  reader.join();
  if (trouble) std::rethrow_exception(trouble);
  return summary;
}

}  // namespace shakedown
