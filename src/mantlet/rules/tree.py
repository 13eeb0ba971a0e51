"""Rules as trees: what the parser makes, the catalogue stores compiled, and the evaluator walks.

An atom asks one question about a place; `and`, `or` and `not` join atoms in Kleene's three-valued logic.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, get_args

from msgspec import Struct

At = Literal["flow", "flow.source", "flow.target", "element", "boundary", "data-at", "system"]
Scope = Literal["movement", "element", "boundary", "copy", "system"]
"""What one row of an evaluation is; the three `flow…` places share movements."""
Subject = Literal["flow", "source", "target", "element", "boundary", "data", "copy", "system"]

PLACES: tuple[At, ...] = get_args(At)
SCOPES: dict[At, Scope] = {
    "flow": "movement",
    "flow.source": "movement",
    "flow.target": "movement",
    "element": "element",
    "boundary": "boundary",
    "data-at": "copy",
    "system": "system",
}
SUBJECTS: dict[Scope, tuple[Subject, ...]] = {
    "movement": ("flow", "source", "target", "system"),
    "element": ("element", "system"),
    "boundary": ("boundary", "system"),
    "copy": ("data", "copy", "element", "system"),
    "system": ("system",),
}
"""Which subjects a rule at a place may speak of."""

Holder = Literal["element", "flow", "boundary", "data", "copy", "system"]
HOLDERS: dict[Subject, Holder] = {
    "source": "element",
    "target": "element",
    "element": "element",
    "flow": "flow",
    "boundary": "boundary",
    "data": "data",
    "copy": "copy",
    "system": "system",
}
"""In which table a subject's facts are."""

DataWord = Literal["any", "personal", "special-category", "confidential", "restricted", "automated-decisions"]
"""What data can be besides a type: bare words in a rule (types are quoted)."""
DATA_WORDS: tuple[DataWord, ...] = get_args(DataWord)


class Node(Struct, frozen=True, tag_field="k"):
    """Anything in a rule's tree."""


class Const(Node, frozen=True, tag="const"):
    """`yes`, `no` or `unknown`, written as such."""

    value: Literal[0, 1, 2]


class TypeIs(Node, frozen=True, tag="type"):
    """`source is 'database'`, `source in ('a', 'b')`: the subject's type is-a one of these."""

    subject: Subject
    types: tuple[str, ...]


class FactIn(Node, frozen=True, tag="fact"):
    """`flow.encrypted is 'yes'`, `flow.output in ('scores', 'logits')`."""

    subject: Subject
    fact: str
    values: tuple[str, ...]


class FactCompare(Node, frozen=True, tag="compare"):
    """`data.subjects_count >= 1000`, for facts that are numbers."""

    subject: Subject
    fact: str
    op: Literal["<", "<=", ">", ">="]
    number: float


class FactKnown(Node, frozen=True, tag="known"):
    """`data.retention is known`: somebody wrote it down; the only atom that is never unknown itself."""

    subject: Subject
    fact: str


class Crosses(Node, frozen=True, tag="crosses"):
    """`flow crosses 'network'`: the ends lie in different boundaries of the dimension, or one lies in a boundary of the type and the other does not."""

    types: tuple[str, ...]


class Within(Node, frozen=True, tag="within"):
    """`element within 'internet'`: a boundary of the type is around the subject, however far out."""

    subject: Subject
    types: tuple[str, ...]


class Carries(Node, frozen=True, tag="data"):
    """`flow carries personal`, `element holds 'model'`, `target handles 'prompt'`.

    *carries* looks at the movement, *holds* at what rests in the element, *handles* also at all that goes in and out.
    """

    subject: Subject
    relation: Literal["carries", "holds", "handles"]
    words: tuple[DataWord, ...] = ()
    types: tuple[str, ...] = ()


class DataIs(Node, frozen=True, tag="datais"):
    """`data is personal`, `data is 'model'`: about the data of a `data-at` place."""

    words: tuple[DataWord, ...] = ()
    types: tuple[str, ...] = ()


class Lineage(Node, frozen=True, tag="lineage"):
    """`target trains-on personal`, `data derived-from 'prompt'`: what a model or asset was made from.

    *trains-on* asks of the models that the subject serves, holds or makes (or that move on the flow);
    it follows training and fine-tuning, and stops where data was anonymised or aggregated.
    """

    subject: Subject
    relation: Literal["trains-on", "derived-from"]
    words: tuple[DataWord, ...] = ()
    types: tuple[str, ...] = ()


class Linked(Node, frozen=True, tag="linked"):
    """Where data goes. One step: `receives-from`, `sends-to`; any number of steps: `reached-from`, `reaches`."""

    subject: Subject
    relation: Literal["receives-from", "sends-to", "reached-from", "reaches"]
    types: tuple[str, ...]


class ControlOn(Node, frozen=True, tag="control"):
    """`control 'sandboxed-loading' on target`: implemented or verified on the subject or a boundary around it."""

    control: str
    subject: Subject


class Not(Node, frozen=True, tag="not"):
    """Yes and no change places; unknown stays."""

    item: Tree


class And(Node, frozen=True, tag="and"):
    """The least of its items."""

    items: tuple[Tree, ...]


class Or(Node, frozen=True, tag="or"):
    """The most of its items."""

    items: tuple[Tree, ...]


Atom = (
    TypeIs
    | FactIn
    | FactCompare
    | FactKnown
    | Crosses
    | Within
    | Carries
    | DataIs
    | Lineage
    | Linked
    | ControlOn
)
Tree = (
    Const
    | TypeIs
    | FactIn
    | FactCompare
    | FactKnown
    | Crosses
    | Within
    | Carries
    | DataIs
    | Lineage
    | Linked
    | ControlOn
    | Not
    | And
    | Or
)

NO, UNKNOWN, YES = 0, 1, 2
"""The three values, in the order that makes *and* a minimum and *or* a maximum."""


def atoms(tree: Tree) -> Iterator[Atom]:
    """Yield the atoms of a tree, left to right."""
    if isinstance(tree, Not):
        yield from atoms(tree.item)
    elif isinstance(tree, (And, Or)):
        for item in tree.items:
            yield from atoms(item)
    elif not isinstance(tree, Const):
        yield tree
