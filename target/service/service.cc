#include "target/service/service.h"

#include <algorithm>

namespace practice {
namespace {

constexpr std::size_t kLongestId = 512;
constexpr std::string_view kEntries = "/entries", kPrefix = "prefix=";

bool reads(Method method) { return method == Method::kGet || method == Method::kHead; }

Answer problem(int status, const char* text) { return {status, text, "text/plain"}; }

Answer wrong_method() { return problem(405, "expected GET, HEAD, PUT or DELETE as the path allows\n"); }

// Every byte differs from what was stored.
std::string altered(const std::string& body) {
  if (body.empty()) return "altered";
  std::string result = body;
  for (char& c : result) c = static_cast<char>(c ^ 1);
  return result;
}

}  // namespace

Service::Service(const Options& options) : options_(options), errors_(options.seed, 1) {}

bool Service::duplicated(std::string_view id) const { return chosen(id, options_.seed, "duplicate", options_.duplicate_ratio); }

bool Service::corrupted(std::string_view id) const { return chosen(id, options_.seed, "corrupt", options_.corrupt_ratio); }

bool Service::keeps(const Request& request) {
  const std::string_view path = std::string_view(request.target).substr(0, kEntries.size() + 1);
  if (path.substr(0, kEntries.size()) != kEntries) return false;
  return path.size() == kEntries.size() || path.back() == '/' || path.back() == '?';
}

Reply Service::handle(Request& request) {
  const std::string_view target = request.target;
  const std::string_view path = target.substr(0, target.find('?'));
  if (keeps(request)) {
    const std::string_view rest = path.substr(kEntries.size());
    if (rest != "/") return entry(request, rest.empty() ? rest : rest.substr(1));
  }
  const bool version = path == "/version";
  if (!version && path != "/health" && path != "/count") {
    return {problem(404, "expected /entries/{id}, /entries?prefix=P, /count?prefix=P, /version or /health\n"), {}, {}};
  }
  if (!reads(request.method)) return {wrong_method(), {}, {}};
  if (path == "/count") return {count(target.substr(std::min(target.size(), path.size() + 1))), {}, {}};
  if (!version) return {{200, "ok\n", "text/plain"}, {}, {}};
  return {{200, "{\"sha\":" + quoted(options_.version) + "}\n", "application/json"}, {}, {}};
}

Reply Service::entry(Request& request, std::string_view id) {
  const bool denied = errors_.hits(options_.error_ratio);
  if (denied) {
    Reply reply{problem(500, "planted error\n"), {}, {}};
    if (options_.resurrect && request.method == Method::kPut && !id.empty()) {
      reply.silent = write_entry(request, id).write;
    }
    return reply;
  }
  if (reads(request.method)) {
    if (!id.empty()) return {read_entry(id), {}, {}};
    const std::size_t query = request.target.find('?');
    return {list(query == std::string::npos ? std::string_view() : std::string_view(request.target).substr(query + 1)), {}, {}};
  }
  if (id.empty() && request.method == Method::kDelete) {
    const std::size_t query = request.target.find('?');
    return erase_all(query == std::string::npos ? std::string_view() : std::string_view(request.target).substr(query + 1));
  }
  const bool writes = request.method == Method::kPut || request.method == Method::kDelete;
  if (id.empty() || !writes) return {wrong_method(), {}, {}};
  return write_entry(request, id);
}

Reply Service::write_entry(Request& request, std::string_view id) {
  if (id.size() > kLongestId) return {problem(400, "expected an id of at most 512 bytes\n"), {}, {}};
  Write write;
  write.id = id;
  write.erased = request.method == Method::kDelete;
  if (write.erased && store_.find(id) == nullptr) return {problem(404, "no such entry\n"), {}, {}};
  write.body = std::move(request.body);
  const bool replaced = store_.apply(write);
  return {{replaced ? 200 : 201, "", "text/plain"}, std::move(write), {}};
}

Answer Service::read_entry(std::string_view id) const {
  const Entry* entry = store_.find(id);
  if (entry == nullptr) return problem(404, "no such entry\n");
  std::string body = corrupted(id) ? altered(entry->body) : entry->body;
  if (duplicated(id)) body += "\n" + body;
  return {200, std::move(body), "application/octet-stream"};
}

// Never everything: an empty prefix is refused.
Reply Service::erase_all(std::string_view query) {
  if (query.substr(0, kPrefix.size()) != kPrefix || query.size() == kPrefix.size()) {
    return {problem(400, "expected DELETE /entries?prefix=P\n"), {}, {}};
  }
  Reply reply;
  store_.each_with_prefix(query.substr(kPrefix.size()), [&](const std::string& id) {
    Write write;
    write.id = id;
    write.erased = true;
    reply.erased.push_back(std::move(write));
  });
  for (Write& one : reply.erased) store_.apply(one);
  reply.answer = {200, "{\"deleted\":" + std::to_string(reply.erased.size()) + "}\n", "application/json"};
  return reply;
}

Answer Service::count(std::string_view query) const {
  if (query.substr(0, kPrefix.size()) != kPrefix) return problem(400, "expected /count?prefix=P\n");
  std::uint64_t many = 0;
  store_.each_with_prefix(query.substr(kPrefix.size()), [&](const std::string&) { ++many; });
  return {200, "{\"count\":" + std::to_string(many) + "}\n", "application/json"};
}

Answer Service::list(std::string_view query) const {
  std::string_view prefix;
  if (!query.empty()) {
    if (query.substr(0, kPrefix.size()) != kPrefix) {
      return problem(400, "expected /entries or /entries?prefix=P\n");
    }
    prefix = query.substr(kPrefix.size());
  }
  Answer answer;
  store_.each_with_prefix(prefix, [&](const std::string& id) {
    answer.body += id + "\n";
    if (duplicated(id)) answer.body += id + "\n";
  });
  return answer;
}

Ack Service::ack_of(const Write& write) const {
  return {write.id, write.seq, write.erased, !write.erased && duplicated(write.id), !write.erased && corrupted(write.id)};
}

std::vector<Write> Service::make_ghosts() {
  std::vector<Write> ghosts;
  for (std::uint64_t i = 1; i <= options_.ghosts; ++i) {
    Write write;
    write.id = options_.ghost_prefix + std::to_string(i);
    write.body = "nobody wrote this";
    if (store_.find(write.id) != nullptr) continue;
    store_.apply(write);
    ghosts.push_back(std::move(write));
  }
  return ghosts;
}

}  // namespace practice
