// The state of a shared environment on which a drill depends.
#include "controller/scenario/sections/describe.h"

namespace shakedown {
namespace {

Key condition_token_key() {
  return may("token", reference("secret"), "Secret that is sent as bearer token; resolved on the controller.");
}

}  // namespace

Shape condition_names_shape() { return list_of(reference("condition"), 1, 100); }

Shape condition_shape() {
  const Shape prometheus = mapping(
      "condition of a Prometheus", "The value of a query.",
      {need("url", url(), "Base URL of its API."), need("query", text(), "PromQL that gives one value."), condition_token_key()});
  const Shape alertmanager =
      mapping("condition of an Alertmanager", "Whether an alert is active: firing, or quiet.",
              {need("url", url(), "Base URL of its API."), need("alert", text(), "Name of the alert."), condition_token_key()});
  const Shape http =
      mapping("condition over HTTP", "The status of an answer (2xx for any of these), or what stands in its JSON.",
              {need("url", url(), "What is asked for, with GET."),
               may("json", scalar(Form::pointer), "Where in the JSON body the value stands."), condition_token_key()});
  const Shape command = mapping("condition of a command", "A command of yours exits with 0. It runs on the controller.",
                                {need("exec", command_shape(), "Program and arguments, no shell, in the scenario's folder.")});
  Shape shape = mapping("condition",
                        "A state of the environment on which the drill depends. It is asked again and again while the drill "
                        "lasts; one that cannot be "
                        "read for `missing_for` stops the drill.",
                        {may("prometheus", prometheus, "A query."), may("alertmanager", alertmanager, "An alert."),
                         may("http", http, "An answer."), may("command", command, "A command."),
                         otherwise("is", scalar(Form::any_value), "quiet for an alert, 2xx for an answer, exit 0 for a command",
                                   "What must be seen: a value, or a comparison such as \"< 5\", \">= 3\" or \"!= busy\"."),
                         may("every", duration(0.1, 3600), "5s", "How often it is asked."),
                         may("missing_for", duration(1, kDay), "30s", "How long it may be unreadable.")});
  shape.exactly_one = {{"prometheus", "alertmanager", "http", "command"}};
  shape.not_together = {{"command", "is"}};
  return shape;
}

Shape announce_shape() {
  Shape shape = mapping(
      "place to announce",
      "Gets a JSON object at the start, at each injection, when the run is aborted, and at its end: event, text, run, scenario, "
      "service, environment, informed, at. Where it cannot be delivered the drill goes on, and the page says so.",
      {may("webhook", url(), "Address that gets it as the body of a POST."),
       may("command", command_shape(), "Or a command on the controller, which finds it in $SHAKEDOWN_ANNOUNCEMENT."),
       may("token", reference("secret"), "Secret that is sent as bearer token; resolved on the controller.")});
  shape.exactly_one = {{"webhook", "command"}};
  shape.needs = {{"token", "webhook"}};
  return shape;
}

Shape silence_shape() {
  Shape labels = named_like("[A-Za-z_][A-Za-z0-9_]*", "the name of a label", text());
  labels.fewest = 1;
  return mapping("silence",
                 "An Alertmanager keeps these alerts back while an injection stands: a silence is made shortly before each, is "
                 "renewed with the "
                 "lease of the agents and never lasts longer than it, and is lifted at the injection's end. Where the "
                 "Alertmanager cannot be "
                 "asked the drill goes on, and the page says so.",
                 {need("url", url(), "Base URL of its API."),
                  need("matchers", labels, "Labels and their values: alerts that have all of them."),
                  may("token", reference("secret"), "Secret that is sent as bearer token; resolved on the controller.")});
}

}  // namespace shakedown
