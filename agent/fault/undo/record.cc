#include "agent/fault/undo/record.h"

#include <nlohmann/json.hpp>

namespace shakedown {

using Json = nlohmann::json;

// Found by the JSON library through the namespace of each type, so not in an unnamed one.
static void to_json(Json& j, const ProcessRef& p) { j = Json{{"pid", p.pid}, {"start", p.start}}; }
static void from_json(const Json& j, ProcessRef& p) {
  j.at("pid").get_to(p.pid);
  j.at("start").get_to(p.start);
}

static void to_json(Json& j, const Owner& o) {
  j = Json{{"run", o.run_id}, {"process", o.process}, {"boot", o.boot}, {"pid_namespace", o.pid_namespace}};
}
static void from_json(const Json& j, Owner& o) {
  j.at("run").get_to(o.run_id);
  j.at("process").get_to(o.process);
  j.at("boot").get_to(o.boot);
  o.pid_namespace = j.value("pid_namespace", uint64_t{0});
}

// Sources only; the pieces of a text as [kind, text].
static void to_json(Json& j, const CommandEnvironment& e) {
  j = Json{{"declared", Json::array()}, {"secrets", Json::array()}};
  for (const EnvVariable& one : e.declared) {
    Json pieces = Json::array();
    for (const TextPiece& piece : one.value.pieces) pieces.push_back(Json::array({static_cast<int>(piece.kind), piece.text}));
    j["declared"].push_back(Json{{"name", one.name}, {"value", pieces}});
  }
  for (const Secret& one : e.secrets) {
    j["secrets"].push_back(Json{{"name", one.name}, {"kind", static_cast<int>(one.source.kind)}, {"where", one.source.where}});
  }
}
static void from_json(const Json& j, CommandEnvironment& e) {
  for (const Json& one : j.at("declared")) {
    EnvVariable variable{one.at("name").get<std::string>(), {}};
    for (const Json& piece : one.at("value")) {
      variable.value.pieces.push_back({static_cast<HoleKind>(piece.at(0).get<int>()), piece.at(1).get<std::string>()});
    }
    e.declared.push_back(std::move(variable));
  }
  for (const Json& one : j.at("secrets")) {
    const auto kind = static_cast<SecretSource::Kind>(one.at("kind").get<int>());
    e.secrets.push_back({one.at("name").get<std::string>(), {kind, one.at("where").get<std::string>()}});
  }
}

static void to_json(Json& j, const ProcessSpec& p) {
  j = Json{
      {"pidfile", p.pidfile}, {"exe", p.exe}, {"user", p.user}, {"scope", static_cast<int>(p.scope)}, {"processes", p.processes}};
}
static void from_json(const Json& j, ProcessSpec& p) {
  j.at("pidfile").get_to(p.pidfile);
  j.at("exe").get_to(p.exe);
  j.at("user").get_to(p.user);
  p.scope = static_cast<ProcessScope>(j.at("scope").get<int>());
  p.processes = j.value("processes", 0U);
}

static void to_json(Json& j, const BoundComponent& c) {
  j = Json{{"name", c.component.name}, {"start", c.component.start},
           {"stop", c.component.stop}, {"stop_limit", c.component.stop_limit.count()},
           {"folder", c.folder},       {"environment", c.environment},
           {"lock_dir", c.lock_dir},   {"log_dir", c.log_dir},
           {"spared", c.spared}};
  if (c.component.process()) j["process"] = *c.component.process();
}
static void from_json(const Json& j, BoundComponent& c) {
  j.at("name").get_to(c.component.name);
  j.at("start").get_to(c.component.start);
  j.at("stop").get_to(c.component.stop);
  c.component.stop_limit = Duration(j.at("stop_limit").get<int64_t>());
  j.at("folder").get_to(c.folder);
  if (j.contains("environment")) j.at("environment").get_to(c.environment);
  j.at("lock_dir").get_to(c.lock_dir);
  j.at("log_dir").get_to(c.log_dir);
  if (j.contains("spared")) j.at("spared").get_to(c.spared);
  if (j.contains("process")) c.component.selector = j.at("process").get<ProcessSpec>();
}

static void to_json(Json& j, const BoundAction& a) {
  j = Json{{"kind", static_cast<int>(a.action.kind)}, {"argv", a.action.argv},         {"limit", a.action.limit.count()},
           {"after", a.action.after.count()},         {"describe", a.action.describe}, {"component", a.component}};
}
static void from_json(const Json& j, BoundAction& a) {
  a.action.kind = static_cast<Action::Kind>(j.at("kind").get<int>());
  j.at("argv").get_to(a.action.argv);
  a.action.limit = Duration(j.at("limit").get<int64_t>());
  a.action.after = Duration(j.at("after").get<int64_t>());
  j.at("describe").get_to(a.action.describe);
  j.at("component").get_to(a.component);
}

static void to_json(Json& j, const Document& d) {
  switch (d.type) {
    case NodeType::null: j = nullptr; return;
    case NodeType::text: j = d.text; return;
    case NodeType::list:
      j = Json::array();
      for (const Document& item : d.items) j.push_back(item);
      return;
    case NodeType::mapping:
      j = Json::object();
      for (const Entry& entry : d.entries) j[entry.key] = entry.value;
      return;
    case NodeType::boolean:
    case NodeType::integer:
    case NodeType::number: j = Json::parse(d.text); return;
  }
}
static void from_json(const Json& j, Document& d) {
  if (j.is_string()) {
    d = text_document(j.get<std::string>());
  } else if (j.is_array()) {
    d = list_document(j.get<std::vector<Document>>());
  } else if (j.is_object()) {
    d = mapping_document({});
    for (const auto& [key, value] : j.items()) d.entries.push_back({key, {}, value.get<Document>()});
  } else {
    d = {};
    d.type = j.is_null() ? NodeType::null : j.is_boolean() ? NodeType::boolean : NodeType::number;
    if (j.is_number_integer()) d.type = NodeType::integer;
    if (!j.is_null()) d.text = j.dump();
  }
}

namespace {

constexpr int kVersion = 2;

// Version 1 kept what belongs to a mechanism beside what every record has, whether the kind used it or not.
Json payload_of_version_1(const Json& j) {
  Json out{{"limit", j.at("limit")}, {"before", j.at("before")}};
  const bool command = j.at("kind") == "exec";
  for (const char* key : {command ? "argv" : "signal", command ? "effect" : "targets"}) out[key] = j.at(key);
  return out;
}

Json to_document(const UndoRecord& r) {
  return Json{{"version", kVersion},
              {"id", r.id},
              {"sequence", r.sequence},
              {"owner", r.owner},
              {"expires", r.expires.time_since_epoch().count()},
              {"expires_text", format_wall(r.expires)},
              {"kind", r.kind},
              {"fault", r.fault},
              {"injection", r.injection},
              {"component", r.component},
              {"hold", r.hold.count()},
              {"payload", r.payload},
              {"undo", r.undo},
              {"touched", r.touched}};
}

UndoRecord from_document(const Json& j, int version) {
  UndoRecord r;
  j.at("id").get_to(r.id);
  j.at("sequence").get_to(r.sequence);
  j.at("owner").get_to(r.owner);
  r.expires = WallTime(Duration(j.at("expires").get<int64_t>()));
  j.at("kind").get_to(r.kind);
  j.at("fault").get_to(r.fault);
  j.at("injection").get_to(r.injection);
  j.at("component").get_to(r.component);
  r.hold = Duration(j.at("hold").get<int64_t>());
  r.payload = (version == 1 ? payload_of_version_1(j) : j.at("payload")).get<Document>();
  r.undo = j.at("undo").get<std::vector<BoundAction>>();
  j.at("touched").get_to(r.touched);
  return r;
}

}  // namespace

std::string UndoRecord::what() const {
  const std::string& name = component.component.name;
  if (fault.empty()) return name + (kind == "started" ? ", started by setup" : ", stopped by a step");
  return "fault " + fault + " (" + kind + " of " + name + ")";
}

std::string encode(const UndoRecord& record) {
  return to_document(record).dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<UndoRecord> decode_undo_record(const std::string& text) {
  try {
    const Json document = Json::parse(text);
    const int version = document.at("version").get<int>();
    if (version != 1 && version != kVersion) {
      return fail(ErrorKind::io, "undo record of version " + std::to_string(version) + ", expected " + std::to_string(kVersion) +
                                     "; undo it with the release that wrote it");
    }
    return from_document(document, version);
  } catch (const Json::exception& broken) {
    return fail(ErrorKind::io, std::string("damaged undo record: ") + broken.what());
  }
}

}  // namespace shakedown
