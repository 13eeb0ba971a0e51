"""What can only be settled with all clues at hand: names that several things claim, variables that several share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from mantlet.discovery.clues import Clue, Fact, Move, Same, Setting

ENV_FILE = "envfile:"
"""Begins the key of a file or map of variables; `Same(service, envfile:PATH)` says that a service is given all of them."""
EVERYBODY = "*"
"""The other end of a fact about all moves from and to a thing."""
_SHARED = ("host:", "image:", "label:", "only:", "folder:", "function:")


def settled(clues: Iterable[Clue]) -> list[Clue]:
    """Return the clues without those that would unite different things only because they claim one name.

    A service and a Dockerfile that claim one image are one; two services that do are not. Two services that publish
    port 8000 in two files are not one service; which is meant, nobody can tell from the files.
    """
    found = _handed_out(list(clues))
    up: dict[str, str] = {}
    for clue in found:
        if isinstance(clue, Same) and not clue.other.startswith(_SHARED):
            one, other = _root(up, clue.one), _root(up, clue.other)
            up[other] = one
    claims: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for clue in found:
        if isinstance(clue, Same) and clue.other.startswith(_SHARED):
            claims[clue.other][clue.one.partition(":")[0]].add(_root(up, clue.one))
    unclear = {name for name, kinds in claims.items() if any(len(roots) > 1 for roots in kinds.values())}
    kept = [clue for clue in found if not (isinstance(clue, Same) and clue.other in unclear)]
    return _with_everybody(kept, up)


def _with_everybody(clues: list[Clue], up: dict[str, str]) -> list[Clue]:
    """Return facts about the moves from and to a thing as facts about each of them."""
    if not any(isinstance(clue, Fact) and clue.other == EVERYBODY for clue in clues):
        return clues
    found: list[Clue] = []
    for clue in clues:
        if not isinstance(clue, Fact) or clue.other != EVERYBODY:
            found.append(clue)
            continue
        root = _root(up, clue.key)
        moves = (one for one in clues if isinstance(one, Move))
        about = (one for one in moves if root in (_root(up, one.source), _root(up, one.target)))
        found += [msgspec.structs.replace(clue, key=one.source, other=one.target) for one in about]
    return found


def _handed_out(clues: list[Clue]) -> list[Clue]:
    """Return what files of variables say as said of each service that is given them."""
    given: dict[str, list[str]] = defaultdict(list)
    for clue in clues:
        if isinstance(clue, Same) and clue.other.startswith(ENV_FILE):
            given[clue.other].append(clue.one)
    found: list[Clue] = []
    for clue in clues:
        if isinstance(clue, Same) and clue.other.startswith(ENV_FILE):
            continue
        if isinstance(clue, Move) and ENV_FILE in (clue.source[:8], clue.target[:8]):
            for key in given.get(clue.source, []) or given.get(clue.target, []):
                ends = {
                    name: key
                    for name in ("source", "target", "opened_by")
                    if getattr(clue, name)[:8] == ENV_FILE
                }
                found.append(msgspec.structs.replace(clue, **ends))
        elif isinstance(clue, Setting) and clue.scope.startswith(ENV_FILE):
            found += [msgspec.structs.replace(clue, scope=key) for key in given.get(clue.scope, [])]
        elif isinstance(clue, Fact) and clue.key.startswith(ENV_FILE):
            found += [msgspec.structs.replace(clue, key=key) for key in given.get(clue.key, [])]
        else:
            found.append(clue)
    return found


def _root(up: dict[str, str], key: str) -> str:
    while (parent := up.get(key, key)) != key:
        key = parent
    return key
