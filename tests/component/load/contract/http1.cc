#include "tests/component/load/contract/contract.h"
#include "tests/support/http_documents.h"

namespace shakedown::contract {

Dialogue http1() {
  Dialogue made;
  made.protocol = "http";
  made.scheme = "http";
  made.request = http::get("/").document;
  made.hear = [](Peer& peer) { return peer.request().has_value(); };
  made.answer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine";
  made.begun = "HTTP/1.1 200 OK\r\nContent-Le";
  made.garbage = "SSH-2.0-OpenSSH_9.2p1\r\n";
  return made;
}

}  // namespace shakedown::contract
