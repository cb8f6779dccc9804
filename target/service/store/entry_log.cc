#include "target/service/store/entry_log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace practice {
namespace {

constexpr std::uint32_t kErased = 0xffffffff;
constexpr std::size_t kHeadSize = 24;
constexpr std::uint32_t kMaxField = 16 * 1024 * 1024;
constexpr int kLockTries = 40;  // of 50 ms: a killed process may still be on its way out

template <typename T>
void put(std::string& out, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

template <typename T>
T get(const char* at) {
  T value{};
  std::memcpy(&value, at, sizeof value);
  return value;
}

std::uint64_t check_of(std::string_view bytes) {
  std::uint64_t value = 0xcbf29ce484222325;
  for (const char c : bytes) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return value;
}

// The next whole and sound record, its size added to `size`; false at the end or at a torn one.
bool read_record(std::istream& file, Write& write, std::uint64_t& size) {
  std::string record(kHeadSize, '\0');
  if (!file.read(record.data(), kHeadSize)) return false;
  const auto id_size = get<std::uint32_t>(&record[16]);
  const auto body_mark = get<std::uint32_t>(&record[20]);
  write.erased = body_mark == kErased;
  const std::uint32_t body_size = write.erased ? 0 : body_mark;
  if (id_size > kMaxField || body_size > kMaxField) return false;
  record.resize(kHeadSize + id_size + body_size);
  if (!file.read(&record[kHeadSize], id_size + body_size)) return false;
  if (get<std::uint64_t>(record.data()) != check_of(std::string_view(record).substr(8))) {
    return false;
  }
  write.seq = get<std::uint64_t>(&record[8]);
  write.id = record.substr(kHeadSize, id_size);
  write.body = record.substr(kHeadSize + id_size);
  size += record.size();
  return true;
}

}  // namespace

EntryLog::EntryLog(const std::string& folder, const std::function<void(Write&&)>& replay) : path_(folder + "/entries.log") {
  if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) {
    fail_errno(kExitIo, "--data: cannot make folder " + folder);
  }
  lock_folder(folder);
  file_ = Fd(::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!file_.open()) fail_errno(kExitIo, "--data: cannot open " + path_);
  load(replay);
  if (::fsync(folder_.get()) != 0) fail_errno(kExitIo, "--data: cannot sync " + folder);
}

void EntryLog::lock_folder(const std::string& folder) {
  folder_ = Fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder_.open()) fail_errno(kExitIo, "--data: cannot open folder " + folder);
  for (int i = 0; ::flock(folder_.get(), LOCK_EX | LOCK_NB) != 0; ++i) {
    if (i == kLockTries) fail(kExitLocked, "--data: another process uses " + folder);
    ::usleep(50'000);
  }
}

void EntryLog::load(const std::function<void(Write&&)>& replay) {
  struct stat facts {};
  if (::fstat(file_.get(), &facts) != 0) fail_errno(kExitIo, "--data: cannot read " + path_);
  if (!S_ISREG(facts.st_mode)) return;
  std::ifstream file(path_, std::ios::binary);
  for (Write write; read_record(file, write, written_);) replay(std::move(write));
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  if (written_ == size) return;
  warn("--data: cut " + std::to_string(size - written_) + " bytes of a torn record off " + path_);
  if (::ftruncate(file_.get(), static_cast<off_t>(written_)) != 0) {
    fail_errno(kExitIo, "--data: cannot shorten " + path_);
  }
}

std::string EntryLog::encode(const Write& write) {
  std::string rest;
  rest.reserve(kHeadSize + write.id.size() + write.body.size());
  put(rest, write.seq);
  put(rest, static_cast<std::uint32_t>(write.id.size()));
  put(rest, write.erased ? kErased : static_cast<std::uint32_t>(write.body.size()));
  rest += write.id;
  if (!write.erased) rest += write.body;
  std::string record;
  put(record, check_of(rest));
  return record + rest;
}

void EntryLog::write_out() {
  if (waiting_.empty()) return;
  write_all(file_.get(), waiting_, path_);
  written_ += waiting_.size();
  waiting_.clear();
}

void EntryLog::sync() const {
  if (::fdatasync(file_.get()) != 0 && errno != EINVAL) {  // EINVAL: a device, nothing to sync
    fail_errno(kExitIo, "cannot sync " + path_);
  }
}

}  // namespace practice
