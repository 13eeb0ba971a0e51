"""Tables as people keep them: CSV, Parquet, JSON lines, Arrow, SQLite; one file, a folder, or a pattern, larger than memory.

A table is read lazily by Polars. Columns of text files stay text, so that nothing changes unless a step changes it.
"""

from __future__ import annotations

import glob as patterns
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from mantlet.base.errors import InputError, Location, MantletError, MissingToolError, UsageError

SUFFIXES = {
    ".csv": "csv", ".tsv": "tsv", ".txt": "csv", ".parquet": "parquet", ".pq": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".arrow": "arrow", ".ipc": "arrow", ".feather": "arrow", ".sqlite": "sqlite", ".sqlite3": "sqlite", ".db": "sqlite",
}  # fmt: skip
"""What a file's name says of its format."""
MAX_COLUMNS = 20_000
MAX_SQLITE_ROWS = 5_000_000
"""Rows of a database table that are read into memory; larger ones are exported to Parquet first."""
_NAME = f"name a file that ends in {', '.join(sorted(set(SUFFIXES)))}, a folder of such files, or a database's address"
_HEADER_BYTES = 2**16


@dataclass(frozen=True)
class Table:
    """A table that can be read more than once; `name` is its file, with the table's name after a colon for databases."""

    name: str
    kind: str
    frame: pl.LazyFrame
    columns: tuple[str, ...]


def open_tables(sources: Sequence[str]) -> list[Table]:
    """Open what people name: files, folders (all tables in them), patterns, `sqlite:///file`.

    Raises `InputError` where something cannot be read as a table, and `UsageError` where nothing was found.
    """
    found = [table for source in sources for table in _open(source)]
    if not found:
        raise UsageError(
            f"no tables in {', '.join(sources)}",
            mend=f"name files that end in {', '.join(sorted(set(SUFFIXES)))}",
        )
    return found


def open_table(source: str) -> Table:
    """Open exactly one table."""
    tables = open_tables([source])
    if len(tables) > 1:
        raise UsageError(
            f"{source} holds {len(tables)} tables", mend="name one of them, such as " + tables[0].name
        )
    return tables[0]


def _open(source: str) -> Iterator[Table]:
    if source.startswith("sqlite:///"):
        yield from _sqlite(Path(source.removeprefix("sqlite:///")))
        return
    if source.partition("://")[0] in {"http", "https", "ftp", "s3", "gs", "az", "file"} and "://" in source:
        raise UsageError("tables are not fetched from addresses", mend="download the file and name it")
    if "://" in source:
        yield from _database(source)
        return
    path = Path(source)
    if path.is_dir():
        for inner in sorted(path.rglob("*")):
            if _suffix(inner) in SUFFIXES and inner.is_file() and not inner.is_symlink():
                yield from _file(inner)
    elif path.is_file():
        yield from _file(path)
    elif any(char in source for char in "*?["):
        for name in sorted(patterns.glob(source, recursive=True)):  # noqa: PTH207  # people write whole patterns, also from the root
            if Path(name).is_file():
                yield from _file(Path(name))
    elif ":" in source and Path(source.rpartition(":")[0]).is_file():
        file, _, table = source.rpartition(":")
        yield from (one for one in _file(Path(file)) if one.name == f"{file}:{table}")
    else:
        raise InputError("there is no such file", where=Location(source), mend=_NAME)


def _file(path: Path) -> Iterator[Table]:
    kind = SUFFIXES.get(_suffix(path))
    if kind is None:
        raise InputError(
            f"a file that ends in '{path.suffix}' is not known to be a table",
            where=Location(str(path)),
            mend=f"one of {', '.join(sorted(set(SUFFIXES)))}",
        )
    if kind == "sqlite":
        yield from _sqlite(path)
        return
    yield scanned(str(path), kind, _SCANS[kind](str(path)))


def _suffix(path: Path) -> str:
    suffixes = [one.lower() for one in path.suffixes]
    return suffixes[-2] if len(suffixes) > 1 and suffixes[-1] in {".gz", ".zst"} else (suffixes or [""])[-1]


def scanned(name: str, kind: str, frame: pl.LazyFrame) -> Table:
    """Return a table whose columns have been read; raises `InputError` where there are none, or the file is broken."""
    with reading(name):
        columns = tuple(frame.collect_schema().names())
    if not columns:
        raise InputError("has no columns", where=Location(name), mend="its first line must name them")
    if len(columns) > MAX_COLUMNS:
        raise InputError(
            f"has {len(columns):,} columns; at most {MAX_COLUMNS:,} are read",
            where=Location(name),
            mend="leave out those that nobody needs",
        )
    return Table(name, kind, frame, columns)


