"""From a register to a choice: every control and change of the design tried on the model, and what each takes off which threat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import combinations

from msgspec import UNSET, structs

from mantlet.model.model import RETURNS
from mantlet.review.plan.efforts import efforts
from mantlet.review.plan.instance import Instance, Measure, Option, Target
from mantlet.review.plan.worlds import GONE, Worlds
from mantlet.review.questions import WEIGHT
from mantlet.risk.register import Register
from mantlet.risk.residual import where

MAX_PAIRS = 60
"""Pairs of controls that are tried together, where neither does it alone."""
MAX_FIELDS = 40
"""Personal fields whose dropping is tried unasked."""
Places = dict[str, dict[tuple[str, ...], None]]


class Effects:
    """Tries measures on a model."""

    def __init__(self, worlds: Worlds, considered: Mapping[str, str]) -> None:
        """``considered`` are changes of the design that may be chosen, with their effort."""
        self.worlds = worlds
        self.register = worlds.register
        self.considered = {**dict.fromkeys(_fields(self.register), efforts().avoid), **considered}
        self.before = worlds.severities(self.register)
        self._target = {name: number for number, name in enumerate(self.before)}
        self._share = self._shares()
        self.untried = 0
        """Pairs of controls that nobody tried, because there were too many."""

    def _shares(self) -> dict[str, float]:
        shares = {}
        for risk in self.register.open:
            names = [self.worlds.name(self.register, row) for row in risk.rows]
            live = [name for name in names if name in self.before]
            shares.update(dict.fromkeys(live, 1 / max(len(live), 1)))
        return shares

    def instance(self) -> Instance:
        """Return the choice."""
        self._listing: dict[str, list[str]] = {}
        places = self._places()
        measures: list[Measure] = []
        numbers: dict[tuple[str, tuple[str, ...]], int] = {}
        catalogue = self.register.analysis.catalogue
        for control, ons in places.items():
            item = catalogue.controls[control]
            cost = efforts().of(item.effort) * efforts().place_share
            for on in ons:
                numbers[control, on] = len(measures)
                measures.append(Measure(f"{control}@{'+'.join(on)}", item.title, control, cost, on))
        single = {control: self._after({control: ons}) for control, ons in places.items()}
        options = [
            option
            for control, after in single.items()
            for option in self._options(after, [control], places, numbers)
        ]
        options += self._pairs(places, numbers, options)
        for control, after in single.items():
            self._burden(after, control, places, numbers, measures)
        for edit, effort in self.considered.items():
            after = self.worlds.severities(self.worlds.with_all({}, [edit]))
            number = len(measures)
            made = [self._option(name, after, frozenset([number])) for name in self._changed(after)]
            if made or edit not in _fields(self.register):
                burden, brings = self._brought(after)
                measures.append(Measure(edit, edit, "", efforts().of(effort), burden=burden, brings=brings))
                options += made
        return Instance(measures, self._targets(), options, self._setup(places), self._needs(places))

    def _targets(self) -> list[Target]:
        return [
            Target(name, WEIGHT[severity] * self._share.get(name, 1.0), severity)
            for name, severity in self.before.items()
        ]

    def _places(self) -> Places:
        """Return, per control, the places where threats ask for it."""
        analysis = self.register.analysis
        found: Places = {}
        for row in self.worlds.rows(self.register):
            kind = analysis.types[int(analysis.threats.type[row])]
            self._listing[self.worlds.name(self.register, row)] = list(kind.controls)
            for control in kind.controls:
                if control in analysis.catalogue.controls:
                    found.setdefault(control, {})[tuple(where(self.register, [row], control))] = None
        return found

    def _after(self, chosen: Mapping[str, dict[tuple[str, ...], None]]) -> dict[str, int]:
        controls = {name: [place for on in ons for place in on] for name, ons in chosen.items()}
        return self.worlds.severities(self.worlds.with_controls(controls))

    def _changed(self, after: Mapping[str, int]) -> list[str]:
        return [name for name, severity in self.before.items() if after.get(name, GONE) < severity]

    def _brought(self, after: Mapping[str, int]) -> tuple[float, int]:
        """Return what threats weigh that were not there before, and the worst of them."""
        new = [severity for name, severity in after.items() if name not in self.before]
        return float(sum(WEIGHT[severity] for severity in new)), max(new, default=GONE)

    def _burden(
        self,
        after: Mapping[str, int],
        control: str,
        places: Places,
        numbers: Mapping[tuple[str, tuple[str, ...]], int],
        measures: list[Measure],
    ) -> None:
        """Charge each threat that a control brings to the places that are near it, else to all of them."""
        for name, severity in after.items():
            if name in self.before:
                continue
            blamed = self._helping(name, control, places, numbers)
            for number in blamed:
                measure = measures[number]
                measures[number] = structs.replace(
                    measure,
                    burden=measure.burden + WEIGHT[severity] / len(blamed),
                    brings=max(measure.brings, severity),
                )

    def _option(self, name: str, after: Mapping[str, int], measures: frozenset[int]) -> Option:
        left = after.get(name, GONE)
        gain = WEIGHT[self.before[name]] - (WEIGHT[left] if left != GONE else 0)
        return Option(self._target[name], measures, gain * self._share.get(name, 1.0), left)

    def _options(
        self,
        after: Mapping[str, int],
        controls: list[str],
        places: Places,
        numbers: Mapping[tuple[str, tuple[str, ...]], int],
    ) -> list[Option]:
        """Say which measures do what a world shows: those at the threat's own place, else all of a control."""
        found = []
        for name in self._changed(after):
            parts: set[int] = set()
            for control in controls:
                parts |= self._helping(name, control, places, numbers)
            found.append(self._option(name, after, frozenset(parts)))
        return found

    def _helping(
        self, name: str, control: str, places: Places, numbers: Mapping[tuple[str, tuple[str, ...]], int]
    ) -> set[int]:
        anchors = set(name.partition("@")[2].removesuffix(RETURNS).split("/"))
        anchors.add(name.partition("@")[2].removesuffix(RETURNS))
        near = [on for on in places[control] if anchors & set(on)]
        own = [on for on in near if control in self._listing.get(name, ())]
        if own:
            best = max(own, key=lambda on: (on[0] in anchors, -len(on)))
            return {numbers[control, best]}
        return {numbers[control, on] for on in (near or places[control])}

    def _pairs(
        self,
        places: Places,
        numbers: Mapping[tuple[str, tuple[str, ...]], int],
        options: list[Option],
    ) -> list[Option]:
        """Try pairs of controls on threats that no single one removes though all together do."""
        removed = {option.target for option in options if option.left == GONE}
        everything = self._after(places)
        stuck = [
            name
            for name in self.before
            if self._target[name] not in removed and everything.get(name, GONE) < self.before[name]
        ]
        wanted: Counter[tuple[str, ...]] = Counter(
            pair
            for name in stuck
            for pair in combinations(sorted(set(self._listing.get(name, ())) & set(places)), 2)
        )
        chosen = sorted(wanted, key=lambda pair: (-wanted[pair], pair))
        self.untried = max(len(chosen) - MAX_PAIRS, 0)
        best = {
            name: min(
                (option.left for option in options if option.target == self._target[name]),
                default=self.before[name],
            )
            for name in stuck
        }
        found = []
        for pair in chosen[:MAX_PAIRS]:
            after = self._after({control: places[control] for control in pair})
            better = {name: after.get(name, GONE) for name in stuck if after.get(name, GONE) < best[name]}
            both = [name for name in better if set(pair) <= set(self._listing.get(name, ()))]
            for name in both:
                parts = {
                    number for control in pair for number in self._helping(name, control, places, numbers)
                }
                found.append(self._option(name, after, frozenset(parts)))
        return found

    def _setup(self, places: Places) -> dict[str, float]:
        """Return what setting a control up costs; nothing for one that is there already."""
        analysis = self.register.analysis
        there = {item.control for item in analysis.sections.controls.values() if item.status != "planned"}
        names = {*places, *(need for needs in efforts().needs.values() for need in needs)}
        return {
            name: 0.0 if name in there else efforts().of(analysis.catalogue.controls[name].effort)
            for name in sorted(names)
            if name in analysis.catalogue.controls
        }

    def _needs(self, places: Places) -> dict[str, tuple[str, ...]]:
        known = self.register.analysis.catalogue.controls
        return {
            name: tuple(need for need in needs if need in known)
            for name, needs in efforts().needs.items()
            if name in places
        }


def _fields(register: Register) -> list[str]:
    """Return the edits that drop one personal field each of data that is collected, not made from other data."""
    found = [
        f"drop {name}.{word}"
        for name, data in register.analysis.sections.data.items()
        if data.personal is not UNSET and (data.derived_from is UNSET or not data.derived_from)
        for word in data.personal
        if " " not in f"{name}{word}"
    ]
    return found[:MAX_FIELDS]
