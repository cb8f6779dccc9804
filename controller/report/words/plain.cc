#include "controller/report/words/plain.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "controller/report/words/text.h"

namespace shakedown::report {
namespace {

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// A piece of a validity signal's name, and what it means to somebody who does not run the instrument.
constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kTrouble = {{
    {"not injected", "A failure that the drill declares was not caused, so what would follow it is not known."},
    {"lag", "Our own load machine was late, so some delays may be ours."},
    {"shortfall", "Our own load machine could not send everything it should have sent."},
    {"drop", "Our own load machine could not send everything it should have sent."},
    {"client", "Our own load machine could not send everything it should have sent."},
    {"agent", "One of our measuring machines was lost during the drill."},
    {"clock", "The clocks of our machines differ too much to compare times."},
    {"bite", "A failure that we injected is not proven to have taken effect."},
    {"bit", "A failure that we injected is not proven to have taken effect."},
    {"accounting", "Our own counts do not add up."},
    {"journal", "The record of the drill is incomplete."},
    {"overlap", "Failures that we injected overlapped, so what one of them does alone is not shown."},
    {"down before", "The service was down already when a failure was to be injected."},
    {"undone late", "A failure that we caused was taken back later than declared, so what came after it may be ours."},
    {"stood before", "Something that we had broken before still stood when the next failure was injected."},
    {"release not read", "Which release was measured is not known: it could not be read."},
    {"release", "The release was changed during the drill."},
}};

bool is_leftover(const ValidityReason& reason) { return lower_case(reason.signal).find("leftover") != std::string::npos; }

std::string plain_signal(const ValidityReason& reason) {
  const std::string signal = lower_case(reason.signal);
  for (const auto& [piece, sentence] : kTrouble)
    if (signal.find(piece) != std::string::npos) return std::string(sentence);
  return "Our own measurement had a problem: " + shorten(plain_or(reason.signal, "see the evidence pages"), 60) + ".";
}

}  // namespace

std::vector<std::string> leftovers(const Scorecard& scorecard) {
  std::vector<std::string> found;
  for (const ScoredFault& fault : scorecard.faults)
    for (const std::string& leftover : fault.leftovers) found.push_back(clean(fault.component + ": " + leftover));
  for (const ScoredFault& fault : scorecard.faults)
    if (fault.state == FaultState::leftover && fault.leftovers.empty())
      found.push_back(clean(fault.component + ": not as it was before " + fault.name));
  const std::size_t of_faults = found.size();
  for (const ValidityReason& reason : scorecard.reasons) {
    if (!is_leftover(reason)) continue;
    const bool told = of_faults > 0 && std::any_of(scorecard.faults.begin(), scorecard.faults.end(), [&](const auto& fault) {
                        return std::any_of(fault.leftovers.begin(), fault.leftovers.end(), [&](const std::string& leftover) {
                          return reason.text.find(leftover) != std::string::npos;
                        });
                      });
    if (!told) found.push_back(clean(reason.text));
  }
  return found;
}

std::string plain_or(std::string_view text, std::string_view otherwise) {
  static constexpr std::array<std::string_view, 15> kJargon = {"p99",        "p50",         "probe",    "ledger",    "interval",
                                                               "percentile", "sli",         "quantile", "histogram", "p95",
                                                               "coherency",  "coefficient", "promql",   "usl",       "residual"};
  const std::string lower = lower_case(text);
  for (const std::string_view jargon : kJargon) {
    for (std::size_t at = lower.find(jargon); at != std::string::npos; at = lower.find(jargon, at + 1)) {
      const bool begins = at == 0 || std::isalpha(static_cast<unsigned char>(lower[at - 1])) == 0;
      const std::size_t end = at + jargon.size();
      const bool whole = end >= lower.size() || std::isalpha(static_cast<unsigned char>(lower[end])) == 0;
      if (begins && (whole || jargon.size() > 3)) return std::string(otherwise);
    }
  }
  return clean(text);
}

std::vector<std::string> run_trouble(const Scorecard& scorecard) {
  std::vector<std::string> trouble;
  const Manifest& manifest = scorecard.manifest;
  if (manifest.state == RunState::running && manifest.ended_by.starts_with("the journal is damaged")) {
    trouble.push_back("The record of the drill is damaged: nothing in it counts.");
  } else if (manifest.state != RunState::completed) {
    const std::string cause = shorten(plain_or(manifest.ended_by, "see the evidence pages"), 60);
    trouble.push_back("The drill did not run to its end: " + std::string(to_string(manifest.state)) +
                      (cause.empty() ? "" : " (" + cause + ")") + ". What was not measured counts as unknown.");
  }
  if (!manifest.rejudged_from.empty())
    trouble.push_back("The requirements were changed after the drill, so it is at most NOT PROVEN.");
  for (const ValidityReason& reason : scorecard.reasons) {
    if (!reason.invalidates || is_leftover(reason)) continue;
    std::string sentence = plain_signal(reason);
    if (std::find(trouble.begin(), trouble.end(), sentence) == trouble.end()) trouble.push_back(std::move(sentence));
  }
  for (const ValidityReason& reason : scorecard.reasons) {
    if (reason.signal == "many rows") trouble.push_back("Not proven for this reason: " + clean(reason.text) + ".");
    if (reason.signal == "earlier run")
      trouble.push_back("Left behind by an earlier drill: " + shorten(clean(reason.text), 200) + ".");
  }
  if (!scorecard.valid && trouble.empty() && leftovers(scorecard).empty())
    trouble.push_back("Our own measurement was not valid.");
  return trouble;
}

}  // namespace shakedown::report
