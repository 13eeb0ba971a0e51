"""dbt's YAML: projects, sources and models with their columns, exposures, and the warehouses of profiles."""

from __future__ import annotations

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Fact, Move, Part, Same, Thing
from mantlet.discovery.reader import Source
from mantlet.discovery.readers._documents import yaml_documents, yaml_trouble
from mantlet.discovery.readers._formats import by_name, is_yaml, kind_of
from mantlet.discovery.readers._names import addresses, in_clear, is_secret, unresolved
from mantlet.discovery.readers._personal import personal_clues
from mantlet.discovery.readers.sql import DBT

_WAREHOUSES = {"snowflake": "Snowflake", "bigquery": "BigQuery", "redshift": "Redshift", "postgres": "PostgreSQL", "databricks": "Databricks", "spark": "Spark", "duckdb": "DuckDB", "trino": "Trino", "athena": "Athena", "clickhouse": "ClickHouse", "sqlserver": "SQL Server"}  # fmt: skip


def claims(path: str) -> bool:
    """Tell whether the file may be dbt's; that of schemas is known by its content."""
    return by_name(path) == "dbt" or (is_yaml(path) and not by_name(path))


def read(source: Source) -> list[Clue]:
    """Return what the file declares."""
    kind = kind_of(source)
    if kind not in ("dbt", "dbt-schema"):
        return []
    clues = yaml_trouble(source)
    for document in yaml_documents(source):
        if source.name.startswith("dbt_project"):
            clues += _project(source, document)
        elif source.name.startswith("profiles"):
            clues += _profiles(source, document)
        elif source.name.startswith("packages"):
            clues += [
                Part(
                    "package",
                    p["package"].text or p["git"].text,
                    source.at(p["package"].at or p["git"].at),
                    p["version"].text or p["revision"].text,
                )
                for p in document["packages"].each()
            ]
        elif kind == "dbt-schema":
            clues += _schema(source, document)
    return clues


def _project(source: Source, document: Item) -> list[Clue]:
    name = document["name"]
    return (
        [
            Thing(
                DBT,
                "preprocessing-job",
                f"dbt {name.text}",
                source.at(name.at),
                0.85,
                also=("dbt", name.text),
            )
        ]
        if name.text
        else []
    )


def _profiles(source: Source, document: Item) -> list[Clue]:
    clues: list[Clue] = []
    for profile in document.values():
        for target in profile["outputs"].values():
            kind = target["type"]
            if not kind.text:
                continue
            key, at = f"only:{kind.text}", source.at(kind.at)
            clues.append(Thing(key, "data-warehouse", _WAREHOUSES.get(kind.text, kind.text), at, 0.8))
            clues += [Move(key, DBT, at, "tables", 0.4, opened_by=DBT), Move(DBT, key, at, "tables", 0.5)]
            host = target["host"]
            if host.text and not unresolved(host.text):
                clues.append(
                    Same(
                        key,
                        f"host:{host.text}" + (f":{target['port'].text}" if target["port"].text else ""),
                        source.at(host.at),
                    )
                )
            clues += _secrets(source, target)
    return clues


def _secrets(source: Source, target: Item) -> list[Clue]:
    clues: list[Clue] = []
    for name, value in target.items():
        if not (is_secret(name) or name in ("pass", "password", "token")) or not value.text:
            continue
        at = source.at(value.at)
        variable = value.text.partition("env_var(")[2].strip("'\" ").partition("'")[0].partition('"')[0]
        key = f"secret:{variable or 'warehouse ' + name}"
        clues += [
            Thing(key, "secret-store", key[7:], at, 0.7),
            Move(key, DBT, at, "credential", 0.7, opened_by=DBT),
        ]
        if not variable and in_clear(value.text):
            clues.append(Fact(DBT, "secrets_managed", "no", at))
    return clues


def _schema(source: Source, document: Item) -> list[Clue]:
    clues: list[Clue] = []
    for origin in document["sources"].each():
        schema = origin["name"].text
        for table in origin["tables"].each():
            name, at = f"{schema}.{table['name'].text}", source.at(table["name"].at)
            clues.append(Thing(f"table:{name}", "dataset-store", name, at, 0.8, also=(table["name"].text,)))
            clues += _columns(source, f"table:{name}", table) + _external(source, f"table:{name}", table)
    for section in ("models", "seeds", "snapshots"):
        for one in document[section].each():
            if name := one["name"].text:
                at = source.at(one["name"].at)
                clues.append(Thing(f"table:{name}", "dataset-store", name, at, 0.7))
                clues += _columns(source, f"table:{name}", one)
                if section == "seeds":
                    clues.append(Move(DBT, f"table:{name}", at, name, 0.6))
    for one in document["exposures"].each():
        clues += _exposure(source, one)
    return clues


def _external(source: Source, key: str, table: Item) -> list[Clue]:
    """Return the bucket that an external table lies over."""
    clues: list[Clue] = []
    for item in (table["external"]["location"], table["meta"]["external_location"]):
        for found in addresses(item.text):
            if found.key.startswith("bucket:"):
                at = source.at(item.at)
                clues.append(Thing(found.key, "object-store", found.host, at, 0.8, also=(found.url,)))
                clues.append(Move(found.key, key, at, "external table", 0.8))
    return clues


def _columns(source: Source, key: str, table: Item) -> list[Clue]:
    return personal_clues(key, [(c["name"].text, source.at(c["name"].at)) for c in table["columns"].each()])


def _exposure(source: Source, one: Item) -> list[Clue]:
    """Return a dashboard, notebook or application that uses models."""
    name, at = one["name"].text, source.at(one["name"].at)
    if not name:
        return []
    type_ = {
        "dashboard": "web-app",
        "notebook": "notebook",
        "ml": "training-job",
        "application": "web-service",
    }.get(one["type"].text, "process")
    key = f"service:{name}"
    clues: list[Clue] = [Thing(key, type_, name, at, 0.75)]
    for text, line in one["depends_on"].texts():
        model = text.partition("(")[2].strip("'\") ").split("'")[-1]
        if model:
            clues.append(Move(f"table:{model}", key, source.at(line), model, 0.75, opened_by=key))
    return clues
