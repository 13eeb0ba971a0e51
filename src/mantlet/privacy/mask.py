"""Mask a table by a plan: read once, write whole or not at all, and prove that nothing listed is left."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from mantlet.base.errors import InputError, Location, UsageError
from mantlet.base.files import whole_file
from mantlet.base.limits import is_file
from mantlet.base.version import VERSION
from mantlet.privacy import plan as steps
from mantlet.privacy.compile import Compiled, compile_plan, masks
from mantlet.privacy.keys import Key
from mantlet.privacy.tables import SUFFIXES, Table, open_table, reading
from mantlet.privacy.vault import Vault

MIN_CHUNK, MAX_CHUNK = 1_000, 50_000
_BYTES_PER_ROW = 100_000
"""Bound in bytes for each row of a batch: many batches are under way at once, in several copies (measured on 5 M rows)."""


@dataclass(frozen=True)
class Masked:
    """What was written."""

    path: Path
    rows: int
    resolved: Mapping[str, steps.AnyStep]
    key: str


@dataclass(frozen=True)
class Left:
    """Something that a step should have removed and that the output still holds; never its value."""

    column: str
    what: str
    rows: int


def mask(
    table: Table,
    plan: steps.Plan,
    out: Path,
    *,
    key: Key | None = None,
    vault: Path | None = None,
    memory: int = 0,
) -> Masked:
    """Write the masked table; `out`'s ending says its format, and `memory` bounds the peak, in bytes (0: as fast as it goes).

    The output is complete or absent: it is written beside its place and renamed. The input stays as it is.
    """
    resolved = plan.resolved(table.columns, table.name)
    if is_file(out) and out.samefile(_file_of(table)):
        raise UsageError("the output would overwrite its own input", mend="name another file with -o")
    compiled = compile_plan(resolved, key if plan.needs_key() else None)
    if not compiled.expressions:
        raise UsageError("the plan drops every column", mend="keep at least one")
    with reading(table.name):
        frame = compiled.apply(prepared(table.frame, resolved, compiled, key, vault))
        rows = write_table(frame, out, memory=memory)
    return Masked(out, rows, resolved, plan.key)


def _file_of(table: Table) -> Path:
    path = Path(table.name)
    return path if path.exists() else Path(table.name.rpartition(":")[0])


def prepared(
    frame: pl.LazyFrame,
    resolved: Mapping[str, steps.AnyStep],
    compiled: Compiled,
    key: Key | None,
    vault: Path | None,
) -> pl.LazyFrame:
    """Return the table after its global steps: columns dealt out anew, values behind tokens."""
    for name in compiled.shuffled:
        assert key is not None  # noqa: S101  # `compile_plan` has looked
        place = pl.int_range(pl.len()).cast(pl.String)
        order = place.chash.hmac_sha256(key=key.derive("shuffle", name))  # type: ignore[attr-defined]  # a plug-in's name
        frame = frame.with_columns(pl.col(name).sort_by(order))
    for name in compiled.tokenised:
        if vault is None:
            raise UsageError(
                f"column '{name}' gets tokens, and no vault was named", mend="name its file with --vault"
            )
        step = resolved[name]
        assert isinstance(step, steps.Token)  # noqa: S101  # that is what `tokenised` lists
        text = pl.col(name).cast(pl.String)
        values = frame.select(text.unique()).collect(engine="streaming").to_series().drop_nulls().to_list()
        tokens = Vault(vault).tokens([value for value in values if value], step.prefix)
        frame = frame.with_columns(text.replace(list(tokens), list(tokens.values())))
    return frame


def write_table(frame: pl.LazyFrame, out: Path, *, memory: int = 0) -> int:
    """Write a lazy table by its ending, whole or not at all; return its rows."""
    kind = kind_of_output(out)
    _check_place(out)
    with whole_file(out) as temporary, bounded(memory):
        _SINKS[kind](frame, temporary, memory)
        try:
            return int(_SCANNED[kind](temporary).select(pl.len()).collect(engine="streaming").item())
        except pl.exceptions.PolarsError:
            raise InputError(
                "cannot be written whole; the disk may be full",
                where=Location(str(out)),
                mend="free some room and run it again; nothing half-written is left",
            ) from None


def kind_of_output(out: Path) -> str:
    """Return the format that a file's ending names; raises `UsageError` where no table is written so."""
    kind = SUFFIXES.get(out.suffix.lower(), "")
    if kind not in _SINKS:
        raise UsageError(
            f"tables are not written as '{out.suffix}'",
            mend="end the name with .csv, .tsv, .parquet, .jsonl or .arrow",
        )
    return kind


def _check_place(out: Path) -> None:
    """Raise `InputError` where no file can be written."""
    if os.path.lexists(out) and out.exists() and not is_file(out):
        raise InputError("is no file", where=Location(str(out)), mend="name a file to write")


@contextlib.contextmanager
def bounded(memory: int) -> Iterator[None]:
    """Let the engine take small bites while the body runs, so that its peak stays under the bound."""
    if not memory:
        yield
        return
    before = os.environ.get(_PREFETCH)
    os.environ[_PREFETCH] = "1"
    try:
        with pl.Config() as config:
            config.set_streaming_chunk_size(_chunk(memory))
            yield
    finally:
        os.environ.pop(_PREFETCH)
        if before is not None:
            os.environ[_PREFETCH] = before


