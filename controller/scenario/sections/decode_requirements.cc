#include <algorithm>

#include "controller/judge/sli/form.h"
#include "controller/model/looks_at.h"
#include "controller/scenario/sections/decode.h"
#include "controller/scenario/sections/objective.h"

namespace shakedown {
namespace {

Area area_of(const std::string& word) {
  for (const Area area : kAreas) {
    if (word == to_string(area)) return area;
  }
  return Area::availability;
}

std::vector<std::string> nouns_for(const Decoding& d, const Sli& sli) {
  const LedgerId ledger = looks_at(sli).ledger;
  if (ledger.valid()) return write_nouns(d.scenario.ledger(ledger).noun);
  std::vector<std::string> nouns = write_nouns({});
  for (const Ledger& one : d.scenario.ledgers) {
    for (std::string& noun : write_nouns(one.noun)) nouns.push_back(std::move(noun));
  }
  return nouns;
}

ImpactUnit unit_of_kind(Amount::Kind kind, ImpactUnit) {
  return kind == Amount::Kind::time     ? ImpactUnit::delayed_seconds
         : kind == Amount::Kind::writes ? ImpactUnit::lost_writes
                                        : ImpactUnit::failed_requests;
}
RpoUnit unit_of_kind(Amount::Kind kind, RpoUnit) { return kind == Amount::Kind::time ? RpoUnit::time : RpoUnit::writes; }

// An SLI that has a unit of its own takes it from the objective.
void set_unit(Sli& sli, Amount::Kind kind) {
  const auto take = [kind](auto& s) {
    if constexpr (requires { s.unit; }) s.unit = unit_of_kind(kind, s.unit);
  };
  std::visit(take, sli);
}

void check_resolution(Decoding& d, const View& at, const Requirement& r) {
  const LooksAt looked = looks_at(r.sli);
  if (looked.unit != Unit::seconds || !looked.ledger.valid()) return;
  const Ledger& ledger = d.scenario.ledger(looked.ledger);
  if (ledger.rate.per_second <= 0 || r.objective.limit >= 1 / ledger.rate.per_second) return;
  d.diagnostics.error(at.at(),
                      "finer than ledger " + ticked(ledger.name) + " can resolve: it writes once in " +
                          format_duration(from_seconds(1 / ledger.rate.per_second)),
                      "raise its rate, or promise a number of writes");
}

void check_ledger_exists(Decoding& d, const View& at, const Requirement& r) {
  const LooksAt looked = looks_at(r.sli);
  if (looked.injections != InjectionFigure::cost || looked.unit != Unit::writes || !d.scenario.ledgers.empty()) return;
  d.diagnostics.error(at.at(), "lost writes are counted by a ledger, and there is none", "declare one under `ledgers:`");
}

// By which rule objective and declared value are read: a certificate's check compares a time, the others a number. None for a
// check that nobody declares, which was reported.
std::string rule_of(const std::string& kind, const Sli& sli) {
  const LooksAt at = looks_at(sli);
  if (at.check && !at.check->valid()) return {};
  return at.check && at.unit == Unit::seconds ? "certificate" : kind;
}

// What only holds or not has no objective of its own; everything else has one. True: there is one to read.
bool check_presence(Decoding& d, const View& view, const std::string& rule, Requirement& r) {
  const View written = view["objective"];
  const std::optional<CheckId> check = looks_at(r.sli).check;
  if (unit_of(r.sli) == Unit::holds) {
    r.objective = {Comparison::at_least, 1, ""};
    if (written.written()) {
      const std::string what = check ? "check " + ticked(d.scenario.check(*check).name) : "what is attested";
      d.diagnostics.error(written.at(), what + " holds or does not: there is no limit", "leave `objective` out");
    }
    return false;
  }
  if (written.absent()) {
    d.diagnostics.error(view.at(), "requirement " + ticked(r.id) + " has no `objective`",
                        "write for example objective: \"" + std::string(objective_rule(rule).example) + "\"");
  }
  return static_cast<bool>(written);
}

std::optional<Amount> decode_objective(Decoding& d, const View& view, const std::string& kind, Requirement& r) {
  if (kind.empty() || !check_presence(d, view, kind, r)) return std::nullopt;
  Finding finding;
  const auto parsed = parse_objective(kind, view["objective"].text(), nouns_for(d, r.sli), finding);
  if (!parsed) {
    d.diagnostics.error(view["objective"].at(), "`objective`: " + finding.problem, finding.hint);
    return std::nullopt;
  }
  r.objective = parsed->objective;
  set_unit(r.sli, parsed->amount.kind);
  check_resolution(d, view["objective"], r);
  check_ledger_exists(d, view["objective"], r);
  return parsed->amount;
}

void decode_declared(Decoding& d, const View& view, const std::string& kind, const std::optional<Amount>& limit, Requirement& r) {
  if (!view) return;
  Declared declared;
  if (view["status"]) {
    const std::string word = view["status"].text();
    declared.status = word == "green" ? Status::green : word == "yellow" ? Status::yellow : Status::red;
  }
  declared.period = view["over"].duration();
  declared.value_text = view["value"].text();
  if (view["value"] && !kind.empty() && unit_of(r.sli) == Unit::holds) {
    d.diagnostics.error(view["value"].at(), "declared `value`: what only holds or not has none", "declare its `status`");
  } else if (view["value"] && !kind.empty()) {
    Finding finding;
    const auto amount = parse_amount(kind, declared.value_text, nouns_for(d, r.sli), finding);
    if (amount) declared.value = amount->value;
    if (!amount)
      d.diagnostics.error(view["value"].at(), "declared `value`: " + finding.problem, "write it in the objective's unit");
    if (amount && limit && amount->kind != limit->kind) {
      d.diagnostics.error(view["value"].at(),
                          "declared `value` " + ticked(declared.value_text) + " and objective " + ticked(r.objective.text) +
                              " have different units",
                          "write both in the same unit");
    }
  }
  r.declared = std::move(declared);
}

void check_attested(Decoding& d, const View& view, const Sli& sli) {
  const AttestedSli* attested = looks_at(sli).attested;
  if (attested == nullptr || !view["date"] || !view["expires"] || attested->expires >= attested->date) return;
  d.diagnostics.error(view["expires"].at(), "it expires on " + attested->expires + ", before it was attested",
                      "write a day after " + attested->date);
}

std::vector<std::string> decode_controls(const View& view) {
  std::vector<std::string> controls;
  for (const View& control : view.items()) {
    const std::string id = control ? control.text() : std::string();
    if (!id.empty() && std::find(controls.begin(), controls.end(), id) == controls.end()) controls.push_back(id);
  }
  return controls;
}

// What can never be met ends nothing, and what is always met ends everything.
void decode_when(Decoding& d, const View& view, StopCondition& condition) {
  const std::string when = view.text(), hint = "write for example \"> 50%\"";
  condition.at_limit = when.starts_with(">=");
  Finding finding;
  const auto amount = parse_amount("error_ratio", when.substr(condition.at_limit ? 2 : 1), {}, finding);
  if (!amount) {
    d.diagnostics.error(view.at(), "`when`: " + finding.problem, hint);
    return;
  }
  condition.limit = amount->value;
  const bool always = condition.at_limit && condition.limit <= 0;
  if (always || (!condition.at_limit && condition.limit >= 1)) {
    d.diagnostics.error(
        view.at(), std::string("`when`: a condition that ") + (always ? "is always" : "can never be") + " met: `" + when + "`",
        hint);
  }
}

// Checks are decoded before: a check's kind says what its requirement compares.
Sli decode_sli(const Decoding& d, const View& view) {
  const SliForm* form = find_sli_form(view.which(view.shape().key_names()));
  return form != nullptr ? form->read(view[form->key.name], d.names, d.scenario) : AvailabilitySli{};
}

}  // namespace

void decode_requirements(Decoding& d, const View& root) {
  for (const View& view : root["requirements"].items()) {
    Requirement r;
    r.id = view["id"].text();
    r.area = area_of(view["area"].text());
    r.title = view["title"].text();
    r.means = view["means"].text();
    r.confidence = view["confidence"].share().value;
    r.must = view["must"].boolean();
    r.owner = view["owner"].text();
    r.fix = view["fix"].text();
    r.fix_by = view["fix_by"].text();
    const View sli = view["sli"];
    const std::string word = sli ? sli.which(sli.shape().key_names()) : std::string();
    if (sli) r.sli = decode_sli(d, sli);
    if (const Duration over = looks_at(r.sli).over; over > Duration{}) check_whole_seconds(d, sli["error_ratio"]["over"], over);
    if (word == "attested") check_attested(d, sli[word], r.sli);
    const std::string kind = rule_of(word, r.sli);
    r.controls = decode_controls(view["controls"]);
    const std::optional<Amount> limit = decode_objective(d, view, kind, r);
    decode_declared(d, view["declared"], kind, limit, r);
    decode_reported(d, view["reported"], kind, r);
    d.scenario.requirements.push_back(std::move(r));
  }
}

void decode_stop_conditions(Decoding& d, const View& root) {
  for (const View& view : root["stop_when"].items()) {
    StopCondition condition;
    if (const View named = view["condition"]) {
      condition.condition = named.id<ConditionId>(d.names);
      condition.describe = "condition " + named.text();
      d.scenario.stop_when.push_back(std::move(condition));
      continue;
    }
    if (const View ratio = view["sli"]["error_ratio"]) condition.sli = forms::read_error_ratio(ratio, d.names);
    const std::string when = view["when"].text();
    condition.outside_faults = view["outside"].text() == "faults";
    if (view["when"]) decode_when(d, view["when"], condition);
    const Duration over = condition.sli.over;
    check_whole_seconds(d, view["sli"]["error_ratio"]["over"], over);
    condition.describe =
        "error ratio " + when + " over " + format_duration(over) + (condition.outside_faults ? ", outside faults" : "");
    d.scenario.stop_when.push_back(std::move(condition));
  }
}

}  // namespace shakedown
