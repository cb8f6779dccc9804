// What lies outside the drill: the team's own monitoring, and the systems that the service calls.
#include "controller/scenario/sections/describe.h"

namespace shakedown {
namespace {

Shape query_text() { return text(); }

Key token_key() { return may("token", reference("secret"), "Secret that is sent as bearer token; resolved on the controller."); }

Shape counter_shape() {
  return mapping("counter", "The dependency's own count of the calls it received, from its Prometheus.",
                 {need("prometheus", url(), "Base URL of its API."),
                  need("query", query_text(),
                       "PromQL with $window: the number of calls in that time, such as "
                       "sum(increase(http_requests_total[$window]))."),
                  token_key()});
}

Shape commitment_shape() {
  return mapping("commitment", "What the owning team has agreed to carry.",
                 {need("who", text(), "Who has agreed."), need("rate", rate(1e9), "To which rate of calls."),
                  need("date", scalar(Form::date), "When, quoted."),
                  otherwise("until", scalar(Form::date), "no end", "Until when it counts, quoted.")});
}

}  // namespace

Shape reported_shape() {
  Shape shape = mapping(
      "reported", "What the team's own monitoring says of the same SLI in the same window. It is read after the last phase.",
      {need("prometheus", url(), "Base URL of its API."),
       need("query", query_text(),
            "PromQL that gives one value in the objective's unit: a share from 0 to 1, seconds, or a rate per second. "
            "$window in it becomes the measured window, such as 30s."),
       may("count", query_text(), "PromQL with $window: their number of requests in that time."),
       may("alert", text(), "Name of the alert that should fire when the service is away."),
       may("alertmanager", url(), "Base URL of the Alertmanager, asked beside the Prometheus."),
       may("alert_within", duration_above_zero(3600), "Promised time from the outage's begin to the alert."),
       otherwise("tolerance", text(), "none: the measured interval alone",
                 "How far theirs may lie from what was measured, in the objective's unit: \"0.1%\"."),
       token_key()});
  shape.needs = {{"alertmanager", "alert"}, {"alert_within", "alert"}};
  return shape;
}

Shape dependency_shape() {
  Shape shape = mapping(
      "dependency", "A system that the service calls, and whether it can take the load that the forecast brings.",
      {need("owner", text(), "The team that answers for it."),
       need("calls", named_like("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", "`service` or the name of a dependency", number_above(0, 1e6)),
            "Who calls it, and how often for each request the caller receives: {service: 2.5, other: 0.1}."),
       may("capacity", rate(1e9), "What it can take, as its owner knows it."),
       may("scorecard", scalar(Form::path), "scorecard.json of a drill of that system, from which its capacity is taken."),
       may("counter", counter_shape(), "Its own count of calls, against which `calls` is checked."),
       may("commitment", commitment_shape(), "Without one it is not ready.")});
  shape.not_together = {{"capacity", "scorecard"}};
  return shape;
}

}  // namespace shakedown
