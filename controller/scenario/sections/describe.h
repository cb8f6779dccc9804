// The parts of the scenario's description (shape.h), one function per mapping. Pure; each call
// builds a new Shape.
#pragma once

#include "core/form/shape.h"

namespace shakedown {

inline constexpr double kDay = 86400;

// The whole scenario.
const Shape& scenario_shape();

// describe_system.cc: what is there.
Shape decision_shape();
Shape environment_shape();
Shape secret_shape();
Shape target_shape();
Shape agent_shape();
Shape component_shape();
Shape connections_shape();
Shape step_shape();  // one entry of setup, teardown, recover, undo

// describe_traffic.cc: what is sent.
Shape request_shape(const std::string& protocol, const std::vector<std::string>& holes);  // with its target
Shape operation_shape();
Shape probe_shape();
Shape ledger_shape();
Shape load_shape();
Shape release_shape();
Shape ready_shape();
// describe_conditions.cc
Shape condition_shape();
Shape announce_shape();
Shape silence_shape();
Shape condition_names_shape();  // a list of them

// describe_drill.cc: what happens and what it is worth.
Shape phase_shape();
Shape stop_condition_shape();
Shape forecast_shape();

// describe_checks.cc: what is looked at beside load.
Shape check_shape();
Shape cleanup_shape();
// describe_outside.cc
Shape reported_shape();
Shape dependency_shape();

// describe_slis.cc
Shape sli_shape();
Shape stop_sli_shape();
Shape requirement_shape();

}  // namespace shakedown
