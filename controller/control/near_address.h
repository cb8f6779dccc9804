// The address of a Unix socket in a folder, however long the folder's path is: through a descriptor of the folder.
// Ownership: owns the descriptor; the address is good as long as this lives.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <cerrno>
#include <cstdio>
#include <string>

#include "core/base/result.h"
#include "core/runtime/file_descriptor.h"

namespace shakedown {

class NearAddress {
 public:
  static Result<NearAddress> in(const std::string& folder, const char* name) {
    NearAddress near;
    near.folder_ = FileDescriptor(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!near.folder_.valid()) return fail(errno_error("the folder " + folder + " cannot be opened", errno, ErrorKind::output));
    near.address_.sun_family = AF_UNIX;
    std::snprintf(near.address_.sun_path, sizeof near.address_.sun_path, "/proc/self/fd/%d/%s", near.folder_.get(), name);
    return near;
  }

  std::string path() const { return address_.sun_path; }
  const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&address_); }
  static socklen_t size() { return sizeof(sockaddr_un); }

 private:
  NearAddress() = default;
  FileDescriptor folder_;
  sockaddr_un address_{};
};

}  // namespace shakedown
