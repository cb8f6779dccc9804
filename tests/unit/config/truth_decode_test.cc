// Files that once broke the decoder itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/config/sample.h"

namespace shakedown::test {
namespace {

TEST(TruthDecode, APhaseWithoutADurationThatHoldsAFaultWithAnRtoRowIsRefusedAndNothingBreaks) {
  const std::string text = sample({{"    duration: 30s\n", ""},
                                   {R"(sli: {availability: {}}, objective: ">= 99%")",
                                    R"(sli: {rto: {fault: crash, probe: door}}, objective: "<= 5s")"}});
  EXPECT_THAT(problems(text), ::testing::Contains(::testing::HasSubstr("duration")));
}

}  // namespace
}  // namespace shakedown::test
