"""The catalogue as the rest of mantlet uses it, loaded in a few milliseconds from its compiled form."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from mantlet.base.errors import InputError, Location, UsageError, raise_all
from mantlet.base.limits import is_folder
from mantlet.base.suggest import suggest
from mantlet.catalogue.folders import data_files, installed_packs
from mantlet.catalogue.schema import (
    CARDS,
    COMPILED,
    FRAMEWORKS,
    PROJECT,
    Card,
    Compiled,
    Control,
    Framework,
    Pack,
    ThreatType,
)
from mantlet.model.vocabulary import Vocabulary

_HERE = Path(__file__).parent
T = TypeVar("T")


class Hit(Struct, frozen=True):
    """Something that a search found."""

    kind: str
    """threat, control, type, fact or entry."""
    id: str
    title: str
    score: int


class _Frameworks(Struct):
    frameworks: list[Framework]


class _Cards(Struct):
    cards: list[Card]


class Catalogue:
    """Threat types, controls and vocabulary by id."""

    def __init__(
        self,
        compiled: Compiled,
        frameworks: Sequence[Framework] | None = None,
        cards: Sequence[Card] | None = None,
    ) -> None:
        self.vocabulary = Vocabulary(compiled.types, compiled.facts)
        self.threats: dict[str, ThreatType] = {item.id: item for item in compiled.threats}
        self.controls: dict[str, Control] = {item.id: item for item in compiled.controls}
        self.packs: dict[str, Pack] = {item.id: item for item in compiled.packs}
        self.program = compiled.program
        """The rules of all threat types; see `rules.program`."""
        self._frameworks, self._cards = frameworks, cards
        self._once: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what ``make`` works out of the catalogue; it is kept for the next model."""
        if key not in self._once:
            self._once[key] = make()
        found: T = self._once[key]
        return found

    @property
    def pack_names(self) -> list[str]:
        """What a model may choose as packs: those there are, and the project's own rules."""
        return [*self.packs, PROJECT]

    @property
    def version(self) -> int:
        """The version that its newest threat type came with."""
        return max((item.since for item in self.threats.values()), default=1)

    @cached_property
    def frameworks(self) -> dict[str, Framework]:
        """Published lists by id; read only when somebody asks, because most runs don't."""
        given = _shipped_frameworks() if self._frameworks is None else self._frameworks
        return {item.id: item for item in given}

    @cached_property
    def cards(self) -> dict[str, Card]:
        """Cards for workshops by id; read only when somebody plays."""
        given = _shipped_cards() if self._cards is None else self._cards
        return {item.id: item for item in given}

    def active(self, packs: Sequence[str] | None = None, without: Sequence[str] = ()) -> list[ThreatType]:
        """Return the threat types of the chosen packs, or of those on by default, less those of the packs ``without``.

        A pack brings those that are part of it; the project's own rules are in unless they are switched off by name.
        """
        for name in (*(packs or ()), *without):
            if name not in self.pack_names:
                mend = suggest(name, self.packs) or f"there are: {', '.join(self.packs)}"
                raise UsageError(f"unknown pack '{name}'", mend=mend)
        chosen = {
            name
            for name, pack in self.packs.items()
            if (pack.on if packs is None else not self._around(name).isdisjoint(packs))
        }
        chosen = {name for name in (*chosen, PROJECT) if self._around(name).isdisjoint(without)}
        return [item for item in self.threats.values() if item.pack in chosen]

    def _around(self, name: str) -> set[str]:
        """Return a pack with those that it is part of."""
        found: set[str] = set()
        while name and name not in found:
            found.add(name)
            name = self.packs[name].within if name in self.packs else ""
        return found

    def search(self, text: str) -> list[Hit]:
        """Return what mentions every word of ``text``, best first: ids before titles before texts."""
        words = text.lower().split()
        hits = []
        for kind, name, title, body in self._texts():
            score = _score(words, name.lower(), title.lower(), body)
            if score:
                hits.append(Hit(kind, name, title, score))
        return sorted(hits, key=lambda hit: (-hit.score, hit.kind, hit.id))

    def _texts(self) -> Iterator[tuple[str, str, str, str]]:
        for threat in self.threats.values():
            refs = " ".join(entry for entries in threat.refs.values() for entry in entries)
            tags = " ".join((*threat.stride, *threat.cia, *threat.linddun, *threat.trim, threat.pack, refs))
            yield "threat", threat.id, threat.title, f"{threat.text} {tags}"
        for control in self.controls.values():
            yield "control", control.id, control.title, f"{control.text} {control.verify}"
        for item in self.vocabulary.types.values():
            yield "type", item.id, item.title, f"{item.text} {' '.join(item.aliases)}"
        for fact in self.vocabulary.facts.values():
            values = "" if isinstance(fact.values, str) else " ".join(fact.values)
            yield "fact", fact.id, fact.title, f"{fact.question} {fact.why} {values}"
        for framework in self.frameworks.values():
            for entry in framework.entries.values():
                yield "entry", f"{framework.id} {entry.id}", entry.title, framework.title


