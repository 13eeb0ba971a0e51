"""The rules of `rules.yaml`: what calls and names say about safety."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct, convert, field

Constant = str | bool | int | float


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """What a call says."""

    call: str
    names: str = ""
    """Packages of which the file must import one, for calls of methods."""
    when: dict[str, Constant] = field(default_factory=dict)
    unless: dict[str, Constant] = field(default_factory=dict)
    flow: dict[str, str] = field(default_factory=dict)
    store: dict[str, str] = field(default_factory=dict)
    process: dict[str, str] = field(default_factory=dict)
    dynamic: int = -1
    """The argument that must not be a constant."""
    joined: int = -1
    """The argument that must be text put together from parts."""
    hub: bool = False
    """Only where the thing is named as on a hub, not as a folder."""
    runs_code: bool = False


class Credentials(Struct, frozen=True, forbid_unknown_fields=True):
    """How credentials are told."""

    names: str
    not_: str = field(name="not")
    placeholders: str


class Rules(Struct, frozen=True, forbid_unknown_fields=True):
    """The rules as the file has them."""

    calls: list[Rule]
    credentials: Credentials
    logs: str
    bodies: str


@cache
def rules() -> Rules:
    """Return the rules that come with mantlet."""
    text = (Path(__file__).parent / "rules.yaml").read_bytes()
    return convert(_words(yaml.safe_load(text)), Rules)


def _words(value: Any) -> Any:
    """Return the data with `yes` and `no` as the texts that facts are, and true and false where arguments are compared."""
    if isinstance(value, list):
        return [_words(item) for item in value]
    if not isinstance(value, dict):
        return value
    facts = ("flow", "store", "process")
    return {
        key: {
            fact: ("yes" if word is True else "no" if word is False else word) for fact, word in item.items()
        }
        if key in facts
        else _words(item)
        for key, item in value.items()
    }
