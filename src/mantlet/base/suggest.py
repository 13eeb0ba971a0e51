"""“Did you mean …?” for names that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable


def suggest(name: str, known: Iterable[str]) -> str:
    """Return “did you mean 'x'?” for the nearest known name, or an empty string.

    Long names and long lists are cut: the comparison is quadratic and the input may be hostile.
    """
    from difflib import get_close_matches  # noqa: PLC0415  (needed only once something is wrong)

    candidates = [item for item in known if abs(len(item) - len(name)) <= 4][:5000]
    nearest = get_close_matches(name[:80], candidates, n=1, cutoff=0.6 if len(name) <= 4 else 0.7)
    return f"did you mean '{nearest[0]}'?" if nearest else ""
