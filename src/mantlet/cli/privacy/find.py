"""`mantlet privacy find`: personal data inside texts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from mantlet.cli import options, plain


def find(
    texts: Annotated[
        Path,
        typer.Argument(
            metavar="[FILE]", help="JSON lines with `text`, or plain text; `-` reads standard input."
        ),
    ] = Path("-"),
    *,
    as_json: options.Json = False,
) -> None:
    """Find e-mail addresses, phones, cards, accounts, IP addresses, numbers of persons and links inside texts.

    With --json, prints a line for each text with its spans (start, end, class, score). Names and places are not looked for.
    """
    import msgspec

    from mantlet.privacy.text import find as search

    for number, text in enumerate(_texts(texts), 1):
        spans = search(text)
        if as_json:
            record = {
                "text": number,
                "spans": [{"start": s.start, "end": s.end, "class": s.id, "score": s.score} for s in spans],
            }
            plain.write_bytes([msgspec.json.encode(record), b"\n"])
            continue
        for span in spans:
            plain.say(f"{number}:{span.start}-{span.end}  {span.id:6} {span.score:.2f}")
    if not as_json:
        plain.say("Names and places in free text were not looked for.", aside=True)


def _texts(path: Path) -> Iterator[str]:
    """Yield the texts of a file: the `text` of each JSON line, or each line itself."""
    import msgspec

    from mantlet.base.errors import InputError, Location

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
        raise InputError(
            f"cannot be read as texts: {type(error).__name__}", where=Location(str(path))
        ) from None
