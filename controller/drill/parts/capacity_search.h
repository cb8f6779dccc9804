// A phase that looks for the highest rate that holds: each step's windows follow each other without a gap, are judged as soon as
// they are told, and what is decided early is cut short. What to try next and what a step shows is the judge's word, which
// the journal's replay asks again.
// Threads: the run loop only.
#pragma once

#include "controller/drill/parts/stage_runner.h"
#include "controller/judge/capacity/search.h"

namespace shakedown {

class CapacitySearch {
 public:
  // manifest: the run's, as far as it is known.
  CapacitySearch(const RunContext& run, StageRunner& stages, const Manifest& manifest)
      : run_(run), stages_(stages), manifest_(manifest) {}

  // Until the search is done, its phase's time does not allow for another step, or the run ends.
  boost::asio::awaitable<void> execute(const Search& search);

 private:
  boost::asio::awaitable<ScoredSearchStep> step(const Search& search, const SearchOrder& order, uint32_t number);
  boost::asio::awaitable<void> drain(const Search& search, const ScoredSearchStep& step);

  const RunContext& run_;
  StageRunner& stages_;
  const Manifest& manifest_;
};

}  // namespace shakedown
