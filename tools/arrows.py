#!/usr/bin/python3
"""Who may use whom: checks the includes and the link lists of our own code, and where some libraries may be seen."""

import re

import house

# Direct arrows. What a layer may use, the layers above it may use too.
ARROWS = {
    "base": [],
    "form": ["base"],
    "yaml": ["form"],
    "protocols": ["form"],
    "model": ["form"],
    "faults": ["model"],
    "stats": ["model"],
    "wire": ["model", "stats", "proto"],
    "proto": [],
    "runtime": ["base"],
    "secrets": ["model"],
    "load": ["model", "stats", "runtime", "secrets", "protocols"],
    "fault": ["faults", "runtime", "secrets", "audit"],
    "check": ["model", "runtime", "load"],
    "policy": ["yaml", "faults"],
    "audit": ["runtime"],
    "agent": ["load", "fault", "check", "policy", "audit", "wire", "runtime"],
    "controller_model": ["model"],
    "scenario": ["judge", "protocols", "faults", "yaml"],
    "measure": ["controller_model", "stats"],
    "judge": ["measure"],
    "report": ["measure", "faults"],
    "readings": ["judge", "runtime"],
    "controller": ["scenario", "judge", "wire", "runtime", "report", "readings"],
    "target": [],
}

FOLDERS = {
    "proto": "proto",
    "core/base": "base", "core/form": "form", "core/yaml": "yaml", "core/protocols": "protocols", "core/model": "model", "core/faults": "faults", "core/stats": "stats",
    "core/wire": "wire", "core/runtime": "runtime",
    "agent": "agent", "agent/secrets": "secrets", "agent/load": "load", "agent/fault": "fault", "agent/check": "check", "agent/policy": "policy", "agent/audit": "audit",
    "controller": "controller", "controller/model": "controller_model", "controller/scenario": "scenario", "controller/measure": "measure", "controller/judge": "judge",
    "controller/report": "report", "controller/readings": "readings",
    "target": "target",
}

# Of what a layer may use, the only files that it may see.
ONLY = {("scenario", "judge"): ("controller/judge/sli/form.h",), ("scenario", "measure"): (), ("scenario", "stats"): ()}

# The one file that attaches an agent to a controller inside one process.
BOTH_SIDES = "controller/main.cc"

# Heavy or tempting libraries, and the only folders that may see them.
SEEN_ONLY_IN = {
    r"Eigen/": ["controller/measure"],
    r"yaml-cpp/": ["core/yaml"],
    r"absl/": ["agent/policy"],
    r"spdlog/": ["core/base"],
    r"re2/": ["core/base"],
    r"boost/outcome": ["core/base"],
    r"boost/asio": ["core/runtime", "agent", "controller", "core/wire", "target"],
    r"grpcpp?/": ["core/wire", "agent", "controller"],
    r"google/protobuf/": ["core/wire"],
    r"shakedown/v1/": ["core/wire"],
    r"prometheus/": ["core/runtime"],
    r"curl/": ["core/runtime"],
    r"kainjow/": ["controller/report"],
    r"CLI/": ["controller", "agent", "target"],
}
# Within a folder allowed above, these layers stay pure all the same.
PURE = ("controller/model", "controller/measure", "controller/judge", "controller/report")
IMPURE = (r"boost/asio", r"grpcpp?/", r"prometheus/", r"CLI/")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def reach(layer):
    """All layers that a layer may use, itself included."""
    seen, todo = set(), [layer]
    while todo:
        one = todo.pop()
        if one not in seen:
            seen.add(one)
            todo += ARROWS[one]
    return seen


def layer_of(path):
    """The layer of a path: the longest folder that we know."""
    parts = str(path).split("/")[:-1]
    while parts:
        if "/".join(parts) in FOLDERS:
            return FOLDERS["/".join(parts)]
        parts.pop()
    return None


def inside(path, folders):
    return any(str(path).startswith(folder + "/") for folder in folders)


def check_include(root, path, quote, name):
    """The complaint about one include, or None."""
    layer = layer_of(path)
    if str(path) == BOTH_SIDES:
        may = reach("controller") | reach("agent")
    else:
        may = reach(layer)
    used = layer_of(name)
    if name.startswith("tests/"):
        return f"includes {name}: products never include tests"
    if used is not None and used not in may:
        return f"includes {name}: {layer} may not use {used}"
    if name not in ONLY.get((layer, used), (name,)):
        return f"includes {name}: of {used}, {layer} may see {', '.join(ONLY[layer, used]) or 'nothing'}"
    for pattern, folders in SEEN_ONLY_IN.items():
        if re.match(pattern, name):
            if not inside(path, folders):
                return f"includes {name}: only {', '.join(folders)} may see it"
            if inside(path, PURE) and pattern in IMPURE:
                return f"includes {name}: {layer} does no I/O"
    if quote == '"' and "/" not in name and (root / path).with_name(name).exists():
        return f"includes {name}: write the path from the repository's root"
    return None


def check_links(path, text):
    """Complaints about the link lists of one CMakeLists.txt."""
    layer = layer_of(path)
    if layer is None:
        return []
    found = []
    text = re.sub(r"#[^\n]*", "", text)
    for call in re.finditer(r"shakedown_library\s*\(\s*(\w+)([^)]*)\)", text):
        name = call.group(1)
        if name not in ARROWS:
            found.append(f"{path}: shakedown_library({name}): tools/arrows.py does not know this layer")
            continue
        words = [re.sub(r"^shakedown_", "", word) for word in call.group(2).split()]
        for word in words:
            if word in ARROWS and word not in reach(name):
                found.append(f"{path}: {name} may not link {word}")
    return found


def check(root):
    found = []
    for path in house.code_files(root):
        if path.parts[0] == "tests" or layer_of(path) is None:
            continue
        text = house.read(root, path)
        for include in INCLUDE.finditer(text):
            complaint = check_include(root, path, include.group(1), include.group(2))
            if complaint:
                found.append(f"{path}:{house.line_of(text, include.start(1))}: {complaint}")
    for path in house.files(root):
        if path.name == "CMakeLists.txt":
            found += check_links(path, house.read(root, path))
    return found


if __name__ == "__main__":
    house.main(check)
