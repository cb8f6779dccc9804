#!/usr/bin/python3
"""Writes the dashboards beside it: `dashboards/generate.py` (or `--check`: says what differs, exit 1).

One function per kind of panel, so that every panel follows the rules of tools/dashboards.py; the boards themselves are
in board_*.py.
"""

import json
import pathlib
import sys

sys.dont_write_bytecode = True

import board_budget
import board_live
import board_readiness

FOLDER = pathlib.Path(__file__).resolve().parent


def texts():
    """{file name: content}"""
    return {name: json.dumps(board.dashboard(), indent=2, ensure_ascii=False) + "\n"
            for name, board in (("drill-live.json", board_live), ("sli-and-budget.json", board_budget),
                                ("readiness.json", board_readiness))}


def main():
    wrong = 0
    for name, text in texts().items():
        path = FOLDER / name
        if "--check" in sys.argv:
            if not path.exists() or path.read_text() != text:
                print(f"{path}: not what generate.py writes; run dashboards/generate.py")
                wrong = 1
        else:
            path.write_text(text)
    sys.exit(wrong)


if __name__ == "__main__":
    main()
