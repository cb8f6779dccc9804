// A name is as good as the worst of what stands behind it: a check asks each of its addresses by itself.
// The worst answer counts and is told with its address: one that does not hold, else one that could not be had. Where nobody
// takes a connection (refused, no route from here) there is nothing to find fault with: such an address is only named, unless
// there is no other.
// Ownership: borrows look, target and check for the call. Threads: the check thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "agent/check/checking.h"
#include "agent/check/kinds/reach.h"
#include "agent/load/protocols/target.h"

namespace shakedown {

struct Found {
  Endpoint at;
  Observation what;
};

// What several addresses' numbers come to: the least of them, or none when they differ.
enum class Numbers { least, equal };

// One finding of all.
Observation worst_of(const std::vector<Found>& found, Numbers numbers);

// `one` looks at a single address.
template <class CheckType>
Task<Observation> at_each_address(const Checking& look, const Target& target, const CheckType& check, Numbers numbers,
                                  Task<Observation> (*one)(const Checking&, const Target&, const CheckType&, Endpoint)) {
  const Result<std::vector<Endpoint>> endpoints = addresses_of(target, look.within);
  if (!endpoints) co_return not_done(endpoints.error().message);
  std::vector<Found> found;
  for (const Endpoint& endpoint : endpoints.value()) {
    Observation what = co_await one(look, target, check, endpoint);
    found.push_back({endpoint, std::move(what)});
  }
  co_return worst_of(found, numbers);
}

}  // namespace shakedown
