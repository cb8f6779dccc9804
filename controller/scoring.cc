#include "controller/scoring.h"

#include <cstdio>

#include "controller/judge/judge.h"
#include "controller/report/report.h"
#include "core/base/units.h"
#include "core/config/scenario.h"

namespace shakedown {
namespace {

Error explain(const Decoded& decoded, const std::string& path) {
  Error error(ErrorKind::scenario, path + ": the scenario is not valid (" +
                                       std::to_string(decoded.diagnostics.size()) + " to mend)");
  for (const Diagnostic& diagnostic : decoded.diagnostics) error.notes.push_back(diagnostic.text());
  return error;
}

}  // namespace

Result<Scenario> load_or_explain(const std::string& path) {
  Decoded decoded = load_scenario(path);
  if (!decoded.scenario) return fail(explain(decoded, path));
  return std::move(*decoded.scenario);
}

Result<Scored> score(const RunFolder& folder, const std::optional<std::string>& other_scenario) {
  Scored scored;
  SHAKEDOWN_TRY(auto scenario, load_or_explain(other_scenario ? *other_scenario : folder.scenario()));
  scored.scenario = std::make_unique<Scenario>(std::move(scenario));
  scored.timeline = std::make_unique<Timeline>(*scored.scenario);
  SHAKEDOWN_TRY(auto replayed, replay(folder.journal(), *scored.timeline));
  scored.summary = replayed.summary;
  Manifest manifest = std::move(replayed.manifest);
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
  scored.scorecard = judge(*scored.scenario, *scored.timeline, manifest, manifest.finished);
  return scored;
}

Result<void> write_reports(const RunFolder& folder, const Scored& scored) {
  SHAKEDOWN_TRY(folder.write("manifest.json", manifest_json(scored.scorecard.manifest)));
  SHAKEDOWN_TRY(folder.write("scorecard.json", scorecard_json(scored.scorecard)));
  SHAKEDOWN_TRY(folder.write("scorecard.md", scorecard_markdown(scored.scorecard)));
  SHAKEDOWN_TRY(folder.write("junit.xml", scorecard_junit(scored.scorecard)));
  return folder.write("scorecard.html", scorecard_html(scored.scorecard, *scored.timeline));
}

}  // namespace shakedown
