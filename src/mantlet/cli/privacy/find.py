"""`mantlet privacy find`: personal data inside texts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mantlet.cli import options, plain

if TYPE_CHECKING:
    from mantlet.privacy.text import Span


def find(
    texts: Annotated[
        Path,
        typer.Argument(
            metavar="[FILE]", help="JSON lines with `text`, or plain text; `-` reads standard input."
        ),
    ] = Path("-"),
    *,
    names: Annotated[
        bool,
        typer.Option("--names", help="Look for names and places, too, by a language model (extra `text`)."),
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Find e-mail addresses, phones, cards, accounts, IP addresses, numbers of persons and links inside texts.

    With --json, prints a line for each text with its spans (start, end, class, score). Names and places are looked for
    with --names only, and some are missed.
    """
    import msgspec

    for number, (_, spans) in enumerate(_found(_texts(texts), names=names), 1):
        if as_json:
            listed = [{"start": s.start, "end": s.end, "class": s.id, "score": s.score} for s in spans]
            plain.write_bytes([msgspec.json.encode({"text": number, "spans": listed}), b"\n"])
            continue
        for span in spans:
            plain.say(f"{number}:{span.start}-{span.end}  {span.id:7} {span.score:.2f}")
    if not as_json:
        plain.say(_measured() if names else "Names and places in free text were not looked for.", aside=True)


def _measured() -> str:
    from mantlet.privacy.names import RECALL

    return f"Some names and places are missed: {RECALL}."


def _found(texts: Iterator[str], *, names: bool) -> Iterator[tuple[str, list[Span]]]:
    """Yield each text with its spans; the model takes them by the hundred."""
    from mantlet.privacy.text import find as search

    if not names:
        yield from ((text, search(text)) for text in texts)
        return
    from mantlet.privacy.names import find_with_names

    while some := list(islice(texts, 512)):
        yield from zip(some, find_with_names(some), strict=True)


def _texts(path: Path) -> Iterator[str]:
    """Yield the texts of a file: the `text` of each JSON line, or each line itself."""
    import msgspec

    from mantlet.base.errors import InputError, Location
    from mantlet.base.limits import is_file

    if str(path) != "-" and not is_file(path):
        raise InputError(
            "there is no such file",
            where=Location(str(path)),
            mend="name a file with a text in each line, or - to read them from a pipe",
        )
    try:
        with sys.stdin if str(path) == "-" else path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if not line.lstrip().startswith("{"):
                    yield line.rstrip("\n")
                    continue
                entry: Any = msgspec.json.decode(line)
                if not isinstance(entry, dict) or not isinstance(entry.get("text"), str):
                    raise InputError(
                        "a line without `text`",
                        where=Location(str(path), number, 1),
                        mend='write {"text": "…"}',
                    )
                yield entry["text"]
    except (OSError, UnicodeDecodeError, msgspec.DecodeError) as error:
        what = {UnicodeDecodeError: "it isn't UTF-8", msgspec.DecodeError: "a line is broken JSON"}.get(
            type(error), getattr(error, "strerror", None) or str(error)
        )
        raise InputError(
            f"cannot be read as texts: {what}",
            where=Location(str(path)),
            mend='write a text in each line, or {"text": "…"}',
        ) from None
