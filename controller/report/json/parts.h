// The parts of scorecard.json beside rows and record: growth, downstream systems, controls, checks, and what a row has of
// these. Only for .cc files: it brings nlohmann/json.
#pragma once

#include "controller/model/scorecard.h"
#include "controller/report/json/number.h"

namespace shakedown::report {

template <typename Items, typename Of>
Json list_of(const Items& items, Of of) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(of(item));
  return list;
}

Json measured_of(const Measured& measured);
Json attested_of(const Requirement& requirement);  // null unless it is attested
Json reported_of(const ScoredReported& reported);
Json option_of(const TradeOff& option);
Json forecast_of(const Scorecard& card);
Json searches_of(const Scorecard& card);
Json scaling_of(const ScoredScaling& scaling);
Json dependency_of(const ScoredDependency& dependency);
Json controls_of(const Scorecard& card);
Json check_of(const ScoredCheck& check);
Json traffic_of(const ScoredTraffic& traffic);

}  // namespace shakedown::report
