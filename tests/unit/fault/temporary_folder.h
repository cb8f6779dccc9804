// A folder of its own for one test.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace shakedown::test {

struct TemporaryFolder {
  TemporaryFolder() {
    char name[] = "/tmp/shakedown-unit-XXXXXX";
    path = ::mkdtemp(name) != nullptr ? name : "";
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  std::string operator/(const std::string& name) const { return path + "/" + name; }
  std::string path;
};

}  // namespace shakedown::test
