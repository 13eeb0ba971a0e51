"""SQL scripts and dbt's models: the tables that are read and written, and personal data in their columns."""

from __future__ import annotations

import logging
import re
from typing import Any

from mantlet.discovery.clues import Clue, Move, Personal, Thing, Unclear
from mantlet.discovery.reader import Source
from mantlet.discovery.readers._kinds import step_type
from mantlet.discovery.readers._personal import personal_clues, personal_of

DBT = "stage:dbt"
"""The step that builds all models of dbt."""
MAX_CHARACTERS = 300_000
MAX_STATEMENTS = 300
_REF = re.compile(
    r"\{\{-?\s*(ref|source)\(\s*['\"]([^'\"]+)['\"]\s*(?:,\s*['\"]([^'\"]+)['\"]\s*)?(?:,[^)]*)?\)\s*-?\}\}"
)
_JINJA = re.compile(r"\{%.{0,5000}?%\}|\{#.{0,5000}?#\}|\{\{.{0,5000}?\}\}", re.DOTALL)
_PERSONAL_WORDS = re.compile(r"\b[A-Za-z_][\w]*\b")


def claims(path: str) -> bool:
    """Tell whether the file is SQL."""
    return path.endswith((".sql", ".SQL", ".ddl", ".hql"))


def read(source: Source) -> list[Clue]:
    """Return the tables that the script reads and writes."""
    if len(source.text) > MAX_CHARACTERS:
        return [
            Unclear(
                source.at(),
                f"not read as SQL: {len(source.text):,} characters hold data rather than a script",
            )
        ]
    if "{{" in source.text and (_REF.search(source.text) or re.search(r"\{\{\s*config\(", source.text)):
        return _model(source)
    return statement_clues(source, source.text, f"code:{source.path}")


# -- dbt


def _model(source: Source) -> list[Clue]:
    """A model of dbt is the table that it is named after."""
    name = source.name.removesuffix(".sql")
    target, top = f"table:{name}", source.at(1)
    if re.search(r"(^|/)(tests|macros|analyses|snapshots)/", source.path):
        return []
    clues: list[Clue] = [
        Thing(DBT, "preprocessing-job", "dbt", top, 0.7, also=("dbt run",)),
        Thing(target, "dataset-store", name, top, 0.75),
        Move(DBT, target, top, name, 0.75),
    ]
    seen: set[str] = set()
    for found in _REF.finditer(source.text):
        origin = (
            f"table:{found[2]}.{found[3]}"
            if found[1] == "source" and found[3]
            else f"table:{found[3] or found[2]}"
        )
        if origin not in seen:
            seen.add(origin)
            at = source.at_offset(found.start())
            clues.append(Thing(origin, "dataset-store", origin[6:], at, 0.6))
            clues.append(Move(origin, DBT, at, origin[6:], 0.75, opened_by=DBT))
    return clues + _columns_by_word(source, target)


def _columns_by_word(source: Source, key: str) -> list[Clue]:
    """Return the personal data that the names in a query speak of; templates keep it from being parsed."""
    plain = _JINJA.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), source.text)
    plain = re.sub(r"--[^\n]*|'[^']*'", lambda m: " " * len(m[0]), plain)
    clues: dict[str, Clue] = {}
    for found in _PERSONAL_WORDS.finditer(plain):
        if "_" in found[0] or len(found[0]) > 4:
            for category in personal_of(found[0]):
                clues.setdefault(category, Personal(key, category, source.at_offset(found.start())))
    return list(clues.values())


# -- SQL


def statement_clues(source: Source, text: str, key: str) -> list[Clue]:
    """Return the tables that statements read and write; ``key`` is the script that runs them."""
    try:
        import sqlglot  # noqa: PLC0415
        from sqlglot import errors  # noqa: PLC0415
    except ImportError:
        return [Unclear(source.at(), "not read: SQL needs sqlglot (pip install 'mantlet[discovery]')")]
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # what it can't parse becomes an Unclear
    clean = _JINJA.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text).replace("\r", " ")
    try:
        statements = sqlglot.parse(clean, error_level=errors.ErrorLevel.RAISE, dialect=_dialect(clean))
    except errors.SqlglotError as error:
        details: list[dict[str, Any]] = getattr(error, "errors", None) or [{}]
        return [
            Unclear(source.at(details[0].get("line") or 0), "not readable as SQL"),
            *_by_pattern(source, clean, key),
        ]
    except (RecursionError, ValueError, AttributeError, TypeError):
        return [Unclear(source.at(), "not readable as SQL"), *_by_pattern(source, clean, key)]
    clues: list[Clue] = []
    for statement in statements[:MAX_STATEMENTS]:
        if statement is not None:
            clues += _statement(source, clean, statement, key)
    if len(statements) > MAX_STATEMENTS:
        clues.append(Unclear(source.at(), f"only the first {MAX_STATEMENTS} statements were read"))
    moves = any(isinstance(clue, Move) for clue in clues)
    name = source.name.rpartition(".")[0]
    thing = [Thing(key, step_type(name), source.name, source.at(1), 0.4)] if moves else []
    return [*thing, *dict.fromkeys(clues)]


