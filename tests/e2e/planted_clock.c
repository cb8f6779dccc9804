/* Preloaded into a program of ours, it reads clocks that a test sets: the file named by PLANTED_CLOCK holds two numbers of
 * nanoseconds (int64) that are added to CLOCK_REALTIME and CLOCK_MONOTONIC, looked at each time. So are the kernel's stamps of what was received. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef int (*ReadClock)(clockid_t, struct timespec*);

static _Atomic(int64_t) none[2];
static _Atomic(int64_t)* planted = none;
static ReadClock real;

__attribute__((constructor)) static void begin(void) {
  real = (ReadClock)dlsym(RTLD_NEXT, "clock_gettime");
  const char* path = getenv("PLANTED_CLOCK");
  const int file = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void* mapped = mmap(NULL, sizeof none, PROT_READ, MAP_SHARED, file, 0);
  if (mapped != MAP_FAILED) planted = mapped;
  close(file);
}

static void add(struct timespec* to, int64_t planted_ns) {
  const int64_t at = (int64_t)to->tv_sec * 1000000000 + to->tv_nsec + planted_ns;
  to->tv_sec = at / 1000000000;
  to->tv_nsec = at % 1000000000;
}

ssize_t recvmsg(int socket, struct msghdr* message, int flags) {
  static ssize_t (*real_recvmsg)(int, struct msghdr*, int);
  if (real_recvmsg == NULL) real_recvmsg = (ssize_t(*)(int, struct msghdr*, int))dlsym(RTLD_NEXT, "recvmsg");
  const ssize_t bytes = real_recvmsg(socket, message, flags);
  for (struct cmsghdr* head = bytes < 0 ? NULL : CMSG_FIRSTHDR(message); head != NULL; head = CMSG_NXTHDR(message, head)) {
    if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_TIMESTAMPNS) continue;
    struct timespec stamp;
    memcpy(&stamp, CMSG_DATA(head), sizeof stamp);
    add(&stamp, atomic_load(&planted[0]));
    memcpy(CMSG_DATA(head), &stamp, sizeof stamp);
  }
  return bytes;
}

int clock_gettime(clockid_t which, struct timespec* out) {
  if (real == NULL) real = (ReadClock)dlsym(RTLD_NEXT, "clock_gettime");
  const int result = real(which, out);
  if (result == 0 && (which == CLOCK_REALTIME || which == CLOCK_MONOTONIC)) add(out, atomic_load(&planted[which == CLOCK_MONOTONIC]));
  return result;
}
