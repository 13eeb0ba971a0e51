"""The best choice, by the mixed-integer solver HiGHS; exact, or with a bound on what is missed."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from mantlet.base.errors import MissingToolError
from mantlet.review.plan.instance import Instance

SECONDS = 60.0
NODES = 200_000
"""The search stops here, on every machine at the same point; then the gap is told."""
TIGHT = 1e-6
SLACK = 1e-4
"""How much less than the best still counts as it; more than the solver's tolerance, less than any difference of gains."""


class Choice(Struct, frozen=True):
    """What was chosen."""

    measures: tuple[int, ...]
    gain: float
    cost: float
    bound: float
    """No choice gains more (under a budget), or costs less (to a target)."""

    gap: float
    """How far the choice may be from the best, as a share; 0: it is the best."""


def within_budget(instance: Instance, budget: float) -> Choice:
    """Return the choice that takes most risk off for at most so much effort; of equal ones the cheapest."""
    solver = _Solver(instance)
    solver.limit_cost(budget)
    _, bound = solver.maximise_gain()
    best = instance.gain(
        solver.chosen()
    )  # what the solver says is more by its tolerance, and nothing cheaper reaches that
    if best <= TIGHT:
        return Choice((), 0.0, 0.0, bound, 0.0)
    solver.demand_gain(best)
    solver.minimise_cost()
    return _choice(instance, solver, bound, most=True)


def to_target(instance: Instance, bar: int) -> Choice:
    """Return the cheapest choice that leaves no threat at or above a severity, as far as there are ways; of equal ones the best."""
    solver = _Solver(instance)
    solver.demand_below(bar)
    _, bound = solver.minimise_cost()
    solver.limit_cost(instance.cost(solver.chosen()) + TIGHT)
    solver.maximise_gain()
    return _choice(instance, solver, bound, most=False)


def _choice(instance: Instance, solver: _Solver, bound: float, *, most: bool) -> Choice:
    chosen = solver.chosen()
    gain, cost = instance.gain(chosen), instance.cost(chosen)
    value = gain if most else cost
    gap = abs(bound - value) / max(abs(value), TIGHT)
    return Choice(chosen, gain, cost, bound, 0.0 if gap < 1e-5 else gap)