_PREFETCH = "POLARS_ROW_GROUP_PREFETCH_SIZE"
"""The engine's own switch for how many row groups it reads ahead."""


def _chunk(memory: int) -> int:
    return max(MIN_CHUNK, min(MAX_CHUNK, memory // _BYTES_PER_ROW))


def _parquet(frame: pl.LazyFrame, path: Path, memory: int) -> None:
    frame.sink_parquet(path, row_group_size=2 * _chunk(memory) if memory else None, engine="streaming")


_SINKS: dict[str, Callable[[pl.LazyFrame, Path, int], object]] = {
    "csv": lambda frame, path, _: frame.sink_csv(path, engine="streaming"),
    "tsv": lambda frame, path, _: frame.sink_csv(path, separator="\t", engine="streaming"),
    "parquet": _parquet,
    "jsonl": lambda frame, path, _: frame.sink_ndjson(path, engine="streaming"),
    "arrow": lambda frame, path, _: frame.sink_ipc(path, engine="streaming"),
}
_SCANNED: dict[str, Callable[[Path], pl.LazyFrame]] = {
    "csv": lambda path: pl.scan_csv(path, infer_schema=False, glob=False),
    "tsv": lambda path: pl.scan_csv(path, infer_schema=False, glob=False, separator="\t"),
    "parquet": lambda path: pl.scan_parquet(path, glob=False),
    "jsonl": lambda path: pl.scan_ndjson(path),  # noqa: PLW0108  # its further parameters differ
    "arrow": lambda path: pl.scan_ipc(path, glob=False),
}


def preview(
    table: Table, plan: steps.Plan, *, key: Key | None = None, rows: int = 5
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the first rows before and after; tokens are not made for a preview, and shuffled columns are left."""
    resolved = plan.resolved(table.columns, table.name)
    compiled = compile_plan(resolved, key if plan.needs_key() else None)
    with reading(table.name):
        before = table.frame.head(rows).collect()
        return before, compiled.apply(before.lazy()).collect()


_UNLIKE = (steps.Redact, steps.Partial, steps.Pseudonym, steps.Token, steps.Fake)
"""Steps after which no row may hold its old value."""


def verify(table: Table, masked: Masked) -> list[Left]:
    """Look through the whole output for what the plan should have removed; an empty list means that nothing was found.

    Columns are compared row by row with the input, and texts are searched by the patterns of the masks.
    """
    after = open_table(str(masked.path))
    left = [
        Left(name, "the column is still there", masked.rows)
        for name, step in masked.resolved.items()
        if isinstance(step, steps.Drop) and name in after.columns
    ]
    checks: dict[tuple[str, str], pl.Expr] = {}
    for name, step in masked.resolved.items():
        if isinstance(step, _UNLIKE):
            old, new = pl.col(f"·{name}").cast(pl.String), pl.col(name).cast(pl.String)
            checks[name, "values are as they were"] = (
                ((old == new) & (old != "")).fill_null(value=False).sum()
            )
        elif isinstance(step, steps.MaskText):
            for kind in step.classes:
                checks[name, f"texts still hold {kind}"] = (
                    pl.col(name).cast(pl.String).str.contains(masks()[kind]).sum()
                )
    if checks:
        with reading(table.name):
            before = table.frame.select(pl.col(name).alias(f"·{name}") for name in table.columns)
            both = pl.concat([before, after.frame], how="horizontal")
            found = (
                both.select(expr.alias(str(place)) for place, expr in enumerate(checks.values()))
                .collect(engine="streaming")
                .row(0)
            )
        left += [
            Left(name, what, int(count or 0))
            for (name, what), count in zip(checks, found, strict=True)
            if count
        ]
    return left


def lineage(masked: Masked, source: str) -> dict[str, object]:
    """Return where each output column comes from and what was done, as OpenLineage's column lineage facet."""
    fields = {
        name: {
            "inputFields": [
                {
                    "namespace": "file",
                    "name": source,
                    "field": one,
                    "transformations": [
                        {
                            "type": "DIRECT",
                            "subtype": "TRANSFORMATION",
                            "description": _tag(step),
                            "masking": not isinstance(step, steps.Keep),
                        }
                    ],
                }
                for one in (name, *(step.by if isinstance(step, steps.Noise) else ()))
            ],
        }
        for name, step in masked.resolved.items()
        if not isinstance(step, steps.Drop)
    }
    return {
        "_producer": f"mantlet/{VERSION}",
        "_schemaURL": "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json",
        "fields": fields,
        "key": masked.key,
    }


def _tag(step: steps.AnyStep) -> str:
    return str(type(step).__struct_config__.tag)


def restore(table: Table, plan: steps.Plan, vault: Path, out: Path) -> int:
    """Write the table with the values behind its tokens; return its rows. Only `token` can be turned back."""
    columns = [
        name for name, step in plan.columns.items() if isinstance(step, steps.Token) and name in table.columns
    ]
    if not columns:
        raise UsageError(
            "the plan has no tokens in this table", mend="only steps of kind `token` can be turned back"
        )
    frame = table.frame
    with reading(table.name):
        for name in columns:
            text = pl.col(name).cast(pl.String)
            tokens = (
                frame.select(text.unique()).collect(engine="streaming").to_series().drop_nulls().to_list()
            )
            values = Vault(vault).values(tokens)
            frame = frame.with_columns(text.replace(list(values), list(values.values())))
        return write_table(frame, out)
