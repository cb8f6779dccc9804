#include "agent/load/protocols/tcp/check.h"

namespace shakedown {

Result<std::unique_ptr<const TcpCheck>> TcpCheck::make(const TcpExpect& expect, const Secrets& secrets, uint64_t value_size) {
  auto made = std::make_unique<TcpCheck>();
  made->starts_ = made->contains_ = TextTemplate(value_size);
  if (expect.starts) {
    SHAKEDOWN_TRY(made->starts_.append(*expect.starts, secrets));
  }
  if (expect.contains) {
    SHAKEDOWN_TRY(made->contains_.append(*expect.contains, secrets));
  }
  if (expect.regex) {
    SHAKEDOWN_TRY(Regex regex, Regex::make(*expect.regex));
    made->regex_.emplace(std::move(regex));
  }
  return std::unique_ptr<const TcpCheck>(std::move(made));
}

bool TcpCheck::starts_well(const Answer& answer, const Holes& holes) const {
  return starts_.empty() || answer.body.starts_with(starts_.filled(holes));
}

Mismatch TcpCheck::judge(const Answer& answer, const Holes& holes) const {
  const bool good = starts_well(answer, holes) && (contains_.empty() || times_contained(answer, holes) > 0) &&
                    (!regex_ || regex_->found_in(answer.body));
  return good ? Mismatch::none : Mismatch::body;
}

bool TcpCheck::right_kind(const Answer& answer, const Holes& holes) const {
  return !starts_.empty() && starts_well(answer, holes);
}

std::size_t TcpCheck::times_contained(const Answer& answer, const Holes& holes) const {
  return contains_.empty() ? 0 : occurrences(answer.body, contains_.filled(holes));
}

}  // namespace shakedown
