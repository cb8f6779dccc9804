// The schema of what json_parts writes. Only for .cc files: it brings nlohmann/json.
#pragma once

#include "controller/report/json/number.h"

namespace shakedown::report::schema {

Json measured();
Json attested();
Json reported();
Json option();
Json forecast();
Json search();
Json scaling();
Json dependency();
Json control();
Json check();
Json traffic();

}  // namespace shakedown::report::schema
