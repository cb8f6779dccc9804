// A titled table of the evidence pages. Only for .cc files: it brings the mustache library.
#pragma once

#include <string>
#include <vector>

#include "controller/report/html/page_data.h"

namespace shakedown::report {

using Cells = std::vector<std::string>;

// Absent from the page when it has no rows. classes: one style class a row, or none at all.
struct Table {
  std::string title;
  std::string note;
  Cells head;
  std::vector<Cells> rows;
  Cells classes = {};
};

PageData table_data(const Table& table);
// Those that have rows, as the list NAME.
void put_tables(PageData& page, const std::string& name, const std::vector<Table>& tables);

}  // namespace shakedown::report
