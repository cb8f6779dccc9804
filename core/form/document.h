// Documents and forms: a part of a checked tree becomes a document in one way of writing (defaults written out, the one value
// of a `one or a list` as a list), and is read through the same form by whoever gets it. Pure; plain values.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/form/holes.h"
#include "core/form/names.h"
#include "core/form/view.h"

namespace shakedown {

// What a view shows; null where nothing is written. Of a part that is not sound, what can be read.
Document document_of(const View& view);
// Views of a document through its form.
View view_of(const Document& document, const Shape& shape);

// Whether a document that came from somewhere else has the form: every difference, as a user reads it. label: how messages
// call it. Error scenario.
Result<void> fits(const Document& document, const Shape& shape, const Names& names, const std::string& label);

// The text of a view of holes, cut into pieces. secrets: the names that are declared.
Text text_with_holes(const View& view, const std::vector<std::string>& secrets);
// Whether a text with holes anywhere in the view has one of this kind.
bool uses(const View& view, HoleKind kind, const std::vector<std::string>& secrets);
// Which of the secrets its texts name, in the order of `secrets`.
std::vector<std::string> secrets_named(const Document& document, const std::vector<std::string>& secrets);

}  // namespace shakedown
