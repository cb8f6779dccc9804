#include "controller/model/requirement.h"

namespace shakedown {

const char* to_string(Area area) {
  switch (area) {
    case Area::availability: return "availability";
    case Area::performance: return "performance";
    case Area::reliability: return "reliability";
    case Area::scalability: return "scalability";
    case Area::maintainability: return "maintainability";
    case Area::disaster_recovery: return "disaster-recovery";
    case Area::data_storage: return "data-storage";
    case Area::security: return "security";
    case Area::compliance: return "compliance";
    case Area::data_residency: return "data-residency";
    case Area::downstream: return "downstream";
  }
  return "unknown";
}

const char* to_string(Status status) {
  switch (status) {
    case Status::green: return "green";
    case Status::yellow: return "yellow";
    case Status::red: return "red";
  }
  return "unknown";
}

}  // namespace shakedown
