#include "controller/record/scoring.h"

#include <algorithm>
#include <cstdio>

#include "controller/judge/judge.h"
#include "controller/judge/rejudge/rejudge.h"
#include "controller/report/report.h"
#include "controller/scenario/scenario.h"
#include "core/base/units.h"

namespace shakedown {
namespace {

Error explain(const Decoded& decoded, const std::string& path) {
  const auto errors = std::count_if(decoded.diagnostics.begin(), decoded.diagnostics.end(),
                                    [](const Diagnostic& d) { return d.severity == Severity::error; });
  Error error(ErrorKind::scenario, path + ": the scenario is not valid (" + std::to_string(errors) + " to mend)");
  for (const Diagnostic& diagnostic : decoded.diagnostics) error.notes.push_back(diagnostic.text());
  return error;
}

}  // namespace

Result<Scenario> load_or_explain(const std::string& path) {
  Decoded decoded = load_scenario(path);
  if (!decoded.scenario) return fail(explain(decoded, path));
  return std::move(*decoded.scenario);
}

namespace {

// The scenario asked for, in terms of the one that the run was executed with and keeps beside its journal.
judging::Rejudged in_terms_of_the_run(const RunFolder& folder, const Scenario& asked, const std::string& executed) {
  const Decoded stored = load_scenario(folder.scenario());
  if (stored.scenario && stored.scenario->sha256 == executed) return judging::rejudge(*stored.scenario, asked);
  return judging::refuse_all(asked,
                             "the scenario.yaml beside the journal is not the one of the run, so nobody can say what "
                             "its records are about");
}

struct Replayed {
  std::unique_ptr<Scenario> scenario;
  std::unique_ptr<Timeline> timeline;
  std::map<RequirementId, std::string> refused;
  Replay replay;
};

Result<Replayed> replay_as(const RunFolder& folder, Scenario scenario,
                           const std::function<bool(JournalEntry&)>& change = nullptr) {
  Replayed out;
  out.scenario = std::make_unique<Scenario>(std::move(scenario));
  out.timeline = std::make_unique<Timeline>(*out.scenario);
  SHAKEDOWN_TRY(auto replayed, replay(folder.journal(), *out.timeline, change));
  out.replay = std::move(replayed);
  return out;
}

bool tells_the_run_itself(const JournalEntry& entry) {
  return std::holds_alternative<Manifest>(entry) || std::holds_alternative<JournalClose>(entry);
}

Result<Replayed> replay_by(const RunFolder& folder, const std::string& path) {
  SHAKEDOWN_TRY(auto asked, load_or_explain(path));
  SHAKEDOWN_TRY(auto own, replay_as(folder, asked));
  const std::string& executed = own.replay.manifest.scenario_sha256;
  if (executed == asked.sha256 || executed.empty()) return own;
  judging::Rejudged other = in_terms_of_the_run(folder, asked, executed);
  const auto change = [&](JournalEntry& entry) {
    if (auto* reading = std::get_if<Reading>(&entry)) return judging::translate(*reading, other);
    return other.named || tells_the_run_itself(entry);
  };
  SHAKEDOWN_TRY(auto out, replay_as(folder, std::move(other.scenario), change));
  out.refused = std::move(other.refused);
  return out;
}

}  // namespace

Result<Scored> score(const RunFolder& folder, const std::optional<std::string>& other_scenario) {
  Scored scored;
  if (!other_scenario) {
    const Result<std::string> there = folder.read("scenario.yaml");
    if (!there) return fail(there.error());  // what is gone is no mistake in it
  }
  SHAKEDOWN_TRY(auto replayed, replay_by(folder, other_scenario ? *other_scenario : folder.scenario()));
  scored.scenario = std::move(replayed.scenario);
  scored.timeline = std::move(replayed.timeline);
  scored.summary = replayed.replay.summary;
  Manifest manifest = std::move(replayed.replay.manifest);
  if (manifest.run_id.empty()) {
    return fail(ErrorKind::io, "the journal " + folder.journal() + " holds no manifest" +
                                   (scored.summary.damage.empty() ? "" : ": " + scored.summary.damage));
  }
  if (!scored.summary.complete) {
    manifest.state = RunState::running;
    manifest.ended_by = scored.summary.damage.empty() ? "the journal ends without its closing record"
                                                      : "the journal is damaged: " + scored.summary.damage;
  }
  if (manifest.finished == WallTime{}) {
    manifest.finished = manifest.started + scored.timeline->last().time_since_epoch();
  }
  if (scored.scenario->sha256 != manifest.scenario_sha256) {
    manifest.rejudged_from = manifest.scenario_sha256;
    manifest.scenario_sha256 = scored.scenario->sha256;
  }
  scored.scorecard = judge(*scored.scenario, *scored.timeline, manifest, manifest.finished, replayed.refused);
  return scored;
}

const std::vector<ReportFile>& report_files() {
  static const std::vector<ReportFile> files = {
      {"", "manifest.json", [](const Scored& s) { return manifest_json(s.scorecard.manifest); }},
      {"json", "scorecard.json", [](const Scored& s) { return scorecard_json(s.scorecard); }},
      {"html", "scorecard.html", [](const Scored& s) { return scorecard_html(s.scorecard, *s.timeline); }},
      {"md", "scorecard.md", [](const Scored& s) { return scorecard_markdown(s.scorecard); }},
      {"junit", "junit.xml", [](const Scored& s) { return scorecard_junit(s.scorecard); }}};
  return files;
}

Result<void> write_reports(const RunFolder& folder, const Scored& scored) {
  Result<void> first = ok();
  for (const ReportFile& file : report_files()) {
    const Result<void> written = folder.write(file.name, file.text(scored));
    if (first && !written) first = fail(written.error());
  }
  return first;
}

int code_in_trouble(const Scorecard& scorecard, int trouble) {
  const int judged = exit_code(scorecard);
  return judged == 4 || judged == 1 ? judged : trouble;
}

}  // namespace shakedown
