// A doubly linked list whose links live in the elements: moving a request between queues allocates
// nothing.
// Ownership: none, the elements live elsewhere. Threads: none; one owner each.
#pragma once

#include <cstddef>

namespace shakedown {

template <typename T>
struct Link {
  T* previous = nullptr;
  T* next = nullptr;
  bool linked = false;
};

template <typename T, Link<T> T::*L>
class List {
 public:
  bool empty() const { return head_ == nullptr; }
  std::size_t size() const { return size_; }
  T* front() const { return head_; }
  T* back() const { return tail_; }
  static T* next(const T& element) { return (element.*L).next; }
  static bool contains(const T& element) { return (element.*L).linked; }

  void push_back(T& element) { insert_after(tail_, element); }
  void push_front(T& element) { insert_after(nullptr, element); }

  // Keeps the list ordered by `before`; elements mostly arrive in order, so it looks from the back.
  template <typename Before>
  void insert_ordered(T& element, Before before) {
    T* place = tail_;
    while (place != nullptr && before(element, *place)) place = (place->*L).previous;
    insert_after(place, element);
  }

  // Does nothing when the element is not linked; it must not be in another list by the same link.
  void erase(T& element) {
    Link<T>& link = element.*L;
    if (!link.linked) return;
    (link.previous ? (link.previous->*L).next : head_) = link.next;
    (link.next ? (link.next->*L).previous : tail_) = link.previous;
    link = Link<T>{};
    --size_;
  }

  T* pop_front() {
    T* first = head_;
    if (first != nullptr) erase(*first);
    return first;
  }

 private:
  void insert_after(T* place, T& element) {
    Link<T>& link = element.*L;
    link.previous = place;
    link.next = place ? (place->*L).next : head_;
    link.linked = true;
    (link.next ? (link.next->*L).previous : tail_) = &element;
    (place ? (place->*L).next : head_) = &element;
    ++size_;
  }

  T* head_ = nullptr;
  T* tail_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace shakedown
