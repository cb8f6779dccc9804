#include <cstdint>

#include "controller/report/html/assets.h"
#include "controller/report/html/chart_data.h"
#include "controller/report/html/details.h"
#include "controller/report/html/details_parts.h"
#include "controller/report/html/page_one.h"
#include "controller/report/report.h"
#include "controller/report/words/text.h"
#include "controller/report/words/words.h"

namespace shakedown {
namespace {

using report::Asset;

// The content policy's form of a digest: base64 of the bytes that the hexadecimal digits stand for.
std::string policy_digest(const Asset& asset) {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto value = [](char digit) { return static_cast<uint32_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10); };
  std::string out = "'sha256-";
  uint32_t bits = 0;
  int count = 0;
  for (const char digit : asset.sha256_hex) {
    bits = bits << 4 | value(digit);
    count += 4;
    if (count >= 6) {
      count -= 6;
      out += kAlphabet[bits >> count & 63];
      bits &= (1u << count) - 1;
    }
  }
  if (count > 0) out += kAlphabet[bits << (6 - count) & 63];
  while ((out.size() - 8) % 4 != 0) out += '=';
  return out + "'";
}

// Nothing may be loaded, and only our own scripts and style may act, even if foreign text slipped into the markup.
std::string content_policy() {
  return "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; script-src " +
         policy_digest(report::chart_library()) + " " + policy_digest(report::chart_script()) + " " +
         policy_digest(report::scalability_script()) + "; style-src " + policy_digest(report::style_sheet());
}

std::string title_of(const Scorecard& card) {
  return std::string(report::word(card.decision)) + ": " + (card.service.empty() ? card.scenario : card.service) + " " +
         report::short_release(card.manifest) + " – Shakedown scorecard";
}

std::string data_element(const char* id, const std::string& json) {
  return std::string("<script type=\"application/json\" id=\"") + id + "\">" + report::script_json(json) + "</script>\n";
}

std::string element(const char* name, const Asset& asset) {
  return std::string("<") + name + ">" + std::string(asset.bytes) + "</" + name + ">\n";
}

}  // namespace

std::string scorecard_html(const Scorecard& card, const Timeline& timeline) {
  const std::string time_data = report::chart_data(card, timeline), scalability_data = report::scalability_chart_data(card);
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"" +
      content_policy() +
      "\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n<title>" +
      report::xml_text(title_of(card)) + "</title>\n";
  page += element("style", report::style_sheet());
  page += "</head>\n<body>\n";
  page += report::icons().bytes;
  page += report::page_one_html(card);
  page += report::details_html(card, !time_data.empty());
  if (!time_data.empty()) page += data_element("chart-data", time_data);
  if (!scalability_data.empty()) page += data_element("growth-data", scalability_data);
  if (!time_data.empty() || !scalability_data.empty()) page += element("script", report::chart_library());
  if (!time_data.empty()) page += element("script", report::chart_script());
  if (!scalability_data.empty()) page += element("script", report::scalability_script());
  return page + "</body>\n</html>\n";
}

}  // namespace shakedown
