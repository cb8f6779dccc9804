#include "agent/load/watch/ledger_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "core/base/rng.h"
#include "core/runtime/file_descriptor.h"

namespace shakedown {
namespace {

std::string hex(uint64_t value, int digits) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return std::string(text).substr(static_cast<std::size_t>(16 - digits));
}

char letter(WriteClass outcome) {
  switch (outcome) {
    case WriteClass::acked: return 'A';
    case WriteClass::failed: return 'F';
    case WriteClass::pending:
    case WriteClass::unknown: break;
  }
  return 'U';
}

std::string nanoseconds(RunTime t) { return std::to_string(t.time_since_epoch().count()); }

}  // namespace

Result<LedgerFile> LedgerFile::create(const std::string& dir, const std::string& run_id, const std::string& name) {
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  LedgerFile made;
  made.path_ = dir + "/ledger-" + name + ".log";
  made.descriptor_ = create_anew(made.path_, 0600, O_APPEND).release();
  if (made.descriptor_ < 0 || !made.append("# ledger " + name + " of run " + run_id + "\n")) {
    return fail(errno_error(
        "ledger `" + name + "`: cannot write its record to " + made.path_ + "; make room or choose another work folder", errno));
  }
  return made;
}

LedgerFile::LedgerFile(LedgerFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

LedgerFile& LedgerFile::operator=(LedgerFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  return *this;
}

LedgerFile::~LedgerFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool LedgerFile::append(const std::string& line) {
  return ::write(descriptor_, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

bool LedgerFile::intent(uint64_t id, RunTime invoked) {
  return append("I " + std::to_string(id) + " " + nanoseconds(invoked) + "\n");
}

bool LedgerFile::completed(const LedgerWrite& write) {
  return append(std::string(1, letter(write.outcome)) + " " + std::to_string(write.id) + " " + nanoseconds(write.completed) +
                "\n");
}

LedgerTexts ledger_texts(const std::string& run_id, const std::string& ledger, uint64_t id) {
  const uint64_t run = stream_seed(stream_seed(0, run_id), ledger);
  LedgerTexts texts;
  texts.id = run_id + "-" + hex(run, 4) + "-" + std::to_string(id);
  texts.checksum = hex(mix64(mix64(run) ^ mix64(id + 1)), 16);
  texts.payload = texts.id + " " + texts.checksum + " " + run_id;
  return texts;
}

}  // namespace shakedown
