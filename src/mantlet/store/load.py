"""From a file to a model that is known to be sound."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from mantlet.model.environment import with_environment
from mantlet.model.model import Model
from mantlet.model.validate import check
from mantlet.model.vocabulary import Vocabulary
from mantlet.store.convert import raise_problems
from mantlet.store.include import Source, read_source


def load_model(
    path: Path,
    vocabulary: Vocabulary,
    *,
    controls: Collection[str] = (),
    threats: Collection[str] = (),
    environment: str = "",
    root: Path | None = None,
) -> Model:
    """Read a model file (YAML or JSON) with what it includes, and check it; ``root`` bounds where included files lie.

    The model's `source` is the `Source`, which knows the file and line of everything. Raises `InputError`, `LimitError`
    or `InputErrors` with every mistake at once.
    """
    source = read_source(Path(path), root)
    check_source(source, vocabulary, controls=controls, threats=threats)
    model = Model(with_environment(source.sections, environment) if environment else source.sections)
    model.source = source
    return model


def check_source(
    source: Source, vocabulary: Vocabulary, *, controls: Collection[str] = (), threats: Collection[str] = ()
) -> None:
    """Raise every mistake that the schema cannot see, each with its file, line and column."""
    raise_problems(check(source.sections, vocabulary, controls, threats), source.where)
