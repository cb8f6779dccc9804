#include <strings.h>

#include <algorithm>

#include "controller/scenario/sections/decode.h"
#include "core/form/holes.h"
#include "core/form/url.h"

namespace shakedown {
namespace {

void decode_secrets(Decoding& d, const View& root) {
  const View secrets = root["secrets"];
  if (!secrets) return;
  for (const Entry& entry : secrets.node()->entries) {
    const View view(&entry.value, &secrets.shape().item.front(), entry.at);
    Secret secret;
    secret.name = entry.key;
    const bool env = view["env"].written();
    secret.source.kind = env ? SecretSource::Kind::env : SecretSource::Kind::file;
    secret.source.where = env ? view["env"].text() : d.path(view["file"].text());
    const auto& reserved = reserved_holes();
    if (std::find(reserved.begin(), reserved.end(), entry.key) != reserved.end()) {
      d.diagnostics.error(entry.at, "a secret called " + ticked(entry.key) + " would hide the hole {" + entry.key + "}",
                          "give it another name");
    } else if (!hole_word(entry.key)) {
      d.diagnostics.error(entry.at, "a secret called " + ticked(entry.key) + " cannot be used as {" + entry.key + "}",
                          "begin its name with a letter");
    }
    d.scenario.secrets.push_back(std::move(secret));
  }
}

// "https" for http.
std::string secure_sibling(const Scheme& plain) {
  for (const ProtocolForm& protocol : protocol_forms()) {
    const auto& all = protocol.schemes;
    if (std::none_of(all.begin(), all.end(), [&](const Scheme& one) { return one.name == plain.name; })) continue;
    for (const Scheme& scheme : all) {
      if (scheme.secure) return scheme.name;
    }
  }
  return "https";
}

TlsSpec decode_tls(Decoding& d, const View& view, const std::string& scheme) {
  TlsSpec tls;
  tls.ca_file = d.path(view["ca"].text());
  tls.certificate_file = d.path(view["certificate"].text());
  tls.key_file = d.path(view["key"].text());
  tls.server_name = view["server_name"].text();
  const Scheme* known = find_scheme(scheme);
  if (view && known != nullptr && !known->secure) {
    d.diagnostics.error(view.at(), "`tls` for " + with_article(scheme) + " target",
                        "write " + secure_sibling(*known) + ":// in `url`, or remove `tls`");
  }
  return tls;
}

std::optional<Duration> decode_resolve(const View& view) {
  const std::string text = view ? view.text() : "each";
  if (text == "once") return std::nullopt;
  if (text == "each") return Duration{};
  const auto age = parse_duration(text);
  return age ? age.value() : Duration{};
}

std::string decode_mark(Decoding& d, const View& view, const std::string& scheme) {
  if (!view) return {};
  const auto speaks = [&](const ProtocolForm& form) {
    const auto has = [&](const Scheme& one) { return one.name == scheme; };
    return std::any_of(form.schemes.begin(), form.schemes.end(), has);
  };
  for (const ProtocolForm& form : protocol_forms()) {
    if (!speaks(form) || form.headers) continue;
    d.diagnostics.error(view.at(), "`mark` for " + with_article(scheme) + " target, whose requests have no headers",
                        "remove it, and send {run} in the request");
  }
  for (const char* own : {"host", "content-length", "transfer-encoding", "connection", "traceparent"}) {
    if (strcasecmp(view.text().c_str(), own) != 0) continue;
    d.diagnostics.error(view.at(), "the header " + ticked(view.text()) + " is no mark: it has a meaning of its own",
                        "name another, such as X-Shakedown-Run");
  }
  return view.text();
}

void decode_connections(Decoding& d, const View& view) {
  ConnectionPolicy& policy = d.scenario.connections;
  policy.max = view["max"].small();
  policy.max_age = view["max_age"].duration();
  policy.max_requests = view["max_requests"].integer();
  policy.max_response = view["max_response"].bytes();
  policy.slowest = view["slowest"].bytes();
  const View reconnect = view["reconnect"];
  policy.backoff = reconnect["backoff"].duration();
  policy.backoff_max = reconnect["max"] ? reconnect["max"].duration() : std::max(policy.backoff, policy.backoff_max);
  if (policy.backoff > policy.backoff_max) {
    d.diagnostics.error(
        reconnect["backoff"].at(),
        "`backoff` is " + format_duration(policy.backoff) + ", longer than `max`, " + format_duration(policy.backoff_max),
        "the pause grows from `backoff` to `max`");
  }
}

}  // namespace

void decode_targets(Decoding& d, const View& root) {
  decode_secrets(d, root);
  for (const auto& [name, view] : root["targets"].entries()) {
    Target target;
    target.name = name;
    if (view["url"]) {
      const auto url = parse_url(view["url"].text(), view["url"].shape().schemes);
      if (url) {
        target.scheme = url.value().scheme;
        target.host = url.value().host;
        target.port = url.value().port;
        target.base_path = url.value().path;
      }
    }
    target.tls = decode_tls(d, view["tls"], target.scheme);
    target.resolve = decode_resolve(view["resolve"]);
    target.mark = decode_mark(d, view["mark"], target.scheme);
    d.scenario.targets.push_back(std::move(target));
  }
  decode_connections(d, root["connections"]);
}

}  // namespace shakedown
