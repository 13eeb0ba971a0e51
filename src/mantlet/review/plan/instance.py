"""The choice as plain numbers: measures that cost, threats that weigh, and which measures take how much off which threat."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

from msgspec import Struct, field


class Measure(Struct, frozen=True):
    """Something that can be done: a control at a place, or a change of the design."""

    id: str
    title: str
    group: str
    """What is set up once for all its places: the control; empty for a change of the design."""
    cost: float
    """Of this place alone."""
    on: tuple[str, ...] = ()


class Target(Struct, frozen=True):
    """A threat that measures can take something off."""

    id: str
    weight: float
    severity: int


class Option(Struct, frozen=True):
    """A way to deal with a threat: all of some measures together."""

    target: int
    measures: frozenset[int]
    gain: float
    left: int
    """The severity that is left; −1 where the threat is gone."""


class Instance(Struct, dict=True):
    """All that can be chosen from."""

    measures: list[Measure]
    targets: list[Target]
    options: list[Option]
    setup: dict[str, float] = field(default_factory=dict)
    """Cost of setting a group up; nothing for one that is in place."""
    needs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Groups that a group needs before it does anything."""

    @cached_property
    def by_target(self) -> dict[int, list[int]]:
        """Options by the threat that they are for."""
        found: dict[int, list[int]] = {}
        for number, option in enumerate(self.options):
            found.setdefault(option.target, []).append(number)
        return found

    def groups(self, chosen: Collection[int]) -> set[str]:
        """Return what has to be set up for some measures, with all that this needs."""
        waiting = {self.measures[number].group for number in chosen} - {""}
        found: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.update(self.needs.get(name, ()))
        return found

    def cost(self, chosen: Collection[int]) -> float:
        """Return what some measures cost together."""
        setup = sum(self.setup.get(name, 0.0) for name in sorted(self.groups(chosen)))
        return setup + sum(self.measures[number].cost for number in sorted(chosen))

    def best(self, chosen: Collection[int]) -> dict[int, Option]:
        """Return, per threat, the best that some measures do."""
        have = frozenset(chosen)
        found: dict[int, Option] = {}
        for option in self.options:
            if option.measures <= have and (
                option.target not in found or option.gain > found[option.target].gain
            ):
                found[option.target] = option
        return found

    def gain(self, chosen: Collection[int]) -> float:
        """Return how much risk some measures take off."""
        return sum(option.gain for option in self.best(chosen).values())

    def reaches(self, chosen: Collection[int], bar: int) -> bool:
        """Tell whether every threat at or above a severity that can be brought below it is."""
        have = frozenset(chosen)
        return all(
            any(self.options[number].measures <= have and self.options[number].left < bar for number in ways)
            for target, ways in self.by_target.items()
            if self.targets[target].severity >= bar and any(self.options[number].left < bar for number in ways)
        )