def _dialect(text: str) -> str:
    signs = (
        ("tsql", r"\bIDENTITY\s*\(|\bNVARCHAR\b|^\s*GO\s*$"),
        ("mysql", r"\bAUTO_INCREMENT\b|\bENGINE\s*=|`\w+`\s+(?:INT|VARCHAR)"),
        ("bigquery", r"`[\w-]+\.\w+\.\w+`|\bSAFE_CAST\b|CREATE\s+OR\s+REPLACE\s+MODEL"),
        ("snowflake", r"\bVARIANT\b|\bCREATE\s+(?:OR\s+REPLACE\s+)?STAGE\b|\$\$"),
        ("redshift", r"\bDISTKEY\b|\bSORTKEY\b|\bIAM_ROLE\b"),
        ("spark", r"\bUSING\s+(?:DELTA|PARQUET)\b|\bLATERAL\s+VIEW\b"),
    )
    return next(
        (name for name, sign in signs if re.search(sign, text, re.IGNORECASE | re.MULTILINE)), "postgres"
    )


def _statement(source: Source, text: str, statement: Any, key: str) -> list[Clue]:
    from sqlglot import exp  # noqa: PLC0415

    targets = _targets(statement)
    written = {id(table) for table in targets}
    common = {cte.alias for cte in statement.find_all(exp.CTE)}
    clues: list[Clue] = []
    only_schema = isinstance(statement, exp.Create) and statement.expression is None
    for table in targets:
        name, at = _name(table), source.find(table.name, _line_of(text, table))
        clues.append(Thing(f"table:{name}", "dataset-store", name, at, 0.6))
        if not only_schema:
            clues.append(Move(key, f"table:{name}", at, table.name, 0.7))
    for table in statement.find_all(exp.Table):
        if (
            id(table) in written
            or table.name in common
            or not table.name
            or only_schema
            or isinstance(statement, (exp.Drop, exp.Alter))
        ):
            continue
        name, at = _name(table), source.find(table.name, _line_of(text, table))
        clues.append(Thing(f"table:{name}", "dataset-store", name, at, 0.5))
        clues.append(Move(f"table:{name}", key, at, table.name, 0.7, opened_by=key))
    if only_schema and targets:
        columns = [
            (one.name, source.find(one.name, _line_of(text, targets[0])))
            for one in statement.find_all(exp.ColumnDef)
        ]
        clues += personal_clues(f"table:{_name(targets[0])}", columns)
    return clues


def _targets(statement: Any) -> list[Any]:
    """Return the tables that a statement makes or changes."""
    from sqlglot import exp  # noqa: PLC0415

    if isinstance(statement, exp.Create) and str(statement.args.get("kind", "")).upper() not in (
        "TABLE",
        "VIEW",
    ):
        return []
    if isinstance(statement, (exp.Create, exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Copy)):
        found = statement.this
        if isinstance(found, exp.Schema):
            found = found.this
        return [found] if isinstance(found, exp.Table) and found.name else []
    return []


def _name(table: Any) -> str:
    return ".".join(part for part in (table.db, table.name) if part)


def _line_of(text: str, table: Any) -> int:
    meta = getattr(table.this, "meta", {}) or {}
    line = meta.get("line")
    return (
        max(1, int(line))
        if line
        else max(1, text.count("\n", 0, max(text.lower().find(table.name.lower()), 0)) + 1)
    )


_TABLES = re.compile(
    r"\b(from|join|into|update|table)\s+(?:if\s+(?:not\s+)?exists\s+)?[`\"\[]?([A-Za-z_][\w.]*)",
    re.IGNORECASE,
)


def _by_pattern(source: Source, text: str, key: str) -> list[Clue]:
    """Return tables by the words before them, where the dialect isn't understood."""
    clues: list[Clue] = []
    for found in _TABLES.finditer(text):
        name, at = found[2], source.at_offset(found.start(2))
        if name.lower() in ("select", "set", "values", "only", "lateral", "unnest"):
            continue
        clues.append(Thing(f"table:{name}", "dataset-store", name, at, 0.4))
        if found[1].lower() in ("from", "join"):
            clues.append(Move(f"table:{name}", key, at, name, 0.4, opened_by=key))
        elif found[1].lower() != "table":
            clues.append(Move(key, f"table:{name}", at, name, 0.4))
    return list(dict.fromkeys(clues))[:200]
