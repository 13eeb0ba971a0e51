"""Feast's `feature_store.yaml`: the registry, the online and the offline store, and where queries are staged."""

from __future__ import annotations

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Fact, Move, Same, Thing, Where
from mantlet.discovery.reader import Source, path_key
from mantlet.discovery.readers._documents import yaml_documents, yaml_trouble
from mantlet.discovery.readers._formats import by_name
from mantlet.discovery.readers._kinds import name_of
from mantlet.discovery.readers._names import addresses, in_clear, is_secret, unresolved

STORE = "feast:store"
_STORES = {
    "dynamodb": ("database", "DynamoDB online store", "only:dynamodb"),
    "redis": ("cache", "Redis online store", "only:redis"),
    "datastore": ("database", "Datastore online store", "only:datastore"),
    "bigtable": ("database", "Bigtable online store", "only:bigtable"),
    "cassandra": ("database", "Cassandra online store", "only:cassandra"),
    "postgres": ("database", "PostgreSQL store", "only:postgres"),
    "mysql": ("database", "MySQL online store", "only:mysql"),
    "milvus": ("vector-index", "Milvus online store", "only:milvus"),
    "qdrant": ("vector-index", "Qdrant online store", "only:qdrant"),
    "elasticsearch": ("database", "Elasticsearch online store", "only:elasticsearch"),
    "hazelcast": ("cache", "Hazelcast online store", "only:hazelcast"),
    "redshift": ("data-warehouse", "Redshift offline store", "only:redshift"),
    "bigquery": ("data-warehouse", "BigQuery offline store", "only:bigquery"),
    "snowflake": ("data-warehouse", "Snowflake store", "only:snowflake"),
    "snowflake.offline": ("data-warehouse", "Snowflake offline store", "only:snowflake"),
    "snowflake.online": ("data-warehouse", "Snowflake online store", "only:snowflake"),
    "athena": ("data-warehouse", "Athena offline store", "only:athena"),
    "trino": ("data-warehouse", "Trino offline store", "only:trino"),
    "spark": ("compute-cluster", "Spark offline store", "only:spark"),
    "duckdb": ("database", "DuckDB offline store", "only:duckdb"),
}


def claims(path: str) -> bool:
    """Tell whether the file sets up Feast."""
    return by_name(path) == "feast"


def read(source: Source) -> list[Clue]:
    """Return the feature store and what it keeps its data in."""
    clues = yaml_trouble(source)
    for document in yaml_documents(source):
        clues += _store(source, document)
    return clues


def _store(source: Source, document: Item) -> list[Clue]:
    project = document["project"]
    also = tuple(filter(None, (project.text, source.folder.rpartition("/")[2])))
    clues: list[Clue] = [
        Thing(STORE, "retriever", "Feast feature store", source.at(project.at or 1), 0.85, also=also)
    ]
    clues += _registry(source, document["registry"])
    clues += _kept(source, document["online_store"], "online")
    clues += _kept(source, document["offline_store"], "offline")
    for section in ("online_store", "offline_store", "registry"):
        for path, item in document[section].walk(200):
            if item.text and path and is_secret(path[-1]) and in_clear(item.text):
                clues.append(Fact(STORE, "secrets_managed", "no", source.at(item.at)))
    return clues


def _registry(source: Source, item: Item) -> list[Clue]:
    path = item if item.text else item["path"]
    if not path.text or unresolved(path.text):
        return []
    at = source.at(path.at)
    found = next(iter(addresses(path.text)), None)
    if found is None or found.key.startswith("bucket:"):
        key = f"path:{path.text}" if found else path_key(path.text, source.folder)
        name = path.text.rpartition("/")[2]
    elif "[" in found.host or "<" in found.host:
        return []
    else:
        key, name = found.key, found.scheme
    return [
        Thing(key, "model-registry", f"{name} (Feast registry)", at, 0.85, also=(name, "registry")),
        Move(key, STORE, at, "feature definitions", 0.8, opened_by=STORE),
    ]


def _kept(source: Source, item: Item, role: str) -> list[Clue]:
    kind = item if item.text else item["type"]
    if not kind.text:
        return []
    at = source.at(kind.at)
    if kind.text in ("sqlite", "file", "dask"):
        path = item["path"]
        if not path.text:
            return []
        key, where = path_key(path.text, source.folder), source.at(path.at)
        return [
            Thing(key, "database", f"{name_of(path.text)} ({role} store)", where, 0.8),
            *_moves(key, role, where),
        ]
    type_, name, key = _STORES.get(kind.text, ("database", f"{kind.text} {role} store", f"only:{kind.text}"))
    clues: list[Clue] = [Thing(key, type_, name, at, 0.85, also=(kind.text,)), *_moves(key, role, at)]
    for option in ("connection_string", "host", "endpoint_url", "path"):
        value = item[option]
        if value.text and not unresolved(value.text):
            host, _, port = value.text.split(",")[0].partition(":")
            if option in ("connection_string", "host") and "=" not in host and "/" not in host:
                port = port or item["port"].text
                clues.append(Same(key, f"host:{host}" + (f":{port}" if port else ""), source.at(value.at)))
    staging = item["s3_staging_location"]
    if found := next(iter(addresses(staging.text)), None):
        clues.append(Move(key, found.key, source.at(staging.at), "query staging", 0.6))
    return clues


def _moves(key: str, role: str, at: Where) -> list[Clue]:
    if role == "online":
        return [
            Move(key, STORE, at, "online features", 0.8, opened_by=STORE),
            Move(STORE, key, at, "materialised features", 0.35),
        ]
    return [Move(key, STORE, at, "historical features", 0.3, opened_by=STORE)]
