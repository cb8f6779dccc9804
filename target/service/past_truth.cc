#include "target/service/past_truth.h"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string_view>

namespace practice {
namespace {

// The text behind "name": or nothing. Only this program writes the file, always without blanks.
std::string_view after(std::string_view line, std::string_view name) {
  const std::string key = ",\"" + std::string(name) + "\":";
  const std::size_t at = line.find(key);
  return at == std::string_view::npos ? std::string_view() : line.substr(at + key.size());
}

// Undoes quoted(); moves `text` behind the closing quote.
std::string take_quoted(std::string_view& text) {
  std::string result;
  text.remove_prefix(1);
  while (!text.empty() && text.front() != '"') {
    if (text.front() == '\\' && text.size() > 1) text.remove_prefix(1);
    result += text.front();
    text.remove_prefix(1);
  }
  if (!text.empty()) text.remove_prefix(1);
  return result;
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

void forget(PastTruth& past, std::string_view ids) {
  while (!ids.empty() && (ids.front() == '[' || ids.front() == ',')) {
    ids.remove_prefix(1);
    if (ids.empty() || ids.front() != '"') return;
    past.acked.erase(take_quoted(ids));
  }
}

void read_line(PastTruth& past, std::string_view line) {
  constexpr std::string_view kStart = "{\"event\":\"";
  if (line.substr(0, kStart.size()) != kStart || line.back() != '}') return;
  line.remove_prefix(kStart.size());
  const std::string_view event = line.substr(0, line.find('"'));
  past.any = true;
  past.stopped = event == "stop";
  if (event == "lost") {
    forget(past, after(line, "ids"));
    forget(past, after(line, "undeleted"));
    return;
  }
  if (event != "ack" && event != "delete" && event != "resurrected") return;
  // An id is visible ASCII but may hold any text, so the number is looked for behind it.
  std::string_view rest = after(line, "id");
  if (rest.empty() || rest.front() != '"') return;
  std::string id = take_quoted(rest);
  const std::uint64_t seq = number(after(rest, "seq"));
  past.last_seq = std::max(past.last_seq, seq);
  if (event != "resurrected") past.acked[std::move(id)] = {seq, event == "delete"};
}

}  // namespace

PastTruth read_past_truth(const std::string& path) {
  PastTruth past;
  struct stat facts {};
  if (path.empty() || ::stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return past;
  std::ifstream file(path, std::ios::binary);
  std::string line;
  while (std::getline(file, line)) {
    if (!line.empty()) read_line(past, line);
  }
  return past;
}

Losses compare(const PastTruth& past, const Store& store) {
  Losses losses;
  for (const auto& [id, acked] : past.acked) {
    // A later state in the store replaced the acknowledged one: nothing is lost.
    if (store.seq_of(id) >= acked.seq) continue;
    const bool there = store.find(id) != nullptr;
    if (!acked.erased) losses.ids.push_back(id);
    if (acked.erased && there) losses.undeleted.push_back(id);
  }
  return losses;
}

}  // namespace practice
