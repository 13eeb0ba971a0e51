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
    """A threat that measures can do something about."""

    id: str
    risk: int
    """The number of the risk that it is a part of; a risk is as bad as its worst threat."""
    severity: int


class Option(Struct, frozen=True):
    """A way to deal with a threat: all of some measures together."""

    target: int
    measures: frozenset[int]
    left: int
    """The severity that is left; −1 where the threat is gone."""


class Instance(Struct, dict=True):
    """All that can be chosen from."""

    measures: list[Measure]
    targets: list[Target]
    options: list[Option]
    weights: tuple[float, ...]
    """What a risk weighs, by its severity."""
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

    @cached_property
    def by_risk(self) -> dict[int, list[int]]:
        """Threats by the risk that they are a part of."""
        found: dict[int, list[int]] = {}
        for number, target in enumerate(self.targets):
            found.setdefault(target.risk, []).append(number)
        return found

    def value(self, severity: int) -> float:
        """Return what a risk of a severity weighs; nothing where it is gone."""
        return self.weights[severity] if severity >= 0 else 0.0

    def left(self, chosen: Collection[int]) -> list[int]:
        """Return, per threat, the severity that some measures leave."""
        have = frozenset(chosen)
        found = [target.severity for target in self.targets]
        for option in self.options:
            if option.left < found[option.target] and option.measures <= have:
                found[option.target] = option.left
        return found

    def gain(self, chosen: Collection[int]) -> float:
        """Return how much risk some measures take off, less what they bring."""
        left = self.left(chosen)
        gain = -sum(self.measures[number].burden for number in sorted(set(chosen)))
        for parts in self.by_risk.values():
            before = max(self.targets[part].severity for part in parts)
            gain += self.value(before) - self.value(max(left[part] for part in parts))
        return gain

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
