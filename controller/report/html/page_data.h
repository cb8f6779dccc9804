// What a mustache template reads. Only for .cc files: it brings the mustache library.
#pragma once

#include <kainjow/mustache.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "controller/report/words/text.h"

namespace shakedown::report {

using PageData = kainjow::mustache::data;

// Sets a text, made clean(); the template escapes it. An empty one reads as false, so its block is absent.
inline void put(PageData& data, const std::string& name, std::string_view text) {
  if (text.empty())
    data.set(name, PageData{PageData::type::bool_false});
  else
    data.set(name, clean(text));
}

inline void put_flag(PageData& data, const std::string& name, bool value) {
  data.set(name, PageData{value ? PageData::type::bool_true : PageData::type::bool_false});
}

// Sets NAME to the list, and has_NAME.
inline void put_list(PageData& data, const std::string& name, const std::vector<PageData>& items) {
  PageData list{PageData::type::list};
  for (const PageData& item : items) list.push_back(item);
  data.set(name, list);
  put_flag(data, "has_" + name, !items.empty());
}

// A list of plain texts, each read as {{text}}.
inline void put_texts(PageData& data, const std::string& name, const std::vector<std::string>& texts) {
  std::vector<PageData> items;
  for (const std::string& text : texts) {
    PageData item{PageData::type::object};
    put(item, "text", text);
    items.push_back(item);
  }
  put_list(data, name, items);
}

inline std::string render(std::string_view page, const PageData& data) {
  kainjow::mustache::mustache compiled{std::string(page)};
  return compiled.render(data);
}

}  // namespace shakedown::report
