#include "controller/report/words/options.h"

#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "controller/model/figures.h"
#include "controller/report/words/spoken.h"
#include "core/faults/fault_form.h"

namespace shakedown::report {
namespace {

constexpr const char* kNobody = "nobody is named";

std::string share_words(double share) { return share < 0.01 ? "under 1 %" : fmt::format("{:.0f} %", share * 100); }

std::string whole(double n) { return rate_words(std::ceil(n - 1e-9)); }

const char* plural_of(StepAxis axis) {
  switch (axis) {
    case StepAxis::replicas: return "replicas";
    case StepAxis::concurrency: return "concurrent users";
    case StepAxis::rate: return "requests in progress";
  }
  return "";
}

using Days = std::chrono::sys_days;

Days day_of(WallTime t) { return Days(std::chrono::floor<std::chrono::days>(t.time_since_epoch())); }

std::string day_text(WallTime t) {
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::year_month_day date(day_of(t));
  return fmt::format("{} {} {}", static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()));
}

std::string against_launch(WallTime on, const std::string& launch) {
  const Result<WallTime> written = parse_wall(launch);
  if (launch.empty() || !written) return "no launch date is declared to compare with";
  const auto slack = (day_of(written.value()) - day_of(on)).count();
  if (slack == 0) return "the day of the launch";
  return fmt::format("{} {} the launch", counted(static_cast<uint64_t>(std::llabs(slack)), "day"),
                     slack > 0 ? "before" : "after");
}

std::string where_measured(const Environment& environment) {
  if (environment.name.empty()) return "production behaves like what was measured";
  const std::string differs = environment.differs.empty() ? "" : fmt::format(" ({})", environment.differs);
  return fmt::format("production behaves like {}{}", environment.name, differs);
}

std::string requests_a_second(double rate) {
  const std::string number = rate_words(rate);
  return number + (number == "1" ? " request a second" : " requests a second");
}

std::string against_forecast(double margin) {
  const double percent = std::fabs(margin) * 100;
  if (percent < 0.5) return margin < 0 ? "just below the forecast" : "just what the forecast needs";
  return fmt::format("{:.0f} % {} the forecast", margin < 0 ? std::ceil(percent - 1e-9) : std::floor(percent + 1e-9),
                     margin < 0 ? "below" : "above");
}

std::string law_words(const Extrapolation& law) {
  std::string out = law.beyond
                        ? fmt::format("the law of {} goes on beyond {}, where it was measured", law.phase, rate_words(law.most))
                        : fmt::format("the law of {} holds in production as it was measured", law.phase);
  if (law.want_of_resources) out += "; the row misses for want of resources, not for a defect";
  return out;
}

struct OptionWords {
  const std::string& owner;

