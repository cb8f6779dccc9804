#include "controller/model/signal.h"

namespace shakedown {

const char* to_string(Signal signal) {
  switch (signal) {
    case Signal::none: return "";
    case Signal::accounting_identity: return "accounting identity";
    case Signal::agent: return "agent";
    case Signal::bite: return "bite";
    case Signal::cleanup: return "cleanup";
    case Signal::clock_offset: return "clock offset";
    case Signal::cpu: return "cpu";
    case Signal::down_before: return "down before";
    case Signal::earlier_run: return "earlier run";
    case Signal::journal: return "journal";
    case Signal::lag: return "lag";
    case Signal::leftover: return "leftover";
    case Signal::lost_agent: return "lost agent";
    case Signal::many_rows: return "many rows";
    case Signal::not_injected: return "not injected";
    case Signal::not_run: return "not run";
    case Signal::our_losses: return "our losses";
    case Signal::overlap: return "overlap";
    case Signal::rejudged: return "rejudged";
    case Signal::release: return "release";
    case Signal::release_not_read: return "release not read";
    case Signal::repair: return "repair";
    case Signal::secret_refused: return "secret refused";
    case Signal::shared_cores: return "shared cores";
    case Signal::steal: return "steal";
    case Signal::stood_before: return "stood before";
    case Signal::teardown: return "teardown";
    case Signal::undone_late: return "undone late";
    case Signal::unexplained_loss: return "unexplained loss";
    case Signal::unobserved: return "unobserved";
  }
  return "";
}

}  // namespace shakedown
