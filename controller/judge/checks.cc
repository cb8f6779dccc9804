#include "controller/judge/families.h"

namespace shakedown::judging {

Judged judge_sli(const Requirement& requirement, const CheckSli&, const Evidence&) {
  return nothing(unit_of(requirement.sli), "No data: this kind is not judged yet.", "");
}

Judged judge_sli(const Requirement& requirement, const AttestedSli&, const Evidence&) {
  return nothing(unit_of(requirement.sli), "No data: this kind is not judged yet.", "");
}

}  // namespace shakedown::judging
