"""What names in declared files stand for: images, addresses, variables, credentials. The knowledge is `services.yaml`."""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import yaml
from msgspec import Struct

from mantlet.base.data import read_beside
from mantlet.discovery.clues import Clue, Fact, Move, Setting, Thing, Where


@cache
def known() -> dict[str, dict[str, Any]]:
    """Return the knowledge about names."""
    data: dict[str, dict[str, Any]] = yaml.load(
        read_beside(__file__, "services.yaml"), Loader=yaml.CSafeLoader
    )
    return data


# -- addresses


_HERE = frozenset(("localhost", "127.0.0.1", "0.0.0.0", "[::1]", "host.docker.internal"))  # noqa: S104 (compared)


class Address(Struct, frozen=True):
    """An address in a setting or command."""

    scheme: str
    host: str
    port: int
    path: str
    password: bool
    """Whether it carries a password in clear."""
    type: str
    protocol: str

    @property
    def key(self) -> str:
        """The clue key: a hosted service, a bucket, a file, or a host."""
        if service := saas_of_host(self.host):
            return f"saas:{service}"
        if self.scheme in ("s3", "s3a", "s3n", "gs", "gcs", "az", "abfs", "abfss", "wasbs"):
            return bucket_key(self.scheme, self.host)
        if self.scheme == "sqlite":
            return f"path:{self.path}"
        host = "localhost" if self.host in _HERE else self.host
        return f"host:{host}:{self.port}" if self.port else f"host:{host}"

    @property
    def url(self) -> str:
        """The address without credentials."""
        port = f":{self.port}" if self.port and self.port != scheme_of(self.scheme).get("port") else ""
        return f"{self.scheme}://{self.host}{port}{self.path}"


_ADDRESS = re.compile(
    r"(?<![\w])((?:[a-z][a-z0-9]*)(?:\+[a-z0-9_]+)?)://((?:\$\{[^}\s]{0,200}\}|[^\s\"'`<>|;,)\]}])+)",
    re.IGNORECASE,
)
_BUCKETS = {"s3": "s3", "s3a": "s3", "s3n": "s3", "gs": "gcs", "gcs": "gcs", "az": "azure", "abfs": "azure", "abfss": "azure", "wasbs": "azure"}  # fmt: skip
_OTHER = frozenset(("sqlite", "hdfs", "file", *_BUCKETS))


def bucket_key(scheme: str, name: str) -> str:
    """Return the key of a bucket; what isn't known of its name is `*`."""
    name = re.sub(r"\$\{[^}]*\}|\$\w+|\{\{.*?\}\}|\{[^}]*\}|<[^>]*>", "*", name)
    return f"bucket:{_BUCKETS.get(scheme, scheme)}:{name}"


def function_key(name: str) -> str:
    """Return the key by which functions are known to those that call them, however their names are written."""
    return "function:" + re.sub(r"[^a-z0-9]|(lambda|function|arn)+$", "", name.lower())


def scheme_of(scheme: str) -> dict[str, Any]:
    """Return what is known of an address scheme; `postgresql+psycopg2` counts as `postgresql`."""
    return dict(known()["schemes"].get(scheme.lower().partition("+")[0], {}))


def addresses(text: str) -> list[Address]:
    """Return the addresses in a text, leaving out what no program connects to."""
    found = (address(match[0]) for match in _ADDRESS.finditer(text[:20_000]))
    return [one for one in found if one]


def address(text: str) -> Address | None:
    """Return an address in its parts; variables in it stay as they are written."""
    scheme, _, rest = text.partition("://")
    base = scheme.lower().partition("+")[0]
    entry = scheme_of(base)
    if not entry and base not in _OTHER:
        return None
    if base == "sqlite":  # three slashes: relative; four: absolute
        return Address(base, "", 0, rest.removeprefix("/") or ":memory:", False, "database", "file")
    head, slash, path = rest.partition("/")
    login, _, server = head.rpartition("@")
    host, port = _host_port(server, int(entry.get("port", 0)))
    password = login.partition(":")[2]
    kind = "object-store" if base in _BUCKETS else str(entry.get("type", "file-store"))
    clear = bool(password) and not unresolved(password)
    return Address(base, host, port, slash + path, clear, kind, str(entry.get("protocol", "")))


