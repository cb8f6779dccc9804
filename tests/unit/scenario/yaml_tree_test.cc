#include "core/yaml/tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace shakedown {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Parsed {
  std::optional<Node> node;
  std::vector<std::string> problems;
};

Parsed parse(std::string_view text) {
  Diagnostics diagnostics("f");
  Parsed parsed;
  parsed.node = parse_yaml(text, diagnostics);
  for (const Diagnostic& d : diagnostics.take()) parsed.problems.push_back(d.text());
  return parsed;
}

TEST(CoreType, FollowsYaml12) {
  const std::vector<std::pair<const char*, NodeType>> cases = {
      {"", NodeType::null},          {"~", NodeType::null},        {"null", NodeType::null},       {"nULL", NodeType::text},
      {"true", NodeType::boolean},   {"FALSE", NodeType::boolean}, {"yes", NodeType::text},        {"on", NodeType::text},
      {"12", NodeType::integer},     {"-12", NodeType::integer},   {"+3", NodeType::integer},      {"0o17", NodeType::integer},
      {"0xfF", NodeType::integer},   {"0b11", NodeType::text},     {"1_000", NodeType::text},      {"1:30", NodeType::text},
      {"1.5", NodeType::number},     {".5", NodeType::number},     {"5.", NodeType::number},       {"1e3", NodeType::number},
      {"-1.5E-3", NodeType::number}, {".inf", NodeType::number},   {"-.INF", NodeType::number},    {".nan", NodeType::number},
      {".", NodeType::text},         {"1e", NodeType::text},       {"e3", NodeType::text},         {"1.2.3", NodeType::text},
      {"10ms", NodeType::text},      {"99%", NodeType::text},      {"2026-12-15", NodeType::text}, {"-", NodeType::text}};
  for (const auto& [text, type] : cases) EXPECT_EQ(core_type(text), type) << text;
}

TEST(YamlTree, KeepsPositionsStylesAndOrder) {
  const Parsed parsed = parse("b: 1\na:\n  - x\n  - \"2\"\nc: {d: true}\n");
  ASSERT_TRUE(parsed.node);
  ASSERT_EQ(parsed.node->entries.size(), 3U);
  EXPECT_EQ(parsed.node->entries[0].key, "b");
  EXPECT_EQ(parsed.node->entries[1].at, (Position{2, 1}));
  const Node& list = parsed.node->find("a")->value;
  EXPECT_EQ(list.items[1].at, (Position{4, 5}));
  EXPECT_EQ(list.items[1].type, NodeType::text);
  EXPECT_FALSE(list.items[1].plain);
  EXPECT_TRUE(parsed.node->find("c")->value.plain);
  EXPECT_FALSE(list.plain);
}

TEST(YamlTree, ReportsEveryDuplicateWithBothPositions) {
  EXPECT_THAT(parse("a: 1\nb: 2\na: 3\n\"b\": 4\n").problems,
              ElementsAre("f:3:1: duplicate key `a`, first at 1:1; keep one of them",
                          "f:4:1: duplicate key `b`, first at 2:1; keep one of them"));
}

TEST(YamlTree, AQuotedMergeKeyIsAnOrdinaryKey) {
  EXPECT_THAT(parse("\"<<\": 1").problems, ElementsAre());
  EXPECT_THAT(parse("<<: 1").problems, ElementsAre(HasSubstr("does not merge")));
}

TEST(YamlTree, AnAliasStandsWhereItIsUsed) {
  const Parsed parsed = parse("a: &x [1, 2]\nb: *x\n");
  ASSERT_TRUE(parsed.node);
  EXPECT_EQ(parsed.node->find("b")->value.at, (Position{2, 4}));
  EXPECT_EQ(parsed.node->find("b")->value.items.size(), 2U);
}

TEST(YamlTree, AliasesAreBounded) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + ", " + before + ", " + before + "]\n";
  }
  EXPECT_THAT(parse(text).problems, ElementsAre(HasSubstr("aliases expand to more than 10000 values")));
}

