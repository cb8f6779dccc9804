#include "tests/component/load/contract/contract.h"

namespace shakedown::contract {

Dialogue tcp() {
  Dialogue made;
  made.protocol = "tcp";
  made.scheme = "tcp";
  made.request =
      mapping_document({{"send", text_document("ping\n")}, {"until", mapping_document({{"text", text_document("pong\n")}})}});
  made.hear = [](Peer& peer) { return peer.line().has_value(); };
  made.answer = "a pong\n";
  made.begun = "a po";
  made.garbage = "no such thing\n";
  return made;
}

}  // namespace shakedown::contract
