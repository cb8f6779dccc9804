// The files that go into the page, put into the program at build time (see embed.cmake).
// Each script and style is stored as it stands in the page: no closing tag can occur inside.
#pragma once

#include <string_view>

namespace shakedown::report {

struct Asset {
  std::string_view bytes;
  std::string_view sha256_hex;  // of bytes, for the page's content policy
};

Asset chart_library();
Asset chart_script();
Asset scalability_script();
Asset style_sheet();
Asset icons();
Asset page_one_template();
Asset details_template();

}  // namespace shakedown::report
