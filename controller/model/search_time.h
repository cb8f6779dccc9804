// How long a search takes at the least. Pure.
#pragma once

#include "controller/model/scalability.h"

namespace shakedown {

// The least time, with settling, draining and the confirmation, in which a search that finds everything in order comes to
// show `rate` per second; a step is begun only while all its windows fit.
Duration least_search_time(const Search& search, double rate);

}  // namespace shakedown
