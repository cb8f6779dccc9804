#include "controller/judge/families.h"

namespace shakedown::judging {

Judged judge_sli(const Requirement& requirement, const CapacitySli&, const Evidence&) {
  return nothing(unit_of(requirement.sli), "No data: this kind is not judged yet.", "");
}

Judged judge_sli(const Requirement& requirement, const HeadroomSli&, const Evidence&) {
  return nothing(unit_of(requirement.sli), "No data: this kind is not judged yet.", "");
}

Judged judge_sli(const Requirement& requirement, const EfficiencySli&, const Evidence&) {
  return nothing(unit_of(requirement.sli), "No data: this kind is not judged yet.", "");
}

}  // namespace shakedown::judging
