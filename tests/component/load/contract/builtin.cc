// The protocols that the contract test knows; one that the agent speaks and that is not here fails it.
#include "tests/component/load/contract/contract.h"

namespace shakedown::contract {

std::vector<Dialogue> dialogues() {
  return {
      http1(),
      tcp(),
  };
}

}  // namespace shakedown::contract
