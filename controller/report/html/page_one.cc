#include "controller/report/html/page_one.h"

#include <algorithm>

#include "controller/report/html/assets.h"
#include "controller/report/html/page_blocks.h"
#include "controller/report/html/page_data.h"
#include "controller/report/words/page_one.h"
#include "controller/report/words/plain.h"
#include "controller/report/words/scalability.h"
#include "controller/report/words/words.h"

namespace shakedown::report {
namespace {

// What one printed page holds; the rest is counted on it and told in the details. The style sheet cuts texts to so many lines
// that the heights below hold; the component test prints a page with as much as it can ever hold.
constexpr std::size_t kMostSummary = 420, kSummaryBesideGauges = 240, kMostLeftovers = 2, kMostTroubles = 3;
constexpr std::size_t kNeedHeight = 8, kOpenHeight = 6, kAlarmHeight = 6, kGaugesHeight = 3, kLineHeight = 2, kMoreHeight = 3;
constexpr std::size_t kOptionsHead = 3, kOptionHeight = 3, kPageHeight = 31, kRoomyHeight = 16;

struct Row {
  const ScoredRequirement* scored = nullptr;
  std::size_t number = 0;  // position in the scorecard, for links
};
using Rows = std::vector<Row>;

Rows rows_where(const Scorecard& card, bool (*wanted)(const ScoredRequirement&)) {
  Rows rows;
  for (std::size_t i = 0; i < card.requirements.size(); ++i)
    if (wanted(card.requirements[i])) rows.push_back({&card.requirements[i], i});
  return rows;
}

bool needs_a_person(const ScoredRequirement& row) { return row.requirement.must && row.verdict.state == VerdictState::fail; }
bool is_open(const ScoredRequirement& row) {
  return row.requirement.must && (row.verdict.state == VerdictState::not_proven || row.verdict.state == VerdictState::unknown);
}
bool is_optional_trouble(const ScoredRequirement& row) {
  return !row.requirement.must && row.verdict.state != VerdictState::pass;
}
bool claims_more(const ScoredRequirement& row) {
  return (row.verdict.watermelon == Watermelon::optimistic || reported_greener(row)) && row.verdict.state != VerdictState::fail;
}
bool claims_less(const ScoredRequirement& row) {
  return row.verdict.watermelon == Watermelon::pessimistic && !promised_words(row.requirement).empty();
}

std::string joined(const std::vector<std::string>& texts, const char* separator) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : separator) + text;
  return out;
}

std::string link_of(const Row& row) { return "#requirement-" + std::to_string(row.number + 1); }

// How many rows of each block fit, and whether so little is to be told that it can be printed larger.
struct Layout {
  std::size_t needs = 0, open = 0, options = 0;
  bool roomy = false;
};

std::size_t less(std::size_t a, std::size_t b) { return a > b ? a - b : 0; }

// The first red row, and what it would take to get out of it, come before further rows. Open rows may be counted only
// where red ones are shown.
Layout layout_of(std::size_t needs, std::size_t open, std::size_t options, std::size_t taken) {
  const std::size_t first_open = open == 0 ? 0 : needs > 0 ? kMoreHeight : kOpenHeight;
  const std::size_t least = kNeedHeight * std::min<std::size_t>(needs, 1) + first_open;
  const std::size_t room = less(kPageHeight, taken);
  Layout layout;
  layout.options = std::min(options, less(room, least + kOptionsHead) / kOptionHeight);
  const std::size_t ways = layout.options == 0 ? 0 : kOptionsHead + kOptionHeight * layout.options;
  const std::size_t rows = less(room, ways);
  const std::size_t reserved = std::max(first_open, kOpenHeight * std::min<std::size_t>(open, 2));
  layout.needs = std::min(needs, std::max<std::size_t>(less(rows, reserved) / kNeedHeight, 1));
  const std::size_t fewest_open = needs > 0 ? 0 : 1;
  layout.open = std::min(open, std::max<std::size_t>(less(rows, kNeedHeight * layout.needs) / kOpenHeight, fewest_open));
  const bool all_shown = layout.needs == needs && layout.open == open && layout.options == options;
  layout.roomy = all_shown && taken + ways + kNeedHeight * needs + kOpenHeight * open <= kRoomyHeight;
  return layout;
}

