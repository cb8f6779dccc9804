#include "controller/report/words/plain.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "controller/report/words/text.h"

namespace shakedown::report {
namespace {

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// What a signal means to somebody who does not run the instrument.
const char* plain_words(Signal signal) {
  switch (signal) {
    case Signal::accounting_identity: return "Our own counts do not add up.";
    case Signal::agent: return "One of our measuring machines told what could not be used.";
    case Signal::bite: return "A failure that we injected is not proven to have taken effect.";
    case Signal::cleanup: return "Data of this drill may still be in the service.";
    case Signal::clock_offset: return "The clocks of our machines differ too much to compare times.";
    case Signal::down_before: return "The service was down already when a failure was to be injected.";
    case Signal::earlier_run: return "Something that an earlier drill had left behind stood during this one.";
    case Signal::journal: return "The record of the drill is incomplete.";
    case Signal::lag:
    case Signal::cpu:
    case Signal::steal:
    case Signal::shared_cores: return "Our own load machine was late, so some delays may be ours.";
    case Signal::leftover:
    case Signal::teardown: return "Not everything is as it was before the drill.";
    case Signal::lost_agent: return "One of our measuring machines was lost during the drill.";
    case Signal::many_rows: return "What fails, fails so narrowly that chance alone may do that.";
    case Signal::not_injected:
    case Signal::not_run: return "A failure that the drill declares was not caused, so what would follow it is not known.";
    case Signal::our_losses: return "Our own load machine could not send everything it should have sent.";
    case Signal::overlap: return "Failures that we injected overlapped, so what one of them does alone is not shown.";
    case Signal::rejudged: return "The requirements were changed after the drill.";
    case Signal::release: return "The release was changed during the drill.";
    case Signal::release_not_read: return "Which release was measured is not known: it could not be read.";
    case Signal::repair: return "A repair that the drill declares could not be carried out, so how long it takes is not known.";
    case Signal::secret_refused: return "Everything that carried one of our secrets was turned away.";
    case Signal::stood_before: return "Something that we had broken before still stood when the next failure was injected.";
    case Signal::undone_late:
      return "A failure that we caused was taken back later than declared, so what came after it may be ours.";
    case Signal::unexplained_loss: return "Something that was confirmed is lost, and nothing that we caused explains it.";
    case Signal::unobserved: return "We did not watch all of the time that counts.";
    case Signal::none: break;
  }
  return "Our own measurement had a problem.";
}

bool is_leftover(const ValidityReason& reason) { return reason.signal == Signal::leftover; }

// Whether the fault whose injection left it tells it already.
bool told_by_fault(const ValidityReason& reason, const Scorecard& card) {
  return std::any_of(card.faults.begin(), card.faults.end(), [&](const ScoredFault& fault) {
    return fault.name == reason.fault && fault.injection == reason.injection && !fault.leftovers.empty();
  });
}

}  // namespace

std::vector<std::string> leftovers(const Scorecard& scorecard) {
  std::vector<std::string> found;
  for (const ScoredFault& fault : scorecard.faults)
    for (const std::string& leftover : fault.leftovers) found.push_back(clean(fault.component + ": " + leftover));
  for (const ScoredFault& fault : scorecard.faults)
    if (fault.state == FaultState::leftover && fault.leftovers.empty())
      found.push_back(clean(fault.component + ": not as it was before " + fault.name));
  for (const ValidityReason& reason : scorecard.reasons) {
    if (is_leftover(reason) && !told_by_fault(reason, scorecard)) found.push_back(clean(reason.text));
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
    const std::string cause = plain_or(manifest.ended_by, "see the evidence pages");
    trouble.push_back("The drill did not run to its end: " + std::string(to_string(manifest.state)) +
                      (cause.empty() ? "" : " (" + cause + ")") + ". What was not measured counts as unknown.");
  }
  if (!manifest.rejudged_from.empty())
    trouble.push_back("The requirements were changed after the drill, so it is at most NOT PROVEN.");
  for (const ValidityReason& reason : scorecard.reasons) {
    if (!reason.invalidates || is_leftover(reason)) continue;
    std::string sentence = plain_words(reason.signal);
    if (std::find(trouble.begin(), trouble.end(), sentence) == trouble.end()) trouble.push_back(std::move(sentence));
  }
  for (const ValidityReason& reason : scorecard.reasons) {
    if (reason.signal == Signal::cleanup)
      trouble.push_back("Data of this drill is in the service, or may be: " + plain_or(reason.text, "see the evidence pages") +
                        ".");
    if (reason.signal == Signal::many_rows) trouble.push_back("Not proven for this reason: " + clean(reason.text) + ".");
    if (reason.signal == Signal::secret_refused) trouble.push_back(clean(reason.text));
    if (reason.signal == Signal::earlier_run) trouble.push_back("Left behind by an earlier drill: " + clean(reason.text) + ".");
  }
  if (!scorecard.valid && trouble.empty() && leftovers(scorecard).empty())
    trouble.push_back("Our own measurement was not valid.");
  return trouble;
}

}  // namespace shakedown::report
