// Foreign text (of scenarios, targets, commands, agents) made safe for a terminal, a log and a page: it can neither move a cursor
// nor hide, reorder or add to what is shown. Threads: free functions without state.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace shakedown {

// Valid UTF-8 on one line: tabs and line ends become spaces; other control characters, characters that reorder
// text or are not seen, non-characters and invalid bytes become U+FFFD.
std::string clean(std::string_view text);

// Bytes as text on one line that tells every one of them: backslashes and what clean() would replace are escaped
// (\\, \n, \r, \t, \x1b, \u{202e}).
std::string visible(std::string_view bytes);

// The same JSON, with what clean() would replace as \uXXXX: whoever prints the file is moved and misled by nothing in it.
std::string json_visible(std::string_view json);

// A command as a shell would take it, each word told whole: what is not plain stands in '...', what is not printable in $'...'.
std::string command_line(const std::vector<std::string>& argv);

// Writes the text, each line cleaned; line ends stay. The one way of foreign text to a stream.
void say(std::FILE* stream, std::string_view text);

}  // namespace shakedown
