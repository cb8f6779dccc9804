#include "agent/load/list.h"

#include <vector>

#include <gtest/gtest.h>

namespace shakedown {
namespace {

struct Item {
  int value = 0;
  Link<Item> link;
};
using Items = List<Item, &Item::link>;

std::vector<int> values(const Items& list) {
  std::vector<int> all;
  for (const Item* item = list.front(); item != nullptr; item = Items::next(*item)) all.push_back(item->value);
  return all;
}

TEST(List, PushesPopsAndErasesAnywhere) {
  Item a{1, {}}, b{2, {}}, c{3, {}}, d{4, {}};
  Items list;
  list.push_back(b);
  list.push_back(c);
  list.push_front(a);
  list.push_back(d);
  EXPECT_EQ(values(list), (std::vector<int>{1, 2, 3, 4}));
  list.erase(c);
  list.erase(c);
  EXPECT_EQ(values(list), (std::vector<int>{1, 2, 4}));
  EXPECT_EQ(list.pop_front(), &a);
  list.erase(d);
  EXPECT_EQ(list.back(), &b);
  EXPECT_EQ(list.size(), 1u);
  list.erase(b);
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list.pop_front(), nullptr);
}

TEST(List, OrderedInsertIsStable) {
  Item items[] = {{3, {}}, {1, {}}, {2, {}}, {3, {}}};
  Items list;
  for (Item& item : items) list.insert_ordered(item, [](const Item& x, const Item& y) { return x.value < y.value; });
  EXPECT_EQ(values(list), (std::vector<int>{1, 2, 3, 3}));
  EXPECT_EQ(list.back(), &items[3]);
}

}  // namespace
}  // namespace shakedown
