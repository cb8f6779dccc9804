// Foreign text made safe for each format. Threads: free functions without state.
#pragma once

#include <string>
#include <string_view>

#include "core/base/printable.h"

namespace shakedown::report {

// clean() and escaped for XML and HTML, in content as well as in quoted attributes.
std::string xml_text(std::string_view text);

// clean() and escaped for GitHub-flavoured Markdown within a line or a table cell; mentions are broken.
std::string markdown_text(std::string_view text);

// clean() as Markdown code: a fence longer than any run of backticks inside, `|` safe in table cells.
std::string markdown_code(std::string_view text);

// JSON text that may stand inside an HTML script element.
std::string script_json(std::string json);

}  // namespace shakedown::report
