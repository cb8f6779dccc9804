#include "target/service/store/store.h"

#include <algorithm>

namespace practice {

bool Store::apply(Write& write) {
  write.seq = ++last_seq_;
  if (write.erased) return entries_.erase(write.id) > 0;
  Entry entry{write.body, write.seq};
  return !entries_.insert_or_assign(write.id, std::move(entry)).second;
}

void Store::replay(Write&& write) {
  number_from(write.seq);
  if (seq_of(write.id) > write.seq) return;
  if (write.erased) {
    entries_.erase(write.id);
    erased_[std::move(write.id)] = write.seq;
  } else {
    entries_.insert_or_assign(std::move(write.id), Entry{std::move(write.body), write.seq});
  }
}

const Entry* Store::find(std::string_view id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

std::uint64_t Store::seq_of(std::string_view id) const {
  const Entry* entry = find(id);
  const auto erased = erased_.find(id);
  return std::max(entry ? entry->seq : 0, erased == erased_.end() ? 0 : erased->second);
}

void Store::each_with_prefix(std::string_view prefix, const std::function<void(const std::string& id)>& visit) const {
  for (auto at = entries_.lower_bound(prefix); at != entries_.end(); ++at) {
    if (std::string_view(at->first).substr(0, prefix.size()) != prefix) return;
    visit(at->first);
  }
}

}  // namespace practice
