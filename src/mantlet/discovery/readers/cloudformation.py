"""CloudFormation and SAM templates: resources, what they refer to, events, credentials and wide policies."""

from __future__ import annotations

import posixpath
import re

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Fact, Move, Runs, Same, Thing, Unclear
from mantlet.discovery.reader import Source, path_key
from mantlet.discovery.readers._documents import yaml_documents, yaml_trouble
from mantlet.discovery.readers._formats import is_yaml, kind_of
from mantlet.discovery.readers._names import in_clear, is_secret, unresolved
from mantlet.discovery.readers._resources import Language, Resource, knowledge, policy_facts, resource_clues
from mantlet.discovery.readers.stepfunctions import machine_clues

_SUB = re.compile(r"\$\{([A-Za-z][\w]*)(?:\.[\w.]+)?\}")


def claims(path: str) -> bool:
    """Tell whether the file may be a template; its content decides."""
    return is_yaml(path) or path.endswith((".template", "template.json", ".cfn.json", "cloudformation.json"))


def read(source: Source) -> list[Clue]:
    """Return the template's resources and what joins them."""
    if kind_of(source) != "cloudformation":
        return []
    clues = yaml_trouble(source)
    for document in yaml_documents(source):
        if document["Resources"]:
            clues += template_clues(source, document)
    return clues


def template_clues(source: Source, document: Item) -> list[Clue]:
    """Return what a template says; other tools hold one inside their own files."""
    return _Template(source, document).clues()


class _Template:
    def __init__(self, source: Source, document: Item) -> None:
        self.source = source
        self.parameters = document["Parameters"]
        self.resources: dict[str, Resource] = {}
        for name, item in document["Resources"].items():
            kind = item["Type"].text
            entry = knowledge()["cloudformation"].get(kind, {})
            key = f"resource:{kind.replace('::', '_').lower()}.{name}"
            self.resources[key] = Resource(key, kind, name, _plain(item["Properties"]), item.at, entry)
        self.by_name = {one.name: key for key, one in self.resources.items()}
        self.language = Language(source, self.references, self.text)

    def references(self, text: str) -> list[str]:
        """Return the keys of the resources that a text names: by `Ref`, `GetAtt` or in a `Sub`."""
        names = [text.partition(".")[0], *_SUB.findall(text)]
        return list(dict.fromkeys(self.by_name[name] for name in names if name in self.by_name))

    def text(self, text: str) -> str:
        """Return a text with the defaults of parameters put in."""
        if default := self.parameters[text]["Default"].text:
            return default
        return _SUB.sub(lambda m: self.parameters[m[1]]["Default"].text or m[0], text)

    def clues(self) -> list[Clue]:
        found: list[Clue] = []
        for one in self.resources.values():
            found += resource_clues(one, self.resources, self.language)
            found += self._events(one) + self._rights(one) + self._handler(one)
            found += self._machine(one)
            if not one.entry and one.type.startswith(("AWS::Serverless", "AWS::Lambda::Function")):
                found.append(Unclear(self.source.at(one.line), f"the resource type '{one.type}' is unknown"))
        for name, item in self.parameters.items():
            found += self._parameter(name, item)
        return found

    def _parameter(self, name: str, item: Item) -> list[Clue]:
        if not is_secret(name) and not item["NoEcho"].yes:
            return []
        clues: list[Clue] = [Thing(f"secret:{name}", "secret-store", name, self.source.at(item.at), 0.7)]
        if (default := item["Default"]).text and in_clear(default.text):
            clues.append(Fact(f"secret:{name}", "secrets_managed", "no", self.source.at(default.at)))
        return clues

    def _events(self, one: Resource) -> list[Clue]:
        """Return what calls a function of SAM: queues, buckets, routes."""
        clues: list[Clue] = []
        for item in one.find(one.entry.get("events", "-")):
            for event in item.values():
                at, values = self.source.at(event.at), event["Properties"]
                for name in ("Queue", "Stream", "Topic", "Bucket", "Table"):
                    keys = self.references(_reference(values[name]))
                    clues += [Move(key, one.key, at, "events", 0.8) for key in keys]
                target = one.key
                if event["Type"].text in ("Api", "HttpApi") and values["Path"].text:
                    route = f"{values['Method'].text.upper() or 'ANY'} {values['Path'].text}"
                    target = f"route:{route}"
                    clues.append(Thing(target, "web-service", route, at, 0.7, parent=one.key))
                for name in ("RestApiId", "ApiId"):
                    keys = self.references(_reference(values[name]))
                    clues += [Move(key, target, at, "requests", 0.8) for key in keys]
        return clues

    def _machine(self, one: Resource) -> list[Clue]:
        """Return the steps of a state machine that is written out in the template."""
        for item in (*one.find("Definition"), *one.find("DefinitionString")):
            if item["States"]:
                return machine_clues(self.source, one.key, item)
            for document in yaml_documents(self.source, item.text) if "StartAt" in item.text else ():
                return machine_clues(self.source, one.key, document, item.line - (0 if item.block else 1))
        return []

    def _handler(self, one: Resource) -> list[Clue]:
        """Return the file and function that a function of Lambda starts with."""
        code, handler = next(iter(one.find("CodeUri")), Item()), one.body["Handler"]
        if not handler.text or not one.entry.get("code"):
            return []
        at = self.source.at(handler.at)
        module, _, function = handler.text.rpartition(".")
        folder = code.text if code.text and not unresolved(code.text) and "://" not in code.text else ""
        runtime = one.body["Runtime"].text
        ending = ".js" if runtime.startswith("nodejs") else ".py"
        file = path_key(posixpath.join(folder, module.replace(".", "/") + ending), self.source.folder)[5:]
        return [
            Same(one.key, f"code:{file}#{function}", at),
            Runs(one.key, ("python" if ending == ".py" else "node", file), at),
        ]

    def _rights(self, one: Resource) -> list[Clue]:
        """Return wide policies, put on whatever uses the role that holds them."""
        facts: list[Clue] = []
        for policy in one.find("Policies"):
            facts += policy_facts(one.key, policy["PolicyDocument"] or policy, self.source)
            if re.search(r"AdministratorAccess|FullAccess", policy.text):
                facts.append(Fact(one.key, "least_privilege", "no", self.source.at(policy.at)))
        for policy in one.find("PolicyDocument"):
            facts += policy_facts(one.key, policy, self.source)
        for text, line in [pair for item in one.find("ManagedPolicyArns") for pair in item.texts()]:
            if re.search(r"AdministratorAccess|FullAccess", text):
                facts.append(Fact(one.key, "least_privilege", "no", self.source.at(line)))
        if one.entry.get("type") or not facts:
            return facts
        holders = [
            key
            for key, other in self.resources.items()
            if other.entry.get("type") and self._uses(other, one.key)
        ]
        if one.type.endswith("BucketPolicy"):
            holders = [key for item in one.find("Bucket") for key in self.references(_reference(item))]
        return [Fact(key, f.fact, f.value, f.at) for key in holders for f in facts if isinstance(f, Fact)]

    def _uses(self, one: Resource, key: str) -> bool:
        return any(
            key in self.references(item.text)
            for name in ("Role", "RoleArn", "ExecutionRoleArn", "TaskRoleArn")
            for item in one.find(name)
        )


