#!/usr/bin/python3
"""Manual pages and shell completions of the programs, from what their --help says.

usage: tools/manual.py --out FOLDER --version V PROGRAM...
Writes PROGRAM.1, PROGRAM.bash and _PROGRAM (zsh) into FOLDER. The help is the only source: an option that it does not name is in
neither, and a help that cannot be read is an error, not an empty page.
"""

import argparse
import datetime
import os
import pathlib
import re
import subprocess
import sys


class Command:
    """One page of help: usage, what it does, its arguments, options and subcommands, and the words at its end."""

    def __init__(self, text):
        self.usage, self.about, self.footer = "", [], []
        self.positionals, self.options, self.subcommands = [], [], []
        section, rows = "about", None
        for line in text.splitlines():
            heading = re.fullmatch(r"(Positionals|Options|Flags|Subcommands):", line)
            if line.startswith("Usage: "):
                self.usage = line[len("Usage: "):].strip()
            elif heading:
                section = heading.group(1)
                rows = {"Positionals": self.positionals, "Subcommands": self.subcommands}.get(section, self.options)
            elif rows is not None and re.match(r"  \S", line):
                rows.append(self.row(line))
            elif rows is not None and re.match(r" {8,}\S", line) and rows:
                rows[-1] = (rows[-1][0], (rows[-1][1] + " " + line.strip()).strip())
            elif line.strip():
                if section != "about":
                    section, rows = "footer", None
                (self.about if section == "about" else self.footer).append(line.rstrip())
            elif rows is not None:
                rows = None
                section = "between"

    @staticmethod
    def row(line):
        parts = re.split(r" {2,}", line.strip(), maxsplit=1)
        return parts[0], parts[1] if len(parts) == 2 else ""

    def flags(self):
        """The long and short spellings of every option."""
        return [flag for spelling, _ in self.options for flag in re.findall(r"(?<![\w-])--?[A-Za-z][\w-]*", spelling)]


def help_of(program, *command):
    result = subprocess.run([program, *command, "--help"], capture_output=True, text=True, check=False,
                            env={**os.environ, "COLUMNS": "200"}, timeout=60)
    if result.returncode != 0 or not re.search(r"^(Usage: |Flags:)", result.stdout, re.MULTILINE):
        sys.exit(f"manual.py: {program} {' '.join(command)} --help: expected a usage, found exit {result.returncode} and "
                 f"{result.stdout[:200]!r} {result.stderr[:200]!r}")
    parsed = Command(result.stdout)
    parsed.usage = parsed.usage or f"{pathlib.Path(program).name} [FLAGS]"
    name = pathlib.Path(program).name + ": "
    parsed.about = [line[len(name):] if line.startswith(name) else line for line in parsed.about]
    return parsed


def roff(text):
    """Text as it stands, for roff."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def sentence(lines):
    return " ".join(line.strip() for line in lines)


def rows_as_roff(rows):
    return [part for left, right in rows for part in (".TP", f".B {roff(left)}", roff(right) or "\\&")]


def footer_as_roff(lines):
    return [".nf", *(roff(line) for line in lines), ".fi"] if lines else []


def manual_page(name, version, date, top, commands):
    about = top.about[0] if top.about else name
    out = [f'.TH {name.upper()} 1 {date} "Shakedown {version}" "User Commands"', ".SH NAME", f"{roff(name)} \\- {roff(about)}",
           ".SH SYNOPSIS", f".B {roff(name)}", roff(re.sub(r"^\S+\s*", "", top.usage))]
    if len(top.about) > 1:
        out += [".SH DESCRIPTION", *footer_as_roff(top.about[1:])]
    if top.options or top.positionals:
        out += [".SH OPTIONS", *rows_as_roff(top.positionals + top.options)]
    if commands:
        out += [".SH COMMANDS"]
    for word, command in commands:
        out += [f".SS {roff(word)}", roff(sentence(command.about)), ".PP", f".B {roff(command.usage)}",
                *rows_as_roff(command.positionals + command.options), ".PP", *footer_as_roff(command.footer)]
    if top.footer:
        out += [".SH NOTES", *footer_as_roff(top.footer)]
    others = [other for other in ("shakedown", "shakedown-agent", "shakedown-target") if other != name]
    out += [".SH SEE ALSO", ", ".join(f"\\fB{roff(other)}\\fR(1)" for other in others)]
    return "\n".join(out) + "\n"


def quoted(words):
    return " ".join(words)


def bash_completion(name, top, commands):
    function = "_" + name.replace("-", "_")
    cases = "".join(f"    {word}) words=\"{quoted(command.flags())}\" ;;\n" for word, command in commands)
    first = quoted([word for word, _ in commands] + top.flags())
    return f"""# bash completion of {name}, made from its help
{function}() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} command=${{COMP_WORDS[1]}} words
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "{first}" -- "$current"))
    return
  fi
  case "$command" in
{cases}    *) words="{quoted(top.flags())}" ;;
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *) COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
}}
complete -o filenames -F {function} {name}
"""


def zsh_text(text):
    return re.sub(r"(['\[\]:])", "", text)


def zsh_completion(name, top, commands):
    listed = "".join(f"    '{word}:{zsh_text(sentence(command.about))}'\n" for word, command in commands)
    cases = "".join(f"    {word}) _arguments {quoted(repr(flag) for flag in command.flags())} '*:file:_files' ;;\n"
                    for word, command in commands)
    flags = quoted(repr(flag) for flag in top.flags())
    if not commands:
        return f"#compdef {name}\n_arguments {flags} '*:file:_files'\n"
    return f"""#compdef {name}
if (( CURRENT == 2 )); then
  local -a commands
  commands=(
{listed}  )
  _describe command commands
  _arguments {flags}
else
  case "$words[2]" in
{cases}    *) _arguments {flags} '*:file:_files' ;;
  esac
fi
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("programs", nargs="+")
    arguments = parser.parse_args()
    stamp = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    date = datetime.datetime.fromtimestamp(stamp, datetime.timezone.utc).date() if stamp else datetime.date.today()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for program in arguments.programs:
        name = pathlib.Path(program).name
        top = help_of(program)
        commands = [(word, help_of(program, word)) for word, _ in top.subcommands]
        (arguments.out / f"{name}.1").write_text(manual_page(name, arguments.version, date, top, commands))
        (arguments.out / f"{name}.bash").write_text(bash_completion(name, top, commands))
        (arguments.out / f"_{name}").write_text(zsh_completion(name, top, commands))


if __name__ == "__main__":
    main()
