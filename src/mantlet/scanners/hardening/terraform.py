"""Rules over Terraform: what is public, open to the world, unencrypted, or allowed everything."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

import yaml
from msgspec import convert

from mantlet.base.data import read_beside
from mantlet.base.errors import MantletError
from mantlet.base.hcl import Block
from mantlet.scanners.hardening.found import Hit
from mantlet.scanners.hardening.hcl import Known, blocks_of, known_values, resources
from mantlet.scanners.hardening.policies import (
    Documents,
    Statement,
    for_anybody,
    of_document,
    statements,
    too_wide,
)
from mantlet.scanners.hardening.texts import UnreadableError

_WORLD = frozenset({"0.0.0.0/0", "::/0", "*", "Internet", "any"})
_POLICIES = (
    "policy",
    "assume_role_policy",
    "access_policies",
    "access_policy",
    "key_policy",
    "resource_policy",
)
_OWN_POLICIES = frozenset(
    {"aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy"}
)
"""Whose policies name no principal."""
Row = tuple[str, str]
"""A rule, and what it saw."""
Settings = dict[str, dict[str, dict[str, list[str | bool]]]]


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return what leaves a door open: rule, resource, setting, values."""
    raw = yaml.load(read_beside(__file__, "../data/terraform.yaml"), yaml.CSafeLoader)  # package data
    return convert(raw, Settings)


class Folders:
    """The Terraform files of a project: those of one folder share their variables and policy documents."""

    def __init__(self, files: Iterable[str], read: Callable[[str], str]) -> None:
        self._read = read
        self._files: dict[str, list[str]] = {}
        for path in files:
            if path.endswith((".tf", "/terraform.tfvars", ".auto.tfvars")):
                self._files.setdefault(path.rpartition("/")[0], []).append(path)
        self._folders: dict[str, tuple[Known, Documents]] = {}

    def look(self, path: str, text: str) -> Iterator[Hit]:
        """Yield what a file leaves open; raises `UnreadableError`."""
        blocks = blocks_of(text)
        folder = path.rpartition("/")[0]
        if folder not in self._folders:
            self._folders[folder] = self._known(folder)
        yield from _hits(blocks, *self._folders[folder])

    def _known(self, folder: str) -> tuple[Known, Documents]:
        """Return what a folder's files know; one that can't be read is told when its turn comes."""
        files = []
        for path in self._files.get(folder, []):
            with contextlib.suppress(UnreadableError, MantletError):
                files.append((path, blocks_of(self._read(path))))
        known = known_values(files)
        return known, _documents([block for _, blocks in files for block in blocks], known)


def look(text: str) -> Iterator[Hit]:
    """Yield what a Terraform file that stands alone leaves open; raises `UnreadableError`."""
    blocks = blocks_of(text)
    known = known_values([("main.tf", blocks)])
    yield from _hits(blocks, known, _documents(blocks, known))


def _documents(blocks: list[Block], known: Known) -> Documents:
    return {
        item.name: item.body
        for item in resources(blocks, known)
        if item.kind == "data.aws_iam_policy_document"
    }


def _hits(blocks: list[Block], known: Known, documents: Documents) -> Iterator[Hit]:
    for item in resources(blocks, known):
        for rule, what in _resource(item.kind, item.body, documents):
            yield Hit(rule, item.line, f"{item.kind}.{item.name}", what)


def _plain(value: Any) -> str:
    return str(value).strip('"') if not isinstance(value, bool) else str(value).lower()


def _blocks(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = body.get(name, [])
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]


def _listed(value: Any) -> list[str]:
    return [_plain(item) for item in (value if isinstance(value, list) else [value])]


def _resource(kind: str, body: dict[str, Any], documents: Documents) -> Iterator[Row]:
    said = {name: _plain(value) for name, value in body.items() if not isinstance(value, (dict, list))}
    for rule, kinds in settings().items():
        for setting, bad in kinds.get(kind, {}).items():
            if any(_found(value) in map(_found, bad) for value in _values(body, setting.split("."))):
                yield rule, setting
    yield from _network(kind, body, said)
    yield from _storage(kind, body, said)
    yield from _rights(kind, body, said, documents)


def _found(value: Any) -> str:
    return "absent" if value is None else _plain(value)


def _values(body: dict[str, Any], path: list[str]) -> list[Any]:
    """Return what is written at a setting, once per block that has it; None where it isn't written."""
    if len(path) == 1:
        return [body.get(path[0])]
    blocks = _blocks(body, path[0])
    if not blocks and path[0] in body:
        return []
    return [value for block in blocks or [{}] for value in _values(block, path[1:])]


