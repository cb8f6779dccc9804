#include "controller/report/table.h"

namespace shakedown::report {

PageData table_data(const Table& table) {
  PageData data{PageData::type::object};
  put(data, "table_title", table.title);
  put(data, "note", table.note);
  put_texts(data, "head", table.head);
  std::vector<PageData> rows;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    PageData row{PageData::type::object};
    put(row, "class", i < table.classes.size() ? table.classes[i] : "");
    PageData list{PageData::type::list};
    for (const std::string& text : table.rows[i]) {
      PageData cell{PageData::type::object};
      put(cell, "text", text.empty() ? "–" : text);
      list.push_back(cell);
    }
    row.set("cells", list);
    rows.push_back(row);
  }
  put_list(data, "rows", rows);
  return data;
}

void put_tables(PageData& page, const std::string& name, const std::vector<Table>& tables) {
  std::vector<PageData> shown;
  for (const Table& table : tables)
    if (!table.rows.empty()) shown.push_back(table_data(table));
  put_list(page, name, shown);
}

}  // namespace shakedown::report
