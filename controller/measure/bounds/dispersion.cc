#include "controller/measure/bounds/dispersion.h"

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

namespace shakedown {
namespace {

constexpr std::size_t kFewestBlocks = 8;
constexpr double kSignificance = 0.01;
constexpr double kFewestExpected = 5;  // rare events per block for the chi-square approximation

struct Level {
  uint32_t seconds = 1;
  double ratio = 0;  // variance of the bad counts / variance of independent ones
  double p_value = 1;
};

struct Block {
  double bad = 0, total = 0;
};

std::vector<Block> pool(const std::vector<SecondCount>& seconds, std::size_t length) {
  std::vector<Block> blocks((seconds.size() + length - 1) / length);
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    blocks[i / length].bad += static_cast<double>(seconds[i].bad);
    blocks[i / length].total += static_cast<double>(seconds[i].total);
  }
  std::erase_if(blocks, [](const Block& block) { return block.total <= 0; });
  return blocks;
}

// P(Poisson(mean) >= count).
double poisson_tail(double count, double mean) { return count < 1 ? 1 : boost::math::gamma_p(count, mean); }

Level measure(const std::vector<Block>& blocks, const Block& all) {
  const double p = all.bad / all.total;
  const bool bad_is_rare = p <= 0.5;
  const double rare_events = bad_is_rare ? all.bad : all.total - all.bad;
  double statistic = 0, pairs = 0, collision = 0;
  for (const Block& block : blocks) {
    const double difference = block.bad - block.total * p;
    statistic += difference * difference / (block.total * p * (1 - p));
    const double rare = bad_is_rare ? block.bad : block.total - block.bad;
    pairs += rare * (rare - 1) / 2;
    collision += block.total / all.total * (block.total / all.total);
  }
  const double degrees = static_cast<double>(blocks.size()) - 1;
  Level level;
  level.ratio = statistic / degrees;
  level.p_value = boost::math::gamma_q(degrees / 2, statistic / 2);
  if (rare_events < kFewestExpected * static_cast<double>(blocks.size())) {
    const double expected = rare_events * (rare_events - 1) / 2 * collision;
    level.p_value = std::max(level.p_value, poisson_tail(pairs, expected));
  }
  return level;
}

}  // namespace

DesignEffect design_effect(const std::vector<SecondCount>& seconds) {
  std::vector<SecondCount> ordered(seconds);
  std::sort(ordered.begin(), ordered.end(), [](const SecondCount& a, const SecondCount& b) { return a.second < b.second; });
  Block all;
  for (const SecondCount& s : ordered) {
    all.bad += static_cast<double>(s.bad);
    all.total += static_cast<double>(s.total);
  }
  DesignEffect effect;
  if (all.bad < 2 || all.bad >= all.total) return effect;

  std::vector<Level> levels;
  for (std::size_t length = 1; ordered.size() / length >= kFewestBlocks; length *= 2) {
    const std::vector<Block> blocks = pool(ordered, length);
    if (blocks.size() < kFewestBlocks) break;
    levels.push_back(measure(blocks, all));
    levels.back().seconds = static_cast<uint32_t>(length);
  }
  const double limit = kSignificance / static_cast<double>(std::max<std::size_t>(1, levels.size()));
  effect.rejected = std::any_of(levels.begin(), levels.end(), [limit](const Level& level) { return level.p_value < limit; });
  if (!effect.rejected) return effect;
  for (const Level& level : levels) {
    if (level.ratio > effect.deff) {
      effect.deff = level.ratio;
      effect.block_seconds = level.seconds;
    }
  }
  const double clusters = std::min(all.bad, all.total - all.bad) / effect.deff;
  effect.deff_pass = effect.deff * (1 + 2 / clusters + 3 / (clusters * clusters));
  return effect;
}

}  // namespace shakedown