  std::string operator()(const LawCarries& o) const {
    const char* unit = plural_of(o.axis);
    if (o.needed) return fmt::format("{} {} carry {}/s", whole(*o.needed), unit, rate_words(o.rate));
    const std::string at = o.peak ? fmt::format(", at {} {}", whole(*o.peak), unit) : "";
    return fmt::format("No number of {} reaches {}/s: contention caps it at {}/s{}", unit, rate_words(o.rate), rate_words(o.cap),
                       at);
  }
  std::string operator()(const LawKeeps& o) const {
    const char* unit = plural_of(o.axis);
    std::string out;
    if (!o.reach) {
      out = fmt::format("By its law it keeps {} of perfect scaling at any number of {}", percent_text(o.share), unit);
    } else if (*o.reach < 1) {
      out = fmt::format("No number of {} keeps {} of perfect scaling", unit, percent_text(o.share));
    } else {
      out = fmt::format("At most {} {} keep {} of perfect scaling, and carry {}/s", rate_words(std::floor(*o.reach + 1e-9)), unit,
                        percent_text(o.share), rate_words(o.carried));
    }
    if (!o.rate) return out;
    return out + (o.needed ? fmt::format("; the forecast of {}/s takes {}", rate_words(*o.rate), whole(*o.needed))
                           : fmt::format("; no number carries the forecast of {}/s", rate_words(*o.rate)));
  }
  std::string operator()(const NoLaw& o) const {
    if (!o.phase.empty()) return fmt::format("What it takes is not known: no law fits the steps of {} ({})", o.phase, o.problem);
    return fmt::format("What {} takes is not known: a series of steps over 1, 2, 4, 8, 16 and 32 replicas (or users) would tell",
                       o.rate ? rate_words(*o.rate) + "/s" : "it");
  }
  std::string operator()(const CostsMost& o) const {
    std::string out =
        fmt::format("Work first on what breaks if {}: {} of the {} {} predicted a month at our test load", happening_words(o.top),
                    o.only ? "all" : share_words(o.share), rate_words(o.total), o.writes ? "lost writes" : "failed requests");
    if (o.own) out += fmt::format(" (this row's own: {})", share_words(*o.own));
    if (o.apart) out += fmt::format(" (how often {} is not declared, so it is not among them)", happening_words(*o.apart));
    return out;
  }
  std::string operator()(const Unprovoked& o) const {
    return fmt::format("Find what broke it {:.0f} s into the drill: {} of the {} requests that unprovoked outages failed", o.at,
                       share_words(o.share), rate_words(o.total));
  }
  std::string operator()(const HowOftenUnknown& o) const {
    const std::string how = o.fault.known ? fmt::format(" (`expected: 2/month` of \"{}\" would)", o.fault.fault) : "";
    return fmt::format("No problem can be put first: nobody has declared how often {}{}", happening_words(o.fault), how);
  }
  std::string operator()(const FallsShort& o) const {
    return fmt::format("Raise {} first: it takes {}/s of the {}/s needed{}", o.dependency, rate_words(o.capacity),
                       rate_words(o.needed), o.all > 1 ? fmt::format("; {} systems fall short", o.all) : "");
  }
  std::string operator()(const Uncommitted& o) const { return fmt::format("Settle {} first: {}", o.dependency, o.problem); }
  std::string operator()(const GivesWay& o) const {
    return fmt::format("Work on \"{}\" first: it is what gives way, at {}/s", o.title, rate_words(o.rate));
  }
  std::string operator()(const NoDay& o) const {
    if (o.why == NoDay::Why::never) return "No date: no amount of evidence shows an objective without any tolerance";
    if (o.why == NoDay::Why::not_by_time) return "No date can be worked out: a longer drill like this one would not show it";
    std::string out = owner.empty() ? "No date can be worked out: nobody is named who would fix it"
                                    : fmt::format("No date can be worked out: {} has not said by when it is fixed", owner);
    if (o.launch_in_days && *o.launch_in_days > 0)
      out += fmt::format("; the launch is {} away", counted(static_cast<uint64_t>(*o.launch_in_days), "day"));
    return out;
  }
  std::string operator()(const DayMissed& o) const {
    return fmt::format("It was to be fixed by {}, and this later drill finds it is not: {}", day_text(o.by),
                       owner.empty() ? "a new date is owed, and nobody is named for it" : owner + " owes a new date");
  }
  std::string operator()(const Provable& o) const {
    return fmt::format("Provable on {} at the earliest: {}", day_text(o.on), against_launch(o.on, o.launch));
  }
  std::string operator()(const PromiseRate& o) const {
    return fmt::format("Promise {} today, {}", requests_a_second(o.rate), against_forecast(o.margin));
  }
  std::string operator()(const PromiseLimit& o) const {
    const std::string text = o.unit == Unit::per_second ? requests_a_second(o.value) : format_value(o.value, o.unit);
    if (o.tries > 0) {
      return fmt::format("Worst of {}: {}; {} cannot support a promise", counted(o.tries, "try"), text,
                         o.tries == 1 ? "one try" : number_words(o.tries) + " tries");
    }
    std::string limit = limit_text(o.objective);
    limit.erase(0, limit.find_first_not_of("<>= "));
    const bool least = o.objective.comparison == Comparison::at_least;
    return fmt::format("Promise {} {} today, not {}", least ? "at least" : "at most", text, limit);
  }
};

struct AssumptionWords {
  std::string operator()(const LawCarries& o) const { return law_words(o.law); }
  std::string operator()(const LawKeeps& o) const { return law_words(o.law); }
  std::string operator()(const NoLaw&) const { return "none"; }
  std::string operator()(const CostsMost& o) const {
    return "it happens as often as its team declares; " +
           (o.at_forecast > 0
                ? fmt::format("at the forecast about {} a month, if they follow the rate", rate_words(std::round(o.at_forecast)))
                : "production's number is not known") +
           (o.at_least ? "; the load did not show all that it costs, so it is more" : "");
  }
  std::string operator()(const Unprovoked&) const { return "this drill's outages are those of any month"; }
  std::string operator()(const HowOftenUnknown&) const { return "none"; }
  std::string operator()(const FallsShort& o) const {
    return fmt::format("its capacity is as {}", o.source.empty() ? "known" : o.source);
  }
  std::string operator()(const Uncommitted&) const { return "none"; }
  std::string operator()(const GivesWay&) const { return "nothing else gives way soon after"; }
  std::string operator()(const NoDay&) const { return "none"; }
  std::string operator()(const DayMissed&) const { return "none"; }
  std::string operator()(const Provable& o) const {
    return o.fix ? fmt::format("it is fixed as that day begins, and one whole drill ({}) shows it", span_text(o.length))
                 : fmt::format("{} more of evidence like this, and nothing new goes wrong", span_text(o.length));
  }
  std::string operator()(const PromiseRate& o) const { return where_measured(o.environment); }
  std::string operator()(const PromiseLimit& o) const { return where_measured(o.environment); }
};

}  // namespace

std::string option_words(const TradeOff& option) { return std::visit(OptionWords{option.owner}, option.way); }

std::string assumption_words(const TradeOff& option) { return std::visit(AssumptionWords{}, option.way); }

std::string person_words(const TradeOff& option) { return option.owner.empty() ? kNobody : option.owner; }

namespace {

// "web", "web and cache", "web, cache and db".
std::string enumerated(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    out += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  }
  return out;
}

}  // namespace

std::string happening_words(const Happening& h) {
  if (!h.known) return h.fault + " happens";
  const std::string name = h.components.empty() ? "the process" : enumerated(h.components);
  const std::string who = (h.children ? h.components.empty() ? "the workers of " : "the processes of " : "") + name;
  const std::string which = h.alike ? fmt::format(" (\"{}\")", h.fault) : "";
  const std::string said = happening_of(h.kind, who, h.children || h.components.size() > 1);
  return !said.empty() ? said + which : fmt::format("\"{}\" happens", h.fault);
}

}  // namespace shakedown::report
