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
    burden: float = 0.0
    """Risk that it brings: a pseudonym can be reversed, a vault can be robbed."""
    brings: int = -1
    """The severity of the worst threat that it brings; −1 for none."""


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
        """Return how much risk some measures take off, less what they bring."""
        burden = sum(self.measures[number].burden for number in sorted(set(chosen)))
        return sum(option.gain for option in self.best(chosen).values()) - burden

    def ways_below(self, target: int, bar: int) -> list[int]:
        """Return the options that bring a threat below a severity; those that bring no other so bad, if there are any."""
        ways = [number for number in self.by_target.get(target, ()) if self.options[number].left < bar]
        clean = [
            number
            for number in ways
            if all(self.measures[part].brings < bar for part in self.options[number].measures)
        ]
        return clean or ways

    def reaches(self, chosen: Collection[int], bar: int) -> bool:
        """Tell whether every threat at or above a severity that can be brought below it is."""
        have = frozenset(chosen)
        return all(
            any(self.options[number].measures <= have for number in ways)
            for target, threat in enumerate(self.targets)
            if threat.severity >= bar and (ways := self.ways_below(target, bar))
        )
