// From a run folder to its scorecard and reports. `run` ends with exactly this, so judge and verify see the same bytes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/model/scorecard.h"
#include "controller/record/chronicle.h"
#include "controller/record/run_folder.h"

namespace shakedown {

struct Scored {
  std::unique_ptr<Scenario> scenario;
  std::unique_ptr<Timeline> timeline;
  JournalSummary summary;
  Scorecard scorecard;
};

// Replays and judges. other_scenario: judge by another file (objectives changed after the run).
Result<Scored> score(const RunFolder& folder, const std::optional<std::string>& other_scenario);

// What the run folder holds beside the journal and the scenario: manifest.json and the reports, all made of the journal alone.
struct ReportFile {
  std::string format;  // as `shakedown report --format` calls it; the manifest has none
  std::string name;
  std::string (*text)(const Scored& scored);
};
const std::vector<ReportFile>& report_files();

// All of them into the folder, each that can be written; the first trouble.
Result<void> write_reports(const RunFolder& folder, const Scored& scored);

// The exit code where something went wrong after the drill: what was left behind and a certain NO-GO weigh more.
int code_in_trouble(const Scorecard& scorecard, int trouble);

// A scenario file with its diagnostics printed to stderr; Error scenario when it has any.
Result<Scenario> load_or_explain(const std::string& path);

}  // namespace shakedown
