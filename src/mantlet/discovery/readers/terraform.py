"""Terraform: resources, what is uploaded and subscribed, credentials, wide policies, modules and variables."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Mapping
from functools import cached_property, partial

from mantlet.base.hcl import Block, HclError, hcl_blocks
from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Fact, Same, Setting, Thing, Unclear
from mantlet.discovery.reader import Source, path_key
from mantlet.discovery.readers._documents import yaml_documents
from mantlet.discovery.readers._names import in_clear, is_secret
from mantlet.discovery.readers._resources import Language, Resource, knowledge, policy_facts, resource_clues
from mantlet.discovery.readers.stepfunctions import machine_clues

_REFERENCE = re.compile(r"(?<![\w.-])(?:data\.)?([a-z][a-z0-9]*_[a-z0-9_]+)\.([A-Za-z_][\w-]*)")
_PASSED = re.compile(r"\$\{\s*(?:var\.([\w-]+)|module\.([\w-]+)\.([\w-]+))(?:\.[\w-]+)*\s*\}")
_VARIABLE = re.compile(r"\$\{\s*(var|local)\.([\w-]+)\s*\}")


def claims(path: str) -> bool:
    """Tell whether the file is Terraform's."""
    return path.endswith((".tf", ".tfvars", ".tf.json")) and not path.endswith(".tf.json")


def read(source: Source) -> list[Clue]:
    """Return the resources and what joins them."""
    try:
        blocks = hcl_blocks(source.text)
    except HclError as error:
        return [Unclear(source.at(error.line), f"not readable as HCL: {error}")]
    if source.path.endswith(".tfvars"):
        return _values(source, blocks)
    return _File(source, blocks).clues()


