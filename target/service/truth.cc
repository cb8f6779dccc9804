#include "target/service/truth.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace practice {
namespace {

std::string field(std::string_view name, std::int64_t value) { return ",\"" + std::string(name) + "\":" + std::to_string(value); }

std::string mode_field(std::string_view mode) { return mode.empty() ? std::string() : ",\"mode\":" + quoted(mode); }

std::string list(const std::vector<std::string>& ids) {
  std::string text = "[";
  for (const std::string& id : ids) {
    if (text.size() > 1) text += ',';
    text += quoted(id);
  }
  return text + "]";
}

// A line that a crash cut short must not swallow the next one.
bool ends_inside_a_line(int fd) {
  struct stat facts {};
  if (::fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_size == 0) return false;
  char last = '\n';
  return ::pread(fd, &last, 1, facts.st_size - 1) == 1 && last != '\n';
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

Truth::Truth(const std::string& path) : path_(path) {
  if (path.empty()) return;
  file_ = Fd(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!file_.open()) fail_errno(kExitIo, "--truth: cannot open " + path);
  if (ends_inside_a_line(file_.get())) waiting_.push_back('\n');
  life_ = std::make_unique<LifeSign>(path + ".alive");
}

std::optional<Nanos> Truth::last_alive() const { return life_ ? life_->previous() : std::nullopt; }

void Truth::add(std::string_view event, const std::string& fields) {
  if (!on()) return;
  waiting_ += "{\"event\":\"";
  waiting_ += event;
  waiting_ += '"';
  waiting_ += fields;
  waiting_ += "}\n";
}

void Truth::flush() {
  if (waiting_.empty()) return;
  write_all(file_.get(), waiting_, path_);
  waiting_.clear();
}

void Truth::start() {
  add("start", field("pid", ::getpid()) + field("mono_ns", mono_now()) + field("wall_ns", wall_now()));
  flush();
}

void Truth::lost(const std::vector<std::string>& ids, const std::vector<std::string>& undeleted) {
  const auto alive = last_alive();
  std::string fields = ",\"ids\":" + list(ids);
  if (!undeleted.empty()) fields += ",\"undeleted\":" + list(undeleted);
  fields += alive ? field("last_alive_ns", *alive) : std::string(",\"last_alive_ns\":null");
  add("lost", fields);
}

void Truth::ghosts(const std::vector<std::string>& ids) { add("ghost", ",\"ids\":" + list(ids)); }

void Truth::listening(std::uint16_t port) { add("listening", field("port", port) + field("mono_ns", mono_now())); }

void Truth::down(bool clean) {
  const auto alive = last_alive();
  if (!alive) return;
  add("down", field("from_ns", *alive) + field("to_ns", mono_now()) + (clean ? ",\"clean\":true" : ",\"clean\":false"));
}

void Truth::ack(const Ack& ack, Nanos now) {
  if (!on()) return;
  std::string fields = ",\"id\":" + quoted(ack.id) + field("seq", static_cast<std::int64_t>(ack.seq)) + field("mono_ns", now);
  if (ack.duplicate) fields += ",\"duplicate\":true";
  if (ack.corrupt) fields += ",\"corrupt\":true";
  add(ack.erased ? "delete" : "ack", fields);
}

void Truth::resurrected(const std::string& id, std::uint64_t seq) {
  add("resurrected", ",\"id\":" + quoted(id) + field("seq", static_cast<std::int64_t>(seq)) + field("mono_ns", mono_now()));
}

void Truth::replicas(unsigned count) {
  add("replicas", field("count", count) + field("mono_ns", mono_now()));
  flush();
}

void Truth::begins(std::string_view what, Nanos from, std::string_view mode) {
  add(std::string(what) + "_begin", field("from_ns", from) + mode_field(mode));
  flush();
}

void Truth::ends(std::string_view what, Nanos from, Nanos to, std::string_view mode) {
  add(what, field("from_ns", from) + field("to_ns", to) + mode_field(mode));
  flush();
}

void Truth::stop() {
  add("stop", field("mono_ns", mono_now()));
  flush();
}

}  // namespace practice