TEST(YamlTree, AliasesAreBoundedInBytesToo) {
  std::string text = "a: &x " + std::string(500'000, 'y') + "\nb: [*x, *x";
  EXPECT_THAT(parse(text + "]\n").problems, ElementsAre());
  EXPECT_THAT(parse(text + ", *x]\n").problems, ElementsAre(HasSubstr("aliases expand to more than 1000000 bytes")));
}

TEST(YamlTree, AnchorsInsideEachOtherAreBounded) {
  std::string text = "a: ";
  for (int i = 0; i < 30; ++i) text += "&a" + std::to_string(i) + " [";
  for (int i = 0; i < 400; ++i) text += i == 0 ? "x" : ", x";
  for (int i = 0; i < 30; ++i) text += "]";
  EXPECT_THAT(parse(text + "\n").problems, ElementsAre(HasSubstr("anchors hold more than 10000 values")));
}

TEST(YamlTree, DepthIsBoundedHoweverItIsWritten) {
  std::string dashes = "a:\n  ", brackets = "a: ", lines;
  for (int i = 0; i < 300'000; ++i) dashes += "- ";
  for (int i = 0; i < 70; ++i) brackets += "[";
  for (int i = 0; i < 70; ++i) brackets += "]";
  for (int i = 0; i < 70; ++i) lines += std::string(i, ' ') + "k:\n";
  for (const std::string& text : {dashes + "x\n", brackets + "\n", lines})
    EXPECT_THAT(parse(text).problems, ElementsAre(HasSubstr("more than 64 lists and mappings inside each other")))
        << text.substr(0, 40);
}

TEST(YamlTree, AnEndlessLineIsNotExplainedForEver) {
  for (const char* piece : {"- ", "! ", "x: "}) {
    std::string text = "a: ";
    while (text.size() < 990'000) text += piece;
    EXPECT_EQ(parse(text + "\n").problems.size(), 1U) << piece;
  }
}

TEST(YamlTree, TheNumberOfValuesIsBounded) {
  std::string list = "a: [", keys;
  for (int i = 0; i < 60'000; ++i) list += "1,";
  for (int i = 0; i < 30'000; ++i) keys += "k" + std::to_string(i) + ": 1\n";
  for (const std::string& text : {list + "]\n", keys})
    EXPECT_THAT(parse(text).problems, ElementsAre(HasSubstr("more than 50000 keys and values"))) << text.substr(0, 20);
}

TEST(YamlTree, AnUnknownAliasIsASyntaxError) { EXPECT_EQ(parse("a: *nobody").problems.size(), 1U); }

TEST(YamlTree, QuotesAreSuggestedWithTheKindThatFits) {
  EXPECT_THAT(parse("a: {b: /x/{key}}").problems, ElementsAre(HasSubstr("quote this: \"/x/{key}\"")));
  EXPECT_THAT(parse("a: > 5%").problems,
              ElementsAre("f:1:4: not YAML: an unquoted `>` has a meaning of its own here; quote this: \"> 5%\""));
  EXPECT_THAT(parse("a: {b: %x}").problems, ElementsAre(HasSubstr("quote this: \"%x\"")));
  EXPECT_THAT(parse("a: @x").problems, ElementsAre(HasSubstr("quote this: \"@x\"")));
  EXPECT_THAT(parse("a: say: it").problems, ElementsAre(HasSubstr("quote this: \"say: it\"")));
}

TEST(YamlTree, ARealFoldedTextIsAText) {
  const Parsed parsed = parse("a: >\n  one\n  two\n");
  ASSERT_TRUE(parsed.node);
  EXPECT_EQ(parsed.node->find("a")->value.text, "one two\n");
}

TEST(YamlTree, BracketsInTextsDoNotCountAsDepth) {
  std::string text = "a: \"";
  for (int i = 0; i < 900; ++i) text += "[";
  EXPECT_THAT(parse(text + "\"\n").problems, ElementsAre());
}

TEST(Diagnostics, AreSortedWithoutRepeatsAndBounded) {
  Diagnostics diagnostics("f");
  diagnostics.error({2, 1}, "b");
  diagnostics.warning({1, 5}, "w", "h");
  diagnostics.error({2, 1}, "b");
  EXPECT_TRUE(diagnostics.failed());
  const auto list = diagnostics.take();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].text(), "f:1:5: warning: w; h");
  EXPECT_EQ(list[1].text(), "f:2:1: b");
  for (uint32_t i = 0; i < 500; ++i) diagnostics.error({i + 1, 1}, "x");
  const auto many = diagnostics.take();
  ASSERT_EQ(many.size(), Diagnostics::kMost);
  EXPECT_EQ(many.back().text(), "f:200:1: 301 more problems from here on; repair the ones above first");
}

TEST(Diagnostics, ShowTextsShortAndWithoutControlCharacters) {
  EXPECT_EQ(ticked("a\nb\x1b"), "`a\\nb?`");
  EXPECT_EQ(ticked(std::string(100, 'x')), "`" + std::string(60, 'x') + "...`");
}

}  // namespace
}  // namespace shakedown
