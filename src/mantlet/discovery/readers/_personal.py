"""Personal data that names of columns and fields speak of."""

from __future__ import annotations

from collections.abc import Iterable

from mantlet.discovery.clues import Clue, Personal, Where

_VAGUE = frozenset(("name-maybe",))
_ENOUGH = 2.0


def personal_of(name: str) -> tuple[str, ...]:
    """Return the categories of personal data that a field's name claims, in the model file's words."""
    from mantlet.privacy.classes import classes  # noqa: PLC0415
    from mantlet.privacy.headers import claims  # noqa: PLC0415

    known = classes()
    found = [claim.id for claim in claims(name) if claim.weight >= _ENOUGH and claim.id not in _VAGUE]
    return tuple(dict.fromkeys(known[one].model for one in found))


def personal_clues(key: str, fields: Iterable[tuple[str, Where]]) -> list[Clue]:
    """Return the personal data in a table, feature view or message with these fields."""
    clues: dict[str, Clue] = {}
    for name, at in fields:
        for category in personal_of(name):
            clues.setdefault(category, Personal(key, category, at))
    return list(clues.values())
