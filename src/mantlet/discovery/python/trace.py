"""What reading a program as if it ran leaves behind: frames, resources, and what happens to which data where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mantlet.discovery.clues import Where


@dataclass(eq=False, slots=True)
class Resource:
    """Something outside the code that it reads, writes or calls."""

    number: int
    key: str
    type: str
    name: str
    at: Where
    places: list[Where] = field(default_factory=list)
    """Further lines that show it."""
    parent: str = ""
    """The key of what it is a part of."""
    known: bool = True
    """False where only its kind is clear and not which one it is."""
    facts: dict[str, tuple[str, Where]] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Frame:
    """One call of a function of the repository; `code` is its key (`code:src/train.py#main`)."""

    number: int
    code: str
    at: Where
    """Where it is defined."""
    parent: Frame | None
    called: Where
    """Where it is called."""
    owner: str = ""
    """The key of the class whose method it is."""
    entry: str = ""
    """Why it is an entry of its own (script, endpoint, task, …); empty for ordinary calls."""
    quiet: bool = False
    """A part of a network's definition: never a process of its own."""
    step: bool = False
    """A step of a pipeline: what it is given and makes is kept apart from that of others."""

    def up(self) -> Iterator[Frame]:
        """Yield the frame and those that called it, nearest first."""
        frame: Frame | None = self
        while frame is not None:
            yield frame
            frame = frame.parent


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens in a frame: `do` is load, store, send, delete, use, respond, input, show or a role."""

    frame: Frame
    do: str
    at: Where
    resource: Resource | None = None
    data: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """A frame works with data of an origin."""

    frame: Frame
    source: Resource | Frame
    at: Where
    into: Resource | None = None
    """Where the data goes, when it is written or sent."""
    asked: Frame | None = None
    """The frame that asked for a resource's data, where that matters."""


@dataclass(slots=True)
class Entry:
    """Where a program starts: a script, an endpoint, a task."""

    code: str
    kind: str
    """script, app, endpoint, task, ui, notebook, function."""
    name: str
    at: Where
    frame: Frame | None = None
    parent: str = ""
    """The code key or Thing key that it is a part of."""
    type: str = ""
    route: str = ""
    answers: bool = False
    """Its response carries data."""
    personal: dict[str, Where] = field(default_factory=dict)
    facts: dict[str, tuple[str, Where]] = field(default_factory=dict)
    places: list[Where] = field(default_factory=list)


@dataclass(slots=True)
class Trace:
    """All that was seen in the Python of a repository."""

    entries: list[Entry] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    uses: dict[tuple[int, int, bool, int], Use] = field(default_factory=dict)
    resources: list[Resource] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    unclear: list[tuple[Where, str]] = field(default_factory=list)
    apps: dict[str, str] = field(default_factory=dict)
    apart: set[str] = field(default_factory=set)
    """Keys of the classes whose objects run apart from who calls them."""
