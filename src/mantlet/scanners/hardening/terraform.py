"""Rules over Terraform: what is public, open to the world, unencrypted, or allowed everything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mantlet.scanners.hardening.found import Hit
from mantlet.scanners.hardening.hcl import resources

_WORLD = frozenset({"0.0.0.0/0", "::/0", "*", "Internet", "any"})
_UNENCRYPTED = {
    "aws_ebs_volume": "encrypted",
    "aws_db_instance": "storage_encrypted",
    "aws_rds_cluster": "storage_encrypted",
    "aws_efs_file_system": "encrypted",
    "aws_redshift_cluster": "encrypted",
    "aws_docdb_cluster": "storage_encrypted",
    "aws_neptune_cluster": "storage_encrypted",
}
_PUBLIC = {
    "aws_db_instance": "publicly_accessible",
    "aws_redshift_cluster": "publicly_accessible",
    "aws_dms_replication_instance": "publicly_accessible",
    "azurerm_storage_account": "allow_nested_items_to_be_public",
    "azurerm_machine_learning_workspace": "public_network_access_enabled",
    "azurerm_cognitive_account": "public_network_access_enabled",
}


def look(text: str) -> Iterator[Hit]:
    """Yield what a Terraform file leaves open; raises `UnreadableError`."""
    for item in resources(text):
        for rule, what in _resource(item.kind, item.body):
            yield Hit(rule, item.line, f"{item.kind}.{item.name}", what)


def _plain(value: Any) -> str:
    return str(value).strip('"') if not isinstance(value, bool) else str(value).lower()


def _blocks(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = body.get(name, [])
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]


def _listed(value: Any) -> list[str]:
    return [_plain(item) for item in (value if isinstance(value, list) else [value])]


def _resource(kind: str, body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    said = {name: _plain(value) for name, value in body.items() if not isinstance(value, (dict, list))}
    if kind in _UNENCRYPTED and said.get(_UNENCRYPTED[kind], "false") == "false":
        yield "cloud-unencrypted", _UNENCRYPTED[kind]
    if kind in _PUBLIC and said.get(_PUBLIC[kind]) == "true":
        yield "cloud-public", _PUBLIC[kind]
    yield from _network(kind, body, said)
    yield from _storage(kind, body, said)
    yield from _rights(kind, body, said)
    yield from _notebooks(kind, said)


def _network(kind: str, body: dict[str, Any], said: dict[str, str]) -> Iterator[tuple[str, str]]:
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


def _storage(kind: str, body: dict[str, Any], said: dict[str, str]) -> Iterator[tuple[str, str]]:
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
    if kind == "azurerm_storage_account" and said.get("min_tls_version", "TLS1_2") in {"TLS1_0", "TLS1_1"}:
        yield "tls-old", said["min_tls_version"]
    if (
        kind == "azurerm_storage_account"
        and said.get("enable_https_traffic_only", said.get("https_traffic_only_enabled", "true")) == "false"
    ):
        yield "cloud-no-tls", "HTTP is allowed"


def _rights(kind: str, body: dict[str, Any], said: dict[str, str]) -> Iterator[tuple[str, str]]:
    if kind in {"aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_s3_bucket_policy"}:
        policy = str(body.get("policy", ""))
        if re.search(r'"?Action"?\s*[:=]\s*\[?\s*"\*"', policy) and re.search(
            r'"?Resource"?\s*[:=]\s*\[?\s*"\*"', policy
        ):
            yield "cloud-all-rights", "Action * on *"
        if kind == "aws_s3_bucket_policy" and re.search(r'"?Principal"?\s*[:=]\s*"\*"', policy):
            yield "cloud-public", "Principal *"
    if kind.startswith("google_") and "_iam_" in kind and said.get("role") in {"roles/owner", "roles/editor"}:
        yield "cloud-all-rights", said["role"]
    if kind == "aws_instance" and not any(
        _plain(item.get("http_tokens", "")) == "required" for item in _blocks(body, "metadata_options")
    ):
        yield "metadata-v1", "http_tokens"


def _notebooks(kind: str, said: dict[str, str]) -> Iterator[tuple[str, str]]:
    if kind == "aws_sagemaker_notebook_instance":
        if said.get("direct_internet_access", "Enabled") == "Enabled":
            yield "notebook-internet", "direct_internet_access"
        if said.get("root_access", "Enabled") == "Enabled":
            yield "notebook-root", "root_access"
        if "kms_key_id" not in said:
            yield "cloud-unencrypted", "kms_key_id"
    if kind == "google_notebooks_instance" and said.get("no_public_ip", "false") == "false":
        yield "notebook-internet", "no_public_ip"