class _File:
    def __init__(self, source: Source, blocks: list[Block]) -> None:
        self.source = source
        self.blocks = blocks
        self.scope = f"{source.folder}#" if "modules" in source.folder.split("/") else ""
        self.known = self._known_values()
        self.resources: dict[str, Resource] = {}
        for block in blocks:
            if block.type in ("resource", "data") and len(block.labels) == 2:
                self._resource(block)
        self.language = Language(source, self.references, self.text)

    def _resource(self, block: Block) -> None:
        kind, name = block.labels
        prefix = "data." if block.type == "data" else ""
        entry = knowledge()["resources"].get(kind, {}) if block.type == "resource" else {}
        key = f"resource:{self.scope}{prefix}{kind}.{name}"
        self.resources[key] = Resource(key, kind, name, block.body, block.line, entry)

    def _known_values(self) -> dict[str, str]:
        known: dict[str, str] = {}
        for block in self.blocks:
            if block.type == "variable" and block.labels and not is_secret(block.labels[0]):
                if text := block.body["default"].text:
                    known[f"var.{block.labels[0]}"] = text
            elif block.type == "locals":
                known |= {f"local.{name}": item.text for name, item in block.body.items() if item.text}
        return {name: text for name, text in known.items() if text and "${" not in text}

    def text(self, text: str) -> str:
        """Return a text with variables of this file, the module's own folder and plain references put in."""
        text = text.replace("${path.module}", ".").replace("${path.root}", ".").replace("${path.cwd}", ".")
        text = _VARIABLE.sub(lambda m: self.known.get(f"{m[1]}.{m[2]}", m[0]), text)
        if found := re.fullmatch(
            r"\$\{\s*(?:file\w*|filebase64sha256|abspath|pathexpand)\(\s*\"([^\"]+)\"\s*\)\s*\}", text
        ):
            return found[1]
        return text

    def clues(self) -> list[Clue]:
        found: list[Clue] = []
        for one in self.resources.values():
            found += resource_clues(one, self._with_others(one), self.language)
            if one.type == "aws_sfn_state_machine":
                found += self._machine(one)
            if one.type not in knowledge()["resources"]:
                found += self._other(one)
        for block in self.blocks:
            if block.type == "variable":
                found += self._variable(block)
            elif block.type == "module" and block.labels:
                found += self._module(block) + self._passed(block)
            elif block.type == "output":
                found += self._passed(block)
        return found + self._rights()

    def _with_others(self, one: Resource) -> Mapping[str, Resource]:
        """Return this file's resources with those of other files that this one names."""
        others: dict[str, Resource] = {}
        for _, item in one.body.walk(3_000):
            for key in self.references(item.text):
                kind, _, name = key.removeprefix("resource:").removeprefix(self.scope).partition(".")
                if key not in self.resources and (entry := knowledge()["resources"].get(kind)):
                    others[key] = Resource(key, kind, name, Item(), 0, entry)
        return ChainMap(self.resources, others)

    def references(self, text: str) -> list[str]:
        """Return the keys of the resources that an expression names; data sources keep their mark.

        What is nothing but a module's input or output is named by it, so that both ends can meet.
        """
        if "${" not in text:
            return []
        if found := _PASSED.fullmatch(text):
            if found[1]:
                return [f"var:{self.source.folder}#{found[1]}"]
            place = self.modules.get(found[2], "")
            return [f"output:{place}#{found[3]}"] if place else []
        keys = []
        for match in _REFERENCE.finditer(text):
            prefix = "data." if match[0].startswith("data.") else ""
            keys.append(f"resource:{self.scope}{prefix}{match[1]}.{match[2]}")
        return list(dict.fromkeys(keys))

    @cached_property
    def modules(self) -> dict[str, str]:
        """The folders of the modules of this repository that the file uses, by their names."""
        found: dict[str, str] = {}
        for block in self.blocks:
            origin = block.body["source"].text
            if block.type == "module" and block.labels and origin.startswith("."):
                found[block.labels[0]] = path_key(origin, self.source.folder)[5:]
        return found

    def _passed(self, block: Block) -> list[Clue]:
        """Return what a module's inputs and a file's outputs stand for."""
        if block.type == "output" and block.labels:
            named = [(f"output:{self.source.folder}#{block.labels[0]}", block.body["value"])]
        else:
            place = self.modules.get(block.labels[0] if block.labels else "", "")
            named = [(f"var:{place}#{name}", item) for name, item in block.body.items()] if place else []
        clues: list[Clue] = []
        for key, item in named:
            keys = self.references(item.text)
            if len(keys) == 1:
                clues.append(Same(key, keys[0], self.source.at(item.at)))
        return clues

    def _machine(self, one: Resource) -> list[Clue]:
        """Return the steps of a state machine whose definition stands in the file."""
        item = one.body["definition"]
        text = re.sub(r"\$\{(aws_lambda_function)\.(\w+)\.\w+\}", r"function:\2", item.text)
        for document in yaml_documents(self.source, text) if item.block and "StartAt" in text else ():
            return machine_clues(self.source, one.key, document, item.line)
        return []

    # -- what is no element of its own

    def _variable(self, block: Block) -> list[Clue]:
        if not block.labels:
            return []
        name, at = block.labels[0], self.source.at(block.line)
        default = block.body["default"]
        if is_secret(name) or block.body["sensitive"].yes:
            clues: list[Clue] = [Thing(f"secret:{name}", "secret-store", name, at, 0.7)]
            if default.text and in_clear(default.text):
                clues.append(Fact(f"secret:{name}", "secrets_managed", "no", self.source.at(default.at)))
            return clues
        if default.text:
            return [Setting(f"config:{self.source.path}#{name}", default.text, self.source.at(default.at))]
        return []

    def _module(self, block: Block) -> list[Clue]:
        """Say what a module of others is, by its name; its resources stand elsewhere."""
        origin = block.body["source"].text
        if not origin or origin.startswith("."):
            return []
        at, key = self.source.at(block.line), f"resource:module.{block.labels[0]}"
        parts = [
            part.replace("-", "_").removeprefix("terraform_") for part in origin.partition("?")[0].split("/")
        ]
        kinds = knowledge()["modules"]
        kind = next((kinds[part] for part in parts if part in kinds), None)
        if kind == "":
            return []
        clues: list[Clue] = []
        if kind:
            clues.append(Thing(key, knowledge()["resources"][kind]["type"], block.labels[0], at, 0.7))
        else:
            what = f"the module '{origin[:80]}' is not in this repository: what it makes is unknown"
            clues.append(Unclear(at, what))
        if not block.body["version"] and "ref=" not in origin and "//" not in origin:
            clues.append(Fact(key, "dependencies_pinned", "no", at))
        return clues

    def _other(self, one: Resource) -> list[Clue]:
        """Return what resources that are no elements say of others."""
        if one.key.startswith("resource:data."):
            return []
        clues: list[Clue] = []
        handlers = {
            "aws_s3_bucket_acl": partial(
                self._of_bucket, "acl", ("public-read", "public-read-write"), "public_access", "yes"
            ),
            "aws_s3_bucket_versioning": partial(
                self._of_bucket, "versioning_configuration.status", ("Enabled",), "versioned", "yes"
            ),
            "aws_s3_bucket_server_side_encryption_configuration": partial(
                self._of_bucket, "rule", None, "encrypted_at_rest", "yes"
            ),
            "aws_s3_bucket_public_access_block": partial(
                self._of_bucket, "block_public_policy", ("true",), "public_access", "no"
            ),
        }
        if handler := handlers.get(one.type):
            return handler(one)
        if one.type == "aws_s3_bucket_policy":
            for item in one.find("bucket"):
                for key in self.references(item.text):
                    for policy in one.find("policy"):
                        clues += policy_facts(key, policy, self.source)
        if one.type.startswith("google_") and "_iam_" in one.type:
            clues += self._google_member(one)
        if not clues and one.type.rpartition("_")[2] not in knowledge()["quiet"]:
            clues.append(Unclear(self.source.at(one.line), f"the resource type '{one.type[:60]}' is unknown"))
        return clues

    def _of_bucket(
        self, path: str, values: tuple[str, ...] | None, fact: str, value: str, one: Resource
    ) -> list[Clue]:
        clues: list[Clue] = []
        for item in one.find(path)[:1]:
            if values is None or item.text in values:
                for target in one.find("bucket"):
                    clues += [
                        Fact(key, fact, value, self.source.at(item.at))
                        for key in self.references(target.text)
                    ]
        return clues

    def _google_member(self, one: Resource) -> list[Clue]:
        open_ = [
            item
            for path in ("member", "members")
            for item in one.find(path)
            if item.text in ("allUsers", "allAuthenticatedUsers")
        ]
        return [
            Fact(key, "public_access", "yes", self.source.at(item.at))
            for item in open_[:1]
            for path in ("bucket", "service", "name", "cloud_function", "dataset_id")
            for target in one.find(path)
            for key in self.references(target.text)
        ]

    # -- rights

    def _rights(self) -> list[Clue]:
        """Put what policies allow too widely on the resources whose role carries them."""
        wide: dict[str, list[Clue]] = {}
        for key, one in self.resources.items():
            found: list[Clue] = []
            for item in one.find("policy"):
                found += policy_facts(key, item, self.source)
            if one.type == "aws_iam_policy_document":
                found += policy_facts(key, one.body, self.source)
            if one.type == "aws_iam_role_policy_attachment" and re.search(
                r"AdministratorAccess|FullAccess", one.body["policy_arn"].text
            ):
                found.append(Fact(key, "least_privilege", "no", self.source.at(one.body["policy_arn"].at)))
            if found and "iam" in one.type:
                wide[key] = [clue for clue in found if isinstance(clue, Fact)]
        clues: list[Clue] = []
        for holder, facts in self._spread(wide).items():
            one = self.resources[holder]
            clues += [
                Fact(holder, clue.fact, clue.value, clue.at)
                for clue in facts
                if isinstance(clue, Fact) and one.entry.get("type")
            ]
        return list(dict.fromkeys(clues))

    def _spread(self, wide: dict[str, list[Clue]]) -> dict[str, list[Clue]]:
        """Follow references from policies to attachments, roles and their holders, three steps at most."""
        names = {
            key: {r for _, item in one.body.walk(2_000) for r in self.references(item.text)}
            for key, one in self.resources.items()
        }
        reached = {key: list(facts) for key, facts in wide.items()}
        for _ in range(3):
            for key, one in self.resources.items():
                for other in names[key]:
                    if other in reached and ("iam" in one.type or one.entry.get("type")):
                        reached.setdefault(key, []).extend(
                            f for f in reached[other] if f not in reached.get(key, [])
                        )
                    if (
                        key in reached
                        and "attachment" in one.type
                        and "role." in other
                        and other in self.resources
                    ):
                        reached.setdefault(other, []).extend(
                            f for f in reached[key] if f not in reached.get(other, [])
                        )
                    if key in reached and one.type == "aws_iam_role_policy" and other in self.resources:
                        reached.setdefault(other, []).extend(
                            f for f in reached[key] if f not in reached.get(other, [])
                        )
        return {key: facts for key, facts in reached.items() if self.resources[key].entry.get("type")}


def _values(source: Source, blocks: list[Block]) -> list[Clue]:
    """Return the values of a `.tfvars` file."""
    clues: list[Clue] = []
    for block in blocks:
        at, text = source.at(block.line), block.body.text
        if is_secret(block.type):
            clues.append(Thing(f"secret:{block.type}", "secret-store", block.type, at, 0.6))
            if text and in_clear(text):
                clues.append(Fact(f"secret:{block.type}", "secrets_managed", "no", at))
        elif text:
            clues.append(Setting(f"config:{source.path}#{block.type}", text, at))
    return clues
