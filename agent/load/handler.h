// A completion handler that calls one member function and keeps Asio's operation in memory of its
// owner, so that waiting again and again allocates nothing.
// Ownership: the owner outlives the operation. Threads: the loop's thread.
#pragma once

#include <array>
#include <cstddef>
#include <new>

namespace shakedown {

// Room for one operation at a time; a larger or second one falls back to the heap.
class HandlerMemory {
 public:
  void* allocate(std::size_t size) {
    if (used_ || size > room_.size()) return ::operator new(size);
    used_ = true;
    return room_.data();
  }
  void deallocate(void* p) {
    if (p == room_.data()) {
      used_ = false;
    } else {
      ::operator delete(p);
    }
  }

 private:
  alignas(std::max_align_t) std::array<std::byte, 208> room_;
  bool used_ = false;
};

template <typename T>
struct HandlerAllocator {
  using value_type = T;
  explicit HandlerAllocator(HandlerMemory& m) : memory(&m) {}
  template <typename U>
  HandlerAllocator(const HandlerAllocator<U>& other) : memory(other.memory) {}
  T* allocate(std::size_t n) { return static_cast<T*>(memory->allocate(n * sizeof(T))); }
  void deallocate(T* p, std::size_t) { memory->deallocate(p); }
  template <typename U>
  bool operator==(const HandlerAllocator<U>& other) const {
    return memory == other.memory;
  }
  HandlerMemory* memory;
};

template <auto Member, typename Owner>
struct MemberHandler {
  using allocator_type = HandlerAllocator<std::byte>;
  allocator_type get_allocator() const { return allocator_type(*memory); }
  template <typename... Arguments>
  void operator()(Arguments... arguments) const {
    (owner->*Member)(arguments...);
  }
  Owner* owner;
  HandlerMemory* memory;
};

template <auto Member, typename Owner>
MemberHandler<Member, Owner> member_handler(Owner& owner, HandlerMemory& memory) {
  return {&owner, &memory};
}

}  // namespace shakedown
