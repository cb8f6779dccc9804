#include "agent/secrets/redact.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "agent/secrets/decodings.h"
#include "agent/secrets/spellings.h"

namespace shakedown {
namespace {

// A target may write such a sign everywhere; we write a few.
constexpr int kMostCuts = 16;
// The longest part of an escape that is left of one whose beginning was cut off.
constexpr std::size_t kRestOfEscape = 6;
// What four bytes of a spelling take at most in another encoding, and the escape before them.
constexpr std::size_t kFourBytesMore = 32;

}  // namespace

Redactor::Redactor(const Secrets& secrets) {
  for (const auto& [name, value] : secrets) {
    if (value.empty()) continue;
    spellings_.push_back({value, name});
    if (value.size() < kShortestSecret) continue;
    know(name, value);
    const std::string said = from_base64(value);
    if (said.size() < kShortestSecret) continue;
    know(name, said);
    const std::size_t colon = said.find(':');
    if (colon != std::string::npos && said.size() - colon > kShortestSecret) know(name, said.substr(colon + 1));
  }
  std::stable_sort(spellings_.begin(), spellings_.end(), [](const Spelling& a, const Spelling& b) {
    return a.text.size() != b.text.size() ? a.text.size() > b.text.size() : a.text < b.text;
  });
  const auto same = [](const Spelling& a, const Spelling& b) { return a.text == b.text; };
  spellings_.erase(std::unique(spellings_.begin(), spellings_.end(), same), spellings_.end());
  if (!spellings_.empty()) longest_ = spellings_.front().text.size();
  for (std::size_t i = 0; i < spellings_.size(); ++i) {
    const auto first = static_cast<unsigned char>(spellings_[i].text.front());
    beginning_with_[first].push_back(static_cast<std::uint32_t>(i));
  }
}

void Redactor::know(const std::string& name, const std::string& value) {
  for (std::string& text : spellings(value)) spellings_.push_back({std::move(text), name});
}

// The spelling of at least `shortest` bytes that begins here, or a part of one that the text's end cuts off.
const Redactor::Spelling* Redactor::at(std::string_view text, std::size_t shortest) const {
  for (const std::uint32_t i : beginning_with_[static_cast<unsigned char>(text.front())]) {
    const Spelling& one = spellings_[i];
    const std::size_t common = std::min(text.size(), one.text.size());
    const bool cut = common < one.text.size();
    if (one.text.size() < shortest || (cut && common < kShortestSecret)) continue;
    if (std::memcmp(text.data(), one.text.data(), common) == 0) return &one;
  }
  return nullptr;
}

std::size_t Redactor::rest_of_one(std::string_view text, const Spelling*& whose) const {
  const std::string_view first = text.substr(0, kShortestSecret);
  std::size_t longest = 0;
  if (first.size() < kShortestSecret) return 0;
  for (const Spelling& one : spellings_) {
    const std::string_view spelled = one.text;
    for (std::size_t cut = spelled.find(first, 1); cut != std::string_view::npos; cut = spelled.find(first, cut + 1)) {
      const std::string_view rest = spelled.substr(cut);
      if (rest.size() <= longest) break;
      if (!text.starts_with(rest)) continue;
      longest = rest.size();
      whose = &one;
      break;
    }
  }
  return longest;
}

// Where secrets stand in the text, one after the other. escapes: it was decoded, and what is left of an escape may stand first.
void Redactor::find(std::string_view text, bool decoded, std::vector<Found>& out) const {
  const std::size_t shortest = decoded ? kShortestSecret : 1;
  int cuts = 0;
  std::size_t after_cut = 0;  // up to here a part of one may begin
  for (std::size_t i = 0; i < text.size();) {
    if (const Spelling* found = at(text.substr(i), shortest)) {
      const std::size_t end = std::min(i + found->text.size(), text.size());
      out.push_back({i, end, &found->name, i + found->text.size() > end});
      i = end;
      continue;
    }
    const bool cut = text[i] != '.' && text.substr(0, i).ends_with(kCutSign) && cuts++ < kMostCuts;
    if (cut) after_cut = i + (decoded ? kRestOfEscape : 1);
    const Spelling* whose = nullptr;
    const std::size_t rest = i < after_cut ? rest_of_one(text.substr(i), whose) : 0;
    if (rest > 0) out.push_back({i, i + rest, &whose->name, false});
    i += std::max<std::size_t>(rest, 1);
  }
}

std::vector<Redactor::Found> Redactor::find_all(std::string_view text) const {
  std::vector<Found> all, inner;
  find(text, false, all);
  for (const DecodedText& decoded : decodings(text)) {
    inner.clear();
    find(decoded.text, true, inner);
    for (const Found& one : inner) {
      const std::size_t end = one.cut ? text.size() : decoded.to[one.end - 1];
      all.push_back({decoded.from[one.begin], end, one.name, one.cut});
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Found& a, const Found& b) { return a.begin != b.begin ? a.begin < b.begin : a.end > b.end; });
  return all;
}

std::string Redactor::taken_out(std::string_view text, std::size_t limit) const {
  if (spellings_.empty()) return std::string(text.substr(0, limit));
  std::string out;
  std::size_t kept = 0;  // up to here it is told or taken out
  limit = std::min(limit, text.size());
  for (const Found& one : find_all(text)) {
    if (one.begin >= limit) break;
    if (one.begin >= kept) {
      out += text.substr(kept, one.begin - kept);
      out += "{" + *one.name + "}";
    }
    kept = std::max(kept, one.end);
  }
  if (kept < limit) out += text.substr(kept, limit - kept);
  return out;
}

std::string Redactor::operator()(std::string_view text) const { return taken_out(text, text.size()); }

std::size_t Redactor::needed(std::size_t limit) const { return spellings_.empty() ? limit : limit + longest_ + kFourBytesMore; }

std::string Redactor::first(std::string_view text, std::size_t limit) const {
  std::string out = taken_out(text.substr(0, needed(limit)), limit);
  if (out.size() > limit) out.resize(limit);
  return out;
}

}  // namespace shakedown
