// The kinds of SLI that a requirement may name.
#include "controller/judge/sli/form.h"

namespace shakedown {

const std::vector<SliForm>& sli_forms() {
  static const std::vector<SliForm> all = {
      forms::availability(), forms::latency(),  forms::throughput(), forms::error_ratio(), forms::mtbf(),
      forms::mtbr(),         forms::mttr(),     forms::outages(),    forms::impact(),      forms::tolerated(),
      forms::rto(),          forms::capacity(), forms::headroom(),   forms::efficiency(),  forms::degradation(),
      forms::downstream(),   forms::check(),    forms::attested(),   forms::rpo(),         forms::durability(),
  };
  return all;
}

const SliForm* find_sli_form(std::string_view word) {
  for (const SliForm& form : sli_forms()) {
    if (form.key.name == word) return &form;
  }
  return nullptr;
}

}  // namespace shakedown
