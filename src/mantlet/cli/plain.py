"""Commands as programs call them: `threats FILE --json`, `risks FILE --json`, `risks FILE --summary`.

They are answered without the libraries of the command line, whose import takes longer than judging most models. Any
other way to call is left to these; both ways print the same.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mantlet.project.api import Assessment


done = False
"""Whether a command was answered here, so that nothing is left to do before the process ends."""


def answered(arguments: Sequence[str]) -> bool:
    """Answer a command if it is one of these; tell whether it was."""
    if len(arguments) != 3 or arguments[1].startswith("-"):
        return False
    printing = _PRINTING.get((arguments[0], arguments[2]))
    if printing is None:
        return False
    import gc

    gc.disable()  # nearly all that is made lives to the end, which is soon
    from mantlet.project.api import analyse, model_file

    printing(analyse(model_file(Path(arguments[1]))))
    global done  # noqa: PLW0603  (of the process, as the output is)
    done = True
    return True


class ReaderGoneError(Exception):
    """Whoever read the output has read enough; the command line library would make a failure of a broken pipe."""


def write_bytes(pieces: Iterable[bytes]) -> None:
    """Write output for programs, piece by piece."""
    try:
        sys.stdout.flush()
        out = sys.stdout.buffer
        for piece in pieces:
            out.write(piece)
        out.flush()
    except BrokenPipeError:
        raise ReaderGoneError from None


def write_json(value: object) -> None:
    """Write one JSON document; UTF-8, whatever the terminal speaks."""
    import msgspec

    write_bytes([msgspec.json.encode(value), b"\n"])


def say(text: str, *, aside: bool = False) -> None:
    """Write a line for people, ``aside`` from the output; a file's name in it does not steer the terminal."""
    from mantlet.base.printable import printable

    try:
        (sys.stderr if aside else sys.stdout).write(f"{printable(text)}\n")
    except BrokenPipeError:
        raise ReaderGoneError from None


def print_summary(result: Assessment, *, as_json: bool = False) -> None:
    """Print the counts of a model and its risks."""
    register = result.register
    counts: dict[str, Any] = {
        "elements": len(result.model.elements),
        "flows": len(result.model.flows),
        "threats": len(register.analysis.threats),
        "risks": len(register),
        "open": register.counts(),
    }
    if as_json:
        write_json({"mantlet": 1, **counts})
        return
    for name, value in counts.items():
        shown = (
            ", ".join(f"{number} {word}" for word, number in value.items())
            if isinstance(value, dict)
            else f"{value:,}"
        )
        say(f"{name:9} {shown}")


def _threats(result: Assessment) -> None:
    from mantlet.analysis.engine import State
    from mantlet.report.records import threats_json

    write_bytes(threats_json(result.register, result.register.rows(State.OPEN, State.TO_CONFIRM)))


def _risks(result: Assessment) -> None:
    from mantlet.report.records import risks_json

    write_bytes(risks_json(result.register, result.risks))


_PRINTING: dict[tuple[str, str], Callable[[Assessment], None]] = {
    ("threats", "--json"): _threats,
    ("risks", "--json"): _risks,
    ("risks", "--summary"): print_summary,
}
