// attested {statement, by, date, expires}: what somebody vouches for. Nobody's measurement, so it has no value at all.
#include <fmt/format.h>

#include "controller/judge/sli/families.h"
#include "controller/judge/sli/form_parts.h"

namespace shakedown {

SliForm forms::attested() {
  const Shape shape =
      mapping("attested", "What cannot be measured here and somebody vouches for. Shown as attested, never as measured.",
              {need("statement", text(), "What is vouched for."), need("by", text(), "By whom."),
               may("link", text(), "Where it can be read."), need("date", scalar(Form::date), "When, quoted."),
               need("expires", scalar(Form::date), "Until when it counts, quoted.")});
  return {may("attested", shape, "No objective. Red once expired."), std::nullopt,
          [](const View& view, const Names&, const Scenario&) -> Sli {
            return AttestedSli{view["statement"].text(), view["by"].text(), view["link"].text(), view["date"].text(),
                               view["expires"].text()};
          }};
}

}  // namespace shakedown

namespace shakedown::judging {
namespace {

// The instant at which a day that was written begins; nothing when it is no date.
std::optional<WallTime> day_of(const std::string& written) {
  const Result<WallTime> day = parse_wall(written);
  return day ? std::optional(day.value()) : std::nullopt;
}

}  // namespace

Judged judge_sli(const Requirement& requirement, const AttestedSli& sli, const Evidence& evidence) {
  const Unit unit = unit_of(requirement.sli);
  const std::string link = sli.link.empty() ? "" : fmt::format(", see {}", sli.link);
  const std::string said = fmt::format("Attested, not measured: \"{}\", by {} on {}{}", sli.statement, sli.by, sli.date, link);
  const std::optional<WallTime> date = day_of(sli.date), expires = day_of(sli.expires);
  const WallTime now = evidence.manifest->finished;
  const auto open = [&](const std::string& why, const std::string& needed) {
    return nothing(unit, fmt::format("{}; {}.", said, why), needed);
  };
  if (!date || !expires) return open("its dates cannot be read", "dates such as 2026-12-15");
  if (now == WallTime{}) return open("when the run ended is not known", "a run that came to its end");
  if (*date > now) return open("that day had not come when the run ended", "a date that is not in the future");
  Judged out;
  out.verdict.measured.unit = unit;
  const bool expired = now >= *expires + std::chrono::days(1);  // the last day counts
  out.verdict.state = expired ? VerdictState::fail : VerdictState::pass;
  // Dates as written, of one form: their order is that of the days.
  const std::string& launch = evidence.scenario->launch;
  if (!expired && !launch.empty() && sli.expires < launch) {
    out.verdict.state = VerdictState::not_proven;
    out.verdict.reason = fmt::format("{}; good until {}, which is before the launch on {}.", said, sli.expires, launch);
    out.verdict.needed = "a word that is good on the day of the launch";
    return out;
  }
  out.verdict.reason =
      expired ? fmt::format("{}; it expired on {}.", said, sli.expires) : fmt::format("{}; good until {}.", said, sli.expires);
  return out;
}

PlannedEvidence evidence_needed(const Requirement&, const AttestedSli& sli, const Scenario&) {
  return planned::Word{sli.by, sli.expires};
}

}  // namespace shakedown::judging
