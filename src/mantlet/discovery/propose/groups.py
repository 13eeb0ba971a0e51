"""A drawing that stays readable: many like elements get a parent that stands for them and can be opened."""

from __future__ import annotations

import posixpath
from collections.abc import Callable

from msgspec import structs

from mantlet.discovery.draft import DraftElement
from mantlet.model.vocabulary import Vocabulary

MOST_BOXES = 25
"""Boxes that a drawing holds readably."""
GROUP = "group:"
"""Start of the key of an element that only stands for others."""
FEWEST = 3
"""Elements that are worth a parent."""
_PLURALS = {"process": "jobs", "data-store": "stores", "external-entity": "outside parties"}


def grouped(elements: list[DraftElement], vocabulary: Vocabulary) -> list[DraftElement]:
    """Return the elements, with parents added above like ones until the drawing has few enough boxes.

    First those of one type in one folder, then those of one type, then those of one kind in one folder: the largest group first.
    """
    made = _together(list(elements), "secret-store", vocabulary)
    for alike in (_type_and_folder, _type, _kind_and_folder):
        for members in _groups(made, vocabulary, alike):
            if sum(not element.parent for element in made) <= MOST_BOXES:
                return made
            parent = _parent(members, vocabulary, made)
            taken = {element.id for element in members}
            made = [_under(element, parent.id) if element.id in taken else element for element in made]
            made.append(parent)
    return made


def _together(elements: list[DraftElement], type_: str, vocabulary: Vocabulary) -> list[DraftElement]:
    """Return the elements with one parent above all of a type: nobody draws a box for each credential."""
    members = [
        element for element in elements if not element.parent and vocabulary.resolve(element.type) == type_
    ]
    if len(members) < FEWEST:
        return elements
    parent = _parent(members, vocabulary, elements, apart=False)
    taken = {element.id for element in members}
    return [
        *(_under(element, parent.id) if element.id in taken else element for element in elements),
        parent,
    ]


Alike = Callable[[DraftElement, Vocabulary], tuple[str, ...]]


def _type_and_folder(element: DraftElement, vocabulary: Vocabulary) -> tuple[str, ...]:
    return vocabulary.resolve(element.type), _folder(element)


def _type(element: DraftElement, vocabulary: Vocabulary) -> tuple[str, ...]:
    return (vocabulary.resolve(element.type),)


def _kind_and_folder(element: DraftElement, vocabulary: Vocabulary) -> tuple[str, ...]:
    return vocabulary.kind(element.type), _folder(element)


def _folder(element: DraftElement) -> str:
    """Return the folder that an element lies in: a file's own, else that of the line that shows it."""
    own = next((key.partition(":")[2] for key in element.keys if key.startswith("path:")), "")
    path = (
        own
        if own and element.dfd == "store"
        else element.evidence[0].rpartition(":")[0]
        if element.evidence
        else ""
    )
    return posixpath.dirname(path)


def _groups(elements: list[DraftElement], vocabulary: Vocabulary, alike: Alike) -> list[list[DraftElement]]:
    """Return groups of childless elements at the top that are worth a parent, the largest first."""
    parents = {element.parent for element in elements}
    found: dict[tuple[str, ...], list[DraftElement]] = {}
    for element in elements:
        if not element.parent and element.id not in parents:
            found.setdefault(alike(element, vocabulary), []).append(element)
    return sorted(
        (members for members in found.values() if len(members) >= FEWEST),
        key=lambda members: (-len(members), members[0].id),
    )


def _parent(
    members: list[DraftElement], vocabulary: Vocabulary, among: list[DraftElement], *, apart: bool = True
) -> DraftElement:
    """Return an element that stands for some; ``apart`` tells groups of one type apart by their folder."""
    types = {vocabulary.resolve(element.type) for element in members}
    kind = vocabulary.kind(members[0].type)
    type_ = types.pop() if len(types) == 1 else kind
    folders = {_folder(element) for element in members} if apart else set[str]()
    folder = folders.pop() if len(folders) == 1 else ""
    title = vocabulary.types[type_].title if type_ in vocabulary.types and type_ != kind else _PLURALS[kind]
    if not apart:
        title = f"{title} ({len(members)})"
    name = f"{title} in {folder}" if folder else title
    ids = {element.id for element in among}
    made = f"group-{type_}" + (f"-{folder}" if folder else "")
    while made in ids:
        made += "-"
    return DraftElement(
        id=made, name=name, type=type_, kind=members[0].kind, dfd=members[0].dfd, keys=[f"{GROUP}{type_}:{folder}"],
        confidence=min(element.confidence for element in members),
    )  # fmt: skip


def _under(element: DraftElement, parent: str) -> DraftElement:
    return structs.replace(element, parent=parent)
