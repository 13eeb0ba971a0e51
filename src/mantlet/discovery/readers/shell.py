"""Makefiles, justfiles and shell scripts: commands that run the project's programs, fetch data, start containers.

Targets are no elements: they are how people start what other sources describe, so only their commands count.
"""

from __future__ import annotations

import posixpath
import re

from mantlet.discovery.clues import Clue
from mantlet.discovery.reader import Source
from mantlet.discovery.readers._commands import command_clues
from mantlet.discovery.readers._context import Context
from mantlet.discovery.readers._shell import commands

_TARGET = re.compile(r"^([A-Za-z0-9_./%$(){}-]+(?:[ \t]+[A-Za-z0-9_./%-]+)*)[ \t]*:(?!=)(.*)$")
_ASSIGN = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*[:?]?=\s*(.*?)\s*$")
_THERE = re.compile(r"cd\s+.*(dirname|BASH_SOURCE|\$0|%~dp0)|docker\s+build\b[^\n]*\s\.\s*$", re.MULTILINE)
_USE = re.compile(r"\$[({](\w+)[)}]")


def claims(path: str) -> bool:
    """Tell whether the file is a Makefile, justfile or shell script."""
    name = posixpath.basename(path).lower()
    return name in ("makefile", "gnumakefile", "justfile") or path.endswith((".sh", ".bash", ".mk", ".zsh"))


def read(source: Source) -> list[Clue]:
    """Return what the commands say."""
    name = source.name.lower()
    if name.endswith((".sh", ".bash", ".zsh")):
        key = f"code:{source.path}"
        return _once(
            command_clues(
                Context(key, source, _start(source), step=False), commands(_filled_script(source.text))
            )
        )
    return _once(_makefile(source))


def _start(source: Source) -> str:
    """Return the folder that a script works in: people start scripts from the root, unless they go to their own folder.

    What builds an image of the folder that it is started in is meant to be started where it lies.
    """
    return source.folder if _THERE.search(source.text) else ""


def _once(clues: list[Clue]) -> list[Clue]:
    return list(dict.fromkeys(clues))


def _filled_script(text: str) -> str:
    """Return a script with its own plain variables put in; line numbers stay."""
    known: dict[str, str] = {}
    for found in re.finditer(
        r"^\s*(?:export\s+|readonly\s+|local\s+)?([A-Za-z_]\w*)=(\"[^\"$`\n]*\"|'[^'\n]*'|[\w./:@-]+)\s*$",
        text,
        re.MULTILINE,
    ):
        known.setdefault(found[1], found[2].strip("\"'"))
    text = re.sub(r"\$\{(\w+):?-([^}$]*)\}", r"\2", text)
    return re.sub(r"\$\{?(\w+)\}?", lambda m: known.get(m[1], m[0]), text)


def _makefile(source: Source) -> list[Clue]:
    known = _variables(source)
    clues: list[Clue] = []
    target, body, first = "", list[str](), 0
    rows = [*enumerate(source.lines, 1), (len(source.lines) + 1, "end:")]
    for number, line in rows:
        found = _TARGET.match(line)
        if found and not line.startswith(("\t", " ", "#", ".")):
            clues += _recipe(source, target, body, first, known)
            target, body, first = found[1].split()[0], [], number + 1
        elif target:
            body.append(line)
    return clues


def _recipe(source: Source, target: str, body: list[str], first: int, known: dict[str, str]) -> list[Clue]:
    if not target or not body:
        return []
    text = "\n".join(line if line[:1] in ("\t", " ") else "" for line in body)
    context = Context(f"stage:{source.path}#{target}", source, source.folder, step=False)
    return command_clues(context, commands(_expanded(text, known), first))


def _variables(source: Source) -> dict[str, str]:
    known: dict[str, str] = {}
    for line in source.lines:
        if not line.startswith("\t") and (found := _ASSIGN.match(line)):
            known[found[1]] = found[2]
    return {name: value for name, value in known.items() if "$(shell" not in value and len(value) < 500}


def _expanded(text: str, known: dict[str, str]) -> str:
    for _ in range(3):
        text = _USE.sub(lambda m: known.get(m[1], m[0]), text)
        if len(text) > 200_000:
            break
    return text.replace("$$", "$")
