"""From a register to a choice: every control and change of the design tried on the model, and what each takes off which threat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import combinations

from msgspec import UNSET, structs

from mantlet.model.model import RETURNS
from mantlet.review.plan.efforts import efforts
from mantlet.review.plan.instance import Instance, Measure, Option, Target
from mantlet.review.plan.worlds import GONE, Light, Worlds
from mantlet.review.questions import WEIGHT
from mantlet.risk.register import Register
from mantlet.risk.residual import where

SIZES = (2, 3, 4)
MAX_SETS = 60
"""Sets of controls of each size that are tried together."""
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
        start = worlds.light(self.register)
        self.before, self._risk_of = start.threats, start.risk_of
        self._target = {name: number for number, name in enumerate(self.before)}
        self._risks = {name: number for number, name in enumerate(dict.fromkeys(self._risk_of.values()))}
        self.untried = 0
        """Sets of controls that nobody tried together, because there were too many."""

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
            for option in self._options(after.threats, [control], places, numbers)
        ]
        options += self._together(places, numbers, options)
        for control, after in single.items():
            self._burden(after, control, places, numbers, measures)
        for edit, effort in self.considered.items():
            world = self.worlds.light(self.worlds.with_all({}, [edit]))
            gone = world.threats
            number = len(measures)
            made = [self._option(name, gone, frozenset([number])) for name in self._changed(gone)]
            if made or edit not in _fields(self.register):
                burden, brings = self._brought(world)
                measures.append(Measure(edit, edit, "", efforts().of(effort), burden=burden, brings=brings))
                options += made
        return Instance(measures, self._targets(), options, WEIGHT, self._setup(places), self._needs(places))

    def _targets(self) -> list[Target]:
        return [
            Target(name, self._risks[self._risk_of[name]], severity) for name, severity in self.before.items()
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

    def _after(self, chosen: Mapping[str, dict[tuple[str, ...], None]]) -> Light:
        controls = {name: [place for on in ons for place in on] for name, ons in chosen.items()}
        return self.worlds.light(self.worlds.with_controls(controls))

    def _changed(self, after: Mapping[str, int]) -> list[str]:
        return [name for name, severity in self.before.items() if after.get(name, GONE) < severity]

    def _new(self, world: Light) -> dict[str, int]:
        """Return the threats of risks that were not there before, one for each risk: its worst."""
        found: dict[str, str] = {}
        for name, risk in world.risk_of.items():
            if risk not in self._risks and (
                risk not in found or world.threats[name] > world.threats[found[risk]]
            ):
                found[risk] = name
        return {name: world.threats[name] for name in found.values()}

    def _brought(self, world: Light) -> tuple[float, int]:
        """Return what risks weigh that were not there before, and the worst of them."""
        new = self._new(world).values()
        return float(sum(WEIGHT[severity] for severity in new)), max(new, default=GONE)

    def _burden(
        self,
        after: Light,
        control: str,
        places: Places,
        numbers: Mapping[tuple[str, tuple[str, ...]], int],
        measures: list[Measure],
    ) -> None:
        """Charge each risk that a control brings to the places that are near it, else to all of them."""
        for name, severity in self._new(after).items():
            blamed = self._helping(name, control, places, numbers)
            for number in blamed:
                measure = measures[number]
                measures[number] = structs.replace(
                    measure,
                    burden=measure.burden + WEIGHT[severity] / len(blamed),
                    brings=max(measure.brings, severity),
                )

    def _option(self, name: str, after: Mapping[str, int], measures: frozenset[int]) -> Option:
        return Option(self._target[name], measures, after.get(name, GONE))

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
        anchors = _anchors(name)
        near = [on for on in places[control] if anchors & set(on)]
        own = [on for on in near if control in self._listing.get(name, ())]
        if own:
            best = max(own, key=lambda on: (on[0] in anchors, -len(on)))
            return {numbers[control, best]}
        return {numbers[control, on] for on in (near or places[control])}

    def _together(
        self, places: Places, numbers: Mapping[tuple[str, tuple[str, ...]], int], options: list[Option]
    ) -> list[Option]:
        """Try two, three, four controls together on threats of which all controls at once leave less than any way known."""
        everything = self._after(places).threats
        found: list[Option] = []
        for size in SIZES:
            ways = self._ways([*options, *found])
            stuck = [
                name
                for name, severity in self.before.items()
                if everything.get(name, GONE)
                < min((left for _, left in ways.get(name, ())), default=severity)
            ]
            wanted: Counter[tuple[str, ...]] = Counter(
                some
                for name in stuck
                for some in combinations(sorted(set(self._listing.get(name, ())) & set(places)), size)
            )
            order = sorted(wanted, key=lambda some: (-wanted[some], some))
            self.untried += max(len(order) - MAX_SETS, 0)
            for some in order[:MAX_SETS]:
                after = self._after({control: places[control] for control in some}).threats
                for name in stuck:
                    if not set(some) <= set(self._listing.get(name, ())):
                        continue
                    parts = frozenset(
                        number for control in some for number in self._helping(name, control, places, numbers)
                    )
                    known = [left for measures, left in ways.get(name, ()) if measures <= parts]
                    if after.get(name, GONE) < min(known, default=self.before[name]):
                        found.append(self._option(name, after, parts))
        return found

    def _ways(self, options: list[Option]) -> dict[str, list[tuple[frozenset[int], int]]]:
        names = list(self.before)
        found: dict[str, list[tuple[frozenset[int], int]]] = {}
        for option in options:
            found.setdefault(names[option.target], []).append((option.measures, option.left))
        return found

    def corrected(self, instance: Instance, chosen: tuple[int, ...], world: Light) -> Instance | None:
        """Return the choice with what the rules say of a whole set of measures; None where it was known.

        More than two controls may do more together, or a way may turn out not to do what it did alone.
        """
        best, after = instance.left(chosen), world.threats
        have, options = frozenset(chosen), list(instance.options)
        measures = list(instance.measures)
        changed = self._charge(measures, chosen, world)
        for name, target in self._target.items():
            left, told = after.get(name, GONE), best[target]
            if left < told:
                parts = self._partners(instance, name, have)
                options.append(self._option(name, after, parts))
                changed = True
            elif left > told:
                options = [
                    option
                    for option in options
                    if option.target != target or not option.measures <= have or option.left >= left
                ]
                changed = True
        if not changed:
            return None
        return structs.replace(instance, options=options, measures=measures)

    def _charge(self, measures: list[Measure], chosen: tuple[int, ...], world: Light) -> bool:
        """Charge risks that a set brings, and that nobody was charged for, to the measure that brings each by itself."""
        new = self._new(world)
        charged = any(measures[number].burden for number in chosen)
        if not new or charged:
            return False
        changed = False
        for name, severity in new.items():
            for number in chosen:
                measure = measures[number]
                if not measure.group or not _anchors(name) & set(measure.on):
                    continue
                if name in self._after({measure.group: {measure.on: None}}).threats:
                    burden = measure.burden + WEIGHT[severity]
                    measures[number] = structs.replace(
                        measure, burden=burden, brings=max(measure.brings, severity)
                    )
                    changed = True
                    break
        return changed

    def _partners(self, instance: Instance, name: str, have: frozenset[int]) -> frozenset[int]:
        """Return which of some measures deal with a threat together: those that its type lists and that are near."""
        near = {
            number
            for number in have
            if instance.measures[number].group in self._listing.get(name, ())
            and set(_anchors(name)) & set(instance.measures[number].on)
        }
        return frozenset(near or have)

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


def _anchors(name: str) -> set[str]:
    """Return the ids that a threat's place names."""
    place = name.partition("@")[2].removesuffix(RETURNS)
    return {place, *place.split("/")}


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
