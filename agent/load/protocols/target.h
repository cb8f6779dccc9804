// A target as drivers need it: its addresses and certificates, worked out once.
// Ownership: shared read-only by all workers. Threads: immutable.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "agent/load/protocols/address_book.h"
#include "agent/load/protocols/tls.h"
#include "core/base/address_ranges.h"
#include "core/base/result.h"
#include "core/model/operation.h"

namespace shakedown {

struct PreparedTarget {
  Target target;
  std::vector<boost::asio::ip::tcp::endpoint> endpoints;  // as of the start; each new connection begins at the next
  std::unique_ptr<AddressBook> book;                      // null where that is all: an address, or a name that is looked up once
  std::unique_ptr<TlsContext> tls;                        // null for plain connections
};

// What the name of the target's host stands for, each address once; without those to which this host has no route, unless
// there are no others. Errors: unavailable (none).
Result<std::vector<boost::asio::ip::tcp::endpoint>> addresses_of(const Target& target, const AddressRanges& within);
// One target's addresses and certificates. Errors: unavailable (address, certificate), scenario (a scheme that is not known).
Result<PreparedTarget> prepare_target(const Target& target, const AddressRanges& within);
// The same at these addresses only.
Result<PreparedTarget> prepare_target(const Target& target, std::vector<boost::asio::ip::tcp::endpoint> endpoints);
// "api: 127.0.0.1, 127.0.0.2".
std::string address_list(const PreparedTarget& target);

}  // namespace shakedown
