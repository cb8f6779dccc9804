// --null: a fixed 200 to every request at full speed, to find the ceiling of whoever sends them. It
// parses no more than where a request ends. Ownership: owns its connections and threads. Threads:
// one loop each; the first one also accepts and hands the connections out in turn.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "target/http/http.h"
#include "target/http/listener.h"

namespace practice {

class NullServer {
 public:
  NullServer(unsigned threads, Listener& listener, int signals);
  ~NullServer();
  // Until a signal comes.
  void run();

 private:
  struct Connection;
  struct Worker;

  void loop(Worker& worker, bool first);
  void accept_some();
  void serve(Worker& worker, Connection& connection, std::uint32_t events);
  // False: nothing more can be read.
  bool answer_all(Connection& connection, std::string& out);
  bool send(Worker& worker, Connection& connection, std::string& out);

  Listener& listener_;
  int signals_;
  Fd stop_;
  std::vector<std::unique_ptr<Worker>> workers_;
  unsigned next_ = 0;
  bool accepting_ = true;
};

}  // namespace practice
