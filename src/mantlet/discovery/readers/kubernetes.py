"""Kubernetes: workloads, services and ingresses, secrets and settings, rights; templates of Helm as far as they are static."""

from __future__ import annotations

import base64
import binascii
import posixpath
import re

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Fact, Move, Same, Setting, Thing, Unclear
from mantlet.discovery.reader import Source, path_key
from mantlet.discovery.readers._ambiguous import ENV_FILE
from mantlet.discovery.readers._documents import yaml_documents, yaml_trouble
from mantlet.discovery.readers._formats import by_name, is_yaml
from mantlet.discovery.readers._images import image
from mantlet.discovery.readers._kinds import step_type
from mantlet.discovery.readers._names import in_clear, is_secret, unresolved, variable_clues
from mantlet.discovery.readers._pods import pod_clues, pod_spec, without_templates

WORKLOADS = frozenset(("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Pod", "Job", "CronJob", "DeploymentConfig", "Rollout"))  # fmt: skip
MAX_OBJECTS = 1_000
"""Objects of one file between which services are looked for."""
_JOBS = frozenset(("Job", "CronJob"))


def claims(path: str) -> bool:
    """Tell whether the file may hold objects of Kubernetes; its content decides."""
    return is_yaml(path) and not by_name(path)


def objects(source: Source) -> list[Item]:
    """Return the objects of a file, those in lists included; none where it is no file of Kubernetes."""
    if "apiVersion" not in source.text or "kind" not in source.text:
        return []
    found: list[Item] = []
    for document in yaml_documents(source, without_templates(source.text)):
        items = document["items"].each() if document["kind"].text.endswith("List") else [document]
        found += [item for item in items if "apiVersion" in item and "kind" in item]
    return found


def read(source: Source) -> list[Clue]:
    """Return the workloads and what joins them."""
    found = objects(source)
    if not found and ("apiVersion" not in source.text or "kind:" not in source.text):
        return []
    clues = yaml_trouble(source, without_templates(source.text))
    if clues and "{{" in source.text:
        clues = [Unclear(source.at(), "a template of Helm that is not YAML until it is filled in")]
    for item in found:
        kind, group = item["kind"].text, item["apiVersion"].text.partition("/")[0]
        if kind in WORKLOADS or (kind == "Service" and group == "serving.knative.dev"):
            clues += _workload(source, item)
        elif handler := _HANDLERS.get(kind):
            clues += handler(source, item)
    return clues + _services(source, found) + _powers(source, found)


def object_name(item: Item) -> str:
    """Return the object's name; a name that a template fills in is what the template calls it."""
    name = item["metadata"]["name"].text or item["metadata"]["generateName"].text.rstrip("-")
    return re.sub(r"\$\{(?:values\.)?([^}]*)\}-?", "", name).strip("-") or re.sub(r"\W+", "-", name).strip(
        "-"
    )


def object_key(item: Item) -> str:
    """Return the clue key of a workload."""
    return f"service:{object_name(item)}"


def placed(key: str, item: Item, source: Source) -> list[Clue]:
    """Return the namespace that an object is in."""
    space = item["metadata"]["namespace"]
    return (
        [Fact(key, "in", f"namespace:{space.text}", source.at(space.at))]
        if space.text and not unresolved(space.text)
        else []
    )


def _workload(source: Source, item: Item) -> list[Clue]:
    key, name = object_key(item), object_name(item)
    at = source.at(item["metadata"]["name"].at or item.line)
    spec = pod_spec(item["spec"])
    containers = spec["containers"].each()
    found = image(containers[0]["image"].text) if containers else image("")
    ports = any(one["ports"] for one in containers)
    type_ = found.type or ("web-service" if ports else "process")
    if item["kind"].text in _JOBS:
        type_ = step_type(name) if not found.type else found.type
    if found.type == "" and re.search(r"model|infer|predict|serving|triton|vllm|\bllm\b", name) and ports:
        type_ = "inference-service"
    clues: list[Clue] = [Thing(key, type_, name, at, 0.85, also=(found.title,) if found.title else ())]
    clues += placed(key, item, source) + pod_clues(key, spec, source)
    clues += [Same(key, label, at) for label in _labels(item)]
    if item["apiVersion"].text.startswith("serving.knative.dev"):
        clues.append(Same(key, f"host:{name}:80", at))
    return clues


