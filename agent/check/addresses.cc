#include "agent/check/addresses.h"

#include <algorithm>

namespace shakedown {
namespace {

std::string name_of(const Found& one) { return one.at.address().to_string(); }

// 0 fails, 1 not carried out, 2 holds, 3 nobody there.
int rank(const Observation& what) {
  if (what.nobody) return 3;
  if (!what.done) return 1;
  return what.holds ? 2 : 0;
}

std::string list(const std::vector<const Found*>& those) {
  std::string out;
  for (const Found* one : those) out += (out.empty() ? "" : "; ") + name_of(*one) + ": " + one->what.detail;
  return out;
}

bool same_numbers(const std::vector<const Found*>& those) {
  return std::all_of(those.begin(), those.end(),
                     [&](const Found* one) { return one->what.number == those.front()->what.number; });
}

std::string numbers_of(const std::vector<const Found*>& those) {
  std::string out = "the addresses give different numbers:";
  for (const Found* one : those) {
    out += (one == those.front() ? " " : ", ") + name_of(*one) + " " +
           (one->what.number ? std::to_string(*one->what.number) : "none");
  }
  return out;
}

// Of those with a number the one with the least.
const Found& least(const std::vector<const Found*>& those) {
  return **std::min_element(those.begin(), those.end(), [](const Found* a, const Found* b) {
    return a->what.number && (!b->what.number || *a->what.number < *b->what.number);
  });
}

// All hold.
Observation all_hold(const std::vector<const Found*>& those, Numbers numbers) {
  if (numbers == Numbers::equal && !same_numbers(those)) return not_done(numbers_of(those));
  const Found& one = numbers == Numbers::least ? least(those) : *those.front();
  const std::string of = std::to_string(those.size()) + " addresses: ";
  Observation out = one.what;
  out.detail = (numbers == Numbers::least ? name_of(one) + ", the least of " : "at each of ") + of + out.detail;
  return out;
}

}  // namespace

Observation worst_of(const std::vector<Found>& found, Numbers numbers) {
  if (found.empty()) return not_done("the name has no address");
  if (found.size() == 1) return found.front().what;
  int worst = 3;
  for (const Found& one : found) worst = std::min(worst, rank(one.what));
  std::vector<const Found*> those, absent;
  for (const Found& one : found) {
    if (rank(one.what) == worst) those.push_back(&one);
    if (worst < 3 && one.what.nobody) absent.push_back(&one);
  }
  Observation out = numbers == Numbers::least ? least(those).what : those.front()->what;
  out.detail = list(those);
  if (worst == 2 && those.size() > 1) out = all_hold(those, numbers);
  if (!absent.empty()) out.detail += "; nobody there: " + list(absent);
  return out;
}

}  // namespace shakedown
