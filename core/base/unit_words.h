// The unit words of units.h and what they stand for, shared by its parsers and formatters.
// Ownership and threads: constants and pure functions.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace shakedown {

struct UnitWord {
  std::string_view word;
  double factor;  // in the base unit of the quantity
};

inline constexpr double kMonth = 30 * 86400.0;
inline constexpr std::array<UnitWord, 8> kDurationUnits = {
    {{"d", 86400e9}, {"h", 3600e9}, {"min", 60e9}, {"m", 60e9}, {"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}}};
inline constexpr std::array<UnitWord, 6> kRateUnits = {
    {{"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}, {"week", 604800}, {"month", kMonth}}};
inline constexpr std::array<UnitWord, 9> kByteUnits = {{{"TiB", 1099511627776.0},
                                                        {"TB", 1e12},
                                                        {"GiB", 1073741824.0},
                                                        {"GB", 1e9},
                                                        {"MiB", 1048576.0},
                                                        {"MB", 1e6},
                                                        {"KiB", 1024.0},
                                                        {"KB", 1e3},
                                                        {"B", 1}}};

inline bool nearly_whole(double value) { return std::fabs(value - std::round(value)) <= 1e-9 * std::max(1.0, std::fabs(value)); }

}  // namespace shakedown