PageData row_data(const Row& row) {
  const Requirement& requirement = row.scored->requirement;
  const Verdict& verdict = row.scored->verdict;
  PageData data{PageData::type::object};
  put(data, "class", css_class(*row.scored));
  put(data, "area", area_title(requirement.area));
  put(data, "title", requirement.title);
  put(data, "link", link_of(row));
  put(data, "state", word(*row.scored));
  put(data, "colour", colour_word(*row.scored));
  put(data, "needed", needed_words(requirement));
  put(data, "promised", promised_words(requirement));
  put(data, "measured", measured_words(*row.scored));
  put(data, "drills", drills_words(*row.scored));
  put(data, "person", requirement.owner);
  const bool greener = reported_greener(*row.scored);
  const std::string team = team_says(requirement);
  put(data, "dashboard", greener ? reported_value(*row.scored) : "");
  put(data, "team_label", team.empty() && greener ? "dashboard says" : "team says");
  put(data, "team", team.empty() && greener ? reported_value(*row.scored) : team);
  put_flag(data, "team_green", team.empty() && greener ? dashboard_says_green(*row.scored) : team_says_green(*row.scored));
  put_flag(data, "watermelon", is_watermelon(*row.scored));
  std::string plan = requirement.fix.empty() ? plain_or(verdict.needed, "") : clean(requirement.fix);
  if (!requirement.fix_by.empty()) plan += (plan.empty() ? "by " : ", by ") + day_words(requirement.fix_by);
  put(data, "plan", plan);
  const bool unknown = verdict.state == VerdictState::unknown;
  put(data, "why", unknown ? plain_or(verdict.reason, "the reason is told further down") : "");
  put(data, "next", plain_or(verdict.needed, "more evidence; how much is told further down"));
  return data;
}

// The first rows of a block, and "and 3 more: ..." for the rest.
void put_rows(PageData& page, const std::string& name, const Rows& rows, std::size_t most) {
  std::vector<PageData> shown;
  for (std::size_t i = 0; i < std::min(most, rows.size()); ++i) shown.push_back(row_data(rows[i]));
  put_list(page, name, shown);
  std::vector<std::string> others;
  for (std::size_t i = most; i < rows.size(); ++i) others.push_back(clean(rows[i].scored->requirement.id));
  const std::string lead = others.empty() || shown.empty() ? "" : "and " + std::to_string(others.size()) + " more: ";
  put(page, name + "_more", lead + joined(others, ", "));
  put(page, name + "_count", std::to_string(rows.size()));
}

void put_header(PageData& page, const Scorecard& card) {
  put(page, "service", card.service.empty() ? card.scenario : card.service);
  put(page, "release", short_release(card.manifest));
  std::string environment = clean(card.environment.name);
  if (!card.environment.differs.empty()) environment += ", " + clean(card.environment.differs);
  put(page, "environment", environment);
  put(page, "launch", card.launch.empty() ? "" : day_words(card.launch));
  put(page, "days_left", card.launch_in_days ? days_left_words(*card.launch_in_days) : "");
}

void put_verdict(PageData& page, const Scorecard& card, std::size_t most_summary) {
  put(page, "verdict", word(card.decision));
  put(page, "verdict_class", css_class(card.decision));
  put(page, "covers", headline_words(card));
  put(page, "approver", card.decision_makers.approver);
  std::vector<std::string> sentences;
  std::size_t used = 0;
  for (const std::string& sentence : tldr_words(card)) {
    sentences.push_back(clean(sentence));
    used += sentences.back().size();
    if (used > most_summary && sentences.size() > 1) {
      sentences.pop_back();
      break;
    }
  }
  put_texts(page, "tldr", sentences);

  std::vector<std::string> left = leftovers(card);
  const std::size_t left_all = left.size();
  if (left.size() > kMostLeftovers) left.resize(kMostLeftovers);
  put_texts(page, "leftovers", left);
  put(page, "leftovers_more", left_all > left.size() ? "and " + std::to_string(left_all - left.size()) + " more" : "");
  std::vector<std::string> trouble = run_trouble(card);
  if (trouble.size() > kMostTroubles) trouble.resize(kMostTroubles);
  put_texts(page, "trouble", trouble);
}

// Its own dashboard against the measurement, of the first such row: "Availability: its own dashboard says 100%, measured 97%".
std::string dashboard_melon(const Rows& melons) {
  for (const Row& row : melons) {
    if (!dashboard_says_green(*row.scored) || reported_value(*row.scored).empty()) continue;
    return area_title(row.scored->requirement.area) + ": its own dashboard says " + reported_value(*row.scored) + ", measured " +
           measured_words(*row.scored);
  }
  return {};
}

// "1 WATERMELON" and where: the areas that are green to their teams and red when measured.
void put_melons(PageData& page, const Rows& melons) {
  std::vector<std::string> areas, parts;
  for (const Row& row : melons) {
    if (!team_says_green(*row.scored)) continue;
    std::string area = area_title(row.scored->requirement.area);
    if (std::find(areas.begin(), areas.end(), area) == areas.end()) areas.push_back(std::move(area));
  }
  put_flag(page, "has_melons", !melons.empty());
  put(page, "melons_head", std::to_string(melons.size()) + (melons.size() == 1 ? " WATERMELON" : " WATERMELONS"));
  const std::string where = areas.size() > 3 ? std::to_string(areas.size()) + " areas" : joined(areas, ", ");
  if (!areas.empty()) parts.push_back(where + ": green to the team, red when measured");
  if (std::string dashboard = dashboard_melon(melons); !dashboard.empty()) parts.push_back(std::move(dashboard));
  put(page, "melons_text", joined(parts, "; "));
}

