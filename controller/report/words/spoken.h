// Times, counts and ranges as page one speaks them: whole words, two digits, never an exponent, one is singular.
// Threads: free functions without state.
#pragma once

#include <cstdint>
#include <string>

namespace shakedown::report {

// "490 milliseconds", "1 second", "1.2 seconds", "3.4 minutes", "2 days"; two digits, rounded to the nearest.
// What is not finite is "an unlimited time".
std::string time_words(double s);
// The same, rounded up: for what was kept "within" it.
std::string within_words(double s);
// The same, rounded down: for "more than" and "at least".
std::string beyond_words(double s);
// Both ends rounded outwards to two digits, in the unit of the upper one, from 10 ms on in seconds: "0.2 to 0.29 seconds";
// a lower end below a hundredth of it in its own: "10 milliseconds to 2 minutes";
// "up to 0.29 seconds" from zero on; one figure where both read the same.
std::string time_range_words(double lower, double upper);
// The ends as time_range_words shows them, in seconds.
double shown_lower(double lower, double upper);
double shown_upper(double upper);
// "400 to 580", "580" when equal, "up to 580" from 0 on; thousands apart.
std::string count_range_words(double lower, double upper);
// "1 884", "36.1", "25 340": three digits, four from a thousand on.
std::string rate_words(double value);
// "three"; figures from thirteen on.
std::string number_words(uint64_t n);

}  // namespace shakedown::report
