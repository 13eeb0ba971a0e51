"""The same masking on Apache Spark, for data past one machine: each batch of rows goes through the same compiled plan.

There is no second implementation of a masking rule: Spark hands Arrow batches to the expressions that run everywhere.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

from mantlet.base.errors import InputError, Location, MissingToolError, UsageError
from mantlet.privacy import plan as steps
from mantlet.privacy.compile import Compiled, compile_plan
from mantlet.privacy.keys import Key
from mantlet.privacy.vault import Vault

_CSV = {
    "header": "true",
    "inferSchema": "false",
    "quote": '"',
    "escape": '"',
    "multiLine": "true",
    "nullValue": "\0",
    "emptyValue": "",
}
"""Options under which Spark reads and writes CSV as everybody else does (RFC 4180)."""
_FORMATS = {".csv": "csv", ".tsv": "csv", ".parquet": "parquet", ".jsonl": "json"}


def session(master: str) -> Any:
    """Return a Spark session; `master` is `local[2]`, `spark://host:port`, …; raises `MissingToolError` without Spark or Java."""
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415  # an extra
    except ImportError:
        raise MissingToolError(
            "this engine needs the package pyspark", mend="pip install 'mantlet[spark]'"
        ) from None
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        return (
            SparkSession.builder.master(master)
            .appName("mantlet")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.ui.enabled", "false")
            .config("spark.eventLog.enabled", "false")
            .getOrCreate()
        )
    except Exception as error:  # noqa: BLE001  # the gateway raises whatever the missing Java or master causes
        raise MissingToolError(
            f"Spark does not start at '{master}' ({type(error).__name__})",
            mend="it needs Java 17 or newer (apt-get install default-jre-headless), and a master that answers",
        ) from None


def mask_on_spark(
    spark: Any, source: str, plan: steps.Plan, out: Path, *, key: Key | None = None, vault: Path | None = None
) -> int:
    """Mask a file, or a folder of files of one kind, into a folder; return the rows written.

    The key travels inside the function that workers run, never in Spark's plans or logs. Raises `UsageError` for `shuffle`,
    which looks at whole columns.
    """
    frame = _read(spark, source)
    resolved = plan.resolved(frame.columns, source)
    compiled = compile_plan(resolved, key if plan.needs_key() else None)
    if compiled.shuffled:
        raise UsageError(
            f"column '{compiled.shuffled[0]}' is shuffled, which needs the whole column on one machine",
            mend="use another step, or the engine of one machine",
        )
    tokens = _tokens(frame, resolved, compiled, vault)
    masked = frame.mapInArrow(_function(compiled, tokens), _schema(frame, compiled, tokens))
    return _write(masked, out)


def _read(spark: Any, source: str) -> Any:
    path = Path(source)
    kind = _FORMATS.get(path.suffix.lower())
    if kind is None or not path.exists():
        raise InputError(
            "Spark reads CSV, TSV, Parquet and JSON lines",
            where=Location(source),
            mend="name a file or a folder whose name ends in one of these",
        )
    options = {**_CSV, "sep": "\t" if path.suffix.lower() == ".tsv" else ","} if kind == "csv" else {}
    return spark.read.options(**options).format(kind).load(str(path.resolve()))


def _write(frame: Any, out: Path) -> int:
    kind = _FORMATS.get(out.suffix.lower())
    if kind is None:
        raise UsageError(
            f"Spark does not write '{out.suffix}'", mend="end the name with .csv, .parquet or .jsonl"
        )
    options = {**_CSV, "sep": "\t" if out.suffix.lower() == ".tsv" else ","} if kind == "csv" else {}
    options.pop("multiLine", None)
    counted = frame.persist()
    rows = int(counted.count())
    counted.write.mode("errorifexists").options(**options).format(kind).save(str(out.resolve()))
    counted.unpersist()
    return rows


def _tokens(
    frame: Any, resolved: dict[str, steps.AnyStep], compiled: Compiled, vault: Path | None
) -> dict[str, dict[str, str]]:
    """Return the tokens of each tokenised column: Spark finds the distinct values, the vault answers once."""
    found = {}
    for name in compiled.tokenised:
        if vault is None:
            raise UsageError(
                f"column '{name}' gets tokens, and no vault was named", mend="name its file with --vault"
            )
        step = resolved[name]
        assert isinstance(step, steps.Token)  # noqa: S101  # that is what `tokenised` lists
        values = [str(row[0]) for row in frame.select(name).distinct().collect() if row[0] not in {None, ""}]
        found[name] = Vault(vault).tokens(values, step.prefix)
    return found


def _function(
    compiled: Compiled, tokens: dict[str, dict[str, str]]
) -> Callable[[Iterable[Any]], Iterator[Any]]:
    """Return what each worker runs over its batches."""
    expressions = [expression.meta.serialize() for expression in compiled.expressions]

    def run(batches: Iterable[Any]) -> Iterator[Any]:
        import polars as pl  # noqa: PLC0415  # on the worker
        import polars_hash  # noqa: F401, PLC0415  # gives expressions their `chash` names

        own = [pl.Expr.deserialize(expression) for expression in expressions]
        for batch in batches:
            table = pl.DataFrame(pl.from_arrow(batch))
            for name, known in tokens.items():
                table = table.with_columns(
                    pl.col(name).cast(pl.String).replace(list(known), list(known.values()))
                )
            yield from table.select(own).to_arrow(compat_level=pl.CompatLevel.oldest()).to_batches()

    return run


def _schema(frame: Any, compiled: Compiled, tokens: dict[str, dict[str, str]]) -> Any:
    """Return the output's schema, as the expressions make it of an empty table."""
    import pyarrow as pa  # noqa: PLC0415  # comes with Spark's SQL part
    from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema  # noqa: PLC0415

    empty = pl.DataFrame(pl.from_arrow(pa.Table.from_batches([], schema=to_arrow_schema(frame.schema))))
    empty = empty.with_columns(pl.col(name).cast(pl.String) for name in tokens)
    made = empty.select(compiled.expressions).to_arrow(compat_level=pl.CompatLevel.oldest()).schema
    return from_arrow_schema(made)
