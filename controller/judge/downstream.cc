#include "controller/judge/families.h"

namespace shakedown::judging {

Judged judge_sli(const Requirement& requirement, const DownstreamSli&, const Evidence&) {
  return nothing(unit_of(requirement.sli), "No data: this kind is not judged yet.", "");
}

}  // namespace shakedown::judging
