"""What a reader says of a fixture, as lines that tests can compare."""

from __future__ import annotations

from pathlib import Path

from mantlet.discovery.clues import Clue, Fact, Mount, Move, Part, Personal, Runs, Same, Setting, Thing
from mantlet.discovery.reader import Source
from mantlet.discovery.readers import readers

FIXTURES = Path(__file__).parent / "fixtures"


def fixtures() -> list[tuple[str, str]]:
    """Return each reader's name with the path of each of its files."""
    files = sorted(path for path in FIXTURES.rglob("*") if path.is_file())
    relative = [path.relative_to(FIXTURES).as_posix() for path in files]
    return [(name.partition("/")[0], name.partition("/")[2]) for name in relative]


def text_of(reader: str, path: str) -> str:
    return (FIXTURES / reader / path).read_text(encoding="utf-8")


def clues(reader: str, path: str, text: str | None = None) -> list[Clue]:
    """Return what a reader says of a fixture, or of a text under its path."""
    module = readers()[reader]
    assert module.claims(path), f"{reader} does not claim {path}"
    return module.read(Source(path, text_of(reader, path) if text is None else text))


def told(reader: str, path: str, text: str | None = None) -> set[str]:
    return {line(clue) for clue in clues(reader, path, text)}


def line(clue: Clue) -> str:  # noqa: PLR0911 (one for each kind)
    at = f"@{clue.at.line}"
    match clue:
        case Thing():
            inside = f" in {clue.parent}" if clue.parent else ""
            return f"{clue.key} is {clue.type} '{clue.name}'{inside} {at}"
        case Move():
            return f"{clue.source} -> {clue.target} {at}"
        case Same():
            return f"{clue.one} = {clue.other} {at}"
        case Runs():
            return f"{clue.key} runs {' '.join(clue.argv)}{' in ' + clue.folder if clue.folder else ''} {at}"
        case Setting():
            return f"{clue.key}={clue.value}{' for ' + clue.scope if clue.scope else ''} {at}"
        case Mount():
            return f"{clue.key} has {clue.outside} at {clue.inside} {at}"
        case Fact():
            return f"{clue.key}{' / ' + clue.other if clue.other else ''}: {clue.fact} {clue.value} {at}"
        case Personal():
            return f"{clue.key} holds {clue.category} {at}"
        case Part():
            return f"{clue.kind} {clue.name} {clue.version or 'without version'} {at}"
        case _:
            return f"? {clue.what} {at}"
