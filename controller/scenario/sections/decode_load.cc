#include "controller/scenario/sections/decode.h"

namespace shakedown {
namespace {

RateShape decode_steps_rate(Decoding& d, const View& open, const View& phase) {
  StepRate shape;
  for (const View& step : open["steps"].items()) shape.steps.push_back(step.rate());
  shape.each = open["each"].duration();
  const Duration total = shape.each * static_cast<int64_t>(shape.steps.size());
  if (phase && open["each"] && total > phase.duration()) {
    d.diagnostics.error(open["each"].at(),
                        std::to_string(shape.steps.size()) + " steps of " + format_duration(shape.each) + " take " +
                            format_duration(total) + ", the phase lasts " + format_duration(phase.duration()),
                        "lengthen the phase or shorten the steps");
  }
  return shape;
}

RateShape decode_spike(Decoding& d, const View& view, const View& phase) {
  const SpikeRate shape{view["base"].rate(), view["peak"].rate(), view["at"].duration(), view["for"].duration()};
  if (phase && shape.at + shape.length > phase.duration()) {
    d.diagnostics.error(
        view.at(),
        "the spike ends at " + format_duration(shape.at + shape.length) + ", the phase at " + format_duration(phase.duration()),
        "lengthen the phase or move the spike");
  }
  return shape;
}

RateShape decode_shape(Decoding& d, const View& open, const View& phase) {
  if (open["ramp"]) return RampRate{open["ramp"]["from"].rate(), open["ramp"]["to"].rate()};
  if (open["steps"]) return decode_steps_rate(d, open, phase);
  if (open["spike"]) return decode_spike(d, open["spike"], phase);
  return ConstantRate{open["rate"].rate()};
}

std::vector<MixEntry> decode_mix(Decoding& d, const View& load) {
  std::vector<MixEntry> mix;
  for (const auto& [name, weight] : load["mix"].entries()) {
    const auto operation = d.names.find("operation", name);
    if (operation) mix.push_back({OperationId(*operation), weight.number()});
  }
  if (!load["mix"].absent()) return mix;
  if (d.names.of("operation").size() == 1) return {{OperationId(0), 1}};
  if (load) {
    d.diagnostics.error(load.at(), "a load without `mix`, but there are several operations",
                        "add mix: {" + (d.names.of("operation").empty() ? "NAME" : d.names.of("operation").front()) + ": 1}");
  }
  return mix;
}

}  // namespace

Load decode_load(Decoding& d, const View& view, const View& phase_duration) {
  Load load;
  if (view["closed"]) {
    load.kind = ClosedLoad{view["closed"]["users"].small(), view["closed"]["think"].duration()};
  } else {
    OpenLoad open;
    open.shape = decode_shape(d, view["open"], phase_duration);
    open.arrivals = view["open"]["arrivals"].text() == "poisson" ? Arrivals::poisson : Arrivals::uniform;
    load.kind = std::move(open);
  }
  load.mix = decode_mix(d, view);
  load.max_outstanding = view["max_outstanding"].small();
  load.from = decode_from(d, view["from"]);
  return load;
}

}  // namespace shakedown
