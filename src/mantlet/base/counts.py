"""Numbers with what they count, in words."""

from __future__ import annotations

from collections.abc import Mapping


def how_many(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: `1 flow`, `2 flows`; ``plural`` where an s is not enough."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(counts: Mapping[str, int], nothing: str = "none") -> str:
    """Return the counts that are not zero: `1 critical, 2 high`."""
    return ", ".join(f"{number:,} {word}" for word, number in counts.items() if number) or nothing
