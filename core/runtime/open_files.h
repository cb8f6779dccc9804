// How many files this process may have open; each connection to a target is one. Any thread.
#pragma once

namespace shakedown {

// From here on as many as the host permits (ulimit -Hn). What this process starts gets the limit that it was started with.
void raise_open_files();
// Whether so many more can be opened now.
bool can_open_files(int count);
// That limit again: in a child, between fork and exec. Allocates nothing and takes no lock.
void restore_open_files();

}  // namespace shakedown
