// How each kind of SLI is written in a scenario: its word, what it takes, what its objective may be, and how it is read. A kind's
// form stands with its judgement, in the file named as the word. Ownership: values, built once. Threads: read-only.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "controller/model/scenario.h"
#include "core/form/shape.h"
#include "core/form/view.h"

namespace shakedown {

// What the limit of an objective is written as.
enum class Amounts { share, time, rate, count, impact, loss, writes, margin, number };

struct ObjectiveForm {
  const char* called;  // "latency", "the number of outages"
  Comparison comparison;
  const char* example;
  Amounts amounts;
  bool either_direction = false;  // `comparison` is only the usual one
};

struct SliForm {
  Key key;                                 // its word, what it takes, and help on its objective
  std::optional<ObjectiveForm> objective;  // none: it holds or does not
  Sli (*read)(const View& view, const Names& names, const Scenario& scenario);  // the checks of `scenario` are read already
};

// In the order of the reference page.
const std::vector<SliForm>& sli_forms();
// nullptr: no SLI has that word.
const SliForm* find_sli_form(std::string_view word);

namespace forms {

SliForm availability();
SliForm latency();
SliForm throughput();
SliForm error_ratio();
SliForm mtbf();
SliForm mtbr();
SliForm mttr();
SliForm outages();
SliForm impact();
SliForm tolerated();
SliForm rto();
SliForm rpo();
SliForm durability();
SliForm capacity();
SliForm headroom();
SliForm efficiency();
SliForm degradation();
SliForm downstream();
SliForm check();
SliForm attested();

// The time that a certificate's check has left is limited otherwise than other checks' numbers.
ObjectiveForm certificate();

// What a stop condition watches, and how it is read.
Shape watched_error_ratio();
ErrorRatioSli read_error_ratio(const View& view, const Names& names);

}  // namespace forms
}  // namespace shakedown