def _host_port(server: str, default: int) -> tuple[str, int]:
    server = server.split(",", maxsplit=1)[0]
    found = re.fullmatch(r"(.*?):(?:\$\{\w+:-)?(\d{1,5})\}?", server)
    if found:
        return _default(found[1]), int(found[2])
    if found := re.fullmatch(r"([\w.\-]+|\$\{[^}]*\}):\$.*", server):  # a port that is set elsewhere
        return _default(found[1]), default
    return _default(server.partition(":")[0] if "${" not in server else server), default


def _default(text: str) -> str:
    """Return the default in `${HOST:-localhost}`."""
    found = re.fullmatch(r"\$\{\w+:?-([^}]*)\}", text)
    return found[1] if found else text


def saas_of_host(host: str) -> str:
    """Return the short name of the hosted service that a host belongs to."""
    hosts = known()["hosts"]
    labels = host.lower().split(".")
    for start in range(len(labels) - 1):
        if name := hosts.get(".".join(labels[start:])):
            return str(name)
    return ""


def saas_of_variable(name: str) -> str:
    """Return the short name of the hosted service whose settings a variable holds."""
    name = name.upper().removeprefix("VITE_").removeprefix("NEXT_PUBLIC_").removeprefix("REACT_APP_")
    found = [start for start in known()["variables"] if name.startswith(start)]
    return str(known()["variables"][max(found, key=len)]) if found else ""


def saas_thing(name: str, at: Where, confidence: float = 0.6) -> Thing:
    """Return the clue of a hosted service."""
    entry = known()["saas"].get(name, {})
    return Thing(
        f"saas:{name}", entry.get("type", "external-system"), entry.get("title", name), at, confidence
    )


def host_of(url: str) -> str:
    """Return the host of a URL, in small letters; empty where it can't be told."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


# -- credentials and settings

_SECRET = re.compile(
    r"(?:^|[_\-.])(?:[A-Z0-9]*PASS(?:WD|WORD|PHRASE)|PASS|PWD|SECRET|TOKENS?|API_?KEY|APIKEY|ACCESS_?KEY(?:_?ID)?|PRIVATE_?KEY|"
    r"CREDENTIALS?|AUTH_?KEY|ENCRYPTION_?KEY|SECRET_?KEY|SIGNING_?KEY|WEBHOOK(?:_?URL)?|PAT)(?:$|[_\-.](?!FILE|PATH|URL|TYPE|LENGTH|LIMIT|COUNT|EXPIR|NAME|MAX|MIN|TTL))",
    re.IGNORECASE,
)  # fmt: skip
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_SECRET = re.compile(
    r"(?:^|_)(?:MAX|MIN|NUM)_|TOKENS?_(?:PER|LIMIT|COUNT|MAX)|TOKENIZER|EXPIR|_FILE$|_PATH$|_LEN|_ENABLED$|_ENABLE$|ALLOW_EMPTY|SPECIAL_TOKEN|PAD_TOKEN|EOS_TOKEN|BOS_TOKEN|UNK_TOKEN|TOKENS$|_(?:TYPE|NAME|MODE|SIZE|HEADER|REGION|ARN|VERSION)$",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"^$|^[<\[({].*[>\])}]$|your|change|replace|example|placeholder|xxx|\*\*\*|\.\.\.|…|dummy|todo|insert|^(?:none|null|true|false|yes|no|required|optional|secret|string|\d{1,2})$|^sk-\.*$|_here$|^my[-_]",
    re.IGNORECASE,
)
_VARIABLE = re.compile(r"\$\{\{|\$\{|\$\(|\{\{|\$[A-Za-z_]|^!|%\(|<%|^op://|^vault:|^arn:|^ENC\[|^file:")


def is_secret(name: str) -> bool:
    """Tell whether a variable's or setting's name says that its value is a credential."""
    words = _CAMEL.sub("_", name)
    return bool(_SECRET.search(words)) and not _NOT_SECRET.search(words)


def unresolved(text: str) -> bool:
    """Tell whether a text is filled in elsewhere: a variable, a template, a reference."""
    return bool(_VARIABLE.search(text))


def in_clear(value: str) -> bool:
    """Tell whether a credential's value is one: neither a placeholder nor a reference."""
    return not unresolved(value) and not _PLACEHOLDER.search(value)


