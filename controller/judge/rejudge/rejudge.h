// Another scenario on a run's journal. What was measured stays what the run declared, and every index in the journal keeps
// its meaning; only what judges comes from the other file, matched by name. A row about something that the run did not have,
// or had otherwise, is refused. Pure; threads: safe everywhere.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "controller/model/scenario.h"
#include "core/model/reading.h"

namespace shakedown::judging {

struct Rejudged {
  // The run's scenario with the other one's requirements, forecast, launch and people. Things that only the other one has
  // stand behind the run's own, without evidence.
  Scenario scenario;
  bool named = true;                             // false: nobody can say what the journal's records refer to
  std::map<RequirementId, std::string> refused;  // rows that this run cannot answer, and why
  // A row of the run whose reading of this kind answers this row, too.
  std::map<std::pair<Reading::Kind, RequirementId>, RequirementId> same_question;
};

Rejudged rejudge(const Scenario& run, const Scenario& asked);

// Every row refused for the same reason.
Rejudged refuse_all(const Scenario& asked, const std::string& why);

// False when the reading answers no row; else it names the row that it answers now.
bool translate(Reading& reading, const Rejudged& rejudged);

// What a thing is, apart from its name: two of the same meaning give the same evidence.
std::string meaning(const Operation& operation, const Scenario& scenario);
std::string meaning(const Probe& probe, const Scenario& scenario);
std::string meaning(const Ledger& ledger, const Scenario& scenario);
std::string meaning(const Fault& fault, const Scenario& scenario);
std::string meaning(const Check& check, const Scenario& scenario);
std::string meaning(const Phase& phase, const Scenario& scenario);  // its load and length; not its faults
std::string meaning(const Load& load, const Scenario& scenario);
std::string meaning(const Dependency& dependency, const Scenario& scenario);  // whose calls reach it, and how they are counted

}  // namespace shakedown::judging
