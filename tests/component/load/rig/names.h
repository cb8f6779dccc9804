// Names with several addresses, for a test program that links names.cc: "two.test" is 127.0.0.1 and 127.0.0.2, "three.test" has
// 127.0.0.3 as well, "odd.test" is 127.0.0.1 and an address to which nobody has a route. Every other name is looked up as ever.
// It takes getaddrinfo's place in the program.
#pragma once

namespace shakedown {

// Refers to names.cc, so that the linker takes it.
const char* two_addresses();    // "two.test"
const char* three_addresses();  // "three.test"
const char* odd_addresses();    // "odd.test"

}  // namespace shakedown
