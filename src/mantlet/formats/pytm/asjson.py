"""pytm's own JSON input, written."""

from __future__ import annotations

import json

from mantlet.formats.interface import Format, Outgoing, Written


def _write(outgoing: Outgoing) -> Written:
    from mantlet.formats.pytm.outgoing import document_of  # noqa: PLC0415

    document, notes = document_of(outgoing)
    held = {key: value for key, value in document.items() if key != "explicit"}
    return Written((json.dumps(held, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "replace"), notes)


FORMAT = Format(
    "pytm-json",
    "OWASP pytm, its JSON",
    ("pytm.json",),
    write=_write,
    cannot="what its scripts cannot hold either",
)
