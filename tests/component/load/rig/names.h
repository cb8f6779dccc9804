// Names with several addresses, for a test program that links names.cc: "two.test" is 127.0.0.1 and 127.0.0.2, "three.test" has
// 127.0.0.3 as well, "odd.test" is 127.0.0.1 and an address to which nobody has a route. Every other name is looked up as ever.
// "moving.test" is where it was moved last. It takes getaddrinfo's place in the program.
#pragma once

namespace shakedown {

// Refers to names.cc, so that the linker takes it.
const char* two_addresses();    // "two.test"
const char* three_addresses();  // "three.test"
const char* odd_addresses();    // "odd.test"
// "moving.test", from now on this address; nullptr = nobody can tell.
const char* moving_name(const char* to);
// While held nobody is answered.
void hold_moving(bool held);
// How often it was looked up, since this was asked.
int moving_looked_up();

}  // namespace shakedown