def looks_random(value: str) -> bool:
    """Tell whether a text has the length and mix of a generated key; files of examples are judged by this."""
    if len(value) < 20 or " " in value:
        return False
    counts = Counter(value)
    entropy = -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
    return entropy > 3.5 and any(c.isdigit() for c in value)


def variable_clues(name: str, value: str, at: Where, scope: str, *, example: bool = False) -> list[Clue]:
    """Return what a variable of a service says: its value, the credential it is, the address it names.

    ``scope`` is the key of the service or step; ``example`` marks files whose values are samples.
    """
    if is_secret(name):
        return _secret_clues(name, value, at, scope, example=example)
    clues: list[Clue] = []
    safe = value
    own = bool(_OWN.search(name))
    for found in addresses(value):
        said = [] if own else address_clues(found, at, scope, _words(name))
        clues += [_surely(clue) for clue in said] if _FOREIGN.match(name) else said
        if found.password:
            safe = without_passwords(safe)
    if scope and not clues and not own and (host := _bare_host(name, value)):
        clues.append(
            Move(
                scope,
                host,
                at,
                _words(name),
                0.35 if _BROKER.search(name) and not _FOREIGN.match(name) else 0.5,
            )
        )
    if not _ELSEWHERE.fullmatch(safe.strip()):
        clues.insert(0, Setting(f"env:{name}", safe, at, scope))
    return clues


_ADDRESSED = re.compile(
    r"(ADDR|ADDRESS|HOST|HOSTNAME|SERVER|SERVERS|ENDPOINT|URL|URI|BROKER|BROKERS|SERVICE)S?$", re.IGNORECASE
)
_HOST = re.compile(r"([a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*)(?::(\d{2,5}))?(?:,.*)?", re.IGNORECASE)
_NO_HOST = frozenset(
    (
        "localhost",
        "true",
        "false",
        "none",
        "null",
        "yes",
        "no",
        "development",
        "production",
        "default",
        "local",
        "test",
    )
)


def _bare_host(name: str, value: str) -> str:
    """Return the key of a server that a variable names without a scheme (`CART_ADDR=cart:7070`)."""
    found = _HOST.fullmatch(value.strip())
    if not _ADDRESSED.search(name) or found is None or found[1].lower() in _NO_HOST:
        return ""
    if service := saas_of_host(found[1]):
        return f"saas:{service}"
    return f"host:{found[1]}:{found[2]}" if found[2] else f"host:{found[1]}"


def _surely(clue: Clue) -> Clue:
    """Return a move with the confidence that a program deserves which is known to use what it is set up for."""
    if isinstance(clue, Move) and clue.confidence < 0.5:
        return Move(clue.source, clue.target, clue.at, clue.data, 0.5, opened_by=clue.opened_by)
    return clue


def without_passwords(text: str) -> str:
    """Return a text without the passwords of the addresses in it."""
    return re.sub(r"(://[^:/@\s]{0,200}):[^@\s]{0,500}@", r"\1@", text[:20_000])


def _secret_clues(name: str, value: str, at: Where, scope: str, *, example: bool) -> list[Clue]:
    clues: list[Clue] = [
        Thing(f"secret:{name}", "secret-store", name, at, 0.6),
        Setting(f"env:{name}", "", at, scope),
    ]
    if scope:
        clues.append(Move(f"secret:{name}", scope, at, "credential", 0.6, opened_by=scope))
        if (service := saas_of_variable(name)) and not scope.startswith("job:"):
            thing = saas_thing(service, at, 0.5)
            ends = (thing.key, scope) if thing.type == "model-hub" else (scope, thing.key)
            clues += [thing, Move(*ends, at, "", 0.4, opened_by=scope)]
    if in_clear(value) and (not example or looks_random(value)):
        clues.append(Fact(scope or f"secret:{name}", "secrets_managed", "no", at))
    return clues


