#include "controller/report/words/planned.h"

#include <fmt/format.h>

#include "controller/model/figures.h"
#include "controller/model/looks_at.h"

namespace shakedown::report {
namespace {

constexpr const char* kClosed = "how many a closed load sends depends on the answers";

std::string too_few(const std::string& missing) {
  return ": TOO FEW, it will be not proven" + (missing.empty() ? "" : " (needed: " + missing + ")");
}

std::string never_sent(const std::string& operation) {
  return operation.empty() ? "" : fmt::format("; {} is NEVER SENT in its scope, the row will be unknown", operation);
}

std::string reading_words(const std::optional<planned::TooLongToRead>& one) {
  if (!one) return "";
  return fmt::format(
      "; reading {} back takes {} at verify_rate {} and verify_limit is {}: TOO SHORT, what is not read counts as lost",
      one->ledger, span_text(one->seconds), format_rate(one->rate), format_duration(one->limit));
}

struct PlannedWords {
  std::string operator()(const planned::NeverSent& e) const {
    return "each operation of the row is sent" + never_sent(e.operation);
  }
  std::string operator()(const planned::NoTolerance& e) const {
    return "no finite number of requests proves an objective without any tolerance" + never_sent(e.never_sent);
  }
  std::string operator()(const planned::Closed&) const { return kClosed; }
  std::string operator()(const planned::Requests& e) const {
    std::string out = fmt::format("{} requests without a violation; ", e.needed);
    if (e.closed) return out + kClosed;
    out += e.least < e.most ? fmt::format("{:.0f} to {:.0f} are offered in its scope", e.least, e.most)
                            : fmt::format("{:.0f} are offered in its scope", e.most);
    switch (e.enough) {
      case planned::Enough::yes: return out;
      case planned::Enough::perhaps: return out + ": perhaps TOO FEW, as faults may last or chance may have it";
      case planned::Enough::no: return out + too_few(e.missing);
    }
    return out;
  }
  std::string operator()(const planned::RequestsEach& e) const {
    const std::string out = fmt::format("{} requests without a violation in each {}; ", e.needed, format_duration(e.each));
    if (e.closed) return out + kClosed;
    return out + fmt::format("the thinnest has {:.0f}", e.thinnest) +
           (e.thinnest < static_cast<double>(e.needed) ? too_few("") : "");
  }
  std::string operator()(const planned::RateOffered& e) const {
    return fmt::format("more than {} offered over at least 8 s; {}/s are offered over {:.0f} s of its scope{}",
                       format_value(e.limit, Unit::per_second), format_number(e.rate), e.seconds,
                       e.rate < e.limit * (1 - 1e-9) || e.seconds < 8 ? ": TOO LITTLE, it will not pass" : "");
  }
  std::string operator()(const planned::Waiting& e) const {
    return fmt::format(
        "cannot be proven before launch by waiting: it takes {} x the time between outages that is "
        "claimed without one; claimed over {}",
        format_number(e.times), format_duration(e.period));
  }
  std::string operator()(const planned::QuietTime& e) const {
    return fmt::format("{} without a spontaneous outage, fault windows not counted ({} planned){}", span_text(e.needed),
                       span_text(e.planned), e.missing.empty() ? "" : too_few(e.missing));
  }
  std::string operator()(const planned::Recoveries&) const { return "several recoveries within the drill"; }
  std::string operator()(const planned::SpontaneousOutages& e) const {
    return fmt::format("at least {} spontaneous outages, which nobody can plan", e.least);
  }
  std::string operator()(const planned::Watching& e) const {
    std::string out = "the probe watches the whole run";
    for (const auto& one : e.too_short) {
      out += fmt::format("; {} can show no outage in less than {} ({} planned): TOO SHORT", one.probe, format_duration(one.least),
                         span_text(seconds(e.planned)));
    }
    return out;
  }
  std::string operator()(const planned::Injections& e) const {
    std::string out = fmt::format("{} injections of {} that meet it ({} planned){}", e.needed, e.faults, e.planned,
                                  e.missing.empty() ? "" : too_few(e.missing));
    for (const auto& one : e.disturbed) {
      out += fmt::format("; {} is at work at the same time as {}: NONE of these counts", one.by, one.fault);
    }
    if (e.load_goes_on)
      out +=
          fmt::format("; it sees an outage for the {} that the load goes on after the fault", format_duration(*e.load_goes_on));
    if (e.closed)
      out += "; the users of a CLOSED load wait while they are not answered, and what they do not ask for is not counted";
    if (e.compared) out += ", and 8 s outside fault windows under the same load to compare with";
    if (!e.ended_by_us.empty())
      out += "; the " + e.ended_by_us + " is ended by OURSELVES: an outage that it makes shows no recovery";
    return out + reading_words(e.reading);
  }
  std::string operator()(const planned::SearchEnds& e) const {
    const std::string out = "the search of phase " + e.phase + " comes to its end";
    if (!e.never_sent.empty())
      return out + "; " + e.never_sent + " is NEVER SENT in it, which a held row is about: it will be unknown";
    if (e.undecided) {
      return out +
             fmt::format(
                 "; {} needs {:.0f} requests without a violation, and a step or its confirmation offers {:.0f} at most: TOO FEW, "
                 "it will be not proven",
                 e.undecided->row, e.undecided->needed, e.undecided->offered);
    }
    if (e.shown) {
      return out + fmt::format("; it shows {} at most, and {} are asked for: TOO LOW, it will not pass",
                               format_value(*e.shown, Unit::per_second), format_value(e.asked, Unit::per_second));
    }
    if (!e.least) return out;
    return out + fmt::format("; it needs {} to show {} and may take {}: TOO SHORT, it will not pass", format_duration(*e.least),
                             format_value(e.asked, Unit::per_second), format_duration(e.longest));
  }
  std::string operator()(const planned::Law& e) const {
    const std::string out = "a law fitted to the steps of phase " + e.phase;
    if (e.alone) return out + fmt::format("; at {} nothing is shared: TOO LOW, it will be not proven", format_number(e.at));
    if (e.largest) {
      return out + fmt::format(", the largest of which is {}: TOO LOW for {}, it will be not proven", format_number(*e.largest),
                               format_number(e.at));
    }
    return out + (e.steps ? fmt::format("; it takes 4 ({} planned): TOO FEW, it will be unknown", *e.steps) : "");
  }
  std::string operator()(const planned::Soak& e) const {
    std::string out = "a soak long enough for its slope to show";
    if (!e.broken_by.empty()) out += fmt::format("; {} breaks the service IN IT: it will not pass", e.broken_by);
    if (!e.too_short) return out;
    return out + fmt::format(", 8 s at the least ({:.0f} s planned): TOO SHORT, it will be unknown", e.seconds);
  }
  std::string operator()(const planned::Commitments& e) const {
    std::string out = "a capacity and a commitment of each dependency, and the forecast";
    for (const auto& one : e.unknown) {
      if (one.capacity) out += "; NOTHING says what " + one.dependency + " can take: it will not pass";
      if (one.commitment) out += "; NOBODY has committed for " + one.dependency + ": it will not pass";
    }
    return out;
  }
  std::string operator()(const planned::ReadBack& e) const {
    return fmt::format("every write of {} is read back at the end, within {}{}", e.ledger, format_duration(e.limit),
                       reading_words(e.reading));
  }
  std::string operator()(const planned::CheckDone& e) const { return "the check " + e.check; }
  std::string operator()(const planned::Word& e) const {
    return "cannot be measured: the word of " + e.by + (e.expires.empty() ? "" : ", good until " + e.expires);
  }
};

// Injections that are too few are a diagnostic of the file.
struct FallsShort {
  bool operator()(const planned::NeverSent& e) const { return !e.operation.empty(); }
  bool operator()(const planned::NoTolerance&) const { return true; }
  bool operator()(const planned::Requests& e) const { return !e.closed && e.enough == planned::Enough::no; }
  bool operator()(const planned::RequestsEach& e) const { return !e.closed && e.thinnest < static_cast<double>(e.needed); }
  bool operator()(const planned::RateOffered& e) const { return e.rate < e.limit * (1 - 1e-9) || e.seconds < 8; }
  bool operator()(const planned::Waiting&) const { return true; }
  bool operator()(const planned::QuietTime& e) const { return !e.missing.empty(); }
  bool operator()(const planned::Watching& e) const { return !e.too_short.empty(); }
  bool operator()(const planned::Injections& e) const { return !e.disturbed.empty() || e.reading; }
  bool operator()(const planned::SearchEnds& e) const { return e.shown || e.least || e.undecided || !e.never_sent.empty(); }
  bool operator()(const planned::Law& e) const { return e.largest || e.steps || e.alone; }
  bool operator()(const planned::Soak& e) const { return e.too_short || !e.broken_by.empty(); }
  bool operator()(const planned::Commitments& e) const { return !e.unknown.empty(); }
  bool operator()(const planned::ReadBack& e) const { return e.reading.has_value(); }
  bool operator()(const OneOf<planned::Closed, planned::Recoveries, planned::SpontaneousOutages, planned::CheckDone,
                              planned::Word> auto&) const {
    return false;
  }
};

}  // namespace

bool falls_short(const PlannedEvidence& evidence) { return std::visit(FallsShort{}, evidence); }

std::string planned_words(const PlannedEvidence& evidence) { return std::visit(PlannedWords{}, evidence); }

}  // namespace shakedown::report