class _Solver:
    """The choice as linear inequalities over zeros and ones."""

    def __init__(self, instance: Instance) -> None:
        library = _library()
        self.instance = instance
        with _quietly():
            self.solver = library.Highs()
        self.solver.silent()
        for name, value in (
            ("threads", 1),
            ("random_seed", 1),
            ("time_limit", SECONDS),
            ("mip_max_nodes", NODES),
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", TIGHT / 10),
        ):
            self.solver.setOptionValue(name, value)
        self.infinity = library.kHighsInf
        self.count = 0
        self.integer = library.HighsVarType.kInteger
        self.taken = [self._column(whole=True) for _ in instance.measures]
        names = sorted(
            {measure.group for measure in instance.measures if measure.group}
            | {name for group, needs in instance.needs.items() for name in (group, *needs)}
        )
        self.ready = {name: self._column() for name in names}
        self.used = [self._column() for _ in instance.options]
        self.lowered: dict[int, float] = {}
        """Per risk and severity, the column that says it is below that, with the weight that this takes off."""
        self._relate()

    def _column(self, *, whole: bool = False) -> int:
        self.solver.addVar(0.0, 1.0)
        if whole:
            self.solver.changeColIntegrality(self.count, self.integer)
        self.count += 1
        return self.count - 1

    def _row(self, low: float, high: float, terms: dict[int, float]) -> None:
        self.solver.addRow(low, high, len(terms), list(terms), list(terms.values()))

    def _relate(self) -> None:
        instance = self.instance
        for number, measure in enumerate(instance.measures):
            if measure.group:
                self._row(0.0, self.infinity, {self.ready[measure.group]: 1.0, self.taken[number]: -1.0})
        for name, needs in instance.needs.items():
            for other in needs:
                self._row(0.0, self.infinity, {self.ready[other]: 1.0, self.ready[name]: -1.0})
        for column, option in zip(self.used, instance.options, strict=True):
            for number in sorted(option.measures):
                self._row(0.0, self.infinity, {self.taken[number]: 1.0, column: -1.0})
        for parts in instance.by_risk.values():
            self._lower(parts)

    def _lower(self, parts: list[int]) -> None:
        """A risk is below a severity once each of its threats is, by one of its ways."""
        instance = self.instance
        for bar in range(max(instance.targets[part].severity for part in parts) + 1):
            above = [part for part in parts if instance.targets[part].severity >= bar]
            ways = [
                [number for number in instance.by_target.get(part, ()) if instance.options[number].left < bar]
                for part in above
            ]
            if not all(ways):
                continue
            column = self._column()
            self.lowered[column] = instance.value(bar) - instance.value(bar - 1)
            for some in ways:
                terms = {self.used[number]: 1.0 for number in some}
                self._row(0.0, self.infinity, terms | {column: -1.0})

    def _costs(self) -> dict[int, float]:
        costs = {self.ready[name]: self.instance.setup.get(name, 0.0) for name in self.ready}
        return costs | {
            column: measure.cost for column, measure in zip(self.taken, self.instance.measures, strict=True)
        }

    def _gains(self) -> dict[int, float]:
        gains = dict(self.lowered)
        burdens = zip(self.taken, self.instance.measures, strict=True)
        return gains | {column: -measure.burden for column, measure in burdens if measure.burden}

    def limit_cost(self, most: float) -> None:
        """Demand that the choice costs no more."""
        self._row(-self.infinity, most, self._costs())

    def demand_gain(self, least: float) -> None:
        """Demand that the choice takes off as much."""
        self._row(least - SLACK, self.infinity, self._gains())

    def demand_below(self, bar: int) -> None:
        """Demand that each threat is brought below a severity, where there is a way."""
        for target, threat in enumerate(self.instance.targets):
            ways = self.instance.ways_below(target, bar) if threat.severity >= bar else []
            if ways:
                self._row(1.0, self.infinity, {self.used[number]: 1.0 for number in ways})

    def maximise_gain(self) -> tuple[float, float]:
        """Solve for the most risk taken off; returns it and the bound."""
        return self._solve(self._gains(), most=True)

    def minimise_cost(self) -> tuple[float, float]:
        """Solve for the least effort; returns it and the bound."""
        return self._solve(self._costs(), most=False)

    def _solve(self, objective: dict[int, float], *, most: bool) -> tuple[float, float]:
        library = _library()
        for column in range(self.count):
            self.solver.changeColCost(column, objective.get(column, 0.0))
        sense = library.ObjSense.kMaximize if most else library.ObjSense.kMinimize
        self.solver.changeObjectiveSense(sense)
        self.solver.run()
        if self.solver.getModelStatus() == library.HighsModelStatus.kInfeasible:
            # every choice that is asked for exists; presolve denies some whose rows hold just within its tolerance
            self.solver.setOptionValue("presolve", "off")
            self.solver.run()
        info = self.solver.getInfo()
        return float(info.objective_function_value), float(info.mip_dual_bound)

    def chosen(self) -> tuple[int, ...]:
        """Return the measures of the last solution."""
        values = self.solver.getSolution().col_value
        return tuple(number for number, column in enumerate(self.taken) if values[column] > 0.5)


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Keep the solver's greeting out of our output; it writes that past Python, before it can be told not to."""
    sys.stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:  # no standard output to keep clean
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _library() -> Any:
    try:
        import highspy  # noqa: PLC0415
    except ImportError:
        raise MissingToolError("`plan` needs the solver HiGHS", mend="pip install 'mantlet[plan]'") from None
    return highspy
