"""What measures cost, as data."""

from __future__ import annotations

from functools import lru_cache

import msgspec
import yaml
from msgspec import Struct

from mantlet.base.data import read_beside
from mantlet.base.errors import UsageError
from mantlet.base.suggest import suggest


class Efforts(Struct, frozen=True, forbid_unknown_fields=True):
    """Points of effort by word, and what needs what."""

    points: dict[str, float]
    place_share: float
    avoid: str
    needs: dict[str, tuple[str, ...]]

    def of(self, word: str) -> float:
        """Return the points of an effort: low, medium, high or a number."""
        if word in self.points:
            return self.points[word]
        try:
            number = float(word)
        except ValueError:
            number = -1.0
        if not 0 <= number < 1e6:
            raise UsageError(
                f"'{word}' is no effort",
                mend=suggest(word, self.points) or "write low, medium, high or a number of points",
            )
        return number


@lru_cache(maxsize=1)
def efforts() -> Efforts:
    """Return the efforts that come with mantlet."""
    raw = yaml.load(read_beside(__file__, "efforts.yaml"), Loader=yaml.CSafeLoader)
    return msgspec.convert(raw, Efforts)
