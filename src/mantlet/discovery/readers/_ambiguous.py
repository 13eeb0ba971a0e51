"""Names that several things claim: a port of the machine, an image, a selector. They name none of them for certain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from mantlet.discovery.clues import Clue, Same

_SHARED = ("host:", "image:", "label:", "only:", "folder:")


def settled(clues: Iterable[Clue]) -> list[Clue]:
    """Return the clues without those that would unite different things only because they claim one name.

    A service and a Dockerfile that claim one image are one; two services that do are not. Two services that publish port 8000 in two files are not one service; which is meant, nobody can tell from the files.
    """
    found = list(clues)
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
    return [clue for clue in found if not (isinstance(clue, Same) and clue.other in unclear)]


def _root(up: dict[str, str], key: str) -> str:
    while (parent := up.get(key, key)) != key:
        key = parent
    return key