def load_catalogue(extra_dirs: Iterable[Path] = (), packs: Sequence[str] | None = None) -> Catalogue:
    """Load the catalogue: the package's, installed packs', and the rule files in ``extra_dirs``.

    ``packs`` keeps only these packs' threat types. Rule files with errors raise all of them at once, and so does a
    folder that isn't there: silence would look like an approval.
    """
    compiled = _shipped()
    frameworks: Sequence[Framework] | None = None
    cards: Sequence[Card] | None = None
    folders = [*installed_packs(), *(Path(folder) for folder in extra_dirs)]
    if folders:
        compiled, frameworks, cards = _with_extra(compiled, folders)
    catalogue = Catalogue(compiled, frameworks, cards)
    if packs is not None:
        catalogue.threats = {item.id: item for item in catalogue.active(packs)}
    return catalogue


def _with_extra(
    compiled: Compiled, folders: Sequence[Path]
) -> tuple[Compiled, Sequence[Framework] | None, Sequence[Card] | None]:
    for folder in folders:
        if not is_folder(folder):
            raise InputError(
                "is no folder of rules", where=Location(str(folder)), mend="name a folder with YAML files"
            )
    folders = [folder for folder in folders if data_files(folder)]
    if not folders:
        return compiled, None, None
    from mantlet.catalogue.compile import build  # noqa: PLC0415  (YAML and the rule parser, needed only now)
    from mantlet.catalogue.source import read_folders  # noqa: PLC0415

    result = build(read_folders(folders), compiled, _shipped_frameworks(), _shipped_cards())
    raise_all(result.errors)
    return result.compiled, result.frameworks, result.cards


@cache
def _shipped() -> Compiled:
    path = _HERE / COMPILED
    if not path.exists():
        from mantlet.catalogue.compile import compile_shipped  # noqa: PLC0415

        return compile_shipped().compiled
    return msgspec.json.decode(path.read_bytes(), type=Compiled)


@cache
def _shipped_frameworks() -> list[Framework]:
    path = _HERE / FRAMEWORKS
    if not path.exists():
        from mantlet.catalogue.compile import compile_shipped  # noqa: PLC0415

        return compile_shipped().frameworks
    return msgspec.json.decode(path.read_bytes(), type=_Frameworks).frameworks


@cache
def _shipped_cards() -> list[Card]:
    path = _HERE / CARDS
    if not path.exists():
        from mantlet.catalogue.compile import compile_shipped  # noqa: PLC0415

        return compile_shipped().cards
    return msgspec.json.decode(path.read_bytes(), type=_Cards).cards


def _score(words: Sequence[str], name: str, title: str, body: str) -> int:
    """Return how well a record fits: every word must be somewhere; 0 if one is not."""
    total = 0
    body = body.lower()
    for word in words:
        points = (
            9 if word == name else 6 if word in name else 4 if word in title else 1 if word in body else 0
        )
        if not points:
            return 0
        total += points
    return total
