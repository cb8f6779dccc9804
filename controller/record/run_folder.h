// The folder of one run: manifest.json scenario.yaml journal.shk scorecard.json scorecard.html scorecard.md junit.xml.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/model/run.h"

namespace shakedown {

class RunFolder {
 public:
  // Creates the folder (parents too). Error output when it cannot be written, is another user's or already holds a run.
  static Result<RunFolder> create(const std::string& path);
  // Opens one that holds a run. Error output when it holds none.
  static Result<RunFolder> open(const std::string& path);

  // Creates the folder or takes the one that is there: for reports that may be written again.
  static Result<RunFolder> reopen(const std::string& path);

  const std::string& path() const { return path_; }
  std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }
  std::string journal() const { return file("journal.shk"); }
  std::string scenario() const { return file("scenario.yaml"); }

  // Whole or not at all: written beside, synced, renamed. Error io (disk full).
  Result<void> write(std::string_view name, std::string_view content) const;
  Result<std::string> read(std::string_view name) const;

 private:
  explicit RunFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// Error output for a folder that another user owns, or the link to it. ours_alone: also for any link, and for one where others
// may write.
Result<void> require_own_folder(const std::string& path, bool ours_alone = false);
Result<std::string> file_content(const std::string& path);
std::string manifest_json(const Manifest& manifest);

}  // namespace shakedown
