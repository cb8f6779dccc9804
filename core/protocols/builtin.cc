// The protocols that a scenario may name, and their schemes.
#include "core/protocols/http1.h"
#include "core/protocols/protocol.h"
#include "core/protocols/tcp.h"

namespace shakedown {

const std::vector<ProtocolForm>& protocol_forms() {
  static const std::vector<ProtocolForm> all = {
      http1_form(),
      tcp_form(),
  };
  return all;
}

const ProtocolForm* find_protocol_form(std::string_view name) {
  for (const ProtocolForm& form : protocol_forms()) {
    if (form.name == name) return &form;
  }
  return nullptr;
}

std::vector<Scheme> all_schemes() {
  std::vector<Scheme> all;
  for (const ProtocolForm& form : protocol_forms()) all.insert(all.end(), form.schemes.begin(), form.schemes.end());
  return all;
}

const Scheme* find_scheme(std::string_view name) {
  for (const ProtocolForm& form : protocol_forms()) {
    for (const Scheme& scheme : form.schemes) {
      if (scheme.name == name) return &scheme;
    }
  }
  return nullptr;
}

}  // namespace shakedown
