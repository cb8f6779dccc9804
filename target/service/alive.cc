#include "target/service/alive.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>

#include <cerrno>
#include <cstring>

namespace practice {
namespace {

constexpr std::uint64_t kMagic = 0x31766576696c6153;
constexpr std::size_t kPageSize = 4096;
constexpr Nanos kEvery = kMillisecond * 4 / 5;  // and the time to wake up

}  // namespace

struct LifeSign::Page {
  std::uint64_t magic;
  Nanos stamp;
  char boot[40];
};

LifeSign::LifeSign(const std::string& path) {
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!file.open()) fail_errno(kExitIo, "cannot open " + path);
  // Blocks are taken now: a full disk is an error here and not a SIGBUS later.
  const int error = ::posix_fallocate(file.get(), 0, kPageSize);
  if (error != 0) {
    errno = error;
    fail_errno(kExitIo, "cannot write to " + path);
  }
  void* page = ::mmap(nullptr, kPageSize, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (page == MAP_FAILED) fail_errno(kExitIo, "cannot map " + path);
  page_ = static_cast<Page*>(page);
  const std::string boot = boot_id();
  if (page_->magic == kMagic && boot == page_->boot) previous_ = page_->stamp;
  page_->stamp = mono_now();
  std::strncpy(page_->boot, boot.c_str(), sizeof page_->boot - 1);
  page_->magic = kMagic;
  thread_ = std::thread([this] { stamp(); });
}

LifeSign::~LifeSign() {
  stop_ = true;
  thread_.join();
  ::munmap(page_, kPageSize);
}

void LifeSign::stamp() {
  while (!stop_.load(std::memory_order_relaxed)) {
    std::atomic_ref<Nanos>(page_->stamp).store(mono_now(), std::memory_order_relaxed);
    const timespec pause{0, kEvery};
    ::nanosleep(&pause, nullptr);
  }
}

}  // namespace practice
