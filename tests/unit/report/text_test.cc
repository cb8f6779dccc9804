#include "controller/report/words/text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

namespace shakedown::report {
namespace {

using namespace std::string_literals;

const std::string kReplaced = "\xEF\xBF\xBD";

TEST(Clean, KeepsTextAndFlattensLines) {
  EXPECT_EQ(clean("Grüße, 12–14 🍉"), "Grüße, 12–14 🍉");
  EXPECT_EQ(clean("a\tb\r\nc\xE2\x80\xA8"
                  "d"),
            "a b  c d");
  EXPECT_EQ(clean(""), "");
}

TEST(Clean, ReplacesControlsAndCharactersThatReorder) {
  EXPECT_EQ(clean("\x1b[31m"), kReplaced + "[31m");
  EXPECT_EQ(clean("a\0b"s), "a" + kReplaced + "b");
  EXPECT_EQ(clean("\x7f"), kReplaced);
  EXPECT_EQ(clean("\xC2\x9B"), kReplaced) << "C1: a terminal takes it as CSI";
  EXPECT_EQ(clean("\xE2\x80\xAE"), kReplaced) << "right-to-left override";
  EXPECT_EQ(clean("\xEF\xBF\xBE"), kReplaced) << "U+FFFE is not allowed in XML";
}

TEST(Clean, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(clean("\xFF"), kReplaced);
  EXPECT_EQ(clean("a\xE2\x82"), "a" + kReplaced + kReplaced) << "cut short at the end";
  EXPECT_EQ(clean("\xC0\xAF"), kReplaced + kReplaced) << "overlong";
  EXPECT_EQ(clean("\xED\xA0\x80"), kReplaced + kReplaced + kReplaced) << "surrogate";
  EXPECT_EQ(clean("\xF4\x90\x80\x80"), kReplaced + kReplaced + kReplaced + kReplaced) << "above U+10FFFF";
}

TEST(Clean, AnyBytesBecomeUtf8AndStayTheSameWhenCleanedAgain) {
  std::mt19937 random(11);
  for (int trial = 0; trial < 2000; ++trial) {
    std::string bytes(random() % 24, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    const std::string once = clean(bytes);
    EXPECT_NO_THROW(nlohmann::json(once).dump()) << "nlohmann refuses invalid UTF-8";
    EXPECT_EQ(clean(once), once);
  }
}

TEST(Visible, TellsEveryByteOnOneHarmlessLine) {
  EXPECT_EQ(visible("plain, gr\xC3\xBC\xC3\x9F"), "plain, gr\xC3\xBC\xC3\x9F");
  EXPECT_EQ(visible("a\\b\r\n\tc"), "a\\\\b\\r\\n\\tc");
  EXPECT_EQ(visible("\x1b[31m\0"s), "\\x1b[31m\\x00");
  EXPECT_EQ(visible("\xE2\x80\xAE"
                    "evil"),
            "\\u{202e}evil")
      << "right-to-left override";
  EXPECT_EQ(visible("\xD8\x9C"), "\\u{61c}") << "Arabic letter mark";
  EXPECT_EQ(visible("a\xE2\x82"), "a\\xe2\\x82") << "cut short at the end";
}

TEST(Visible, AnyBytesAreCleanAlready) {
  std::mt19937 random(12);
  for (int trial = 0; trial < 2000; ++trial) {
    std::string bytes(random() % 24, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    EXPECT_EQ(clean(visible(bytes)), visible(bytes));
  }
}

TEST(XmlText, EscapesWhatMarkupNeeds) {
  EXPECT_EQ(xml_text("<a href=\"x\">'&]]>"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;]]&gt;");
}

TEST(MarkdownText, EscapesMarkupAndBreaksMentions) {
  EXPECT_EQ(markdown_text("a|b `c` *d* _e_ [f](g) <h> & ~ \\"),
            "a\\|b \\`c\\` \\*d\\* \\_e\\_ \\[f\\](g) &lt;h&gt; &amp; \\~ \\\\");
  EXPECT_EQ(markdown_text("@all vp@example.com"),
            "@\xE2\x80\x8B"
            "all vp@example.com");
}

TEST(MarkdownCode, TheFenceIsLongerThanAnyRunInside) {
  EXPECT_EQ(markdown_code("plain"), "`plain`");
  EXPECT_EQ(markdown_code("a``b"), "```a``b```");
  EXPECT_EQ(markdown_code("`"), "`` ` ``");
  EXPECT_EQ(markdown_code("a|b"), "`a\\|b`");
  EXPECT_EQ(markdown_code(""), "");
}

TEST(ScriptJson, CannotEndTheElementAndStaysTheSameJson) {
  const nlohmann::json json = {{"text", "</script><!--&\xE2\x80\xA8"}};
  const std::string inside = script_json(json.dump());
  EXPECT_EQ(inside.find_first_of("<>&"), std::string::npos);
  EXPECT_EQ(inside.find("\xE2\x80\xA8"), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(inside), json);
}

}  // namespace
}  // namespace shakedown::report
