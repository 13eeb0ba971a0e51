"""draw.io (diagrams.net): plain and compressed files are read, plain ones written with a DFD look."""

from __future__ import annotations

from mantlet.formats.content import Content
from mantlet.formats.interface import Format, Imported, Incoming, Outgoing, Written

KIND = "drawio"


def _sniff(content: Content) -> bool:
    return content.root in {"mxfile", "mxGraphModel", "mxlibrary"} or (
        content.suffix == KIND and not content.keys
    )


def _read(incoming: Incoming) -> Imported:
    from mantlet.formats.drawio.cells import read_pages  # noqa: PLC0415
    from mantlet.formats.drawio.incoming import read_model  # noqa: PLC0415

    pages = read_pages(incoming.content)
    read = read_model(pages, incoming.vocabulary)
    kept = [{"name": page.name, "id": page.id, "xml": page.xml} for page in pages]
    return Imported(KIND, read.sections, read.layout, {KIND: kept}, read.notes)


def _write(outgoing: Outgoing) -> Written:
    from mantlet.formats.drawio.outgoing import file_of  # noqa: PLC0415

    data, notes = file_of(outgoing)
    return Written(data, notes)


FORMAT = Format(
    KIND,
    "draw.io / diagrams.net",
    (KIND, "drawio.xml"),
    sniff=_sniff,
    read=_read,
    write=_write,
    cannot="threats, decisions, data assets, parties, agents and controls: it holds shapes; boundaries of several dimensions only where they nest",
)
