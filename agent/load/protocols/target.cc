#include "agent/load/protocols/target.h"

#include <sys/socket.h>

#include <algorithm>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

#include "core/protocols/protocol.h"
#include "core/runtime/file_descriptor.h"

namespace shakedown {
namespace {

using boost::asio::ip::tcp;

// Whether this host can send there at all: a host without IPv6 has no use for such an address. Nothing is sent.
bool has_route(const tcp::endpoint& endpoint) {
  const FileDescriptor socket(::socket(endpoint.protocol().family(), SOCK_DGRAM | SOCK_CLOEXEC, 0));
  return socket.valid() && ::connect(socket.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0;
}

// "http, https": for messages.
std::string known_schemes() {
  std::string all;
  for (const Scheme& scheme : all_schemes()) all += (all.empty() ? "" : ", ") + scheme.name;
  return all;
}

// One name may stand for addresses of which only some are allowed: none of them is asked then.
Result<void> check_within(const Target& target, const tcp::endpoint& endpoint, const AddressRanges& within) {
  const std::string address = endpoint.address().to_string();
  if (within.allows(address)) return ok();
  return fail(ErrorKind::refused, "target `" + target.name + "`: " + target.host +
                                      (address == target.host ? "" : " stands for " + address + ", which") +
                                      " lies outside the addresses that this agent may ask (" + within.text() +
                                      "); add to `addresses`: `" + address + "`");
}

}  // namespace

Result<std::vector<tcp::endpoint>> addresses_of(const Target& target, const AddressRanges& within) {
  boost::asio::io_context loop;
  tcp::resolver resolver(loop);
  boost::system::error_code error;
  const auto found =
      resolver.resolve(target.host, std::to_string(target.port), boost::asio::ip::resolver_base::numeric_service, error);
  if (error || found.empty()) {
    return fail(ErrorKind::unavailable, "target `" + target.name + "`: no address for the host `" + target.host +
                                            "`: " + error.message() + "; check the name on this agent");
  }
  std::vector<tcp::endpoint> all, routed;
  for (const auto& entry : found) {
    if (std::find(all.begin(), all.end(), entry.endpoint()) != all.end()) continue;
    SHAKEDOWN_TRY(check_within(target, entry.endpoint(), within));
    all.push_back(entry.endpoint());
    if (has_route(entry.endpoint())) routed.push_back(entry.endpoint());
  }
  return routed.empty() ? all : routed;
}

Result<PreparedTarget> prepare_target(const Target& target, const AddressRanges& within) {
  SHAKEDOWN_TRY(std::vector<tcp::endpoint> endpoints, addresses_of(target, within));
  SHAKEDOWN_TRY(PreparedTarget made, prepare_target(target, std::move(endpoints)));
  boost::system::error_code no_address;
  boost::asio::ip::make_address(target.host, no_address);
  if (target.resolve && no_address) {
    made.book = std::make_unique<AddressBook>(*target.resolve, [target, within] { return addresses_of(target, within); });
  }
  return made;
}

Result<PreparedTarget> prepare_target(const Target& target, std::vector<tcp::endpoint> endpoints) {
  const Scheme* scheme = find_scheme(target.scheme);
  if (scheme == nullptr) {
    return fail(ErrorKind::scenario, "target `" + target.name + "`: the scheme `" + target.scheme +
                                         "` is not known; this agent speaks " + known_schemes());
  }
  PreparedTarget made;
  made.target = target;
  made.endpoints = std::move(endpoints);
  if (scheme->secure) {
    SHAKEDOWN_TRY(made.tls, TlsContext::make(target));
  }
  return made;
}

std::string address_list(const PreparedTarget& target) {
  std::string out = target.target.name + ":";
  for (const tcp::endpoint& endpoint : target.endpoints) {
    out += (&endpoint == target.endpoints.data() ? " " : ", ") + endpoint.address().to_string();
  }
  return out;
}

}  // namespace shakedown
