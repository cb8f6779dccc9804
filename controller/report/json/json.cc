// The schema is open: a later version may add fields, none is ever removed. Every field of this version is required.
#include "controller/report/json/fields.h"
#include "controller/report/report.h"
#include "controller/report/words/page_one.h"

namespace shakedown {
namespace {

using report::Fields;
using report::Json;
namespace type = report::type;

constexpr const char* kSchema = "shakedown/scorecard/v1";

const auto kManifest = &Scorecard::manifest;

const Fields<ValidityReason>& reason_fields() {
  static const Fields<ValidityReason> all =
      Fields<ValidityReason>()
          .text(
              "signal", [](const ValidityReason& reason) { return to_string(reason.signal); }, "which check of the instrument")
          .text("text", &ValidityReason::text, "with figures and limit")
          .flag("invalidates", &ValidityReason::invalidates, "false: a warning only");
  return all;
}

const Fields<Environment>& environment_fields() {
  static const Fields<Environment> all =
      Fields<Environment>().text("name", &Environment::name).text("differs", &Environment::differs, "from production");
  return all;
}

const Fields<Decision>& people_fields() {
  static const Fields<Decision> all = Fields<Decision>()
                                          .text("driver", &Decision::driver)
                                          .text("approver", &Decision::approver)
                                          .texts("contributors", &Decision::contributors)
                                          .texts("informed", &Decision::informed);
  return all;
}

Json utc() {
  return type::described({{"type", {"string", "null"}}, {"pattern", "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$"}}, "UTC");
}

Fields<Scorecard>::Value instant(WallTime Manifest::*which) {
  return [which](const Scorecard& card, const Scorecard&) {
    const WallTime at = card.manifest.*which;
    return at == WallTime{} ? Json(nullptr) : Json(format_wall(at));
  };
}

const Fields<Scorecard>& run_fields() {
  using report::inner;
  static const Fields<Scorecard> all =
      Fields<Scorecard>()
          .text("id", inner(kManifest, &Manifest::run_id))
          .field("started", utc(), instant(&Manifest::started))
          .field("finished", utc(), instant(&Manifest::finished))
          .word("state", type::one_of({"running", "completed", "stopped", "aborted", "interrupted"}),
                inner(kManifest, &Manifest::state))
          .optional_text("ended_by", inner(kManifest, &Manifest::ended_by),
                         "the stop condition or signal that ended the run early")
          .text("scenario_sha256", inner(kManifest, &Manifest::scenario_sha256), "of the judging scenario's bytes")
          .optional_text("rejudged_from", inner(kManifest, &Manifest::rejudged_from),
                         "of the executed scenario, when another one judges the run")
          .optional_text("release", inner(kManifest, &Manifest::release_start), "what the target said at the start")
          .optional_text("release_end", inner(kManifest, &Manifest::release_end), "what the target said at the end")
          .object("environment", &Scorecard::environment, environment_fields())
          .flag("valid", &Scorecard::valid, "whether the instrument trusts itself")
          .list("reasons", &Scorecard::reasons, reason_fields())
          .count("seed", inner(kManifest, &Manifest::seed), "of all random numbers of the run")
          .text("tool_version", inner(kManifest, &Manifest::tool_version))
          .texts("teardown_failures", inner(kManifest, &Manifest::teardown_failures));
  return all;
}

std::string tldr(const Scorecard& card) {
  std::string out;
  for (const std::string& sentence : report::tldr_words(card)) out += (out.empty() ? "" : " ") + sentence;
  return out;
}

void add_what_was_judged(Fields<Scorecard>& all) {
  using S = Scorecard;
  all.field("schema", {{"const", kSchema}}, [](const S&, const S&) { return Json(kSchema); })
      .text("scenario", &S::scenario)
      .text("service", &S::service)
      .optional_text("owner", &S::owner, "of the service")
      .optional_text("launch", &S::launch, "the date as written")
      .field("launch_in_days", {{"type", {"integer", "null"}}},
             [](const S& card, const S&) { return card.launch_in_days ? Json(*card.launch_in_days) : Json(nullptr); })
      .object(
          "run", [](const S& card) -> const S& { return card; }, run_fields())
      .word("decision", type::one_of({"go", "no-go", "not-proven"}), &S::decision)
      .text("covers", &S::covers, "how many of the areas the decision speaks for")
      .text("tldr", tldr, "business sentences")
      .list("requirements", &S::requirements, report::requirement_fields())
      .list("unjudged", &S::unjudged, report::unjudged_fields())
      .list("areas", &S::areas, report::area_fields());
}

void add_what_was_seen(Fields<Scorecard>& all) {
  using S = Scorecard;
  all.list("probes", &S::probes, report::probe_fields())
      .list("outages", &S::outages, report::outage_fields())
      .list("faults", &S::faults, report::fault_fields())
      .list("ledgers", &S::ledgers, report::ledger_fields())
      .list("agents", &S::agents, report::agent_fields())
      .optional_object("forecast", &S::forecast, report::forecast_fields())
      .list("searches", &S::searches, report::search_fields())
      .list("scalings", &S::scalings, report::scaling_fields())
      .list("downstream", &S::downstream, report::dependency_fields())
      .list("controls", &S::controls, report::control_fields())
      .list("checks", &S::checks, report::check_fields())
      .list("cleanups", &S::cleanups, report::cleanup_fields())
      .list("addresses", &S::addresses, report::address_fields())
      .list("traffic", &S::traffic, report::traffic_fields())
      .object("accounting", &S::accounting, report::accounting_fields())
      .object("decision_makers", &S::decision_makers, people_fields());
}

const Fields<Scorecard>& scorecard_fields() {
  static const Fields<Scorecard> all = [] {
    Fields<Scorecard> out;
    add_what_was_judged(out);
    add_what_was_seen(out);
    return out;
  }();
  return all;
}

Json definitions() {
  const Json infinite = {{"enum", {"inf", "-inf"}}};
  return {
      {"number",
       {{"description", "Six significant digits; an infinite one is text. Instants are seconds since the run's zero."},
        {"anyOf", Json::array({{{"type", "number"}}, infinite})}}},
      {"optional_number",
       {{"description", "null: there is none."}, {"anyOf", Json::array({{{"type", "number"}}, infinite, {{"type", "null"}}})}}}};
}

}  // namespace

std::string scorecard_json(const Scorecard& card) { return report::json_dump(scorecard_fields().json(card, card), 2) + "\n"; }

std::string scorecard_json_schema() {
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "The scorecard of one Shakedown run"}};
  schema.update(scorecard_fields().schema());
  schema["$defs"] = definitions();
  return report::json_dump(schema, 2) + "\n";
}

}  // namespace shakedown