def _reference(item: Item) -> str:
    """Return the name in `!Ref X`, `!GetAtt X.Arn` or their long forms."""
    if item.text:
        return item.text
    for name in ("Ref", "Fn::GetAtt", "Fn::Sub"):
        if found := item[name]:
            return found.text or next(iter(found.texts()), ("", 0))[0]
    return ""


def _plain(item: Item, depth: int = 0) -> Item:
    """Return properties with the long forms of references written as their text, so that they are found by name."""
    if depth > 40:
        return item
    if isinstance(item.value, dict):
        if len(item.value) == 1 and (text := _reference(item)):
            return Item(text, item.line, item.key, tag="!Ref")
        if len(item.value) == 1 and (joined := item["Fn::Join"]):
            return _joined(joined, item)
        return Item({name: _plain(one, depth + 1) for name, one in item.value.items()}, item.line, item.key)
    if isinstance(item.value, list):
        if item.tag == "!Join":
            return _joined(item, item)
        if item.tag == "!GetAtt":
            return Item(next(iter(item.texts()), ("", 0))[0], item.line, item.key, tag="!Ref")
        return Item([_plain(one, depth + 1) for one in item.value], item.line, item.key)
    return item


def _joined(item: Item, whole: Item) -> Item:
    parts = item.each()
    words = (
        [
            _reference(one)
            and ("${" + _reference(one) + "}" if one.tag == "!Ref" or one.items() else one.text)
            for one in parts[1].each()
        ]
        if len(parts) > 1
        else []
    )
    return Item((parts[0].text if parts else "").join(words), whole.line, whole.key)
