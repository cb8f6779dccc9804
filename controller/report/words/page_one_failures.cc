// Page one's sentences about failures that were caused.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/model/figures.h"
#include "controller/report/words/options.h"
#include "controller/report/words/page_one.h"
#include "controller/report/words/spoken.h"

namespace shakedown::report {
namespace {

// "; at the forecast 2 000 writes a second about 400 to 580, if losses follow the rate". All of a time is that time at the
// other rate; of scattered losses only the number can be scaled.
std::string in_production(const told::Loss& loss, const Scorecard& card) {
  if (!card.forecast || !card.forecast->writes) return "; production's number is not known";
  const double rate = card.forecast->writes->per_second;
  if (!loss.newest && !(loss.our_rate > 0)) return "; production's number is not known";
  const double times = loss.newest ? rate : rate / loss.our_rate;
  const double least = loss.newest ? shown_lower(loss.seconds_least, loss.seconds_most) : loss.least;
  const double most = loss.newest ? shown_upper(loss.seconds_most) : loss.most;
  return fmt::format("; at the forecast {} writes a second about {}, if losses follow the rate", rate_words(rate),
                     count_range_words(times * least, times * most));
}

// A share of the crashes may be promised: of those that kept it.
std::string share_words(const told::Loss& loss, const std::string& start) {
  const double kept = loss.keeping_most;
  const std::string at_most = loss.by_count
                                  ? count_range_words(kept, kept) + " confirmed " + (kept == 1 ? loss.noun : plural(loss.noun))
                                  : "what was confirmed in the last " + within_words(kept);
  return fmt::format(
      "{}, {} lost in {} of {} tries; promised is that in {} of all.", start,
      kept > 0 ? "at most " + at_most + (loss.by_count && kept != 1 ? " are" : " is") : "no confirmed " + loss.noun + " is",
      loss.keeping, loss.injections, percent_text(loss.share->value));
}

std::string without_loss(const told::Loss& loss, const std::string& start, const ScoredRequirement& row) {
  if (row.verdict.state == VerdictState::pass && loss.unsure > 0) {
    return fmt::format("{}, at most {} may have disappeared.", start, counted(loss.unsure, "confirmed " + loss.noun));
  }
  if (row.verdict.state == VerdictState::pass && loss.tries > 0) {
    return fmt::format("{}, no confirmed {} disappeared in {}.", start, loss.noun, counted(loss.tries, "try"));
  }
  const std::string seen = !(loss.row_most > 0) ? ""
                           : loss.by_count      ? fmt::format(" ({} a try)", count_range_words(loss.row_least, loss.row_most))
                                                : fmt::format(" (of {})", time_range_words(loss.row_least, loss.row_most));
  return fmt::format("{}, confirmed {} disappear{}{}.", start, plural(loss.noun), seen, team_reports(row.requirement, "0 lost"));
}

}  // namespace

std::string loss_words(const told::Loss& loss, const Scorecard& card) {
  const ScoredRequirement& row = card.requirements.at(loss.row);
  const std::string start = "If " + happening_words(loss.happening);
  if (row.verdict.state == VerdictState::pass && loss.share) return share_words(loss, start);
  if (loss.losing == 0) return without_loss(loss, start, row);
  const std::string tries =
      fmt::format("in {} of {}", loss.losing, loss.tries == 1 ? "1 try" : fmt::format("{} tries", loss.tries));
  const std::string ours = fmt::format("our {} test writes a second", format_number(loss.our_rate));
  const std::string team = team_reports(row.requirement, "0 lost");
  if (!std::isfinite(loss.most) || !std::isfinite(loss.seconds_most)) {
    return fmt::format("{}, at least {} of {} disappear ({}){}; production's number is not known.", start,
                       counted(static_cast<uint64_t>(loss.least), "confirmed " + loss.noun), ours, tries, team);
  }
  const bool from_zero = !(loss.seconds_least > 0);
  const std::string span =
      from_zero ? within_words(loss.seconds_most) + " at most" : time_range_words(loss.seconds_least, loss.seconds_most);
  const std::string nouns =
      fmt::format("{} {}", count_range_words(loss.least, loss.most), loss.most == 1 ? loss.noun : plural(loss.noun));
  return fmt::format("{}, {} confirmed in the last {} is lost ({} of {}, {}){}{}.", start,
                     loss.newest ? "everything" : "part of what was", span, nouns, ours, tries, in_production(loss, card), team);
}

namespace {

// "requests to shop": of "request to shop".
std::string plural_of(const std::string& noun) {
  const std::size_t to = std::min(noun.find(" to "), noun.size());
  return plural(noun.substr(0, to)) + noun.substr(to);
}

std::string all_of(const std::vector<std::string>& nouns) {
  std::string out;
  for (std::size_t i = 0; i < nouns.size(); ++i)
    out += (i == 0 ? "" : i + 1 < nouns.size() ? ", " : " and ") + plural_of(nouns[i]);
  return out;
}

const char* is_or_are(const std::string& time) { return time == "1 second" ? "is" : "are"; }

// "as promised (5 seconds)"; where the team declares another time, what is needed is no promise of its own: "as promised
// (4 seconds; needed are 5 seconds)", "within the 5 seconds needed; the team says 2 seconds".
std::string kept_words(const Requirement& requirement, double most) {
  const std::string limit = time_words(requirement.objective.limit);
  const std::optional<double> declared = requirement.declared ? requirement.declared->value : std::nullopt;
  const std::string team = declared ? time_words(*declared) : limit;
  if (team == limit) return "as promised (" + limit + ")";
  if (*declared >= most) return fmt::format("as promised ({}; needed {} {})", team, is_or_are(limit), limit);
  return fmt::format("within the {} needed; the team says {}", limit, team);
}

// What broke beside it is no less away.
std::string but_elsewhere(const told::Recovery& told, const std::string& start, const std::string& kept) {
  return fmt::format("{}, {} fail for up to {}; {} are back within {}, {}.", start, all_of(told.elsewhere),
                     within_words(told.elsewhere_seconds), all_of(told.asked), within_words(told.most), kept);
}

}  // namespace

std::string recovery_words(const told::Recovery& told, const Scorecard& card) {
  const ScoredRequirement& row = card.requirements.at(told.row);
  const std::string limit = time_words(row.requirement.objective.limit);
  const std::string start = "If " + happening_words(told.happening);
  const bool passes = row.verdict.state == VerdictState::pass;
  if (passes && told.share && told.keeping < told.injections) {
    return fmt::format("{}, the service is back within {} in {} of {} tries; promised are {} in {} of all.", start,
                       within_words(told.keeping_most), told.keeping, told.injections, limit, percent_text(told.share->value));
  }
  const std::string kept = kept_words(row.requirement, told.most);
  if (passes && !told.elsewhere.empty()) return but_elsewhere(told, start, kept);
  if (passes && told.masked) {
    return fmt::format("{}, nobody sees the service go away for longer than {}, {}{}.", start, within_words(told.most), kept,
                       told.beside ? "; what was broken is not what answers there" : "");
  }
  if (passes) return fmt::format("{}, the service is back within {}, {}.", start, within_words(told.most), kept);
  std::string away = time_words(told.most);
  if (away == limit) away = within_words(told.most);  // a miss is not rounded to what was promised
  if (std::isinf(told.most) || told.injections == 0) {
    const double least = row.verdict.measured.lower.value_or(0);
    away = least >= 1e-3 ? "more than " + beyond_words(least) : "a time that has no upper limit";
  }
  return fmt::format("{}, the service is away for {}{}; promised {} {}{}.", start, away,
                     told.overlapped ? ", in part with another failure at work" : "", is_or_are(limit), limit,
                     team_reports(row.requirement, "no time away"));
}

}  // namespace shakedown::report
