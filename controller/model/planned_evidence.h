// What a row needs as evidence, and what the plan offers it when every request succeeds: facts, found where the row's SLI is
// judged and said by controller/report/words/planned.cc. Names are those of the scenario. Ownership: all values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/units.h"

namespace shakedown::planned {

// Some operation of the row is sent in no phase of its scope: the row will be unknown.
struct NeverSent {
  std::string operation;
};
// An objective without any tolerance; an operation that is never sent, or none.
struct NoTolerance {
  std::string never_sent;
};
// How many requests a closed load sends depends on the answers.
struct Closed {};

enum class Enough { yes, perhaps, no };

// Requests without a violation.
struct Requests {
  uint64_t needed = 0;
  bool closed = false;
  double least = 0, most = 0;  // offered in its scope, whole ones
  Enough enough = Enough::yes;
  std::string missing;  // what more it takes, where there are not enough
};
// The same in each stretch of time.
struct RequestsEach {
  uint64_t needed = 0;
  Duration each{};
  bool closed = false;
  double thinnest = 0;  // in the worst of them
};
struct RateOffered {
  double limit = 0, rate = 0;  // per second
  double seconds = 0;
};
// Outages are too rare to wait for.
struct Waiting {
  double times = 0;  // the claimed time between outages
  Duration period{};
};
struct QuietTime {
  double needed = 0, planned = 0;  // seconds
  std::string missing;             // empty: enough
};
struct Recoveries {};
struct SpontaneousOutages {
  uint32_t least = 0;
};
// Probes whose outage would not show in the time planned.
struct Watching {
  struct Short {
    std::string probe;
    Duration least{};
  };
  std::vector<Short> too_short;
  Duration planned{};
};
// Each write is read twice, and what is not read in time counts as lost.
struct TooLongToRead {
  std::string ledger;
  double seconds = 0;
  Rate rate{};
  Duration limit{};
};
// Injections that meet the objective.
struct Injections {
  struct Disturbed {
    std::string fault, by;  // at work at the same time
  };
  std::string faults;
  uint64_t needed = 0, planned = 0;
  std::string missing{};  // empty: enough
  std::vector<Disturbed> disturbed{};
  std::string ended_by_us{};  // the kind of fault, where nobody else repairs it
  std::optional<TooLongToRead> reading{};
  std::optional<Duration> load_goes_on{};  // after the fault
  bool closed = false;                     // users who wait ask for nothing
  bool compared = false;                   // with quiet times
};
struct SearchEnds {
  std::string phase;
  double asked = 0;                 // per second
  std::optional<double> shown{};    // the most that it shows, where that is too low
  std::optional<Duration> least{};  // until `asked` is shown, where that is too long
  Duration longest{};
  std::string never_sent{};  // an operation of a held row that the search's load does not send
  struct Undecided {
    std::string row;
    double needed = 0, offered = 0;  // requests
  };
  std::optional<Undecided> undecided{};  // a held row that no step, or no confirmation, offers enough to decide
};
struct Law {
  std::string phase;
  std::optional<double> largest{};  // of its steps, where the row asks about more
  double at = 0;
  std::optional<std::size_t> steps{};  // where they are too few
  bool alone = false;                  // at `at` nothing is shared, so that every system is perfect there
};
struct Soak {
  double seconds = 0;
  bool too_short = false;
  std::string broken_by{};  // a fault with time of the soak after it: no pass
};
struct Commitments {
  struct Unknown {
    std::string dependency;
    bool capacity = false, commitment = false;  // that nobody has told
  };
  std::vector<Unknown> unknown;
};
struct ReadBack {
  std::string ledger;
  Duration limit{};
  std::optional<TooLongToRead> reading{};
};
struct CheckDone {
  std::string check;
};
struct Word {
  std::string by, expires;
};

}  // namespace shakedown::planned

namespace shakedown {

using PlannedEvidence =
    std::variant<planned::NeverSent, planned::NoTolerance, planned::Closed, planned::Requests, planned::RequestsEach,
                 planned::RateOffered, planned::Waiting, planned::QuietTime, planned::Recoveries, planned::SpontaneousOutages,
                 planned::Watching, planned::Injections, planned::SearchEnds, planned::Law, planned::Soak, planned::Commitments,
                 planned::ReadBack, planned::CheckDone, planned::Word>;

}  // namespace shakedown
