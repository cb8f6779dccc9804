#include <utility>

#include "controller/scenario/sections/describe.h"
#include "core/protocols/protocol.h"

namespace shakedown {
namespace {

constexpr double kHighestRate = 1e7;
constexpr double kLongestTimeout = 3600;

Shape key_shape() {
  Shape shape = mapping("key", "What fills {key}.",
                        {may("uniform", list_of(integer(0, 9e15), 2, 2), "A whole number between two, both included."),
                         may("sequence", integer(0, 9e15), "This number plus the number of the arrival.")});
  shape.exactly_one = {{"uniform", "sequence"}};
  return shape;
}

Shape spike_shape() {
  return mapping(
      "spike", "A base rate with one peak.",
      {need("base", rate(kHighestRate), "Rate before and after."), need("peak", rate(kHighestRate), "Rate of the peak."),
       need("at", duration(0, 30 * kDay), "Start of the peak, from the phase's start."),
       need("for", duration_above_zero(30 * kDay), "Length of the peak.")});
}

Shape open_shape() {
  Shape ramp =
      mapping("ramp", "A rate that changes evenly over the phase.",
              {need("from", rate(kHighestRate), "Rate at the start."), need("to", rate(kHighestRate), "Rate at the end.")});
  Shape shape = mapping(
      "open load", "Arrivals come when the schedule says so, whether or not answers come.",
      {may("rate", rate(kHighestRate), "A constant rate."), may("ramp", ramp, "A rising or falling rate."),
       may("steps", list_of(rate(kHighestRate), 1, 1000), "One rate after the other."),
       may("each", duration_above_zero(30 * kDay), "steps: how long each lasts."),
       may("spike", spike_shape(), "A peak on a base."),
       may("arrivals", choice({"uniform", "poisson"}), "uniform", "Evenly spaced, or at random as independent users come.")});
  shape.exactly_one = {{"rate", "ramp", "steps", "spike"}};
  shape.needs = {{"steps", "each"}, {"each", "steps"}};
  return shape;
}

std::vector<std::string> protocol_names() {
  std::vector<std::string> names;
  for (const ProtocolForm& protocol : protocol_forms()) names.emplace_back(protocol.name);
  return names;
}

// A mapping that asks: a key for the request of each protocol, exactly one of which is written, and then the others.
Shape asking(const std::string& title, std::string doc, const std::string& request_doc, const std::vector<std::string>& names,
             std::vector<Key> others) {
  std::vector<Key> keys;
  const bool only = protocol_forms().size() == 1;
  for (const ProtocolForm& protocol : protocol_forms()) {
    Shape request = request_shape(protocol.name, names);
    keys.push_back(only ? need(protocol.name, std::move(request), request_doc)
                        : may(protocol.name, std::move(request), request_doc));
  }
  for (Key& key : others) keys.push_back(std::move(key));
  Shape shape = mapping(title, std::move(doc), std::move(keys));
  if (!only) shape.exactly_one = {protocol_names()};
  return shape;
}

// What is expected of an answer, as the protocol of the request beside it (or in this mapping beside it) has it.
Shape expect_shape(const std::vector<std::string>& names, std::string within = {}) {
  std::vector<Key> choices;
  for (const ProtocolForm& protocol : protocol_forms()) choices.push_back(may(protocol.name, protocol.expect(names), ""));
  return beside(std::move(choices), std::move(within));
}

Key expect_key(const std::vector<std::string>& names, std::string doc) {
  std::string usual;
  for (const ProtocolForm& protocol : protocol_forms()) {
    usual += (usual.empty() ? "" : "; ") + (protocol_forms().size() == 1 ? std::string() : std::string(protocol.name) + ": ") +
             protocol.expect_default;
  }
  return otherwise("expect", expect_shape(names), std::move(usual), std::move(doc));
}

}  // namespace

Shape request_shape(const std::string& protocol, const std::vector<std::string>& names) {
  Shape shape = find_protocol_form(protocol)->request(names);
  shape.keys.insert(shape.keys.begin(), need("target", reference("target"), "Where it goes."));
  return shape;
}

Shape operation_shape() {
  Shape value = mapping("value", "What fills {value}.", {need("size", bytes(1, 16 << 20), "Its size.")});
  return asking("operation", "One kind of request. Holes: {key}, {value} and secrets.", "The request.", {"key", "value"},
                {may("key", key_shape(), "What fills {key}."), may("value", value, "What fills {value}."),
                 expect_key({"key", "value"}, "What makes an answer good."),
                 may("timeout", duration_above_zero(kLongestTimeout), "1s", "From the intended start; later is too late."),
                 may("noun", text(), "request", "What one is called on page one.")});
}

Shape probe_shape() {
  return mapping("probe", "A check at a fixed cadence, from which outages are derived. It is never load.",
                 {need("operation", reference("operation"), "What is sent."),
                  need("every", duration(0.001, kDay), "Start to start; a slow check does not delay the next."),
                  need("timeout", duration(0.001, kLongestTimeout), "A check slower than this has failed."),
                  may("down_after", integer(1, 1000), "3", "So many failures in a row are an outage; it began with the first."),
                  may("up_after", integer(1, 10000), "10", "So many good checks in a row are a recovery."),
                  may("connection", choice({"reuse", "fresh"}), "reuse",
                      "Whether each check opens a new connection. A name's addresses take turns, see `url` of a target."),
                  otherwise("from", reference("agent"), "the first agent with the role `load`", "Who probes.")});
}

Shape ledger_shape() {
  const std::vector<std::string> names = {"id", "payload", "checksum"};
  Shape write = asking("ledger write", "How one write is sent.", "The request; it carries {id} and {payload}.", names,
                       {expect_key(names, "What acknowledges it.")});
  Shape read = asking("ledger read", "How one write is read back.", "The request; it carries {id}.", {"id"}, {});
  return mapping("ledger",
                 "A record of acknowledged writes, from which lost ones are found. Holes: {id}, {payload}, "
                 "{checksum} and secrets. It is never load.",
                 {need("write", write, "The write."), need("read", read, "The read."),
                  need("present", expect_shape(names, "read"),
                       "What proves that a write is there unaltered: let the body contain {checksum}."),
                  need("absent", expect_shape(names, "read"), "What proves that it is not there; any other answer is undecided."),
                  need("rate", rate(1e6), "Writes per second, evenly spaced. 1/rate is the finest time it can resolve."),
                  may("timeout", duration_above_zero(kLongestTimeout), "1s", "A write or read that takes longer is unknown."),
                  may("settle", duration(0, 3600), "1s", "Pause before reading back."),
                  may("verify_rate", rate(1e6), "500/s", "Reads per second while reading back."),
                  may("verify_limit", duration_above_zero(kDay), "60s", "Reads not done by then leave their writes undecided."),
                  may("noun", text(), "write", "What one is called on page one."),
                  otherwise("from", reference("agent"), "the first agent with the role `load`", "Who writes and reads.")});
}

Shape load_shape() {
  Shape closed = mapping("closed load",
                         "Users who wait for an answer before they ask again. A target that does not answer "
                         "makes them ask less, so that an outage can leave a row unknown: judge "
                         "availability with an open load.",
                         {need("users", integer(1, 1e6), "How many."),
                          may("think", duration(0, kDay), "0s", "Pause between an answer and the user's next request.")});
  Shape mix = named_by("operation", number_above(0, 1e9));
  mix.item.front().doc = "weight";
  Shape shape = mapping("load", "What a phase sends.",
                        {may("open", open_shape(), "Arrivals by schedule."), may("closed", closed, "Users who wait."),
                         otherwise("mix", mix, "the only operation", "Names of operations and their weights."),
                         otherwise("max_outstanding", integer(1, 1e9), "a guard of memory that chance does not reach",
                                   "open: arrivals beyond so many unanswered ones are dropped, and counted against "
                                   "the target. Several agents share it out evenly, and each keeps its part. "
                                   "Without it only memory is guarded, and such a drop is ours."),
                         otherwise("from", reference("agent"), "every agent with the role `load`", "Who sends it.")});
  shape.exactly_one = {{"open", "closed"}};
  shape.not_together = {{"closed", "max_outstanding"}};
  return shape;
}

Shape release_shape() {
  return asking("release",
                "Where the target tells its own release. Read at start and end; a change makes "
                "the run invalid.",
                "The request.", {},
                {otherwise("json", scalar(Form::pointer), "the whole body", "Where in the JSON body it stands.")});
}

Shape ready_shape() {
  return mapping(
      "ready", "When the drill may start, or go on after scaling: the probe is up.",
      {need("probe", reference("probe"), "Which one."),
       may("limit", duration_above_zero(kDay), "30s", "How long to wait for it."),
       may("conditions", condition_names_shape(), "Before the first phase these must hold, too, within the same time.")});
}

}  // namespace shakedown