class reading:  # noqa: N801  # a context manager reads as a word
    """Turn what Polars says of a broken file into an error that people understand, without values of the data."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, (MantletError, KeyboardInterrupt)):
            return
        if isinstance(error, (pl.exceptions.PolarsError, OSError, UnicodeDecodeError)):
            raise InputError(_plain(str(error)), where=Location(self.name), mend=_mend(str(error))) from None


_SAID = (
    ("invalid utf-8", "has bytes that are not UTF-8", "convert it to UTF-8 first, such as with iconv"),
    (
        "found more fields",
        "has rows with more fields than its header",
        "mend the rows, or quote fields with separators",
    ),
    (
        "extra columns",
        "has rows with more fields than its header",
        "mend the rows, or quote fields with separators",
    ),
    ("ragged", "has rows with more fields than its header", "mend the rows, or quote fields with separators"),
    ("empty csv", "is empty", "its first line must name the columns"),
    ("no data", "is empty", "its first line must name the columns"),
    ("duplicate", "has two columns of one name", "give each column a name of its own"),
    ("out of spec", "is no whole Parquet file; it may be cut off", "fetch it again"),
    ("parquet", "is no whole Parquet file; it may be cut off", "fetch it again"),
    *(
        (
            word,
            "cannot be written: the disk is full",
            "free some room and run it again; nothing half-written is left",
        )
        for word in ("no space left", "storagefull", "file too large", "filetoolarge")
    ),
    ("at character", "is not JSON lines", "write one object on each line"),
    ("json", "is not JSON lines", "write one object on each line"),
    ("ipc", "is no whole Arrow file", "fetch it again"),
    ("arrow", "is no whole Arrow file", "fetch it again"),
)


def _plain(message: str) -> str:
    """Return what went wrong without quoting the data: messages of parsers do."""
    low = message.lower()
    return next((said for word, said, _ in _SAID if word in low), "cannot be read as a table")


def _mend(message: str) -> str:
    low = message.lower()
    return next(
        (mend for word, _, mend in _SAID if word in low),
        "look for a quote that isn't closed, or fetch it again",
    )


def _csv(path: str, separator: str = ",") -> pl.LazyFrame:
    with reading(path):
        frame: pl.LazyFrame = pl.scan_csv(
            path,
            separator=separator,
            infer_schema=False,
            encoding="utf8",
            truncate_ragged_lines=False,
            glob=False,
            empty_string_is_null=False,
        )
        return frame


def _separator(path: str) -> str:
    """Return what stands between the names of the first line: a comma, or what spreadsheets of other countries write instead."""
    try:
        with Path(path).open("rb") as file:
            head = file.readline(_HEADER_BYTES)
    except OSError:
        return ","
    return next((sign for sign in (",", ";", "\t", "|") if sign.encode() in head), ",")


_SCANS: dict[str, Callable[[str], pl.LazyFrame]] = {
    "csv": lambda path: _csv(path, _separator(path)),
    "tsv": lambda path: _csv(path, "\t"),
    "parquet": lambda path: pl.scan_parquet(path, glob=False),
    "jsonl": pl.scan_ndjson,
    "arrow": lambda path: pl.scan_ipc(path, glob=False),
}


def _sqlite(path: Path) -> Iterator[Table]:
    """Yield the tables of a database file, opened so that nothing in it can change."""
    if not path.is_file():
        raise InputError("there is no such file", where=Location(str(path)), mend=_NAME)
    try:
        with closing(sqlite3.connect(f"file:{path.resolve().as_posix()}?mode=ro", uri=True)) as base:
            names = [
                name
                for (name,) in base.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
                )
                if not name.startswith("sqlite_")
            ]
            for name in names:
                yield _sqlite_table(base, path, name)
    except sqlite3.Error as error:
        raise InputError(
            f"cannot be read as a SQLite database: {error}",
            where=Location(str(path)),
            mend="fetch it again, or export its tables to CSV",
        ) from None


def _sqlite_table(base: sqlite3.Connection, path: Path, name: str) -> Table:
    quoted = name.replace('"', '""')
    cursor = base.execute(f'SELECT * FROM "{quoted}" LIMIT {MAX_SQLITE_ROWS + 1}')  # noqa: S608  # quoted; SQLite takes no name as parameter
    columns = [column[0] for column in cursor.description]
    rows = cursor.fetchall()
    _few(name, len(rows), str(path))
    data = {column: [_text(row[place]) for row in rows] for place, column in enumerate(columns)}
    frame = pl.DataFrame(data, schema=dict.fromkeys(columns, pl.String)).lazy()
    return scanned(f"{path}:{name}", "sqlite", frame)


def _few(table: str, rows: int, where: str) -> None:
    if rows > MAX_SQLITE_ROWS:
        raise InputError(
            f"table {table} has more than {MAX_SQLITE_ROWS:,} rows",
            where=Location(where),
            mend="export it to Parquet",
        )


def _text(value: object) -> str | None:
    return None if value is None else value.hex() if isinstance(value, bytes) else str(value)


def _database(url: str) -> Iterator[Table]:
    """Yield the tables of a database that SQLAlchemy reaches; passwords of the address appear in no message."""
    try:
        import sqlalchemy  # noqa: PLC0415  # an extra
    except ImportError:
        raise MissingToolError(
            "reading a database needs the package sqlalchemy and the database's driver",
            mend="pip install sqlalchemy",
        ) from None
    try:
        engine = sqlalchemy.create_engine(url)
        with engine.connect() as connection:
            for name in sorted(sqlalchemy.inspect(engine).get_table_names()):
                table = sqlalchemy.Table(name, sqlalchemy.MetaData(), autoload_with=engine)
                rows = connection.execute(sqlalchemy.select(table).limit(MAX_SQLITE_ROWS + 1)).all()
                _few(name, len(rows), name)
                columns = [column.name for column in table.columns]
                data = {column: [_text(row[place]) for row in rows] for place, column in enumerate(columns)}
                yield scanned(
                    name,
                    "database",
                    pl.DataFrame(data, schema=dict.fromkeys(columns, pl.String)).lazy(),
                )
    except (sqlalchemy.exc.SQLAlchemyError, ImportError) as error:
        raise InputError(
            f"the database cannot be read ({type(error).__name__})",
            mend="check its address, driver and password",
        ) from None
