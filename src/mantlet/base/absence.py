"""Absence as types: a value that isn't there says why."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody has written this down; it is neither yes nor no."""


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """The question makes no sense here."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something was not looked at, so its silence means nothing."""

    reason: str


UNKNOWN = Unknown()
