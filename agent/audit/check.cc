#include <fstream>
#include <sstream>

#include "agent/audit/audit.h"
#include "agent/audit/lines.h"
#include "core/base/regular_file.h"

namespace shakedown {
namespace {

constexpr std::size_t kLargestAudit = std::size_t{64} << 20;  // far more than a file is let grow

struct Reading {
  AuditFindings findings;
  std::string first_before;  // of the first record
  uint64_t first = 0, last = 0;
};

std::string trouble(const audit::Line& line, uint64_t expected_number, const std::string& before) {
  if (line.number != expected_number) {
    return "record " + std::to_string(expected_number) + " was expected, found " + std::to_string(line.number);
  }
  if (!line.body.contains("before") || line.body["before"] != before) return "it does not follow the record before it";
  if (audit::link(before, line.body) != line.chain) return "its content is not what its chain was made of";
  return "";
}

Reading read(std::istream& file) {
  Reading reading;
  std::string text;
  for (uint64_t at = 1; std::getline(file, text); ++at) {
    const std::string where = "line " + std::to_string(at) + ": ";
    const auto line = audit::parse(text);
    if (!line || !line->body.contains("before") || !line->body["before"].is_string()) {
      reading.findings.damage = where + "it is no record of the audit";
      return reading;
    }
    const bool first = reading.findings.records == 0;
    if (first) {
      reading.first = line->number;
      reading.first_before = line->body["before"];
    }
    const std::string before = first ? reading.first_before : reading.findings.chain;
    const std::string what = trouble(*line, first ? line->number : reading.last + 1, before);
    if (!what.empty()) {
      reading.findings.damage = where + what;
      return reading;
    }
    reading.last = line->number;
    reading.findings.chain = line->chain;
    ++reading.findings.records;
  }
  return reading;
}

// audit.log -> audit.log.1 -> audit.log.2
std::string older(const std::string& file) {
  const std::size_t dot = file.rfind('.');
  const std::string end = file.substr(dot + 1);
  const bool numbered = !end.empty() && end.find_first_not_of("0123456789") == std::string::npos;
  return numbered ? file.substr(0, dot + 1) + std::to_string(std::stoi(end) + 1) : file + ".1";
}

std::string begins_wrongly(const std::string& file, const Reading& reading) {
  std::ifstream before(older(file));
  if (!before) {
    const bool beginning = reading.first == 1;
    return beginning && reading.first_before != audit::kBeginning ? "its first record does not begin a chain" : "";
  }
  const Reading earlier = read(before);
  if (!earlier.findings.damage.empty()) return "";  // that file's own affair
  return earlier.findings.chain == reading.first_before ? "" : "it does not begin where " + older(file) + " ends";
}

std::string ends_wrongly(const std::string& file, const Reading& reading) {
  const std::size_t slash = file.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : file.substr(0, slash);
  uint64_t number = 0;
  std::string chain;
  std::ifstream head(folder + "/audit.head");
  if (!file.ends_with("audit.log") || !(head >> number >> chain)) return "";
  if (number == reading.last && chain == reading.findings.chain) return "";
  return number > reading.last ? "its end is missing: " + std::to_string(number) + " records were written, the last here is " +
                                     std::to_string(reading.last)
                               : "";  // a crash between the line and its head
}

}  // namespace

Result<AuditFindings> check_audit(const std::string& file) {
  SHAKEDOWN_TRY(const std::string text, read_regular_file(file, kLargestAudit));
  std::istringstream stream(text);
  Reading reading = read(stream);
  AuditFindings findings = reading.findings;
  if (findings.damage.empty()) findings.damage = begins_wrongly(file, reading);
  if (findings.damage.empty()) findings.damage = ends_wrongly(file, reading);
  return findings;
}

}  // namespace shakedown
