#include "core/base/printable.h"

#include <gtest/gtest.h>

namespace shakedown {
namespace {

std::string said(std::string_view text) {
  std::FILE* file = std::tmpfile();
  say(file, text);
  std::rewind(file);
  std::string out(4096, '\0');
  out.resize(std::fread(out.data(), 1, out.size(), file));
  std::fclose(file);
  return out;
}

TEST(CommandLine, TellsEveryWordWhole) {
  EXPECT_EQ(command_line({"systemctl", "stop", "nginx.service"}), "systemctl stop nginx.service");
  EXPECT_EQ(command_line({"sh", "-c", "rm -rf /tmp/x; true"}), "sh -c 'rm -rf /tmp/x; true'");
  EXPECT_EQ(command_line({"echo", ""}), "echo ''");
  EXPECT_EQ(command_line({"echo", "it's"}), "echo $'it\\'s'");
  EXPECT_EQ(command_line({"echo", "a\\b"}), "echo $'a\\\\b'");
  EXPECT_EQ(command_line({"rm", "-rf", "/\x1b[2K\rtrue"}), "rm -rf $'/\\x1b[2K\\rtrue'");
  EXPECT_EQ(command_line({"\xE2\x80\xAE"
                          "evil"}),
            "$'\\u{202e}evil'");
  EXPECT_EQ(command_line({"grüß"}), "'grüß'");
}

TEST(Say, OnlyLineEndsReachAStream) {
  EXPECT_EQ(said("one\ntwo\n"), "one\ntwo\n");
  EXPECT_EQ(said("no end"), "no end");
  EXPECT_EQ(said("\n\n"), "\n\n");
  EXPECT_EQ(said(""), "");
  EXPECT_EQ(said("a\x1b[2K\rb\x9b\x7f\tc\n"), "a\xEF\xBF\xBD[2K b\xEF\xBF\xBD\xEF\xBF\xBD c\n");
}

TEST(Clean, NoTwoNamesLookAlikeByWhatIsNotSeen) {
  for (const char* hidden : {"\u00ad", "\u200b", "\u2060", "\ufeff", "\u180e", "\U000e0041"})
    EXPECT_EQ(clean(std::string("a") + hidden + "b"), "a\uFFFDb");
  EXPECT_EQ(clean("\u0646\u200c\u0647 gr\u00fc\u00df"), "\u0646\u200c\u0647 gr\u00fc\u00df")
      << "a joiner that Persian is written with";
}

TEST(JsonVisible, MovesNoTerminalAndIsTheSameJson) {
  EXPECT_EQ(json_visible("{\"a\": \"\u009b31m\u202eb\u2028\u200b\U000e0041 gr\u00fc\u00df\"}\n"),
            "{\"a\": \"\\u009b31m\\u202eb\\u2028\\u200b\\udb40\\udc41 gr\u00fc\u00df\"}\n");
}

}  // namespace
}  // namespace shakedown
