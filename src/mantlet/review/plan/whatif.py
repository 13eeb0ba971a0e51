"""Changes of the design in a few words, done to a model in memory, to see which risks vanish.

`drop customers.birth-date` · `drop customers` · `remove export` · `move store to vpc` · `retain customers P30D` ·
`operate api by us` · `set api.rate_limited=yes`
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from mantlet.base.errors import UsageError
from mantlet.base.suggest import suggest
from mantlet.catalogue.load import Catalogue
from mantlet.changes.apply import apply
from mantlet.changes.operations import Change, Remove, Set
from mantlet.model.entries import Sections
from mantlet.model.validate import check
from mantlet.store.convert import from_raw, raise_problems, to_raw
from mantlet.store.mentions import Mention, mentions
from mantlet.store.rawedit import MISSING, get

Raw = dict[str, Any]
PLACES = ("elements", "flows", "boundaries", "data")
FORMS = "drop DATA.FIELD · drop DATA · remove ID · move ELEMENT to BOUNDARY · retain DATA P30D · operate ELEMENT by PARTY · set ID.FACT=VALUE"


def edited(sections: Sections, edits: list[str], catalogue: Catalogue) -> Sections:
    """Return the model after some edits; raises `UsageError` for one that doesn't fit, or all mistakes that it makes."""
    raw: Raw = to_raw(sections)
    for edit in edits:
        raw = _done(raw, edit, catalogue)
    made = from_raw(raw)
    found = check(made, catalogue.vocabulary, catalogue.controls, catalogue.threats, catalogue.pack_names)
    raise_problems(found, None)
    return made


def _done(raw: Raw, edit: str, catalogue: Catalogue) -> Raw:
    for pattern, work in _FORMS:
        match = pattern.fullmatch(edit.strip())
        if match:
            return work(raw, catalogue, *match.groups())
    raise UsageError(f"'{edit}' is no change of the design", mend=f"write one of: {FORMS}")


def _section(raw: Raw, name: str, among: tuple[str, ...] = PLACES) -> str:
    for section in among:
        if name in raw.get(section, {}):
            return section
    known = [item for section in among for item in raw.get(section, {})]
    raise UsageError(
        f"the model has no '{name}'", mend=suggest(name, known) or f"one of its {', '.join(among)}"
    )


def _drop(raw: Raw, _: Catalogue, name: str) -> Raw:
    """Drop a personal field of some data, or the data itself."""
    if name in raw.get("data", {}):
        return _without(raw, "data", name)
    data, dot, word = name.rpartition(".")
    if not dot:
        _section(raw, name, ("data",))
    _section(raw, data, ("data",))
    fields = raw["data"][data].get("personal", [])
    if word not in fields:
        raise UsageError(
            f"'{data}' has no personal field '{word}'",
            mend=suggest(word, fields) or f"it has {', '.join(fields) or 'none'}",
        )
    left = [item for item in fields if item != word]
    return _applied(raw, Set(("data", data, "personal"), left))


def _remove(raw: Raw, _: Catalogue, name: str) -> Raw:
    return _without(raw, _section(raw, name), name)


def _move(raw: Raw, catalogue: Catalogue, name: str, boundary: str) -> Raw:
    """Move an element into a boundary; it leaves those of the same dimension."""
    _section(raw, name, ("elements",))
    _section(raw, boundary, ("boundaries",))
    words = catalogue.vocabulary
    held = raw["elements"][name].get("in", [])
    held = [held] if isinstance(held, str) else held

    def dimension(item: str) -> str:
        kind = raw["boundaries"].get(item, {}).get("type", "")
        return words.dimension(kind) if kind in words.types else kind

    kept = [item for item in held if dimension(item) != dimension(boundary)]
    return _applied(raw, Set(("elements", name, "in"), [*kept, boundary]))


def _retain(raw: Raw, _: Catalogue, name: str, period: str) -> Raw:
    data, _slash, at = name.partition("/")
    _section(raw, data, ("data",))
    if not at:
        return _applied(raw, Set(("data", data, "retention"), period))
    _section(raw, at, ("elements",))
    holds = raw["elements"][at].get("holds", {})
    copies = {item: {} for item in holds} if isinstance(holds, list) else holds
    if data not in copies:
        raise UsageError(f"'{at}' does not hold '{data}'")
    copy = {**copies[data], "retention": period}
    return _applied(raw, Set(("elements", at, "holds"), {**copies, data: copy}))


def _operate(raw: Raw, _: Catalogue, name: str, party: str) -> Raw:
    _section(raw, name, ("elements",))
    return _applied(raw, Set(("elements", name, "operated_by"), party))


def _set(raw: Raw, _: Catalogue, name: str, fact: str, value: str) -> Raw:
    return _applied(raw, Set((_section(raw, name), name, "facts", fact), value))


_FORMS: list[tuple[re.Pattern[str], Callable[..., Raw]]] = [
    (re.compile(r"drop (\S+)"), _drop),
    (re.compile(r"remove (\S+)"), _remove),
    (re.compile(r"move (\S+) to (\S+)"), _move),
    (re.compile(r"retain (\S+) (\S+)"), _retain),
    (re.compile(r"operate (\S+) by (\S+)"), _operate),
    (re.compile(r"set (\S+)\.([^.=\s]+)=(.+)"), _set),
]


def _applied(raw: Raw, *changes: Change) -> Raw:
    made: Raw = apply(raw, changes)
    return made


def _without(raw: Raw, section: str, name: str) -> Raw:
    """Take an entry out, with what cannot be without it: flows of an element, mentions anywhere; decisions stay."""
    raw = _applied(raw, Remove((section, name)))
    while mention := next((item for item in mentions(raw) if _dangling(raw, item, name)), None):
        path = mention.path
        if path[0] == "flows" and path[-1] in {"from", "to"}:
            raw = _without(raw, "flows", str(path[1]))
            continue
        holder = get(raw, path[:-1])
        if isinstance(holder, list):
            left = [item for item in holder if item != mention.text]
            empty = not left and path[0] in {"controls", "sequences"}
            raw = _applied(raw, Remove(path[:2]) if empty else Set(path[:-1], left))
        elif holder is not MISSING and path[-1] in holder:
            raw = _applied(raw, Remove(path))
        else:
            break
    return raw


def _dangling(raw: Raw, mention: Mention, name: str) -> bool:
    if mention.path[0] in {"decisions", "threats"} or mention.role == "party":
        return False
    if mention.text.removesuffix(".returns") != name or mention.path[:2] in {(part, name) for part in PLACES}:
        return False
    return all(name not in raw.get(section, {}) for section in PLACES)
