"""All rules of a catalogue as one list of steps, in which what many rules ask stands once.

A step is an atom, a constant, or joins earlier steps. The list is made when the catalogue is compiled, so that a run
compares no trees. Answers are sets of places, kept as whole numbers: *and* is then `&` and *or* is `|`, which takes less
time for thousands of places than setting up an array does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, get_args

from msgspec import Struct, field

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
"""What `Program.quiet` says: to be worked out, no everywhere, and (plus the scope's number) unknown everywhere."""
Step = tuple[int, ...]
"""Operation, scope, and then: the steps that it joins, a constant's value, or an atom's number."""


Sets = tuple[int, int]
"""An answer for every place: where it is yes or unknown, and where it is yes; bit i of each number is about place i."""


class Rules(Protocol):
    """What a program is made of; a threat type is one."""

    id: str
    at: At
    applies: Tree
    mitigated: Tree


class Program(Struct):
    """Steps in an order in which each comes after those that it joins."""

    atoms: list[Atom] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    rules: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Per threat type, the steps of `applies` and `mitigated`."""
    asks: dict[str, list[int]] = field(default_factory=dict)
    """Which atoms' steps ask about a fact (`element.encrypted`) or a type."""
    quiet: list[int] = field(default_factory=list)
    """Per step, what it is while the model says nothing of any fact or type it asks about: see the numbers above."""

    @classmethod
    def of(cls, types: Iterable[Rules]) -> Program:
        """Make the program of some threat types."""
        maker = _Maker()
        rules = {}
        for item in types:
            scope = SCOPE_ORDER.index(SCOPES[item.at])
            rules[item.id] = (maker.add(item.applies, scope), maker.add(item.mitigated, scope))
        program = cls(list(maker.atoms), list(maker.steps), rules)
        for number, (operation, scope, *rest) in enumerate(program.steps):
            names, value = _asked(program.atoms[rest[0]]) if operation == ATOM else ([], NO)
            program.quiet.append((QUIET_UNKNOWN + scope if value == UNKNOWN else QUIET_NO) if names else OPEN)
            for name in names:
                program.asks.setdefault(name, []).append(number)
        return program


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
                step = (AND, scope, *self._cheap_first(items, scope))
            case Or(items):
                step = (OR, scope, *self._cheap_first(items, scope))
            case Not(item):
                step = (NOT, scope, self.add(item, scope))
            case Const(value):
                step = (CONST, scope, int(value))
            case _:
                step = (ATOM, scope, self.atoms.setdefault(tree, len(self.atoms)))
        return self.steps.setdefault(step, len(self.steps))

    def _cheap_first(self, items: Iterable[Tree], scope: int) -> list[int]:
        """Return the items' steps in the order to ask them: what settles the matter cheaply spares the rest."""
        return [self.add(item, scope) for item in sorted(items, key=_cost)]


def _cost(tree: Tree) -> int:
    """Return how dear a tree is to answer: types are known, facts looked up, the graph has to be walked."""
    match tree:
        case Const() | TypeIs():
            return 0
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
        values = [None, (0, 0), *((everywhere, 0) for everywhere in self._all)]
        self._known = [values[number] for number in program.quiet]
        for name in spoken:
            for step in program.asks.get(name, ()):
                self._known[step] = None

    def answer(self, step: int) -> Sets:
        """Return a step's answer."""
        known = self._known[step]
        if known is None:
            operation, scope, *rest = self._steps[step]
            if operation == ATOM:
                known = self._atom(self._atoms[rest[0]], SCOPE_ORDER[scope])
            else:
                known = self._joined(operation, self._all[scope], rest)
            self._known[step] = known
        return known

    def _joined(self, operation: int, everywhere: int, rest: Sequence[int]) -> Sets:
        """Join other steps, leaving the rest alone once nothing can change the result."""
        if operation == AND:
            may = sure = everywhere
            for step in rest:
                item = self._known[step] or self.answer(step)
                may &= item[0]
                sure &= item[1]
                if not may:
                    break
            return may, sure
        if operation == OR:
            may = sure = 0
            for step in rest:
                item = self._known[step] or self.answer(step)
                may |= item[0]
                sure |= item[1]
                if sure == everywhere:
                    break
            return may, sure
        if operation == NOT:
            may, sure = self.answer(rest[0])
            return everywhere ^ sure, everywhere ^ may
        return (everywhere if rest[0] != NO else 0), (everywhere if rest[0] == YES else 0)
