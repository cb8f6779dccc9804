#!/usr/bin/python3
"""Calls that the house forbids: clocks read in the wrong place, sleeps, detached coroutines, and the temporaries that
g++ 12 destroys twice. One line may be excused with `// allow(RULE): reason` on it or above it; RULE is printed."""

import re

import house

# rule: (pattern, folders or files where it is fine, advice)
CALLS = {
    "clock": (
        r"\b(?:steady_clock|system_clock|high_resolution_clock)\s*::\s*now\b|\bclock_gettime\s*\(|\bgettimeofday\s*\("
        r"|(?<![\w.>])(?:std::|::)?time\s*\(\s*(?:nullptr|NULL|0)\s*\)",
        ("core/runtime/", "core/base/clock.cc", "target/", "tests/bench/"),
        "take `at` or a Clock&"),
    "sleep": (
        r"\bthis_thread::sleep_(?:for|until)\s*\(|\bu?sleep\s*\(\s*\d|\busleep\s*\(|\bnanosleep\s*\(",
        ("tests/support/", "target/"),
        "wait on a clock or on the event itself"),
    "detached": (
        r"\basio\s*::\s*detached\b|\bdetached_t\b|[(,]\s*detached\s*\)|\.\s*detach\s*\(\s*\)",
        (),
        "give the coroutine a handler that looks at its exception; join threads"),
    "sli": (
        r"\b(?:get_if|holds_alternative|get)\s*<\s*\w+Sli\s*>\s*\(",
        ("controller/model/looks_at.cc", "tests/"),
        "ask looks_at(), or visit with an answer for each alternative"),
}

# A visitor of SLIs; and the answer in it for whatever it has not heard of.
SLI_VISITOR = re.compile(r"\boperator\(\)\((?:const )?\w+Sli\s*&")
DEFAULT_ANSWER = re.compile(r"\boperator\(\)\((?:const )?(?:auto|Other|T)\s*&")

CAPTURING_LAMBDA = re.compile(r"(?<![\w\])])\s*\[\s*[^\]\[\s][^\]\[]*\]\s*(?:\(|\{|<|mutable\b|->)")
BRACED = re.compile(r"[(,]\s*\{\s*[^\s}]|\b[A-Z]\w*(?:<[^<>;{}]*>)?\s*\{\s*[^\s}]")
CO_AWAIT = re.compile(r"\bco_await\b")


def opening_of(text, closing):
    """The offset of the `{` that belongs to the `}` at closing."""
    depth = 0
    for i in range(closing, -1, -1):
        if text[i] == "}":
            depth += 1
        elif text[i] == "{":
            depth -= 1
            if depth == 0:
                return i
    return 0


def full_expression(text, at):
    """Best effort: the bounds of the full expression around the co_await at this offset."""
    start, parens = at, 0  # parens: how many are open at `at`
    while start > 0:
        char = text[start - 1]
        if char == ";":
            break
        if char == "}":
            opening = opening_of(text, start - 1)
            if ";" in text[opening:start]:
                break  # a block, so the statement begins behind it
            start = opening
            continue
        if char == "{" and not re.search(r"(?:[(,]|\b[A-Z]\w*)\s*$", text[:start - 1][-80:]):
            break
        parens += {"(": 1, ")": -1}.get(char, 0)
        start -= 1
    end, braces = at, 0
    while end < len(text):
        char = text[end]
        if char == ";" and braces <= 0:
            break
        if char == "{":
            if parens <= 0 and braces == 0 and text[start:end].rstrip().endswith(")"):
                break  # the block of an if or a loop
            braces += 1
        elif char == "}":
            braces -= 1
        parens += {"(": 1, ")": -1}.get(char, 0)
        end += 1
    return start, end


def check_co_await(text):
    """Yields (offset, complaint) for temporaries that do not survive in a full expression with co_await."""
    done = 0
    for match in CO_AWAIT.finditer(text):
        if match.start() < done:
            continue
        start, end = full_expression(text, match.start())
        done = end
        expression = text[start:end]
        if CAPTURING_LAMBDA.search(expression):
            yield match.start(), "a capturing lambda in an expression with co_await: name it, then move it"
        elif BRACED.search(expression):
            yield match.start(), "a braced temporary in an expression with co_await: name it, then move it"


def check(root):
    found = []
    for path in house.code_files(root):
        raw = house.read(root, path)
        lines = raw.splitlines()
        text = house.strip(raw)
        complaints = [(offset, "co_await", complaint) for offset, complaint in check_co_await(text)]
        if SLI_VISITOR.search(text) and not str(path).startswith("tests/"):
            complaints += [(match.start(), "sli", "an SLI that this visitor has not heard of is skipped: name each alternative")
                           for match in DEFAULT_ANSWER.finditer(text)]
        for rule, (pattern, fine, advice) in CALLS.items():
            if not str(path).startswith(fine):
                complaints += [(match.start(), rule, f"{match.group(0).strip(' (,')} is banned here: {advice}")
                               for match in re.finditer(pattern, text)]
        for offset, rule, complaint in sorted(complaints):
            number = house.line_of(text, offset)
            if not house.allowed(lines, number, rule):
                found.append(f"{path}:{number}: {complaint} [{rule}]")
    return found


if __name__ == "__main__":
    house.main(check)
