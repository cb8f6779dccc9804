#include "core/wire/grpc/tls_gate.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/base/clock.h"

namespace shakedown::wire {
namespace {

constexpr std::size_t kMostGuests = 256;
constexpr std::size_t kRecordHeader = 5;
constexpr std::size_t kLongestRecord = 16 * 1024;
constexpr Duration kPatience = std::chrono::seconds(5);
constexpr unsigned kHandshake = 22, kClientHello = 1, kSupportedVersions = 43, kTls13 = 0x0304;

// Takes a message apart; what goes beyond its end makes it bad.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : bytes_(bytes) {}
  unsigned number(std::size_t size) {
    unsigned value = 0;
    for (const char byte : take(size)) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
  }
  // What a length of so many bytes stands before.
  std::string_view counted(std::size_t size_of_length) { return take(number(size_of_length)); }
  std::string_view take(std::size_t size) {
    good_ = good_ && size <= bytes_.size();
    if (!good_) return {};
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  bool more() const { return good_ && !bytes_.empty(); }
  bool good() const { return good_; }

 private:
  std::string_view bytes_;
  bool good_ = true;
};

bool offers_tls1_3(std::string_view extensions) {
  Fields list(extensions);
  while (list.more()) {
    const unsigned kind = list.number(2);
    const std::string_view content = list.counted(2);
    if (!list.good() || kind != kSupportedVersions) continue;
    Fields inside(content);
    Fields versions(inside.counted(1));
    while (versions.more()) {
      if (versions.number(2) == kTls13 && versions.good()) return true;
    }
  }
  return false;
}

// RFC 8446, 4.1.2.
bool offers_tls1_3_in_hello(std::string_view record) {
  Fields message(record);
  if (message.number(1) != kClientHello) return false;
  Fields hello(message.counted(3));
  hello.number(2);   // legacy_version
  hello.take(32);    // random
  hello.counted(1);  // legacy_session_id
  hello.counted(2);  // cipher_suites
  hello.counted(1);  // legacy_compression_methods
  const auto extensions = hello.counted(2);
  return hello.good() && offers_tls1_3(extensions);
}

void turn_away(int socket) {
  constexpr std::array<unsigned char, 7> kAlert{21, 3, 3, 0, 2, 2, 70};  // fatal, protocol_version
  static_cast<void>(::send(socket, kAlert.data(), kAlert.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
  ::close(socket);
}

}  // namespace

FirstWords look_at(std::string_view bytes) {
  if (bytes.empty()) return FirstWords::incomplete;
  if (static_cast<unsigned char>(bytes.front()) != kHandshake) return FirstWords::other;
  if (bytes.size() < kRecordHeader) return FirstWords::incomplete;
  Fields header(bytes);
  header.take(3);
  const std::size_t length = header.number(2);
  if (length > kLongestRecord) return FirstWords::other;
  if (bytes.size() < kRecordHeader + length) return FirstWords::incomplete;
  return offers_tls1_3_in_hello(bytes.substr(kRecordHeader, length)) ? FirstWords::tls1_3 : FirstWords::other;
}

TlsGate::TlsGate(Take take) : take_(std::move(take)), alarm_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  thread_ = std::thread([this] { run(); });
}

TlsGate::~TlsGate() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake();
  thread_.join();
  for (const Guest& guest : guests_) ::close(guest.socket);
  for (const int socket : new_) ::close(socket);
  ::close(alarm_);
}

void TlsGate::add(int socket) {
  {
    const std::lock_guard lock(mutex_);
    new_.push_back(socket);
  }
  wake();
}

void TlsGate::wake() const {
  const uint64_t one = 1;
  static_cast<void>(::write(alarm_, &one, sizeof one));
}

void TlsGate::fetch_new() {
  uint64_t rung = 0;
  static_cast<void>(::read(alarm_, &rung, sizeof rung));
  const std::lock_guard lock(mutex_);
  for (const int socket : new_) guests_.push_back({socket, mono_now() + kPatience, ""});
  new_.clear();
  while (guests_.size() > kMostGuests) {
    ::close(guests_.front().socket);
    guests_.pop_front();
  }
}

bool TlsGate::hear(Guest& guest) {
  std::array<char, 4096> part{};
  for (;;) {
    const ssize_t size = ::recv(guest.socket, part.data(), part.size(), MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    if (size > 0) guest.read.append(part.data(), static_cast<std::size_t>(size));
    const FirstWords words = size > 0 ? look_at(guest.read) : FirstWords::other;
    if (words == FirstWords::incomplete) continue;
    if (words == FirstWords::tls1_3) {
      take_(guest.socket, std::move(guest.read));
    } else {
      turn_away(guest.socket);
    }
    return false;
  }
}

void TlsGate::run() {
  for (;;) {
    std::vector<pollfd> awaited{{alarm_, POLLIN, 0}};
    for (const Guest& guest : guests_) awaited.push_back({guest.socket, POLLIN, 0});
    // In the order in which they came, so that the first is the one whose time is over first.
    const Duration left = guests_.empty() ? Duration{} : std::max(Duration{}, guests_.front().until - mono_now());
    const int most = guests_.empty() ? -1 : static_cast<int>(left.count() / 1'000'000) + 1;
    if (::poll(awaited.data(), awaited.size(), most) < 0 && errno != EINTR) return;
    std::size_t i = 1;
    for (auto guest = guests_.begin(); guest != guests_.end(); ++i) {
      const bool stays = awaited[i].revents == 0 || hear(*guest);
      guest = stays ? std::next(guest) : guests_.erase(guest);
    }
    while (!guests_.empty() && guests_.front().until <= mono_now()) {
      ::close(guests_.front().socket);
      guests_.pop_front();
    }
    fetch_new();
    const std::lock_guard lock(mutex_);
    if (ending_) return;
  }
}

}  // namespace shakedown::wire
