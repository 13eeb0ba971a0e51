"""A look at a repository from files to draft: in several processes, and what did not change is remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from pathlib import Path

import msgspec
from msgspec import Struct, field

from mantlet.base.globs import matches
from mantlet.catalogue.load import load_catalogue
from mantlet.discovery import tree
from mantlet.discovery.cache import Cache, named
from mantlet.discovery.clues import Clue, Unclear, Where
from mantlet.discovery.draft import Draft, Skipped
from mantlet.discovery.islands import Import, Unit, imports_of, islands, units
from mantlet.discovery.link.draft_of import link
from mantlet.discovery.link.seen import Seen, see
from mantlet.discovery.parallel import spread
from mantlet.discovery.python.machine import Settings
from mantlet.discovery.python.modules import Project, parse
from mantlet.discovery.reading import PYTHON, is_read, read_file
from mantlet.discovery.sites.attach import attach, attach_downloads, attach_openness, attach_protocols
from mantlet.discovery.sites.detect import ASKS_WHO, CHECKS_SUMS, Site, detect, speaks_of
from mantlet.discovery.sites.names import Names, Survey
from mantlet.discovery.sites.people import People, attach_people, people

ONE_PROGRAM, ONE_ISLAND = 1_000_000, 1_500_000
"""Bytes of Python that are read as one program, about 25,000 lines; of more, islands that import each other are, up to a size."""
LEAST_LOOSE, BYTES_PER_STEP = 3_000, 90
"""Of a part: statements that are read of functions which nothing calls, and bytes that give it one more."""
WORTH_FILES, WORTH_PARTS = 600_000, 400_000
"""Bytes from which several processes are faster than one, for reading files and for reading programs."""
Told = Callable[[int, int, str], None]
"""Hears how far something is: how many of how many, and of what."""


class FileSeen(Struct, omit_defaults=True):
    """What one file says by itself."""

    clues: list[Clue] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    people: People = field(default_factory=People)
    imports: list[Import] = field(default_factory=list)
    asks: bool = False
    """Whether it speaks of logins or keys of callers."""
    checks: bool = False
    """Whether it speaks of checksums."""
    code: str | None = None
    """The Python of a notebook, where that isn't the file's own text."""


class PartSeen(Struct):
    """What a part of the Python says, and which other files it looked into."""

    seen: Seen
    reads: dict[str, bytes]


_FILE = msgspec.msgpack.Decoder(FileSeen)
_PART = msgspec.msgpack.Decoder(PartSeen)


def discover(
    root: Path,
    scope: Sequence[str] = (),
    *,
    exclude: Sequence[str] = (),
    cached: bool = True,
    told: Told = lambda _done, _of, _what: None,
) -> Draft:
    """Return the draft of a repository, without running any of it.

    ``scope`` narrows it to folders or files; ``exclude`` are globs of what does not belong to the system. ``told`` hears how
    far it is: how many of how many files, then programs.
    """
    found = tree.walk(root, scope)
    if exclude:
        _leave_out(found, exclude)
    looking = _Looking(root, found.files, Cache(root, active=cached), told)
    clues, python = looking.files(found.readable)
    draft = link(clues, python, frozenset(found.files), looking.text, looking.python)
    vocabulary = load_catalogue().vocabulary
    attach(draft, looking.sites, vocabulary)
    attach_people(draft, looking.people)
    attach_protocols(draft)
    attach_downloads(draft, looking.checking, vocabulary)
    attach_openness(draft, asks=looking.asks, vocabulary=vocabulary)
    draft.not_understood = list(dict.fromkeys(draft.not_understood))
    draft.skipped = sorted({*found.skipped, *(item for item in found.huge if is_read(item.path))})
    draft.files = looking.read
    looking.cache.save()
    return draft


def _leave_out(found: tree.Tree, globs: Sequence[str]) -> None:
    """Take what the globs mean out of the tree, and say how much that was."""
    out = {glob: [path for path in found.files if matches(glob, path)] for glob in globs}
    gone = {path for paths in out.values() for path in paths}
    found.files = [path for path in found.files if path not in gone]
    found.readable = [path for path in found.readable if path not in gone]
    found.huge = [item for item in found.huge if item.path not in gone]
    found.skipped = [
        *(item for item in found.skipped if not any(matches(glob, item.path) for glob in globs)),
        *(Skipped(glob, f"left out as asked ({len(paths):,} files)") for glob, paths in out.items()),
    ]


class _Looking:
    def __init__(self, root: Path, files: list[str], cache: Cache, told: Told) -> None:
        self._root = root
        self._files = named("\0".join(files))
        self.cache = cache
        self._told = told
        self.read = 0
        """Files that were read."""
        self.sites: list[Site] = []
        self.people: dict[str, People] = {}
        self.asks = False
        self.checking: set[str] = set()
        self._imports: dict[str, list[Import]] = {}
        self._hashes: dict[str, bytes] = {}

    def text(self, path: str) -> str | None:
        """Return the text of a file of the repository."""
        return tree.read(self._root, path)

    # -- file by file

    def files(self, paths: list[str]) -> tuple[list[Clue], dict[str, str]]:
        """Return the clues and the Python of all files."""
        wanted = [path for path in paths if is_read(path)]
        texts = {path: self.text(path) for path in wanted}
        names = {
            path: named("file", path, text if text is not None else b"\0") for path, text in texts.items()
        }
        known = {path: self.cache.get(name) for path, name in names.items()}
        missing = [path for path in wanted if known[path] is None]
        sizes = [len(texts[path] or "") for path in missing]
        there = len(wanted) - len(missing)
        made = spread(
            lambda path: msgspec.msgpack.encode(self._file(path)),
            missing,
            sizes,
            worth=WORTH_FILES,
            told=lambda done: self._told(there + done, len(wanted), "files"),
        )
        for path, content in zip(missing, made, strict=True):
            known[path] = content
            self.cache.put(names[path], content)
        clues: list[Clue] = []
        python: dict[str, str] = {}
        for path in wanted:
            seen = _FILE.decode(known[path] or b"")
            clues += seen.clues
            self.sites += seen.sites
            self.people[path] = seen.people
            self.asks = self.asks or seen.asks
            self.checking |= {path} if seen.checks else set()
            text = texts[path]
            if (
                path.endswith(PYTHON)
                and text is not None
                and not (seen.code is None and path.endswith(".ipynb"))
            ):
                python[path] = text if seen.code is None else seen.code
                self._imports[path] = seen.imports
                self._hashes[path] = names[path]
        self.read = sum(text is not None for text in texts.values())
        return clues, python

    def _file(self, path: str) -> FileSeen:
        """Return what a file says; one that is too strange for us is told, and the others are read all the same."""
        try:
            return self._whole_file(path)
        except Exception as error:  # noqa: BLE001
            return FileSeen([Unclear(Where(path), f"too strange to be read ({type(error).__name__})")])

    def _whole_file(self, path: str) -> FileSeen:
        python: dict[str, str] = {}
        seen = FileSeen(read_file(self._root, path, python))
        code = python.get(path)
        if code is None:
            return seen
        if path.endswith(".ipynb"):
            seen.code = code
        module, _, _ = parse(code)
        if module is not None:
            survey = Survey(module)
            seen.imports = imports_of(survey.imports)
            seen.sites = detect(survey, path)
            small = code.lower()
            seen.asks, seen.checks = speaks_of(small, ASKS_WHO), speaks_of(small, CHECKS_SUMS)
            seen.people = people(survey, Names(survey).imported)
        return seen

    # -- Python as programs

    def python(self, python: dict[str, str], settings: Settings, scripts: Iterable[str]) -> list[Seen]:
        """Return what the Python says: as one program, or island by island where it is large."""
        parts = self._units(python)
        given = named(*_texts(settings), sorted(scripts), self._files)
        names = [
            named(
                "part",
                given,
                *(b"".join(self._hashes[path] for path in paths) for paths in (part.files, part.context)),
            )
            for part in parts
        ]
        found = [self._remembered(name) for name in names]
        missing = [index for index, seen in enumerate(found) if seen is None]
        sizes = [sum(len(python[path]) for path in parts[index].files) for index in missing]

        def work(index: int) -> bytes:
            return msgspec.msgpack.encode(self._part(parts[index], python, settings, scripts))

        there = len(parts) - len(missing)
        made = spread(
            work,
            missing,
            sizes,
            worth=WORTH_PARTS,
            told=lambda done: self._told(there + done, len(parts), "programs"),
        )
        for index, content in zip(missing, made, strict=True):
            self.cache.put(names[index], content)
            found[index] = _PART.decode(content).seen
        return [seen for seen in found if seen is not None]

    def _units(self, python: dict[str, str]) -> list[Unit]:
        """Return what is read together: everything where that is little."""
        sizes = {path: len(text) for path, text in python.items()}
        if sum(sizes.values()) <= ONE_PROGRAM:
            return [Unit(tuple(sorted(python)))]
        project = Project(python, frozenset())
        return [
            unit
            for island in islands(self._imports, project)
            for unit in units(island, self._imports, project, sizes, ONE_ISLAND)
        ]

    def _remembered(self, name: bytes) -> Seen | None:
        """Return what a part said, if all other files that it looked into are as they were."""
        content = self.cache.get(name)
        part = _PART.decode(content) if content is not None else None
        if part is None or any(self._state(path) != state for path, state in part.reads.items()):
            return None
        return part.seen

    def _state(self, path: str) -> bytes:
        text = self.text(path)
        return named("read", text) if text is not None else b""

    def _part(
        self, part: Unit, python: dict[str, str], settings: Settings, scripts: Iterable[str]
    ) -> PartSeen:
        reads: dict[str, bytes] = {}

        def read(path: str) -> str | None:
            reads[path] = self._state(path)
            return self.text(path)

        own = copy(settings)
        own.read = read
        own.roots = frozenset(part.files) if part.context else None
        if len(python) > len(part.files):
            own.loose = LEAST_LOOSE + sum(len(python[path]) for path in part.files) // BYTES_PER_STEP
        return PartSeen(
            _see({path: python[path] for path in (*part.files, *part.context)}, own, scripts), reads
        )


def _texts(settings: Settings) -> list[str]:
    """Return what files outside the code give it, as texts to compare."""
    environment = [f"{key}={value}@{at}" for key, (value, at) in sorted(settings.environment.items())]
    arguments = [f"{script}: {argv}" for script, argv in sorted(settings.arguments.items())]
    working = [f"{script}@{folder}" for script, folder in sorted(settings.working.items())]
    own = [
        f"{script}: {name}={value}@{at}"
        for script, set_there in sorted(settings.own.items())
        for name, (value, at) in sorted(set_there.items())
    ]
    return ["\n".join(part) for part in (environment, arguments, working, own, sorted(settings.services))]


def _see(python: dict[str, str], settings: Settings, scripts: Iterable[str]) -> Seen:
    """Read a part of the Python; if it is too strange to be read whole, each file is read by itself and the strange one told."""
    try:
        return see(python, settings, scripts)
    except Exception as error:  # noqa: BLE001  (one file must not keep the others from being read; it is told)
        if len(python) == 1:
            reason = f"too strange to be read as a program ({type(error).__name__})"
            return Seen([], {}, [], [], [Unclear(Where(path), reason) for path in python])
    whole, single = Seen([], {}, [], [], []), copy(settings)
    single.roots = None
    for path in sorted(settings.roots or python):
        alone = _see({path: python[path]}, single, scripts)
        whole.clues += alone.clues
        whole.same += alone.same
        whole.alternatives += alone.alternatives
        whole.unclear += alone.unclear
        whole.auth = whole.auth or alone.auth
        for key, lines in alone.places.items():
            whole.places.setdefault(key, []).extend(lines)
    return whole