def _network(kind: str, body: dict[str, Any], said: dict[str, str]) -> Iterator[Row]:
    rules = _blocks(body, "ingress") if kind == "aws_security_group" else []
    if (
        kind in {"aws_security_group_rule", "aws_vpc_security_group_ingress_rule"}
        and said.get("type", "ingress") == "ingress"
    ):
        rules = [body]
    for rule in rules:
        sources = {
            *_listed(rule.get("cidr_blocks", [])),
            *_listed(rule.get("ipv6_cidr_blocks", [])),
            _plain(rule.get("cidr_ipv4", "")),
        }
        first, last = _plain(rule.get("from_port", "")), _plain(rule.get("to_port", ""))
        if sources & _WORLD and not first == last in {"80", "443"} and first not in {"80", "443"}:
            yield "open-to-world", f"ports {first or 'all'} to {last or 'all'}"
    if kind == "google_compute_firewall" and set(_listed(body.get("source_ranges", []))) & _WORLD:
        ports = {port for allow in _blocks(body, "allow") for port in _listed(allow.get("ports", ["all"]))}
        if ports - {"80", "443"}:
            yield "open-to-world", f"ports {', '.join(sorted(ports))}"
    web = said.get("destination_port_range") in {"80", "443"}
    inbound = said.get("direction", "").lower() == "inbound" and said.get("access", "").lower() == "allow"
    if (
        kind == "azurerm_network_security_rule"
        and inbound
        and said.get("source_address_prefix") in _WORLD
        and not web
    ):
        yield "open-to-world", f"ports {said.get('destination_port_range', 'all')}"
    redirects = any(
        _plain(action.get("type", "")) == "redirect" for action in _blocks(body, "default_action")
    )
    if (
        kind in {"aws_lb_listener", "aws_alb_listener"}
        and said.get("protocol", "").upper() == "HTTP"
        and not redirects
    ):
        yield "cloud-no-tls", "protocol HTTP"


def _storage(kind: str, body: dict[str, Any], said: dict[str, str]) -> Iterator[Row]:
    if kind in {"aws_s3_bucket", "aws_s3_bucket_acl"} and said.get("acl", "").startswith("public-read"):
        yield "cloud-public", f"acl {said['acl']}"
    if kind == "aws_s3_bucket_public_access_block":
        names = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
        loose = [name for name in names if said.get(name, "false") == "false"]
        if loose:
            yield "cloud-public", ", ".join(loose)
    if kind in {
        "google_storage_bucket_iam_member",
        "google_storage_bucket_iam_binding",
        "google_storage_bucket_access_control",
    }:
        members = {said.get("member", ""), said.get("entity", ""), *_listed(body.get("members", []))}
        if members & {"allUsers", "allAuthenticatedUsers"}:
            yield "cloud-public", "allUsers"


def _rights(kind: str, body: dict[str, Any], said: dict[str, str], documents: Documents) -> Iterator[Row]:
    if kind == "data.aws_iam_policy_document":
        yield from _wide(of_document(body))
    elif kind.startswith("aws_"):
        allowed = [each for name in _POLICIES if name in body for each in statements(body[name], documents)]
        inline = [
            each
            for block in _blocks(body, "inline_policy")
            for each in statements(block.get("policy"), documents)
        ]
        if not any(_named(body.get(name)) for name in _POLICIES):  # else it is told where the document stands
            yield from _wide([*allowed, *inline])
        if any(map(for_anybody, allowed)) and kind not in _OWN_POLICIES:
            yield "cloud-public", "Principal *"
    if kind.startswith("google_") and "_iam_" in kind and said.get("role") in {"roles/owner", "roles/editor"}:
        yield "cloud-all-rights", said["role"]
    if kind == "aws_instance" and not any(
        _plain(item.get("http_tokens", "")) == "required" for item in _blocks(body, "metadata_options")
    ):
        yield "metadata-v1", "http_tokens"


def _named(policy: Any) -> bool:
    return isinstance(policy, str) and "data.aws_iam_policy_document." in policy


def _wide(allowed: Iterable[Statement]) -> Iterator[Row]:
    """Yield the statements that allow everything, or all of a service, on everything."""
    for each in allowed:
        what = too_wide(each)
        if what == "*":
            yield "cloud-all-rights", "Action * on *"
        elif what:
            yield "cloud-wide-rights", what
