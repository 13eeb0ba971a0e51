"""Settings: `.env` files, YAML, TOML, INI and small JSON files that no tool's format claims, Hydra and `params.yaml` among them.

Every value becomes a `Setting`, so that code that asks for it by name can be followed; credentials never keep their value.
"""

from __future__ import annotations

import posixpath
import re

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Fact, Move, Setting, Thing, Unclear, Where
from mantlet.discovery.reader import Source, path_key
from mantlet.discovery.readers._ambiguous import ENV_FILE
from mantlet.discovery.readers._documents import toml_document, yaml_documents, yaml_trouble
from mantlet.discovery.readers._formats import by_name, is_yaml, kind_of
from mantlet.discovery.readers._kinds import store_type
from mantlet.discovery.readers._names import (
    address_clues,
    addresses,
    in_clear,
    is_secret,
    looks_random,
    saas_of_variable,
    saas_thing,
    unresolved,
    variable_clues,
    without_passwords,
)

MAX_CHARACTERS = 200_000
"""Larger files hold data, not settings."""
MAX_VALUES = 3_000
_ENV = re.compile(r"(\.env|env)([.\-_][\w.\-]+)?|.+\.env|\.?env\.\w+|\.envrc|\.flaskenv", re.IGNORECASE)
_EXAMPLE = re.compile(r"example|sample|template|dist|default|test", re.IGNORECASE)
_OTHER_TOML = re.compile(
    r"pyproject|cargo|poetry|pipfile|uv\.lock|pdm|pixi|netlify|fly|wrangler|ruff|taplo|\.?rustfmt|book"
)
_JSON = re.compile(
    r"(app)?(settings|config|params|parameters|conf|hparams|hyperparameters)([.\-_]\w+)*\.json", re.IGNORECASE
)
_DATA_PATH = re.compile(
    r"(?!.*[\s*?{}$<>|])[\w./~\\-]*/[\w.\\-]+\.(csv|tsv|parquet|feather|jsonl|pkl|pickle|joblib|pt|pth|h5|onnx|safetensors|gguf|npy|npz|db|sqlite3?|duckdb|arrow|xlsx|bin|keras|tflite|model)",
    re.IGNORECASE,
)  # fmt: skip
_LINE = re.compile(r"\s*(?:export\s+|set\s+)?([A-Za-z_][\w.]*)\s*(?:=|:\s)\s*(.*?)\s*\Z")


def claims(path: str) -> bool:
    """Tell whether the file may hold settings; its content decides."""
    name = posixpath.basename(path)
    if _is_env(name) or path.endswith((".ini", ".properties")):
        return True
    if is_yaml(path):
        return not by_name(path)
    if path.endswith(".toml"):
        return not _OTHER_TOML.match(name.lower())
    return bool(_JSON.fullmatch(name))


def _is_env(name: str) -> bool:
    return bool(_ENV.fullmatch(name)) and not name.endswith(
        (".py", ".ts", ".js", ".yml", ".yaml", ".sh", ".json", ".md", ".html")
    )


def read(source: Source) -> list[Clue]:
    """Return the settings of the file."""
    if _is_env(source.name):
        return _env_file(source)
    if len(source.text) > MAX_CHARACTERS:
        return [Unclear(source.at(), f"not read as settings: {len(source.text):,} characters")]
    if source.path.endswith(".toml"):
        document, clues = toml_document(source)
        return clues + _values(source, document)
    if source.path.endswith((".ini", ".properties")):
        return _ini(source)
    if kind_of(source) != "settings":
        return []
    documents = yaml_documents(source)
    clues = yaml_trouble(source)
    if clues and re.search(
        r"\{\{|\{%", source.text
    ):  # a template of another language: no mistake of its author
        return (
            [Unclear(clues[0].at, "a template whose values are filled in elsewhere")]
            if isinstance(clues[0], Unclear)
            else []
        )
    for document in documents:
        clues += _values(source, document)
    return clues


# -- lines of `A=b`