def _labels(item: Item) -> list[str]:
    """Return the key by which a service of another file finds the workload's pods."""
    labels = item["spec"]["selector"]["matchLabels"] or item["spec"]["template"]["metadata"]["labels"]
    return _label_keys(labels, item)


def _label_keys(labels: Item, item: Item) -> list[str]:
    space = item["metadata"]["namespace"].text
    pairs = sorted((name, one.text) for name, one in labels.items() if one.text and not unresolved(one.text))
    return [f"label:{space}/" + ",".join(f"{name}={text}" for name, text in pairs)] if pairs else []


def _hosts(item: Item) -> list[str]:
    name, space = object_name(item), item["metadata"]["namespace"].text or "default"
    names = (
        [name, f"{name}.{space}", f"{name}.{space}.svc.cluster.local"] if not unresolved(space) else [name]
    )
    ports = [one["port"].text for one in item["spec"]["ports"].each() if one["port"].text.isdigit()]
    return [f"host:{host}" for host in names] + [f"host:{host}:{port}" for host in names for port in ports]


def _services(source: Source, found: list[Item]) -> list[Clue]:
    """Return the hosts that services give to workloads: by their labels, in this file or, all of them alike, in another."""
    clues: list[Clue] = []
    labels = [
        (one, {(name, value.text) for name, value in _pod_labels(one).items()})
        for one in found[:MAX_OBJECTS]
        if one["kind"].text in WORKLOADS
    ]
    for service in (
        one for one in found[:MAX_OBJECTS] if one["kind"].text == "Service" and one["spec"]["selector"]
    ):
        wanted = {(name, value.text) for name, value in service["spec"]["selector"].items()}
        at = source.at(service["metadata"]["name"].at or service.line)
        matching = [one for one, carried in labels if wanted <= carried]
        keys = [object_key(one) for one in matching[:1]] or _label_keys(service["spec"]["selector"], service)
        for key in keys:
            clues += [Same(key, host, at) for host in _hosts(service)]
            if (kind := service["spec"]["type"]).text == "LoadBalancer" and not _internal(service):
                clues.append(Fact(key, "public_access", "yes", source.at(kind.at)))
    return clues


def _internal(service: Item) -> bool:
    notes = service["metadata"]["annotations"].items()
    return any(
        "internal" in name.lower() and value.text.lower() not in ("false", "0") for name, value in notes
    )


def _pod_labels(item: Item) -> Item:
    if item["kind"].text == "Pod":
        return item["metadata"]["labels"]
    spec = item["spec"]["jobTemplate"]["spec"] or item["spec"]
    return spec["template"]["metadata"]["labels"]


def _ingress(source: Source, item: Item) -> list[Clue]:
    name = object_name(item)
    key, at = f"service:ingress/{name}", source.at(item["metadata"]["name"].at or item.line)
    clues: list[Clue] = [
        Thing(key, "api-gateway", name, at, 0.8, also=("ingress",)),
        *placed(key, item, source),
    ]
    for rule in item["spec"]["rules"].each():
        for path in rule["http"]["paths"].each():
            back = path["backend"]
            service = back["service"]["name"] or back["serviceName"]
            port = back["service"]["port"]["number"].text or back["servicePort"].text
            if service.text:
                clues.append(
                    Move(
                        key,
                        f"host:{service.text}" + (f":{port}" if port.isdigit() else ""),
                        source.at(service.at),
                        f"requests to {path['path'].text or '/'}",
                        0.8,
                    )
                )
        if host := rule["host"]:
            clues.append(Same(key, f"host:{host.text}", source.at(host.at)))
    clues.append(Thing("who:user", "user", "user", at, 0.4))
    clues.append(Move("who:user", key, at, "requests", 0.5))
    if not item["spec"]["tls"]:
        clues.append(Fact("who:user", "protocol", "http", at, other=key))
    return clues


def _secret(source: Source, item: Item) -> list[Clue]:
    name = object_name(item)
    at = source.at(item["metadata"]["name"].at or item.line)
    clues: list[Clue] = [Thing(f"secret:{name}", "secret-store", name, at, 0.8)]
    for section in ("data", "stringData"):
        for value in item[section].values():
            text = _decoded(value.text) if section == "data" else value.text
            if text and in_clear(text):
                clues.append(Fact(f"secret:{name}", "secrets_managed", "no", source.at(value.at)))
                break
    return clues


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except (ValueError, binascii.Error):
        return ""


