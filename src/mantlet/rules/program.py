"""All rules of a catalogue as one list of steps, in which what many rules ask stands once.

A step is an atom, a constant, or joins earlier steps. The list is made when the catalogue is compiled, so that a run
compares no trees. Answers are sets of places, kept as whole numbers: *and* is then `&` and *or* is `|`, which takes less
time for thousands of places than setting up an array does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Protocol, get_args

from msgspec import Struct, field

from mantlet.model.vocabulary import ELEMENT_KINDS
from mantlet.rules.tree import (
    HOLDERS,
    NO,
    SCOPES,
    UNKNOWN,
    YES,
    And,
    At,
    Atom,
    Const,
    FactCompare,
    FactIn,
    FactKnown,
    Lineage,
    Linked,
    Not,
    Or,
    Scope,
    Tree,
    TypeIs,
)

SCOPE_ORDER: tuple[Scope, ...] = get_args(Scope)
AND, OR, NOT, CONST, ATOM = range(5)
OPEN, QUIET_NO, QUIET_UNKNOWN = range(3)
QUIET_YES = QUIET_UNKNOWN + len(SCOPE_ORDER)
"""What `Program.quiet` says: to be worked out, no everywhere, and (plus the scope's number) unknown or yes everywhere."""
Step = tuple[int, int, tuple[int, ...]]
"""Operation, scope, and: the steps that it joins, a constant's value, or an atom's number."""

Sets = tuple[int, int]
"""An answer for every place: where it is yes or unknown, and where it is yes; bit i of each number is about place i."""


class Rules(Protocol):
    """What a program is made of; a threat type is one."""

    id: str
    at: At
    applies: Tree
    mitigated: Tree


class Program(Struct):
    """Those that are quiet in the same way stand together."""

    atoms: list[Atom] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    rules: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Per threat type, the steps of `applies` and `mitigated`."""
    asks: dict[str, list[int]] = field(default_factory=dict)
    """Which steps ask about a fact (`element.encrypted`) or a type, themselves or through those that they join."""
    quiet: list[tuple[int, int]] = field(default_factory=list)
    """What steps are while the model says nothing of any fact or type they ask about: runs of a number above and a length."""

    @classmethod
    def of(cls, types: Iterable[Rules]) -> Program:
        """Make the program of some threat types."""
        maker = _Maker()
        rules = {}
        for item in types:
            scope = SCOPE_ORDER.index(SCOPES[item.at])
            rules[item.id] = (maker.add(item.applies, scope), maker.add(item.mitigated, scope))
        atoms, steps = list(maker.atoms), list(maker.steps)
        hush = _Hush(atoms, steps)
        order = sorted(range(len(steps)), key=hush.quiet.__getitem__)
        new = {old: number for number, old in enumerate(order)}
        program = cls(atoms, [_renumbered(steps[old], new) for old in order])
        program.rules = {name: (new[applies], new[mitigated]) for name, (applies, mitigated) in rules.items()}
        program.quiet = [(value, len(list(run))) for value, run in groupby(hush.quiet[old] for old in order)]
        for old in order:
            for name in sorted(hush.names[old]) if hush.quiet[old] != OPEN else ():
                program.asks.setdefault(name, []).append(new[old])
        return program


def _renumbered(step: Step, new: Mapping[int, int]) -> Step:
    operation, scope, rest = step
    return step if operation in {CONST, ATOM} else (operation, scope, tuple(new[item] for item in rest))


class _Hush:
    """What steps are while a model says nothing of what they ask about; each comes after those that it joins."""

    def __init__(self, atoms: Sequence[Atom], steps: Iterable[Step]) -> None:
        self.names: list[frozenset[str]] = []
        self._values: list[int | None] = []
        self.quiet: list[int] = []
        """As `Program.quiet` numbers it, per step."""
        for operation, scope, rest in steps:
            if operation == ATOM:
                names, value = _asked(atoms[rest[0]])
                self.names.append(frozenset(names))
                self._values.append(value if names else None)
            else:
                joined = () if operation == CONST else rest
                self.names.append(frozenset().union(*(self.names[step] for step in joined)))
                self._values.append(self._joined(operation, rest))
            self.quiet.append(_numbered(self._values[-1], scope))

    def _joined(self, operation: int, rest: Sequence[int]) -> int | None:
        """Return what follows from the values of other steps; None if nothing does."""
        if operation == CONST:
            return rest[0]
        values = [self._values[step] for step in rest]
        known = [value for value in values if value is not None]
        if operation == NOT:
            return YES - known[0] if known else None
        settling, pick = (NO, min) if operation == AND else (YES, max)
        return pick(known) if settling in known or len(known) == len(values) else None


def _numbered(value: int | None, scope: int) -> int:
    if value is None:
        return OPEN
    return QUIET_NO if value == NO else (QUIET_YES if value == YES else QUIET_UNKNOWN) + scope


def _asked(atom: Atom) -> tuple[list[str], int]:
    """Return the fact or types that alone decide an atom, and its value where the model has none of them."""
    match atom:
        case FactIn(subject, fact) | FactCompare(subject, fact):
            return [f"{HOLDERS[subject]}.{fact}"], UNKNOWN
        case FactKnown(subject, fact):
            return [f"{HOLDERS[subject]}.{fact}"], NO
        case TypeIs() | Linked():
            return list(atom.types), NO
        case _:
            return [], NO


class _Maker:
    """Numbers steps and atoms as they come; what was there before keeps its number."""

    def __init__(self) -> None:
        self.atoms: dict[Atom, int] = {}
        self.steps: dict[Step, int] = {}

    def add(self, tree: Tree, scope: int) -> int:
        """Return the number of a tree's step."""
        match tree:
            case And(items):
                step: Step = (AND, scope, self._cheap_first(items, scope))
            case Or(items):
                step = (OR, scope, self._cheap_first(items, scope))
            case Not(item):
                step = (NOT, scope, (self.add(item, scope),))
            case Const(value):
                step = (CONST, scope, (int(value),))
            case _:
                step = (ATOM, scope, (self.atoms.setdefault(tree, len(self.atoms)),))
        return self.steps.setdefault(step, len(self.steps))

    def _cheap_first(self, items: Iterable[Tree], scope: int) -> tuple[int, ...]:
        """Return the items' steps in the order to ask them: what settles the matter cheaply spares the rest."""
        return tuple(self.add(item, scope) for item in sorted(items, key=_cost))


def _cost(tree: Tree) -> float:
    """Return how dear a tree is to answer: types are known, facts looked up, the graph has to be walked.

    Of types, those that fewer elements are come first.
    """
    match tree:
        case Const():
            return 0
        case TypeIs(_, types):
            return 0.9 if set(types) & set(ELEMENT_KINDS) else 0.9 - 0.9 / (1 + len(types))
        case FactIn() | FactCompare() | FactKnown():
            return 1
        case Not(item):
            return _cost(item)
        case And(items) | Or(items):
            return max(_cost(item) for item in items)
        case Linked(relation="reached-from" | "reaches") | Lineage():
            return 4
        case _:
            return 2


class Evaluation:
    """A program over one model. Only what is asked for is worked out, and each step once.

    ``spoken`` names the facts and types that the model has: atoms about others have their quiet value at once, which
    is most of a catalogue. None takes every atom for open.
    """

    def __init__(
        self,
        program: Program,
        atom: Callable[[Atom, Scope], Sets],
        sizes: Mapping[Scope, int],
        spoken: Iterable[str] | None = None,
    ) -> None:
        self._steps = program.steps
        self._atoms = program.atoms
        self._atom = atom
        self._all = [(1 << sizes[scope]) - 1 for scope in SCOPE_ORDER]
        if spoken is None:
            self._known: list[Sets | None] = [None] * len(program.steps)
            return
        values = [
            None,
            (0, 0),
            *((every, 0) for every in self._all),
            *((every, every) for every in self._all),
        ]
        self._known = known = []
        for value, length in program.quiet:
            known += [values[value]] * length
        asks = program.asks
        for name in spoken:
            for step in asks.get(name, ()):
                known[step] = None

    def answer(self, step: int) -> Sets:
        """Return a step's answer."""
        return self._known[step] or self._work_out(step)

    def _work_out(self, step: int) -> Sets:
        """Answer a step; when joining others, leave the rest alone once nothing can change the result."""
        operation, scope, rest = self._steps[step]
        known = self._known
        if operation == AND:
            may = sure = self._all[scope]
            for one in rest:
                item = known[one] or self._work_out(one)
                may &= item[0]
                sure &= item[1]
                if not may:
                    break
        elif operation == OR:
            may = sure = 0
            everywhere = self._all[scope]
            for one in rest:
                item = known[one] or self._work_out(one)
                may |= item[0]
                sure |= item[1]
                if sure == everywhere:
                    break
        elif operation == ATOM:
            may, sure = self._atom(self._atoms[rest[0]], SCOPE_ORDER[scope])
        elif operation == NOT:
            possible, certain = known[rest[0]] or self._work_out(rest[0])
            may, sure = self._all[scope] ^ certain, self._all[scope] ^ possible
        else:
            may = self._all[scope] if rest[0] != NO else 0
            sure = self._all[scope] if rest[0] == YES else 0
        known[step] = result = may, sure
        return result