def _env_file(source: Source) -> list[Clue]:
    clues: list[Clue] = []
    example = bool(_EXAMPLE.search(source.name))
    scope = ENV_FILE + re.sub(r"[.\-_](example|sample|template|dist|default)s?(?=\.|$)", "", source.path)
    for number, line in enumerate(source.lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.match(line)
        if found is None:
            continue
        value = _unquoted(found[2])
        at = source.at(number)
        clues += variable_clues(found[1], value, at, "", example=example)
        if not is_secret(found[1]):  # what it says of the services that are given the file
            said = variable_clues(found[1], value, at, scope, example=example)
            clues += [clue for clue in said if isinstance(clue, (Move, Fact, Setting))]
        clues += _service_of(found[1], value, at)
        clues += _path_hint(value, at)
    return clues


def _unquoted(text: str) -> str:
    if text[:1] in ("'", '"') and text.find(text[0], 1) > 0:
        return text[1 : text.find(text[0], 1)]
    return re.split(r"\s+#", text)[0]


def _service_of(name: str, value: str, at: Where) -> list[Clue]:
    """Return the hosted service that a variable belongs to, and what an address of a setting names."""
    service = saas_of_variable(name)
    clues: list[Clue] = [saas_thing(service, at, 0.4)] if service else []
    for found in addresses(value):
        clues += address_clues(found, at, "")
    return clues


def _path_hint(value: str, at: Where) -> list[Clue]:
    if len(value) > 200 or unresolved(value) or not _DATA_PATH.fullmatch(value):
        return []
    key = path_key(value)
    return [Thing(key, store_type(key[5:]) or "file-store", key[5:], at, 0.3)]


def _ini(source: Source) -> list[Clue]:
    clues: list[Clue] = []
    section = ""
    for number, line in enumerate(source.lines, 1):
        if head := re.match(r"\s*\[([^\]]+)\]\s*\Z", line):
            section = head[1].strip() + "."
        elif not line.lstrip().startswith(("#", ";", "!")) and (
            found := re.match(r"([\w.\- ]+?)\s*[=:]\s*(.*?)\s*\Z", line)
        ):
            clues += value_clues(source, section + found[1], found[2], source.at(number))
    return clues


# -- trees of values


def _values(source: Source, document: Item) -> list[Clue]:
    clues: list[Clue] = []
    count = 0
    for path, item in document.walk():
        if isinstance(item.value, str):
            count += 1
            if count > MAX_VALUES:
                clues.append(Unclear(source.at(item.at), f"only the first {MAX_VALUES:,} values were read"))
                break
            clues += value_clues(source, ".".join(path), item.value, source.at(item.at))
    return clues


def value_clues(source: Source, name: str, value: str, at: Where) -> list[Clue]:
    """Return what one value of a settings file says; ``name`` is its dotted path."""
    last = name.rpartition(".")[2]
    key = f"config:{source.path}#{name}"
    if is_secret(last) and not value.isdigit():
        clues: list[Clue] = [Setting(key, "", at)]
        example = bool(_EXAMPLE.search(source.path))
        if last.isupper() and not example:  # written as a variable of the environment
            clues.append(Thing(f"secret:{last}", "secret-store", last, at, 0.6))
        if in_clear(value) and (looks_random(value) if example else _credential(value)):
            clues += [
                Thing(f"secret:{last}", "secret-store", last, at, 0.6),
                Fact(f"secret:{last}", "secrets_managed", "no", at),
            ]
        return clues
    safe = value
    clues = []
    for found in addresses(value):
        clues += address_clues(found, at, "")
        if found.password:
            safe = without_passwords(safe)
    if safe.strip() and len(safe) <= 2_000:
        clues.insert(0, Setting(key, safe, at))
    return clues + _path_hint(value, at)


def _credential(value: str) -> bool:
    """Tell whether a text can be a credential: one word of some length."""
    return len(value) >= 6 and " " not in value and not value.startswith(("/", "./", "http"))
