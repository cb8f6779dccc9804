#include "core/yaml/tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <cctype>
#include <map>
#include <sstream>
#include <unordered_map>
#include <utility>

#include "core/yaml/text.h"

namespace shakedown {
namespace {

constexpr std::size_t kMostValues = 50'000;
// What all anchors together may hold, and all aliases together may expand to.
constexpr std::size_t kMostAliasValues = 10'000;
constexpr std::size_t kMostAliasBytes = 1'000'000;

Position position(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {static_cast<uint32_t>(mark.line + 1), static_cast<uint32_t>(mark.column + 1)};
}

struct Stop {};  // thrown through the parser when going on makes no sense; a diagnostic was given

struct Size {
  std::size_t values = 0, bytes = 0;
  bool too_large() const { return values > kMostAliasValues || bytes > kMostAliasBytes; }
};

void add_size(const Node& node, Size& size) {
  ++size.values;
  size.bytes += node.text.size();
  for (const Node& item : node.items) add_size(item, size);
  for (const Entry& entry : node.entries) {
    ++size.values;
    size.bytes += entry.key.size();
    add_size(entry.value, size);
  }
}

// Turns the parser's events into a Node.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}
  Node take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node;
    node.at = position(mark);
    add(std::move(node), anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    Node node;
    node.at = position(mark);
    node.plain = tag == "?";
    node.text = value;
    node.type = node.plain ? core_type(value) : NodeType::text;
    refuse_tag(tag, node);
    add(std::move(node), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override { add_alias(position(mark), anchor); }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    open(NodeType::list, position(mark), tag, anchor, style);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(NodeType::mapping, position(mark), tag, anchor, style);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Level {
    Node node;
    YAML::anchor_t anchor = 0;
    bool has_key = false;
    bool drop = false;  // the value that follows has no usable key
    std::string key;
    Position key_at;
    std::unordered_map<std::string, Position> keys;  // where each stands
  };

  void refuse_tag(const std::string& tag, Node& node) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    diagnostics_.error(node.at, "a tag " + ticked(tag), "tags are not used here; remove it");
    node.bad = true;
  }
  void open(NodeType type, Position at, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value style);
  void close();
  void add(Node node, YAML::anchor_t anchor);
  void add_alias(Position at, YAML::anchor_t anchor);
  void place(Node node);
  void take_key(Level& level, const Node& node);
  void bound(const Size& size, Position at, const char* what);

  Diagnostics& diagnostics_;
  std::vector<Level> levels_;
  std::map<YAML::anchor_t, Node> anchors_;
  std::size_t values_ = 0;
  Size anchored_, expanded_;
  Node root_;
};

void TreeBuilder::open(NodeType type, Position at, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) {
  if (levels_.size() == kDeepestScenario) {
    diagnostics_.error(at, "more than " + std::to_string(kDeepestScenario) + " lists and mappings inside each other",
                       "a scenario is flatter");
    throw Stop{};
  }
  Level level;
  level.node.type = type;
  level.node.at = at;
  level.node.plain = style == YAML::EmitterStyle::Flow;
  level.anchor = anchor;
  refuse_tag(tag, level.node);
  levels_.push_back(std::move(level));
}

void TreeBuilder::close() {
  Level level = std::move(levels_.back());
  levels_.pop_back();
  add(std::move(level.node), level.anchor);
}

void TreeBuilder::add(Node node, YAML::anchor_t anchor) {
  if (++values_ > kMostValues) {
    diagnostics_.error(node.at, "more than " + std::to_string(kMostValues) + " keys and values", "a scenario is smaller");
    throw Stop{};
  }
  if (anchor != 0) {
    add_size(node, anchored_);
    bound(anchored_, node.at, "anchors hold");
    anchors_[anchor] = node;
  }
  place(std::move(node));
}

void TreeBuilder::add_alias(Position at, YAML::anchor_t anchor) {
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) {
    diagnostics_.error(at, "an alias inside the value that it names", "write the value out");
    throw Stop{};
  }
  add_size(found->second, expanded_);
  bound(expanded_, at, "aliases expand to");
  Node node = found->second;
  node.at = at;
  place(std::move(node));
}

void TreeBuilder::bound(const Size& size, Position at, const char* what) {
  if (!size.too_large()) return;
  diagnostics_.error(at,
                     std::string(what) + " more than " +
                         (size.values > kMostAliasValues ? std::to_string(kMostAliasValues) + " values"
                                                         : std::to_string(kMostAliasBytes) + " bytes"),
                     "write the values out");
  throw Stop{};
}

void TreeBuilder::place(Node node) {
  if (levels_.empty()) {
    root_ = std::move(node);
    return;
  }
  Level& level = levels_.back();
  if (level.node.type == NodeType::list) {
    level.node.items.push_back(std::move(node));
  } else if (!level.has_key) {
    take_key(level, node);
  } else {
    level.has_key = false;
    if (!std::exchange(level.drop, false)) {
      level.node.entries.push_back({level.key, level.key_at, std::move(node)});
    }
  }
}

void TreeBuilder::take_key(Level& level, const Node& node) {
  level.has_key = true;
  level.key = node.text;
  level.key_at = node.at;
  level.drop = true;
  const auto [first, fresh] = level.keys.try_emplace(node.text, node.at);
  level.node.incomplete = level.node.incomplete || node.text == "<<" || !node.scalar();
  if (!node.scalar() || node.type == NodeType::null) {
    diagnostics_.error(node.at, "expected a word as key, found " + describe(node),
                       node.plain && !node.scalar() ? "quote braces and brackets that are text" : "write a word");
  } else if (node.plain && node.text == "<<") {
    diagnostics_.error(node.at, "`<<` does not merge: merge keys are not part of YAML 1.2", "write the keys out");
  } else if (!fresh) {
    diagnostics_.error(node.at,
                       "duplicate key " + ticked(node.text) + ", first at " + std::to_string(first->second.line) + ":" +
                           std::to_string(first->second.col),
                       "keep one of them");
  } else {
    level.drop = false;
  }
}

// True when a second document follows; reports it.
bool further_document(YAML::Parser& parser, Diagnostics& diagnostics) {
  struct Ignore : YAML::EventHandler {
    Position at;
    void OnDocumentStart(const YAML::Mark& mark) override { at = position(mark); }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
    void OnMapEnd() override {}
  } ignore;
  if (!parser.HandleNextDocument(ignore)) return false;
  diagnostics.error(ignore.at, "a second document", "one file is one scenario; remove `---` and what follows");
  return true;
}

}  // namespace

std::optional<Node> parse_yaml(std::string_view text, Diagnostics& diagnostics) {
  if (!readable_text(text, diagnostics)) return std::nullopt;
  TreeBuilder builder(diagnostics);
  std::istringstream stream{std::string(text)};
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      diagnostics.error({}, "the file is empty", "start with `shakedown: v1`");
      return std::nullopt;
    }
    further_document(parser, diagnostics);
  } catch (const Stop&) {
    return std::nullopt;
  } catch (const YAML::Exception& e) {
    explain_syntax_error(text, position(e.mark), e.msg, diagnostics);
    return std::nullopt;
  }
  return builder.take();
}

}  // namespace shakedown
