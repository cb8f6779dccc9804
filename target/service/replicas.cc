#include "target/service/replicas.h"

#include <fstream>

namespace practice {

Parsed<unsigned> read_replicas(const std::string& path) {
  std::ifstream file(path);
  std::string word;
  std::string more;
  file >> word >> more;
  const auto count = parse_count(more.empty() ? word : word + " " + more, 1, 10000);
  if (!count.ok()) return {0, count.problem + " in " + path};
  return parsed(static_cast<unsigned>(count.value));
}

}  // namespace practice