void put_areas(PageData& page, const Scorecard& card) {
  std::vector<std::string> green, not_declared;
  for (const AreaSummary& area : card.areas) {
    if (!area.declared) {
      not_declared.push_back(area_title(area.area));
      continue;
    }
    if (area.worst != VerdictState::pass || area.fail + area.not_proven + area.unknown > 0) continue;
    const auto of_area = [&](bool (*wanted)(const ScoredRequirement&)) {
      return std::count_if(card.requirements.begin(), card.requirements.end(),
                           [&](const auto& row) { return row.requirement.area == area.area && wanted(row); });
    };
    if (area.vouched > 0 && area.vouched == area.pass) continue;
    const bool at_risk = of_area([](const ScoredRequirement& row) { return row.verdict.at_risk; }) > 0;
    green.push_back(area_title(area.area) + (at_risk ? " (close to its limit)" : area.vouched > 0 ? " (in part attested)" : ""));
  }
  put(page, "green", joined(green, ", "));
  put(page, "green_count", std::to_string(green.size()));
  put(page, "not_declared", joined(not_declared, ", "));
  put(page, "not_declared_count", std::to_string(not_declared.size()));
}

std::string optional_text(const Rows& rows) {
  std::vector<std::string> texts;
  for (const Row& row : rows) texts.push_back(row.scored->requirement.title + " (" + colour_word(*row.scored) + ")");
  return joined(texts, "; ");
}

std::string claims_text(const Rows& rows) {
  std::vector<std::string> texts;
  for (const Row& row : rows) {
    const std::string promised = promised_words(row.scored->requirement);
    std::string says = "team says " + (promised.empty() ? team_says(row.scored->requirement) : promised);
    if (reported_greener(*row.scored) && row.scored->verdict.watermelon != Watermelon::optimistic)
      says = "its own dashboard says " + reported_value(*row.scored);
    texts.push_back(row.scored->requirement.title + ": " + says + ", measured " + measured_words(*row.scored));
  }
  return joined(texts, "; ");
}

// The first row with ways out of it, red before open; nullptr when there is none.
const ScoredRequirement* most_urgent(const Rows& needs, const Rows& open) {
  for (const Rows* rows : {&needs, &open})
    for (const Row& row : *rows)
      if (!row.scored->options.empty()) return row.scored;
  return nullptr;
}

void put_foot(PageData& page, const Scorecard& card) {
  std::vector<std::string> facts;
  if (const std::string broken = broken_words(card); !broken.empty()) facts.push_back(broken);
  if (card.manifest.started != WallTime{}) facts.push_back("evidence from " + day_words(format_wall(card.manifest.started)));
  if (const std::string length = length_words(card.manifest); !length.empty()) facts.push_back("drill took " + length);
  if (!card.agents.empty())
    facts.push_back("measured from outside by " + std::to_string(card.agents.size()) +
                    (card.agents.size() == 1 ? " agent" : " agents"));
  put(page, "facts", joined(facts, " · "));
  put(page, "run_id", card.manifest.run_id);
}

}  // namespace

std::string page_one_html(const Scorecard& card) {
  PageData page{PageData::type::object};
  const Rows melons = rows_where(card, is_watermelon);
  Rows needs = rows_where(card, needs_a_person);
  std::stable_partition(needs.begin(), needs.end(), [](const Row& row) { return is_watermelon(*row.scored); });

  const std::size_t alarms = (leftovers(card).empty() ? 0u : 1u) + (run_trouble(card).empty() ? 0u : 1u);
  // Where there are alarms, the room is theirs.
  const bool gauges = alarms == 0 && put_gauges(page, card);
  put_flag(page, "gauges_shown", gauges);
  put_header(page, card);
  put_verdict(page, card, gauges ? kSummaryBesideGauges : kMostSummary);
  put_melons(page, melons);
  const Rows open = rows_where(card, is_open);
  const std::size_t lines = put_rest_lines(page, card);
  const ScoredRequirement* urgent = most_urgent(needs, open);
  const Layout layout = layout_of(needs.size(), open.size(), urgent == nullptr ? 0 : urgent->options.size(),
                                  kAlarmHeight * alarms + (gauges ? kGaugesHeight : 0) + kLineHeight * lines);
  put_flag(page, "roomy", layout.roomy);
  put_rows(page, "needs", needs, layout.needs);
  put_rows(page, "open", open, layout.open);
  put_flag(page, "any_open", !open.empty());
  put_options(page, urgent, layout.options);
  put_flag(page, "nothing_needed", needs.empty() && card.decision == DecisionState::go);
  Rows claims = rows_where(card, claims_more);
  for (const Row& row : rows_where(card, claims_less)) claims.push_back(row);
  put(page, "claims", claims_text(claims));
  put(page, "optional", optional_text(rows_where(card, is_optional_trouble)));
  put_areas(page, card);
  put_foot(page, card);
  return render(page_one_template().bytes, page);
}

}  // namespace shakedown::report
