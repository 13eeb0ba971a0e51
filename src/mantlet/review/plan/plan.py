"""The plan: what is chosen, in which order, what each part buys alone and together, and what is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from mantlet.base.counts import how_many
from mantlet.base.errors import UsageError
from mantlet.review.plan.effects import Effects
from mantlet.review.plan.efforts import efforts
from mantlet.review.plan.instance import Instance
from mantlet.review.plan.solve import Choice, to_target, within_budget
from mantlet.review.plan.whatif import edited
from mantlet.review.plan.worlds import Standing, Worlds
from mantlet.review.questions import WEIGHT
from mantlet.risk.owasp import Severity
from mantlet.risk.register import Register

ROUNDS = 6
"""How often a choice is held against the rules, and chosen anew where they say otherwise."""
TARGETS = {"no-critical": Severity.CRITICAL, "no-high": Severity.HIGH, "no-medium": Severity.MEDIUM}


class Step(Struct):
    """One thing to do."""

    id: str
    """The control, or the change of the design."""
    title: str
    kind: str
    """control or avoid."""
    effort: float
    on: list[str]
    alone: float
    """Risk that it takes off if nothing else is done."""
    together: float
    """Risk that comes back if it is left out of the plan."""
    settles: list[str]
    """Risks that it removes by itself."""
    lowers: list[str]
    needed_by: list[str] = field(default_factory=list)
    why: str = ""


class Plan(Struct):
    """What to do first."""

    goal: str
    steps: list[Step]
    effort: float
    removed: float
    """Risk taken off, as the model judges it with the plan done."""
    before: dict[str, int]
    after: dict[str, int]
    matrix_before: tuple[tuple[int, ...], ...]
    matrix_after: tuple[tuple[int, ...], ...]
    optimal: bool
    """No other set of what was tried is better, and the rules find as much taken off as was promised."""
    gap: float
    bound: float
    left: list[str]
    """Open risks that are still at or above the target, or high under a budget."""
    untried: int = 0
    """Sets of controls that were not tried together."""


def make_plan(
    register: Register,
    *,
    budget: float | None = None,
    target: str = "",
    considered: Mapping[str, str] | None = None,
    worst_case: bool = False,
) -> Plan:
    """Choose what to do, under a budget of effort or to a target.

    ``considered`` are changes of the design (`whatif`) that may be chosen, with their effort. Needs the extra `plan`.
    """
    if (budget is None) == (not target):
        raise UsageError("a plan needs a budget or a target", mend="give one of --budget and --target")
    if budget is not None and not 0 <= budget < 1e6:
        raise UsageError(f"{budget:g} is no budget", mend="give points of effort, such as 20")
    if target and target not in TARGETS:
        raise UsageError(f"unknown target '{target}'", mend=f"one of {', '.join(TARGETS)}")
    for effort in (considered or {}).values():
        efforts().of(effort)
    for edit in considered or {}:
        edited(register.analysis.sections, [edit], register.analysis.catalogue)
    worlds = Worlds(register, worst_case=worst_case)
    effects = Effects(worlds, considered or {})
    instance = effects.instance()
    bar = int(TARGETS[target]) if target else 0
    for _ in range(ROUNDS):
        choice = within_budget(instance, budget) if budget is not None else to_target(instance, bar)
        made = _Making(worlds, instance, choice)
        truer = effects.corrected(instance, choice.measures, made.done)
        if truer is None:
            break
        instance = truer
    goal = f"most risk for {budget:g} points of effort" if budget is not None else target
    plan = made.plan(goal, TARGETS[target] if target else Severity.HIGH)
    plan.untried = effects.untried
    return plan


class _Making:
    """Judges the model with the plan and its parts done."""

    def __init__(self, worlds: Worlds, instance: Instance, choice: Choice) -> None:
        self.worlds, self.instance, self.choice = worlds, instance, choice
        self.parts = self._parts()
        self.start = worlds.standing(worlds.register)
        self.done = self._world(self.parts)

    def _parts(self) -> dict[str, list[int]]:
        """Return the chosen measures by what a person does: a control with its places, or a change of the design."""
        found: dict[str, list[int]] = {}
        for number in self.choice.measures:
            measure = self.instance.measures[number]
            found.setdefault(measure.group or measure.id, []).append(number)
        for name in sorted(self.instance.groups(self.choice.measures)):
            if self.instance.setup.get(name):
                found.setdefault(name, [])
        return found

    def places(self, name: str) -> list[str]:
        """Return where a control goes; one that others need goes where they go."""
        own = [place for number in self.parts[name] for place in self.instance.measures[number].on]
        if not own:
            own = [place for other in self._needing(name) for place in self.places(other)]
        return list(dict.fromkeys(own))

    def _needing(self, name: str) -> list[str]:
        return [other for other in self.parts if name in self.instance.needs.get(other, ())]

    def _is_control(self, name: str) -> bool:
        return name in self.instance.setup

    def _world(self, names: Iterable[str]) -> Standing:
        some = list(names)
        controls = {name: self.places(name) for name in some if self._is_control(name)}
        edits = [name for name in some if not self._is_control(name)]
        if not some:
            return self.start
        return self.worlds.standing(self.worlds.with_all(controls, edits))

    def plan(self, goal: str, bar: Severity) -> Plan:
        """Return the plan, best value first."""
        removed = _weight(self.start) - _weight(self.done)
        gap = self._gap(removed)
        steps = [self._step(name) for name in self._order()]
        return Plan(
            goal=goal,
            steps=steps,
            effort=round(self.choice.cost, 2),
            removed=round(removed, 2),
            before=Worlds.counts(self.start),
            after=Worlds.counts(self.done),
            matrix_before=self.start.matrix,
            matrix_after=self.done.matrix,
            optimal=not gap,
            gap=round(gap, 4),
            bound=round(self.choice.bound, 2),
            left=[name for name, severity in self.done.risks.items() if severity >= bar],
        )

    def _gap(self, removed: float) -> float:
        """Return how far from the best it may be: the solver's gap, or more where the rules find less than was promised.

        The rules judge the set as a whole; parts that each help may together bring a risk that none brings alone.
        """
        promised = self.choice.gain
        short = (promised - removed) / promised if promised > 0 and removed < promised - 1e-6 else 0.0
        return max(self.choice.gap, short)

    def _order(self) -> list[str]:
        """Return the parts so that each next one takes most off for its effort, after what it needs."""
        left, done, order = list(self.parts), [], []
        numbers: list[int] = []
        while left:
            ready = [
                name for name in left if not any(need in left for need in self.instance.needs.get(name, ()))
            ]
            rated = [(self._value(name, numbers), -left.index(name), name) for name in ready or left]
            name = max(rated)[2]
            left.remove(name)
            done.append(name)
            numbers += self.parts[name]
            order.append(name)
        return order

    def _value(self, name: str, numbers: list[int]) -> float:
        more = [*numbers, *self.parts[name]]
        helped = list(self._needing(name))
        more += [number for other in helped for number in self.parts[other]]
        gain = self.instance.gain(more) - self.instance.gain(numbers)
        return gain / max(self._effort(name), 0.01)

    def _effort(self, name: str) -> float:
        places = sum(self.instance.measures[number].cost for number in self.parts[name])
        return self.instance.setup.get(name, 0.0) + places

    def _step(self, name: str) -> Step:
        alone = self._world([name])
        without = self._world([other for other in self.parts if other != name])
        settles = [risk for risk in self.start.risks if risk not in alone.risks]
        lowers = [risk for risk, was in self.start.risks.items() if alone.risks.get(risk, was) < was]
        control = self.worlds.register.analysis.catalogue.controls.get(name)
        together = _weight(without) - _weight(self.done)
        step = Step(
            id=name,
            title=control.title if control else name,
            kind="control" if self._is_control(name) else "avoid",
            effort=round(self._effort(name), 2),
            on=self.places(name) if self._is_control(name) else [],
            alone=round(_weight(self.start) - _weight(alone), 2),
            together=round(together, 2),
            settles=settles,
            lowers=lowers,
            needed_by=self._needing(name),
        )
        step.why = _why(step)
        return step


def _weight(standing: Standing) -> float:
    return float(sum(WEIGHT[severity] for severity in standing.risks.values()))


def _why(step: Step) -> str:
    parts = []
    if step.settles:
        parts.append(f"removes {how_many(len(step.settles), 'risk')} by itself")
    if step.lowers:
        parts.append(f"lowers {len(step.lowers)}")
    if step.needed_by:
        parts.append(f"needed by {', '.join(step.needed_by)}")
    if not parts:
        parts.append("works together with other steps" if step.together > 0 else "removes parts of risks")
    if 0 < step.together < step.alone:
        parts.append("other steps cover part of it")
    return "; ".join(parts)
