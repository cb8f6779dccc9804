// judge, verify, report: everything that needs only a run folder.
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "controller/cli/commands.h"
#include "controller/record/scoring.h"
#include "controller/report/report.h"
#include "core/base/printable.h"
#include "core/base/units.h"

namespace shakedown {
namespace {

void print_summary(const Scorecard& scorecard) {
  const std::string text = scorecard_console(scorecard, ::isatty(STDOUT_FILENO) != 0);
  std::fwrite(text.data(), 1, text.size(), stdout);
}

Result<int> judge_folder(const std::string& path, const std::string& scenario) {
  SHAKEDOWN_TRY(auto folder, RunFolder::open(path));
  SHAKEDOWN_TRY(auto scored, score(folder, scenario.empty() ? std::nullopt : std::make_optional(scenario)));
  Result<void> written = ok();
  if (scored.scorecard.manifest.rejudged_from.empty()) {
    written = write_reports(folder, scored);
  } else {
    const std::string beside = folder.file("rejudged-" + scored.scorecard.manifest.scenario_sha256.substr(0, 12));
    SHAKEDOWN_TRY(auto rejudged, RunFolder::reopen(beside));
    written = write_reports(rejudged, scored);
    if (written) say(stdout, "objectives changed after the run; written to " + beside + "\n");
  }
  print_summary(scored.scorecard);
  return written ? exit_code(scored.scorecard) : code_in_trouble(scored.scorecard, report_error(written.error()));
}

// The first line in which two texts differ, for people.
std::string first_difference(const std::string& found, const std::string& expected) {
  std::size_t line = 1, at = 0;
  while (at < found.size() && at < expected.size() && found[at] == expected[at]) {
    if (found[at] == '\n') ++line;
    ++at;
  }
  const auto line_of = [at](const std::string& text) {
    const std::size_t from = text.rfind('\n', at == 0 ? 0 : at - 1) + 1;
    const std::size_t begin = at == 0 ? 0 : from;
    return text.substr(std::min(begin, text.size()), text.find('\n', at) - begin);
  };
  return "line " + std::to_string(line) + ": expected '" + line_of(expected) + "', found '" + line_of(found) + "'";
}

// Whether the file says what the journal says; prints which and what differs.
bool is_regenerated(const RunFolder& folder, const ReportFile& file, const Scored& scored) {
  const Result<std::string> stored = folder.read(file.name);
  const std::string regenerated = file.text(scored);
  const bool same = stored && stored.value() == regenerated;
  const std::string outcome = same     ? "regenerated, identical"
                              : stored ? "NOT what the journal says: " + first_difference(stored.value(), regenerated)
                                       : "NOT there: " + stored.error().text();
  say(stdout, file.name + ": " + outcome + "\n");
  return same;
}

Result<int> verify_folder(const std::string& path) {
  SHAKEDOWN_TRY(auto folder, RunFolder::open(path));
  SHAKEDOWN_TRY(auto scored, score(folder, std::nullopt));
  if (!scored.summary.damage.empty()) {
    say(stdout, "journal: NOT intact: " + scored.summary.damage + "\n");
    return 1;
  }
  if (!scored.summary.complete) {
    std::printf("journal: chain intact but NOT complete: %lu records and no closing record\n",
                static_cast<unsigned long>(scored.summary.records));
    return 1;
  }
  if (!scored.scorecard.manifest.rejudged_from.empty()) {
    std::printf("scenario.yaml: NOT the one of the run: expected sha256 %s, found %s\n",
                scored.scorecard.manifest.rejudged_from.c_str(), scored.scorecard.manifest.scenario_sha256.c_str());
    return 1;
  }
  std::printf("journal: %lu records, chain intact and complete, last digest %s\n",
              static_cast<unsigned long>(scored.summary.records), hex(scored.summary.chain).substr(0, 12).c_str());
  int differing = 0;
  for (const ReportFile& file : report_files()) differing += is_regenerated(folder, file, scored) ? 0 : 1;
  if (differing > 0) return 1;
  std::printf(
      "The files are those of this journal, and it has no hole. The chain has no key: whoever can write the folder can make\n"
      "another journal and another chain. Keep the last digest elsewhere to know this journal again.\n");
  return 0;
}

Result<int> report_folder(const std::string& path, const std::vector<std::string>& formats) {
  SHAKEDOWN_TRY(auto folder, RunFolder::open(path));
  SHAKEDOWN_TRY(auto scored, score(folder, std::nullopt));
  for (const std::string& format : formats) {
    const auto& files = report_files();
    const auto file = std::find_if(files.begin(), files.end(), [&](const ReportFile& f) { return f.format == format; });
    if (format.empty() || file == files.end()) {
      return fail(ErrorKind::usage, "unknown format '" + format + "'; expected html, md, json or junit");
    }
    SHAKEDOWN_TRY(folder.write(file->name, file->text(scored)));
    say(stdout, folder.file(file->name) + "\n");
  }
  return 0;
}

int finished(const Result<int>& result) { return result ? result.value() : report_error(result.error()); }

}  // namespace

int report_error(const Error& error) {
  say(stderr, "shakedown: " + error.text() + "\n");
  return exit_code(error.kind);
}

int judge_command(const std::string& folder, const std::string& scenario) { return finished(judge_folder(folder, scenario)); }
int verify_command(const std::string& folder) { return finished(verify_folder(folder)); }
int report_command(const std::string& folder, const std::vector<std::string>& formats) {
  return finished(report_folder(folder, formats));
}

}  // namespace shakedown
