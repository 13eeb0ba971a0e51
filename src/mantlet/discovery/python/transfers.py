"""Operators of schedulers whose names say what they bring where, or which service they ask."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from msgspec import Struct, convert

from mantlet.discovery.clues import Move
from mantlet.discovery.python import paths, sql
from mantlet.discovery.python.texts import one
from mantlet.discovery.python.trace import Resource
from mantlet.discovery.python.values import HOLE, UNKNOWN, Value

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine

_TRANSFER = re.compile(r"^([A-Za-z0-9]+?)To([A-Z][A-Za-z0-9]*?)(Transfer)?Operator$")
_BUCKETS = {
    True: ("source_bucket", "source_bucket_name", "s3_bucket", "bucket", "bucket_name", "container_name"),
    False: (
        "dest_bucket", "destination_bucket", "dest_bucket_name", "s3_bucket", "gcs_bucket", "s3_bucket_name",
        "bucket", "bucket_name", "container_name",
    ),
}  # fmt: skip
_ADDRESSES = {
    True: ("source_bucket_key", "s3_key", "source_path"),
    False: ("dest_bucket_key", "dest_key", "s3_key"),
}
_TABLES = (
    "table", "table_name", "destination_project_dataset_table", "source_project_dataset_table", "target_table_name",
    "dynamodb_table_name", "mongo_collection", "hive_table", "destination_table", "postgres_table", "mysql_table",
)  # fmt: skip
_FILES = ("filename", "src", "filepath", "local_path", "dst")


class System(Struct, frozen=True, forbid_unknown_fields=True):
    """What a word in an operator's name stands for."""

    type: str
    title: str
    key: str = ""
    bucket: str = ""
    """The scheme of the cloud whose buckets these are."""
    file: bool = False


class _Names(Struct, frozen=True, forbid_unknown_fields=True):
    systems: dict[str, System]
    services: dict[str, System]


@cache
def _names() -> _Names:
    path = Path(__file__).parent.parent / "operators.yaml"
    return convert(yaml.safe_load(path.read_bytes()), _Names)


def take(m: Machine, key: str, name: str, named: dict[str, Value], node: ast.AST) -> None:
    """Note what an operator moves or asks, as its name tells."""
    last = name.rpartition(".")[2]
    transfer = _TRANSFER.match(last)
    if transfer:
        source = _resource(m, _system(transfer[1]), named, node, reads=True)
        target = _resource(m, _system(transfer[2]), named, node, reads=False)
        if source is not None:
            m.shown(source)
            m.clues.append(Move(source.key, key, m.at(node), "records", opened_by=key))
        if target is not None:
            m.shown(target)
            m.clues.append(Move(key, target.key, m.at(node), "records", opened_by=key))
        return
    service = next((found for word, found in _names().services.items() if last.startswith(word)), None)
    if service is not None:
        asked = m.resource(service.key, service.type, service.title, m.at(node))
        m.shown(asked)
        m.clues.append(Move(key, asked.key, m.at(node), "request", opened_by=key))


def _system(word: str) -> System | None:
    systems = _names().systems
    fitting = [name for name in systems if word.startswith(name) or word.endswith(name)]
    return systems[max(fitting, key=len)] if fitting else None


def _resource(
    m: Machine, system: System | None, named: dict[str, Value], node: ast.AST, *, reads: bool
) -> Resource | None:
    if system is None:
        return None
    if system.bucket:
        return _bucket(m, system, named, node, reads=reads)
    if system.file:
        text = _first(named, _FILES)
        path = paths.of_path(text, m.script, m.settings) if text else ""
        return m.resource(path, system.type, paths.name_of(path), m.at(node)) if path else None
    database = m.resource(system.key, system.type, system.title, m.at(node))
    if system.key.startswith(("host:", "saas:")):
        return database
    statements = [text for word in ("sql", "query") for text in sql.texts(named.get(word, UNKNOWN))]
    read = [table for text in statements for table in sql.tables(text)[0]] if reads else []
    table = read[0] if read else _first(named, _TABLES)
    return sql.table(m, table, database, node) if table else database


def _bucket(m: Machine, system: System, named: dict[str, Value], node: ast.AST, *, reads: bool) -> Resource:
    for word in _ADDRESSES[reads]:
        found = re.match(r"\w+://([^/\x00]+)", one(named.get(word, UNKNOWN)))
        if found:
            return m.resource(f"bucket:{system.bucket}:{found[1]}", system.type, found[1], m.at(node))
    name = _first(named, _BUCKETS[reads])
    key = f"bucket:{system.bucket}:{name or '*'}"
    return m.resource(key, system.type, name or system.title, m.at(node))


def _first(named: dict[str, Value], words: tuple[str, ...]) -> str:
    texts = (one(named[word]) for word in words if word in named)
    return next((text for text in texts if text and HOLE not in text), "")
