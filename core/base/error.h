// Our own trouble (never the target's behaviour) as a value: kind, message, notes.
// Ownership: plain value. Threads: immutable after construction, free to copy between threads.
#pragma once

#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace shakedown {

// What went wrong, chosen so that each kind has exactly one exit code (see exit_code).
enum class ErrorKind {
  usage,        // wrong command line
  scenario,     // the scenario or another input file is wrong
  unavailable,  // target, agent or file that must be there is not
  bug,          // a broken expectation of ours that is still reportable
  output,       // output folder cannot be created or already holds a run
  io,           // disk full, short read, corrupt journal
  locked,       // a component is locked by another run
  refused,      // policy or privilege
  protocol,     // a peer spoke nonsense
  cancelled,    // stopped by a signal or by shutdown
};

// An error text says what was expected, what was found, where, and what to do.
struct Error {
  Error(ErrorKind k, std::string m) : kind(k), message(std::move(m)) {}
  Error(ErrorKind k, std::string m, std::vector<std::string> n) : kind(k), message(std::move(m)), notes(std::move(n)) {}

  ErrorKind kind;
  std::string message;
  std::vector<std::string> notes;

  // message and notes, one per line, without a trailing newline.
  std::string text() const;
};

// "message: No such file or directory" from an errno value. Kind io unless given.
Error errno_error(std::string message, int errno_value, ErrorKind kind = ErrorKind::io);

// The sysexits-style code of design section 4 (64, 65, 69, 70, 73, 74, 75, 77).
int exit_code(ErrorKind kind);
const char* to_string(ErrorKind kind);

}  // namespace shakedown
