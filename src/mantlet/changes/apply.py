"""Changes done: to plain data, to a model's records, or to the text of its file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from mantlet.base.errors import UsageError
from mantlet.changes.operations import Change, Remove, Rename, Set, checked
from mantlet.model.entries import Sections
from mantlet.store.convert import from_raw, to_raw
from mantlet.store.document import Document
from mantlet.store.include import Source
from mantlet.store.mentions import SPACES, edits, mentions
from mantlet.store.rawedit import MISSING, Edit, applied, get
from mantlet.store.tree import Raw


def apply(raw: Raw, changes: Iterable[Change]) -> Raw:
    """Return the plain data after the changes; what was given is left as it is."""
    for change in changes:
        for edit in _edits(raw, checked(change)):
            raw = applied(raw, edit)
    return raw


def apply_to_sections(sections: Sections, changes: Iterable[Change]) -> Sections:
    """Return the model after the changes; raises if it then no longer fits the schema."""
    return from_raw(apply(to_raw(sections), changes))


def apply_to_document(document: Document, changes: Iterable[Change]) -> None:
    """Do the changes to a file's text, each on its own lines; all of them or, if one fails, none."""
    before = document.text
    try:
        for change in changes:
            for edit in _edits(document.raw, checked(change)):
                _to_document(document, edit)
    except BaseException:
        document.reset(before)
        raise


def apply_to_source(source: Source, changes: Iterable[Change]) -> list[Document]:
    """Do the changes to the files that hold what they are about; returns the files touched. All of them or none.

    An entry of an included file can be changed and removed, but renamed only in its own file, where all mentions are seen.
    """
    touched: dict[int, tuple[Document, str]] = {}
    try:
        for change in changes:
            document, local = _routed(source, checked(change))
            touched.setdefault(id(document), (document, document.text))
            for edit in _edits(document.raw, local):
                _to_document(document, edit)
    except BaseException:
        for document, before in touched.values():
            document.reset(before)
        raise
    return [document for document, _ in touched.values()]


def _routed(source: Source, change: Change) -> tuple[Document, Change]:
    if isinstance(change, Rename):
        document, path = source.locate((change.section, change.old))
        if document is not source.document:
            raise UsageError(
                f"'{change.old}' comes from {document.file}", mend=f"rename '{path[-1]}' in that file"
            )
        return document, change
    document, path = source.locate(change.path)
    if isinstance(change, Remove):
        return document, Remove(path)
    return document, Set(path, _as_there(source, change.path, change.value))


def _as_there(source: Source, path: tuple[str | int, ...], value: Any) -> Any:
    """Return a value with ids as they are in the file that holds it: without the prefix that it is included by."""
    part = source.owners.get((str(path[0]), str(path[1]))) if len(path) > 1 else None
    if part is None or not part.prefix:
        return value
    known = {name for _, name in source.owners}

    def local(item: Any) -> Any:
        if isinstance(item, dict):
            return {local(key): local(held) for key, held in item.items()}
        if isinstance(item, list | tuple):
            return [local(held) for held in item]
        return item.removeprefix(part.prefix) if isinstance(item, str) and item in known else item

    return local(value)


def _edits(raw: Raw, change: Change) -> list[Edit]:
    """Return the edits that a change comes to."""
    if isinstance(change, Set):
        return [Edit("put", _placed(raw, change.path), change.value)]
    if isinstance(change, Remove):
        return [Edit("drop", change.path)]
    _refuse_taken(raw, change)
    space = SPACES[change.section]
    return edits(raw, lambda where, name: change.new if where == space and name == change.old else name)


def _placed(raw: Raw, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return the path; one that leads by name into a list, or by number into what is none, is refused before anything is touched."""
    for length in range(len(path)):
        held, key = get(raw, path[:length]), path[length]
        if isinstance(held, list) and not isinstance(key, int):
            raise UsageError(
                f"'{'.'.join(map(str, path[:length]))}' is a list",
                mend="set the whole list, or name an index",
            )
        if isinstance(key, int) and not isinstance(held, list):
            raise UsageError(
                f"there is no list at '{'.'.join(map(str, path[:length]))}'",
                mend="keys of a mapping are texts",
            )
    return path


def _refuse_taken(raw: Raw, change: Rename) -> None:
    if get(raw, (change.section, change.old)) is MISSING:
        raise UsageError(f"there is no '{change.old}' in {change.section}")
    if change.old == change.new:
        return
    for section, space in SPACES.items():
        if space == SPACES[change.section] and get(raw, (section, change.new)) is not MISSING:
            raise UsageError(f"'{change.new}' is there already, in {section}", mend="choose another id")
    after = edits(
        raw,
        lambda where, name: change.new if where == SPACES[change.section] and name == change.old else name,
    )
    renamed = {(edit.path[:-1], edit.value) for edit in after if edit.action == "rekey"}
    for mention in mentions(raw):
        if mention.at_key and (mention.path[:-1], mention.text) in renamed:
            raise UsageError(
                f"'{mention.text}' is in {mention.path[0]} already",
                mend="choose another id, or remove that entry first",
            )


def _to_document(document: Document, edit: Edit) -> None:
    if edit.action == "put":
        document.set(edit.path, edit.value)
    elif edit.action == "drop":
        document.remove(edit.path)
    else:
        document.rename_key(edit.path, str(edit.value))


def raw_of(model: Sections | Raw) -> Any:
    """Return a model's plain data, whether it comes as records or as such already."""
    return to_raw(model) if isinstance(model, Struct) else model
