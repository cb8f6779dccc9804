// Result<T>: a value or an Error. The only header that names Boost.Outcome.
//
//   Result<int> parse(std::string_view);
//   SHAKEDOWN_TRY(auto n, parse("5"));        // returns the error to the caller
//   SHAKEDOWN_CO_TRY(auto n, parse("5"));     // the same inside a coroutine
#pragma once

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/terminate.hpp>
#include <boost/outcome/try.hpp>

#include "core/base/error.h"

namespace shakedown {

template <typename T>
using Result = BOOST_OUTCOME_V2_NAMESPACE::basic_result<T, Error, BOOST_OUTCOME_V2_NAMESPACE::policy::terminate>;

// Success of a Result<void>.
inline auto ok() { return BOOST_OUTCOME_V2_NAMESPACE::success(); }

// A failed result of any type: `return fail(ErrorKind::io, "...")`.
inline auto fail(ErrorKind kind, std::string message) {
  return BOOST_OUTCOME_V2_NAMESPACE::failure(Error(kind, std::move(message)));
}
inline auto fail(Error error) { return BOOST_OUTCOME_V2_NAMESPACE::failure(std::move(error)); }

}  // namespace shakedown

#define SHAKEDOWN_TRY(...) BOOST_OUTCOME_TRY(__VA_ARGS__)
#define SHAKEDOWN_CO_TRY(...) BOOST_OUTCOME_CO_TRY(__VA_ARGS__)
