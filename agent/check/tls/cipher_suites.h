// Cipher suites of TLS 1.2 and older, by name or class. What OpenSSL's build has left out is added from a table.
// Pure but for OpenSSL's own lists. Threads: safe everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace shakedown {

// OpenSSL's name of a suite ("DES-CBC3-SHA") or a class ("RC4", "3DES", "NULL", "CBC", "kRSA"); empty when nobody knows
// the word. Suites of TLS 1.3 are in no class.
std::vector<uint16_t> suites_of(const std::string& word);
// Every suite that is known.
std::vector<uint16_t> all_suites();
// OpenSSL's name, else "0x1234".
std::string suite_name(uint16_t suite);

}  // namespace shakedown