def _config_map(source: Source, item: Item) -> list[Clue]:
    """Return variables, and what they say of the workloads that are given all of them."""
    clues: list[Clue] = []
    scope = f"{ENV_FILE}map/{object_name(item)}"
    for variable, value in item["data"].items():
        if not value.text or value.block or "\n" in value.text:
            continue
        at = source.at(value.at)
        found = variable_clues(variable, value.text, at, scope)
        if is_secret(variable):
            clues += [clue for clue in found if isinstance(clue, (Thing, Fact))]
        else:
            clues += [Setting(c.key, c.value, c.at) if isinstance(c, Setting) else c for c in found]
    return clues


def _skaffold(source: Source, item: Item) -> list[Clue]:
    """Skaffold's file says from which folder each image is built."""
    clues: list[Clue] = []
    if item["apiVersion"].text.startswith("skaffold"):
        for artifact in item["build"]["artifacts"].each():
            name, at = artifact["image"].text, source.at(artifact["image"].at)
            file = posixpath.join(
                artifact["context"].text or ".", artifact["docker"]["dockerfile"].text or "Dockerfile"
            )
            if name:
                clues.append(
                    Same("docker:" + path_key(file, source.folder)[5:], f"image:{image(name).name}", at)
                )
    return clues


def _gateway(source: Source, item: Item) -> list[Clue]:
    """A gateway of a service mesh is where callers come in."""
    key, name = f"service:gateway/{object_name(item)}", object_name(item)
    at = source.at(item["metadata"]["name"].at or item.line)
    clues: list[Clue] = [
        Thing(key, "api-gateway", name, at, 0.7),
        Thing("who:user", "user", "user", at, 0.4),
        Move("who:user", key, at, "requests", 0.5),
    ]
    for server in item["spec"]["servers"].each() or item["spec"]["listeners"].each():
        protocol = server["port"]["protocol"] or server["protocol"]
        if protocol.text.upper() == "HTTP" and not server["tls"]:
            clues.append(Fact("who:user", "protocol", "http", source.at(protocol.at), other=key))
    return clues


def _virtual_service(source: Source, item: Item) -> list[Clue]:
    """Return which services a gateway's routes lead to."""
    gateways = [
        f"service:gateway/{text.rpartition('/')[2]}"
        for text, _ in item["spec"]["gateways"].texts()
        if text != "mesh"
    ]
    gateways += [f"service:gateway/{one['name'].text}" for one in item["spec"]["parentRefs"].each()]
    clues: list[Clue] = []
    rules = [*item["spec"]["http"].each(), *item["spec"]["rules"].each()]
    for route in [one for rule in rules for one in (*rule["route"].each(), *rule["backendRefs"].each())]:
        host = route["destination"]["host"] or route["name"]
        port = route["destination"]["port"]["number"].text or route["port"].text
        if host.text:
            target = f"host:{host.text}" + (f":{port}" if port else "")
            clues += [Move(key, target, source.at(host.at), "requests", 0.8) for key in gateways]
    return clues


_HANDLERS = {
    "Gateway": _gateway,
    "VirtualService": _virtual_service,
    "HTTPRoute": _virtual_service,
    "Config": _skaffold,
    "Ingress": _ingress,
    "Secret": _secret,
    "ConfigMap": _config_map,
}


def _powers(source: Source, found: list[Item]) -> list[Clue]:
    """Return the workloads whose service account may do everything."""
    wild: dict[str, int] = {"cluster-admin": 0}
    for item in found:
        if item["kind"].text in ("ClusterRole", "Role"):
            for rule in item["rules"].each():
                verbs, kinds = (
                    {text for text, _ in rule["verbs"].texts()},
                    {text for text, _ in rule["resources"].texts()},
                )
                if "*" in verbs and ("*" in kinds or "secrets" in kinds):
                    wild[object_name(item)] = rule.at or rule["verbs"].at
    accounts: dict[str, int] = {}
    for item in found:
        if (
            item["kind"].text in ("ClusterRoleBinding", "RoleBinding")
            and item["roleRef"]["name"].text in wild
        ):
            for subject in item["subjects"].each():
                accounts[subject["name"].text] = item["roleRef"]["name"].at
    clues: list[Clue] = []
    for item in found:
        account = pod_spec(item["spec"])["serviceAccountName"].text
        if item["kind"].text in WORKLOADS and account in accounts:
            clues.append(Fact(object_key(item), "least_privilege", "no", source.at(accounts[account])))
    return clues
