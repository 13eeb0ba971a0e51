"""A model spread over several files: what each file holds, and all of it as one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from msgspec import structs

from mantlet.base.errors import InputError, LimitError, Location, MantletError, raise_all
from mantlet.base.limits import inside, is_file
from mantlet.model.check_ids import PLACES
from mantlet.model.entries import Include, Sections
from mantlet.model.problem import Problem
from mantlet.store.convert import from_raw, to_raw
from mantlet.store.document import Document
from mantlet.store.mentions import SPACES, edits, rewritten
from mantlet.store.salvage import Salvage, salvage
from mantlet.store.tree import Path, Raw

MAX_FILES = 500
MAX_LEVELS = 16
MERGED = (
    "parties",
    "data",
    "boundaries",
    "elements",
    "flows",
    "sequences",
    "agents",
    "controls",
    "decisions",
    "threats",
)
EVERYWHERE = "@*"


@dataclass(slots=True)
class Part:
    """One file of a model."""

    document: Document
    sections: Sections
    """With the prefix on every id."""
    prefix: str = ""


@dataclass(slots=True)
class Source:
    """Where a model was read from: the file it starts in, and those it includes."""

    document: Document
    sections: Sections
    parts: list[Part] = field(default_factory=list)
    owners: dict[tuple[str, str], Part] = field(default_factory=dict)
    """Of entries that other files hold, by section and id."""
    root: FilePath = field(default_factory=FilePath)
    documents: dict[str, Document] = field(default_factory=dict)
    """All files by real path, the first included."""
    errors: list[MantletError] = field(default_factory=list)
    """What was wrong with the files; the sections hold what could be read nevertheless."""
    salvages: list[tuple[str, Salvage]] = field(default_factory=list)
    """Of files that did not fit the schema, the prefix of their ids and what could be read."""
    whole: bool = True
    """False where so little of a file could be read that other mistakes cannot be told."""

    def doubts(self, problem: Problem) -> bool:
        """Tell whether a mistake may only be there because something could not be read."""
        return any(
            part.doubts(structs.replace(problem, path=tuple(_local(key, prefix) for key in problem.path)))
            for prefix, part in self.salvages
        )

    def copy(self) -> Source:
        """Return the same model for other edits: its documents are copies."""
        copies = {name: document.copy() for name, document in self.documents.items()}
        twins = {id(document): copies[name] for name, document in self.documents.items()}
        parts = [Part(twins[id(part.document)], part.sections, part.prefix) for part in self.parts]
        kept = {id(old): new for old, new in zip(self.parts, parts, strict=True)}
        owners = {key: kept[id(part)] for key, part in self.owners.items()}
        return Source(twins[id(self.document)], self.sections, parts, owners, self.root, copies)

    def where(self, path: Path, at_key: bool = False) -> Location:
        """Return the file, line and column of a value or its key."""
        document, local = self.locate(path)
        return document.where(local, at_key)

    def locate(self, path: Path) -> tuple[Document, Path]:
        """Return the document that holds what is at a path of the whole model, and its path there."""
        part = self.owners.get((str(path[0]), str(path[1]))) if len(path) > 1 else None
        if path[:1] == ("environments",) and len(path) > 3:
            part = next(
                (
                    self.owners[section, str(path[3])]
                    for section in PLACES
                    if (section, str(path[3])) in self.owners
                ),
                None,
            )
        if part is None:
            return self.document, path
        return part.document, tuple(_local(key, part.prefix) for key in path)


def _local(key: str | int, prefix: str) -> str | int:
    if not isinstance(key, str) or not prefix:
        return key
    return key[len(prefix) :] if key.startswith(prefix) else key.replace("@" + prefix, "@", 1)


def read_source(path: FilePath, root: FilePath | None = None) -> Source:
    """Read a model file with all it includes, from inside one folder (by default the file's own).

    Raises every error of every file together.
    """
    return _sound(_assemble(path, root or path.parent, {}))


def read_leniently(path: FilePath, root: FilePath | None = None) -> Source:
    """Read a model file like `read_source`, but keep the errors in the source, so that what could be read can be checked too."""
    return _assemble(path, root or path.parent, {})


def reread(source: Source) -> Source:
    """Return the model as its documents now say, edits in memory included; files that are newly named are read."""
    return _sound(_assemble(FilePath(source.document.file), source.root, source.documents))


def _sound(source: Source) -> Source:
    raise_all(source.errors)
    return source


def _assemble(path: FilePath, root: FilePath, documents: dict[str, Document]) -> Source:
    reader = _Reader(root, documents)
    real = os.path.realpath(path)
    document = reader.document(real, path)
    source = Source(document, reader.sections(document), root=root, documents=reader.documents)
    reader.follow(document, source.sections, "", [real])
    source.errors, source.salvages, source.whole = reader.errors, reader.salvages, reader.whole
    source.parts = reader.parts
    for part in source.parts:
        _merge(source, part, reader.errors)
    return source


class _Reader:
    def __init__(self, root: FilePath, documents: dict[str, Document]) -> None:
        self.root = root
        self.documents = dict(documents)
        self.parts: list[Part] = []
        self.errors: list[MantletError] = []
        self.plain: set[tuple[str, str]] = set()
        self.salvages: list[tuple[str, Salvage]] = []
        self.whole = True

    def document(self, real: str, path: FilePath) -> Document:
        """Return a file's document, read once."""
        if real not in self.documents:
            self.documents[real] = Document.load(path)
        return self.documents[real]

    def sections(self, document: Document, prefix: str = "") -> Sections:
        """Convert a file; its errors are kept for later, and what can be read goes on."""
        raw = document.raw
        try:
            sections = document.sections()
        except MantletError as error:
            self.errors += error.errors
            found = salvage(raw)
            if found is None:
                self.whole = False
                return Sections()
            self.salvages.append((prefix, found))
            sections = found.sections
            raw = to_raw(sections)
        return from_raw(rewritten(raw, _prefixing(raw, prefix))) if prefix else sections

    def follow(self, document: Document, sections: Sections, prefix: str, trail: list[str]) -> None:
        """Read what a file includes."""
        for index, wanted in enumerate(sections.include):
            place: Path = ("include", index)
            try:
                self._include(
                    document,
                    wanted if isinstance(wanted, Include) else Include(path=wanted),
                    prefix,
                    trail,
                    place,
                )
            except MantletError as error:
                for item in error.errors:
                    if item.where is None or item.where.file == str(self.root):
                        item.where = document.where(place)
                self.errors += error.errors
                self.whole = False

    def _include(
        self, document: Document, wanted: Include, prefix: str, trail: list[str], place: Path
    ) -> None:
        path = FilePath(document.file).parent / wanted.path
        if "\0" in wanted.path:
            raise InputError("a path cannot have NUL characters", where=document.where(place))
        real = str(inside(self.root, path))
        if real in trail:
            names = [FilePath(item).name for item in [*trail[trail.index(real) :], real]]
            raise InputError(
                f"files include each other: {' → '.join(names)}",
                where=document.where(place),
                mend="take one `include` out",
            )
        if len(trail) > MAX_LEVELS or len(self.parts) >= MAX_FILES:
            raise LimitError(
                f"more than {MAX_FILES} files or {MAX_LEVELS} levels of `include`",
                where=document.where(place),
            )
        inner = f"{prefix}{wanted.as_}/" if wanted.as_ else prefix
        if (real, inner) in self.plain:
            return
        self.plain.add((real, inner))
        if not is_file(path):
            raise InputError(
                f"there is no file '{wanted.path}'",
                where=document.where(place),
                mend="paths are relative to this file",
            )
        included = self.document(real, path)
        part = Part(included, self.sections(included, inner), inner)
        self.parts.append(part)
        self.follow(included, part.sections, inner, [*trail, real])


def _prefixing(raw: Raw, prefix: str) -> list[Any]:
    return edits(raw, lambda _, name: prefix + name)


def _merge(source: Source, part: Part, errors: list[MantletError]) -> None:
    """Add a part's entries to the model; an id that is taken is an error, unless both say the same."""
    whole = source.sections
    taken = {name: section for section in PLACES for name in getattr(whole, section)}
    for section in MERGED:
        entries, space = getattr(whole, section), SPACES.get(section)
        for name, entry in _own(part, section):
            holder = taken.get(name) if space == "place" else section if name in entries else None
            if holder is None:
                entries[name] = entry
                source.owners[section, name] = part
            elif holder != section or entries[name] != entry:
                document, local = part.document, (section, _local(name, part.prefix))
                other = source.where((holder, name), at_key=True)
                message = f"'{name}' is in {FilePath(other.file).name}, line {other.line}, already"
                errors.append(
                    InputError(
                        message,
                        where=document.where(local, at_key=True),
                        mend="rename one, or include it with `as:`",
                    )
                )
    whole.assumptions += [item for item in part.sections.assumptions if item not in whole.assumptions]
    for name, environment in part.sections.environments.items():
        held = whole.environments.get(name)
        facts = {**environment.facts, **held.facts} if held else environment.facts
        whole.environments[name] = structs.replace(held or environment, facts=facts)


def _own(part: Part, section: str) -> Iterator[tuple[str, Any]]:
    """Yield a part's entries; a wildcard decision stays with the places of its file."""
    for name, entry in getattr(part.sections, section).items():
        if section == "decisions" and part.prefix and name.endswith(EVERYWHERE):
            kind = name[: -len(EVERYWHERE)]
            yield from ((f"{kind}@{place}", structs.replace(entry, covers=[])) for place in entry.covers)
        else:
            yield name, entry