def address_clues(found: Address, at: Where, scope: str, data: str = "") -> list[Clue]:
    """Return what an address in the settings of ``scope`` says: who is called, and how well protected."""
    if not found.host and found.scheme != "sqlite":
        return []
    key, clues = found.key, list[Clue]()
    if key.startswith("saas:"):
        clues.append(saas_thing(key[5:], at))
    elif key.startswith("bucket:"):
        clues.append(Thing(key, "object-store", found.host, at, 0.6))
    elif scope and found.protocol in ("http", "https") and _PUBLIC.fullmatch(found.host):
        clues.append(Thing(key, "external-system", found.host, at, 0.5))
    if found.password:
        clues.append(Fact(scope or key, "secrets_managed", "no", at))
    if (
        not scope
        or found.host in _EMULATORS
        or (scope.startswith("job:") and key in ("saas:github", "saas:gitlab"))
    ):
        return clues
    if found.protocol in ("http", "https") and _FILE.search(
        found.path
    ):  # a file to fetch, not a service to call
        return [Move(f"url:{found.url}", scope, at, found.path.rpartition("/")[2], 0.6, opened_by=scope)]
    waits = found.type == "queue" or _BROKER.search(data)  # who of them sends, only the program knows
    clues.append(Move(scope, key, at, data, 0.35 if waits else 0.5))
    local = found.host in _HERE
    if found.protocol in ("http", "websocket", "amqp", "mqtt", "ftp") and not local:
        clues.append(Fact(scope, "protocol", found.protocol, at, other=key))
    return clues


_PUBLIC = re.compile(
    r"(?!.*\.(local|internal|svc|lan|test|example|localhost)$)[\w-]+(\.[\w-]+)*\.[a-z]{2,12}", re.IGNORECASE
)
"""Names of hosts on the internet."""
_EMULATORS = frozenset(("localstack", "moto", "motoserver"))
"""Stand-ins for a whole cloud: what they stand for, the program says."""
_OWN = re.compile(
    r"WEBSERVER_+BASE_URL|^(APP|SITE|PUBLIC|EXTERNAL|ROOT|SELF|WEB|WEBUI|SERVER|NEXTAUTH|GF_SERVER_ROOT)_(BASE_)?(URL|HOST|URI)$|"
    r"CALLBACK|REDIRECT|ADVERTISED|LISTENERS?$|CORS|ORIGINS?$|ALLOWED_",
    re.IGNORECASE,
)
"""Names of variables that say where a program itself is reached."""
_ELSEWHERE = re.compile(r"\$\{\{.*\}\}|\$\{[^}]*\}|\$\([^)]*\)|\$\w+|\{\{.*\}\}")
"""A value that is nothing but a reference to another."""
_FOREIGN = re.compile(r"AIRFLOW__|PREFECT_|DAGSTER_|N8N_|SUPERSET_|LANGFUSE_|MLFLOW_", re.IGNORECASE)
"""Beginnings of variables of programs that others wrote; what they do with an address is known."""
_BROKER = re.compile(r"broker|kafka|rabbit|amqp|queue|nats|mqtt|celery|pulsar", re.IGNORECASE)
_FILE = re.compile(
    r"\.(csv|tsv|parquet|json|jsonl|zip|gz|tar|tgz|pkl|joblib|pt|pth|onnx|h5|bin|gguf|safetensors|xml|txt|npz?|db)$",
    re.IGNORECASE,
)


def _words(name: str) -> str:
    """Return a variable's name as words, without what only says that it is an address."""
    words = re.sub(
        r"_?(URLS?|URI|HOST|ADDR|ADDRESS|ENDPOINT|DSN|CONNECTION|CONN|STRING|SERVICE_ADDR|SERVERS?)$",
        "",
        name,
        flags=re.IGNORECASE,
    )
    return words.replace("_", " ").strip().lower()
