"""What a declared cloud resource means, the same for Terraform and CloudFormation: `terraform.yaml` holds the knowledge."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import yaml
from msgspec import Struct

from mantlet.base.data import read_beside
from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Fact, Move, Same, Thing, Where
from mantlet.discovery.reader import Source, path_key
from mantlet.discovery.readers._documents import yaml_documents
from mantlet.discovery.readers._images import image, image_clues
from mantlet.discovery.readers._kinds import STORES
from mantlet.discovery.readers._names import (
    address_clues,
    addresses,
    bucket_key,
    function_key,
    in_clear,
    is_secret,
    unresolved,
    variable_clues,
)
from mantlet.discovery.readers._personal import personal_clues
from mantlet.discovery.readers.ecs import containers_clues


@cache
def knowledge() -> dict[str, dict[str, Any]]:
    """Return what is known of resources and their attributes."""
    data: dict[str, dict[str, Any]] = yaml.load(
        read_beside(__file__, "terraform.yaml"), Loader=yaml.CSafeLoader
    )
    data["plain"] = {_plain(name): values for name, values in data["facts"].items()}
    return data


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


class Resource(Struct):
    """A declared resource."""

    key: str
    type: str
    """As the tool writes it."""
    name: str
    body: Item
    line: int
    entry: dict[str, Any]
    """What is known of its type; empty where nothing is."""

    def find(self, path: str) -> list[Item]:
        """Return the values below a dotted path, through lists."""
        found = [self.body]
        for part in path.split("."):
            found = [one for item in found for one in item[part].each() if one] if part else found
        return found


class Language(Struct):
    """What differs between the tools."""

    source: Source
    references: Callable[[str], list[str]]
    """The keys of the resources that an expression names."""
    text: Callable[[str], str]
    """An expression with the names that are known put in."""


def resource_clues(one: Resource, all_: Mapping[str, Resource], language: Language) -> list[Clue]:
    """Return what a resource is, what flows from and to it, and the facts that its attributes state."""
    if not one.entry.get("type"):
        return _joins(one, all_, language) if "joins" in one.entry else []
    clues = [*_thing(one, language), *_flows(one, all_, language), *_facts(one, language)]
    return [
        *clues,
        *_secrets(one, language),
        *_variables(one, language),
        *_columns(one, language),
        *_containers(one, language),
    ]


def _thing(one: Resource, language: Language) -> Iterator[Clue]:
    """Yield the resource with its names, and what it is the same as."""
    at = language.source.at(one.line)
    item = next(iter(one.find(one.entry.get("name", "-"))), Item())
    name = language.text(item.text)
    known = bool(name) and not unresolved(name)
    said = name if known and one.entry.get("table") else one.name
    plain = one.key.partition(":")[2].rpartition("#")[2]
    also = dict.fromkeys((*((name,) if known else ()), one.name, plain))
    also.pop(said, None)
    yield Thing(one.key, one.entry["type"], said, at, 0.9, also=tuple(also))
    yield from _named(one, name, known=known, at=language.source.at(item.at) if item else at)
    for same in one.find(one.entry.get("same", "-")):
        for key in language.references(same.text)[:1]:
            yield Same(one.key, key, language.source.at(same.at))
    if only := one.entry.get("only"):
        yield Same(one.key, f"only:{only}", at)
    yield from _program(one, language)


def _named(one: Resource, name: str, *, known: bool, at: Where) -> Iterator[Clue]:
    """Yield the keys by which others know a bucket, table, queue, topic or function of this name."""
    if (kind := one.entry.get("bucket")) and name:
        key = bucket_key(kind, name)
        plain = key.rpartition(":")[2]
        if len(plain.replace("*", "")) > 3:
            yield Same(one.key, key, at)
        if len(start := plain.partition("*")[0].rstrip("-_.")) > 3 and start != plain:
            yield Same(one.key, bucket_key(kind, start), at)
    for word in ("table", "queue", "topic"):
        if one.entry.get(word) and known:
            yield Same(one.key, f"{word}:{name}", at)
    if one.entry["type"] == "serverless-function":
        for each in dict.fromkeys((one.name, *((name,) if known else ()))):
            yield Same(one.key, function_key(each), at)


def _program(one: Resource, language: Language) -> Iterator[Clue]:
    """Yield the image or the folder of code that a resource runs."""
    if item := next(iter(one.find(one.entry.get("image", "-"))), None):
        text, at = language.text(item.text), language.source.at(item.at)
        if text and not unresolved(text):
            yield from image_clues(one.key, text, at)
            yield Same(one.key, f"image:{image(text).name}", at)
    for item in one.find(one.entry.get("code", "-")):
        path = language.text(item.text)
        if path and not unresolved(path) and "://" not in path:
            code = path_key(path.removesuffix(".zip"), language.source.folder)[5:]
            yield Same(one.key, f"code:{code}", language.source.at(item.at))


# -- flows


def _ends(item: Item, language: Language, all_: Mapping[str, Resource]) -> list[tuple[str, int]]:
    """Return the keys that a value names: resources, buckets, paths, addresses."""
    found: list[tuple[str, int]] = []
    for _, value in item.walk(2_000):
        text = value.text
        if not text:
            continue
        named = language.references(text)
        keys = [
            key for key in named if key.startswith(("var:", "output:")) or (key in all_ and all_[key].entry)
        ]
        if not keys:
            keys = _plain_ends(language.text(text), language)
        found += [(key, value.at) for key in keys]
    return list(dict(reversed(found)).items())[::-1] if found else []


def _plain_ends(text: str, language: Language) -> list[str]:
    if match := re.match(r"(s3|s3a|gs|az)://([^/\s]+)", text):
        return [bucket_key(match[1], match[2])]
    if match := re.match(r"arn:aws:s3:::([^/*\s]+)", text):
        return [bucket_key("s3", match[1])]
    if re.match(r"\.{0,2}/?[\w.-]+(/[\w.-]+)*\.\w{1,8}\Z", text) and "/" in text and not unresolved(text):
        return [path_key(text, language.source.folder)]
    return []


def _flows(one: Resource, all_: Mapping[str, Resource], language: Language) -> Iterator[Clue]:
    source = language.source
    said: set[str] = set()
    for direction in ("from", "to", "uses"):
        for path in one.entry.get(direction, ()):
            for item in one.find(path):
                for key, line in _ends(item, language, all_):
                    if key in said or key == one.key:
                        continue
                    said.add(key)
                    if direction == "from":
                        yield Move(key, one.key, source.at(line), "", 0.7, opened_by=one.key)
                    elif direction == "to":
                        yield Move(one.key, key, source.at(line), "", 0.7)
                    else:
                        yield Move(one.key, key, source.at(line), "", 0.45)
    if one.entry["type"] in STORES:
        return
    body = Item({name: item for name, item in one.body.items() if name != one.entry.get("events")})
    for key, line in _ends(body, language, all_):  # a process that names a store works with it
        other = all_.get(key)
        if key not in said and key != one.key and other and other.entry.get("type") in STORES:
            said.add(key)
            yield Move(one.key, key, source.at(line), "", 0.4)


def _joins(one: Resource, all_: Mapping[str, Resource], language: Language) -> list[Clue]:
    """Return the move that a resource stands for (an upload, a subscription)."""
    ends: list[tuple[str, int]] = []
    for path in one.entry["joins"]:
        found = [end for item in one.find(path) for end in _ends(item, language, all_)]
        if not found:
            return []
        ends.append(found[0])
    data = language.text(next((item.text for item in one.find("key")), "")).split("/")[0]
    (start, line), (end, _) = ends[0], ends[1]
    at = language.source.at(line)
    clues: list[Clue] = []
    if start.startswith("path:"):
        clues.append(Thing(start, "dataset-store", start[5:], at, 0.7))
    return [*clues, Move(start, end, at, "" if unresolved(data) else data, 0.8)]


# -- facts


_KEYS = ("server_side_encryption_configuration", "server_side_encryption", "kms_key_id", "kms_master_key_id", "BucketEncryption", "KmsKeyId", "SSESpecification")  # fmt: skip
_RESTING = frozenset(("database", "data-warehouse", "object-store", "queue", "file-store"))


def _facts(one: Resource, language: Language) -> Iterator[Clue]:
    """Yield what single attributes state, encryption, versions and the network it is in."""
    plain, source = knowledge()["plain"], language.source
    for path, item in one.body.walk(3_000):
        name = next((part for part in reversed(path) if not part.isdigit()), "")
        if item.text and (found := plain.get(_plain(name), {}).get(item.text)):
            yield Fact(one.key, found[0], _word(found[1]), source.at(item.at))
    if one.entry["type"] in _RESTING:
        for item in _first(one, *_KEYS):
            yield Fact(one.key, "encrypted_at_rest", "yes", source.at(item.at))
    for item in _first(one, "versioning.enabled", "VersioningConfiguration.Status"):
        if item.text in ("true", "Enabled"):
            yield Fact(one.key, "versioned", "yes", source.at(item.at))
    for item in _first(one, "vpc_id", "VpcId"):
        for key in language.references(item.text)[:1]:
            name = key.rpartition(".")[2].rpartition(":")[2]
            yield Fact(one.key, "in", f"vpc:{name}", source.at(item.at))


def _first(one: Resource, *places: str) -> list[Item]:
    """Return the first value at each of several places."""
    return [item for place in places for item in one.find(place)[:1]]


def _word(value: Any) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _secrets(one: Resource, language: Language) -> Iterator[Clue]:
    """Yield the credentials that are written to a resource, by variable or in clear."""
    for path, item in one.body.walk(3_000):
        name = path[-1] if path else ""
        if (
            not item.text
            or not is_secret(name)
            or _plain(name).startswith("manage")
            or item.text in ("true", "false")
        ):
            continue
        at = language.source.at(item.at)
        secret = next(iter(re.findall(r"(?:var|local)\.([\w-]+)", item.text)), "")
        if secret or (item.tag == "!Ref" and language.text(item.text)):
            secret = secret or item.text
            yield Thing(f"secret:{secret}", "secret-store", secret, at, 0.8, also=(name,))
            yield Move(f"secret:{secret}", one.key, at, "credential", 0.8)
        elif in_clear(item.text) and " " not in item.text and "environment" not in {p.lower() for p in path}:
            yield Fact(one.key, "secrets_managed", "no", at)


def _variables(one: Resource, language: Language) -> Iterator[Clue]:
    """Yield the environment that a resource gives its program."""
    for path, item in one.body.walk(3_000):
        low = [part.lower() for part in path]
        if item.text and ("environment" in low or "environment_variables" in low or "app_settings" in low):
            if low[-1] in ("name", "value", "type"):
                continue
            yield from variable_clues(
                path[-1], language.text(item.text), language.source.at(item.at), one.key
            )
        elif item.text and low and low[-1] in ("url", "endpoint", "uri"):
            for found in addresses(language.text(item.text)):
                yield from address_clues(found, language.source.at(item.at), one.key)


def _containers(one: Resource, language: Language) -> list[Clue]:
    """Return what the containers of a task definition say, written out or as JSON in a text."""
    clues: list[Clue] = []
    for place in (
        "container_definitions",
        "ContainerDefinitions",
        "container_properties",
        "ContainerProperties",
    ):
        item = one.body[place]
        if isinstance(item.value, (list, dict)):
            clues += containers_clues(language.source, one.key, item)
        elif found := re.search(
            r"(?:template)?file\(\s*\"([^\"$]+)\"", item.text.replace("${path.module}/", "")
        ):
            file = path_key(found[1], language.source.folder)[5:]
            clues.append(Same(one.key, f"config:{file}", language.source.at(item.at)))
        elif item.block and item.text.lstrip().startswith(("[", "{")):
            for document in yaml_documents(Source("", item.text)):
                clues += containers_clues(language.source, one.key, document, item.line)
    return clues


def _columns(one: Resource, language: Language) -> list[Clue]:
    fields = []
    for item in one.find(one.entry.get("columns", "-")):
        name = item["name"]
        fields.append((name.text, language.source.at(name.at)))
    return personal_clues(one.key, fields)


# -- policies


def policy_facts(key: str, policy: Item, source: Source) -> list[Clue]:
    """Return what is too wide in a policy document: any action, any resource with data, anybody."""
    clues: list[Clue] = []
    document = policy
    line = policy.at
    if policy.text:
        document, line = _json_policy(policy)
    for statement in document["Statement"].each() or document["statement"].each():
        if (statement["Effect"].text or statement["effect"].text or "Allow") != "Allow":
            continue
        actions = [*statement["Action"].texts(), *statement["actions"].texts()]
        resources = {text for text, _ in (*statement["Resource"].texts(), *statement["resources"].texts())}
        wide = [at for text, at in actions if text == "*" or (text.endswith(":*") and "*" in resources)]
        if wide:
            at = source.at((wide[0] + line - 1) if policy.text else wide[0])
            clues.append(Fact(key, "least_privilege", "no", at))
        principal = statement["Principal"]
        if (principal.text == "*" or principal["AWS"].text == "*") and not statement["Condition"]:
            number = (principal.at + line - 1) if policy.text else principal.at
            clues.append(Fact(key, "public_access", "yes", source.at(number)))
    return clues


def _json_policy(policy: Item) -> tuple[Item, int]:
    """Read a policy that stands as JSON in a text, with the line that it starts on."""
    text = re.sub(r"\$\{[^}]*\}", "*", policy.text)
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return Item(), policy.line
    documents = yaml_documents(Source("", text))
    return (documents[0] if documents else Item()), policy.line
