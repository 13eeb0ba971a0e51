"""What every format offers, and what is handed to it.

A format is a module with `FORMAT`, a `Format`. It reads bytes into model data and says what became of them; it writes
model data as bytes and says what its file cannot hold. It touches no file, no network and no terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from mantlet.model.entries import Sections
from mantlet.model.vocabulary import Vocabulary

if TYPE_CHECKING:
    from mantlet.catalogue.load import Catalogue
    from mantlet.formats.content import Content
    from mantlet.risk.register import Register

Fate = Literal["kept", "guessed", "lost"]
"""What became of something: carried over, carried over by a guess that a person should look at, or not carried over."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to tell about an import or export."""

    fate: Fate
    what: str
    """What it is about, such as `types of elements`."""
    names: tuple[str, ...] = ()
    """Which ones, as people know them."""


@dataclass(slots=True)
class Imported:
    """A foreign file as model data."""

    kind: str
    """The format's id."""
    sections: Sections
    layout: dict[str, Any] = field(default_factory=dict)
    """Positions, as `threatmodel.layout.json` keeps them."""
    bulk: dict[str, Any] = field(default_factory=dict)
    """What the format needs to write the same file again and people need not see: kept beside the model by foreign id."""
    notes: list[Note] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ingredient:
    """A library, model, data set or image that a system is built from."""

    kind: str
    name: str
    version: str
    at: tuple[str, ...]
    """Where the code names it, as `path:line`."""


@dataclass(slots=True)
class Outgoing:
    """A model on its way into a foreign file."""

    sections: Sections
    vocabulary: Vocabulary
    catalogue: Catalogue
    place: Callable[[Sections], dict[str, Any]]
    """Lays a model out; asked only by formats that draw, and only where positions are missing."""
    register: Callable[[], Register]
    """The rated threats; asked only by formats that carry them."""
    layout: dict[str, Any] = field(default_factory=dict)
    bulk: dict[str, Any] = field(default_factory=dict)
    file: str = "threatmodel.yaml"
    """What the model's file is called, for formats that point into it."""
    line: Callable[[tuple[str | int, ...]], int] = lambda _path: 1
    """The line of the model file that a path is on."""
    built_from: list[Ingredient] = field(default_factory=list)
    """What the system is built from, as discovery saw it."""


@dataclass(slots=True)
class Written:
    """A foreign file."""

    data: bytes
    notes: list[Note] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A foreign file on its way in."""

    content: Content
    vocabulary: Vocabulary
    threats: Mapping[str, str] = field(default_factory=dict)
    """Threat types of the catalogue, whose ids an imported threat cannot have, with the kind of place of each."""
    beside: Callable[[str], bytes] | None = None
    """Reads another file of the same folder, for formats with includes; never one outside it."""


@dataclass(frozen=True, slots=True)
class Format:
    """One foreign format."""

    id: str
    """The word for `--to`."""
    title: str
    suffixes: tuple[str, ...]
    """How its files' names end, the usual one first."""
    sniff: Callable[[Content], bool] | None = None
    """Tells by content whether a file is of this format."""
    read: Callable[[Incoming], Imported] | None = None
    write: Callable[[Outgoing], Written] | None = None
    brings: str = "model"
    """What an import of its files brings: a model, rules to judge models by, or decisions."""
    forget: Callable[[dict[str, Any]], None] | None = None
    """Takes the account names of people out of what is kept beside a model (who changed what)."""
    cannot: str = ""
    """What its files cannot hold, for the documentation."""
    extra: str = ""
    """The optional dependency that it needs, if any."""


def note(notes: list[Note], fate: Fate, what: str, *names: str) -> None:
    """Add to a note of the same kind, or start one; each name once."""
    for row, known in enumerate(notes):
        if known.fate == fate and known.what == what:
            fresh = [name for name in dict.fromkeys(names) if name not in known.names]
            notes[row] = Note(fate, what, (*known.names, *fresh))
            return
    notes.append(Note(fate, what, tuple(dict.fromkeys(names))))
