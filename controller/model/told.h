// What page one tells first, as facts: the judge chooses and orders them, controller/report/words says them. Rows, reasons,
// searches and the like are named by their position in the scorecard. Ownership: all values.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

#include "controller/model/trade_off.h"

namespace shakedown::told {

struct NothingPromised {};
struct Unreliable {};  // the run is not valid
struct AllHolds {};

// Declared failures that were not caused, or not each time: one by name, or several.
struct NotCaused {
  std::string fault;
  std::size_t caused = 0, planned = 0;
  std::size_t unproven = 0;  // further ones: begun, and perhaps at work
};
struct SeveralNotCaused {
  std::size_t faults = 0;
};
// Nobody has said whether they were undone.
struct FateUnknown {
  std::string fault;
};
struct SeveralFatesUnknown {
  std::size_t faults = 0;
};
struct UnexplainedLoss {
  std::size_t reason = 0;
};

// A promise that does not hold.
struct Failure {
  std::size_t row = 0;
};
// What the row's valid injections lost of the ledger: only those that lost something give the time and the count.
struct Loss {
  std::size_t row = 0;
  Happening happening;
  std::string noun;
  bool by_count = true;  // the promise is a number of writes, not a time
  std::optional<Share> share;
  double least = 0, most = 0;  // writes
  double seconds_least = 0, seconds_most = 0;
  uint64_t tries = 0, losing = 0;
  uint64_t unsure = 0;  // most writes that one try may have lost without that being certain
  bool newest = true;   // each time all of the newest, and nothing else
  double our_rate = 0;
  double row_least = 0, row_most = 0;    // of the row's valid injections, in its own unit
  uint64_t injections = 0, keeping = 0;  // valid ones; of them within the promise
  double keeping_most = 0;
};
struct Recovery {
  std::size_t row = 0;
  Happening happening;
  std::optional<Share> share;
  double most = 0;
  uint64_t injections = 0, keeping = 0;
  double keeping_most = 0;
  bool masked = false;                        // nobody saw it go away
  bool beside = false;                        // and it is another process that answers
  bool overlapped = false;                    // by an outage of another failure as well
  std::vector<std::string> asked, elsewhere;  // nouns of what the row asks for, and of what failed meanwhile and it does not ask
  double elsewhere_seconds = 0;
};
struct Carries {
  std::size_t search = 0;
  std::optional<double> promised;     // the rate that is missed
  std::optional<Objective> headroom;  // that is missed
  bool operator==(const Carries& other) const {
    return search == other.search && promised == other.promised && headroom.has_value() == other.headroom.has_value() &&
           (!headroom || headroom->text == other.headroom->text);
  }
};
struct Inefficient {
  std::size_t row = 0;
  StepAxis axis = StepAxis::concurrency;
  double at = 0;
};
struct Degrades {
  std::size_t row = 0;
  Duration per{};
};
struct Dependency {
  std::size_t dependency = 0;
  std::string promised;  // the limit as written, where only that is missed
  bool operator==(const Dependency&) const = default;
};
struct MoreFail {
  std::size_t promises = 0;
  bool more = false;  // others were told
};
struct LoadHolds {
  double rate = 0;                 // 0 = no one rate
  std::optional<double> forecast;  // beyond what was tested
  bool outside_faults = false;     // fault windows were left out of some row
};
struct Unjudged {
  std::size_t part = 0;                // of Scorecard::unjudged
  bool has_faults = false;             // what failed outside them
  std::optional<Happening> happening;  // of a fault
};
struct Undecided {
  std::size_t promises = 0;
};
struct Doubled {
  std::size_t ledger = 0;
};
struct Aside {
  std::size_t failed = 0, open = 0;  // promises that need not hold
};

}  // namespace shakedown::told

namespace shakedown {

using Told = std::variant<told::NothingPromised, told::Unreliable, told::AllHolds, told::NotCaused, told::SeveralNotCaused,
                          told::FateUnknown, told::SeveralFatesUnknown, told::UnexplainedLoss, told::Failure, told::Loss,
                          told::Recovery, told::Carries, told::Inefficient, told::Degrades, told::Dependency, told::MoreFail,
                          told::LoadHolds, told::Unjudged, told::Undecided, told::Doubled, told::Aside>;

}  // namespace shakedown
