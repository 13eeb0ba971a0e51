"""From a file to a model that is known to be sound."""

from __future__ import annotations

import os
from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mantlet.base.limits import MAX_BULK_BYTES, is_file
from mantlet.model.entries import Sections
from mantlet.model.model import Model
from mantlet.model.validate import check
from mantlet.model.vocabulary import Vocabulary
from mantlet.store.bulk import read_bulk

if TYPE_CHECKING:
    from mantlet.store.include import Source


def load_model(
    path: Path,
    vocabulary: Vocabulary,
    *,
    controls: Collection[str] = (),
    threats: Collection[str] = (),
    packs: Collection[str] = (),
    environment: str = "",
    root: Path | None = None,
) -> Model:
    """Read a model file (YAML or JSON) with what it includes, and check it; ``root`` bounds where included files lie.

    The model's `source` is the `Source`, which knows the file and line of everything. Raises `InputError`, `LimitError`
    or `InputErrors` with every mistake at once.
    """
    path = Path(path)
    data = _json(path)
    sections = read_bulk(data) if data else None
    if sections is not None and not check(sections, vocabulary, controls, threats, packs):
        model = Model(_in(environment, sections))
        model.source = partial(_source, path, root, data, sections)
        return model
    from mantlet.store.include import read_leniently  # noqa: PLC0415  (documents, YAML: only when they are needed)

    source = read_leniently(path, root)
    check_source(source, vocabulary, controls=controls, threats=threats, packs=packs)
    model = Model(_in(environment, source.sections))
    model.source = source
    return model


def check_source(
    source: Source,
    vocabulary: Vocabulary,
    *,
    controls: Collection[str] = (),
    threats: Collection[str] = (),
    packs: Collection[str] = (),
) -> None:
    """Raise every mistake, those that only the schema sees included, each with its file, line and column."""
    from mantlet.store.convert import raise_problems  # noqa: PLC0415

    found = check(source.sections, vocabulary, controls, threats, packs) if source.whole else []
    raise_problems([item for item in found if not source.doubts(item)], source.where, source.errors)


def _in(environment: str, sections: Sections) -> Sections:
    if not environment:
        return sections
    from mantlet.model.environment import with_environment  # noqa: PLC0415

    return with_environment(sections, environment)


def _json(path: Path) -> bytes:
    """Return the bytes of a file that looks like JSON; nothing for any other, or one that cannot be read."""
    if not is_file(path):  # opening a pipe would wait for whoever writes to it
        return b""
    try:
        with path.open("rb") as file:
            if file.read(1) != b"{" or os.fstat(file.fileno()).st_size > MAX_BULK_BYTES:
                return b""
            return b"{" + file.read(MAX_BULK_BYTES)
    except OSError:
        return b""


def _source(path: Path, root: Path | None, data: bytes, sections: Sections) -> Source:
    """Return where a plain JSON model was read from, as it was then."""
    from mantlet.base.files import fingerprint  # noqa: PLC0415
    from mantlet.store.document import Document  # noqa: PLC0415
    from mantlet.store.include import Source  # noqa: PLC0415

    document = Document(data.decode(), str(path))
    document.fingerprint = fingerprint(data)
    return Source(document, sections, root=root or path.parent, documents={os.path.realpath(path): document})
