"""What a text that names a resource means: a file of the repository, an address, a bucket, a database."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from mantlet.discovery.python.values import HOLE, ROOT
from mantlet.discovery.reader import in_words

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Settings

_SCHEME = re.compile(r"^([a-zA-Z][a-zA-Z0-9+.-]{1,30})://")
BUCKETS = {
    "s3": "s3",
    "s3a": "s3",
    "s3n": "s3",
    "gs": "gcs",
    "gcs": "gcs",
    "abfs": "azure",
    "abfss": "azure",
    "wasbs": "azure",
    "az": "azure",
    "hdfs": "hdfs",
}
DATABASES = {
    "postgresql": "PostgreSQL", "postgres": "PostgreSQL", "mysql": "MySQL", "mariadb": "MariaDB", "mssql": "SQL Server",
    "oracle": "Oracle", "redshift": "Redshift", "snowflake": "Snowflake", "bigquery": "BigQuery", "clickhouse": "ClickHouse",
    "mongodb": "MongoDB", "cockroachdb": "CockroachDB", "databricks": "Databricks", "trino": "Trino", "duckdb": "DuckDB",
}  # fmt: skip
QUEUES = {
    "amqp": "RabbitMQ",
    "amqps": "RabbitMQ",
    "kafka": "Kafka",
    "nats": "NATS",
    "mqtt": "MQTT",
    "mqtts": "MQTT",
}
_SUFFIXES = {
    "dataset-store": "csv tsv parquet feather arrow avro orc jsonl ndjson xml xlsx xls npy npz tfrecord tfrecords h5ad gz zip tar wav mp3 mp4 arff libsvm sas7bdat dta rds hdf hdf5",
    "model-artifact": "pt pth ckpt onnx joblib gguf ggml safetensors keras tflite pb pmml mar bst cbm h5 bin model skops mlmodel engine",
    "file-store": "png jpg jpeg svg pdf html htm gif webp pickle pkl dill json txt md docx tex",
    "log-store": "log",
    "config-store": "yaml yml toml ini cfg conf env properties",
    "database": "db sqlite sqlite3 duckdb",
    "vector-index": "faiss index ann",
}  # fmt: skip
_AMBIGUOUS = frozenset(["bin", "h5", "hdf", "hdf5", "npz", "npy", "gz", "zip", "model"])
"""Endings that data and models share: what the call does decides."""
SUFFIX_TYPES = {suffix: kind for kind, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}


def known_part(text: str) -> str:
    """Return a text with its holes shown as stars."""
    return re.sub(r"\*+", "*", text.replace(HOLE, "*"))


def of_path(text: str, script: str, settings: Settings) -> str:
    """Return the key of a path as code in ``script`` writes it; empty where nothing of it is known."""
    text = text.strip()
    found = _SCHEME.match(text)
    if found:
        return of_address(text)
    text, filled = in_words(text.replace("\\", "/"))
    shown = known_part(text)
    if not re.search(r"[A-Za-z0-9]", shown.replace(ROOT, "")):
        return ""
    if shown.startswith(ROOT):
        inside = posixpath.normpath("." + shown[1:].lstrip(".") if len(shown) > 1 else ".")
        return f"path:{inside.removeprefix('../')}"
    if shown.startswith(("/", "~")):
        return f"path:{posixpath.normpath(shown)}"
    if shown.startswith("*/") and len(shown) > 2:
        return f"path:{posixpath.normpath(shown[2:])}"
    shown = posixpath.normpath(shown)
    return f"path:{shown if filled else _placed(shown, script, settings)}"


def _placed(path: str, script: str, settings: Settings) -> str:
    """Choose the working folder: where something lies already, else the folder of the project that the script is in."""
    folder = posixpath.dirname(script)
    beside = posixpath.normpath(posixpath.join(folder, path))
    base = settings.project_of(script)
    inner = posixpath.normpath(posixpath.join(base, path))
    while path.startswith("../"):
        path = path[3:]
    for candidate in (inner, path, beside):
        if candidate in settings.files or candidate in settings.folders:
            return candidate
    for candidate in (inner, beside):
        above = posixpath.dirname(candidate)
        if (
            candidate != path
            and above not in {"", folder}
            and above in settings.folders
            and posixpath.dirname(path) not in settings.folders
        ):
            return candidate
    return path if inner.startswith("../") else inner


def of_address(text: str) -> str:
    """Return the key of an address."""
    found = _SCHEME.match(text)
    if not found and re.fullmatch(r"[A-Za-z][\w.-]*(:\d+)?", text):
        return f"host:{text}"
    if not found:
        return f"url:{known_part(text)}" if re.search(r"[A-Za-z0-9]", text) else ""
    scheme = found[1].lower().split("+")[0]
    rest = known_part(text[found.end() :])
    if scheme in BUCKETS:
        return f"bucket:{BUCKETS[scheme]}:{rest.split('/')[0] or '*'}" + (
            f"/{rest.partition('/')[2]}" if "/" in rest else ""
        )
    if scheme == "sqlite":
        path = rest.lstrip("/") if rest.startswith("/") and not rest.startswith("//") else rest
        path = path.replace(f"{ROOT}/", "").replace(ROOT, "")
        return f"path:{posixpath.normpath(path)}" if path and path != ":memory:" else "memory:sqlite"
    if scheme == "file":
        return f"path:{posixpath.normpath(rest)}" if rest else ""
    if scheme in DATABASES or scheme in QUEUES or scheme in {"redis", "rediss", "neo4j", "bolt"}:
        host = rest.rpartition("@")[2].split("/")[0].split("?")[0]
        return f"host:{host}" if host.strip("*:") else f"db:{scheme}"
    if scheme in {"runs", "models"}:
        return f"mlflow:{rest.split('/')[0]}"
    host, _, tail = rest.partition("?")[0].partition("/")
    host = host.rpartition("@")[2]
    return (
        f"url:{scheme}://{host}/{tail}".rstrip("/")
        if host.strip("*:")
        else f"url:*/{tail}"
        if tail.strip("*/")
        else ""
    )


def host_of(key: str) -> str:
    """Return the host of an address."""
    return key.partition("://")[2].partition("/")[0].partition("?")[0] if "://" in key else ""


def type_of(key: str, fallback: str = "") -> str:
    """Return the vocabulary's type that a key tells."""
    if key.startswith("path:"):
        suffix = key.rpartition(".")[2].lower() if "." in posixpath.basename(key) else ""
        found = SUFFIX_TYPES.get(suffix, "")
        vague = not found or found == "file-store" or suffix in _AMBIGUOUS
        return fallback if fallback and vague else found or fallback
    if key.startswith("bucket:"):
        return "object-store"
    if key.startswith(("host:", "db:", "table:")):
        return fallback or "database"
    return fallback


def name_of(key: str) -> str:
    """Return the name that people read for a key."""
    kind, _, rest = key.partition(":")
    if kind == "bucket":
        return rest.partition(":")[2]
    if kind == "host":
        return re.sub(r":\d+$", "", rest)
    if kind == "db":
        return DATABASES.get(rest, rest)
    return rest
