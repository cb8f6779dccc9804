#include <sstream>

#include <unistd.h>

#include "agent/audit/audit.h"
#include "agent/audit/lines.h"
#include "core/base/regular_file.h"

namespace shakedown {
namespace {

constexpr std::size_t kLargestAudit = std::size_t{64} << 20;  // far more than a file is let grow

struct Reading {
  AuditFindings findings;
  uint64_t first = 0, last = 0;
  std::string last_before;  // what the last record follows
};

std::string trouble(const audit::Line& line, const Reading& so_far) {
  const bool first = so_far.findings.records == 0;
  if (!first && line.number != so_far.last + 1) {
    return "record " + std::to_string(so_far.last + 1) + " was expected, found " + std::to_string(line.number);
  }
  if (first ? line.number == 1 && line.before() != audit::kBeginning : line.before() != so_far.findings.chain) {
    return first ? "it does not begin a chain" : "it does not follow the record before it";
  }
  if (audit::link(line.before(), line.body) != line.chain) return "its content is not what its chain was made of";
  return "";
}

// Reads on; `name` goes before a line's number where it is not the file that was asked for.
void read(const std::string& content, const std::string& name, Reading& reading) {
  std::istringstream lines(content);
  std::string text;
  for (uint64_t at = 1; std::getline(lines, text); ++at) {
    const auto line = audit::parse(text);
    const std::string what = line ? trouble(*line, reading) : "it is no record of the audit";
    if (!what.empty()) {
      reading.findings.damage = name + "line " + std::to_string(at) + ": " + what;
      return;
    }
    if (reading.findings.records == 0) reading.first = line->number;
    reading.last = line->number;
    reading.last_before = line->before();
    reading.findings.chain = line->chain;
    ++reading.findings.records;
  }
  if (!content.empty() && content.back() != '\n') reading.findings.damage = name + "its last line has no end";
}

// audit.log -> audit.log.1 -> audit.log.2
std::string older(const std::string& file) {
  const std::size_t dot = file.rfind('.');
  const std::string end = file.substr(dot + 1);
  const bool numbered = !end.empty() && end.size() < 9 && end.find_first_not_of("0123456789") == std::string::npos;
  return numbered ? file.substr(0, dot + 1) + std::to_string(std::stoi(end) + 1) : file + ".1";
}

// What audit.head names against what is there.
std::string against_head(const std::string& folder, const Reading& reading) {
  const auto head = audit::read_head(folder);
  const auto number = [](uint64_t n) { return std::to_string(n); };
  if (!head) return "audit.head, which names its last record, is missing or damaged beside it: its end may be missing, too";
  if (head->number > reading.last) {
    return "its end is missing: " + number(head->number) + " records were written, the last here is " + number(reading.last);
  }
  const bool crashed_before_the_head = reading.last == head->number + 1 && reading.last_before == head->chain;
  if (!crashed_before_the_head && (head->number != reading.last || head->chain != reading.findings.chain)) {
    return "audit.head does not name its last record";
  }
  if (head->oldest == reading.first) return "";
  return "its beginning is missing: it is kept from record " + number(head->oldest) + ", the first here is " +
         number(reading.first);
}

}  // namespace

Result<AuditFindings> check_audit(const std::string& file) {
  std::vector<std::string> names{file}, contents;
  for (std::string next = older(file); ::access(next.c_str(), F_OK) == 0; next = older(next)) names.push_back(next);
  for (const std::string& name : names) {
    SHAKEDOWN_TRY(std::string content, read_regular_file(name, kLargestAudit));
    contents.push_back(std::move(content));
  }
  Reading reading;
  for (std::size_t i = names.size(); i-- > 0 && reading.findings.damage.empty();) {
    read(contents[i], i == 0 ? "" : names[i] + ", ", reading);
  }
  const std::size_t slash = file.rfind('/');
  if (reading.findings.damage.empty() && file.ends_with("audit.log")) {
    reading.findings.damage = against_head(slash == std::string::npos ? "." : file.substr(0, slash), reading);
  }
  return std::move(reading.findings);
}

}  // namespace shakedown
