"""Rules over Kubernetes manifests."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mantlet.scanners.hardening import servers
from mantlet.scanners.hardening.compose import INNER_PORTS
from mantlet.scanners.hardening.found import Hit
from mantlet.scanners.hardening.texts import Lined

_STRONG = frozenset(
    {"ALL", "SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE", "SYS_MODULE", "DAC_READ_SEARCH", "BPF", "SYS_RAWIO"}
)
_PODS = frozenset(
    {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "Pod", "CronJob"}
)
_CHANGE = frozenset({"create", "update", "patch"})
_ESCALATES = (
    (frozenset({"bind", "escalate", "impersonate"}), None),
    (frozenset({"create", "get"}), frozenset({"pods/exec", "pods/attach", "nodes/proxy"})),
    (frozenset({"create"}), frozenset({"serviceaccounts/token", "persistentvolumes"})),
    (_CHANGE, frozenset({"certificatesigningrequests/approval"})),
    (_CHANGE, frozenset({"mutatingwebhookconfigurations", "validatingwebhookconfigurations"})),
)
"""Verbs and resources (None: any) by which an account gets rights that nobody gave it."""
Row = tuple[str, int, str]


def look(document: Lined) -> Iterator[Hit]:
    """Yield what a manifest leaves open."""
    kind = str(document.get("kind", ""))
    if kind == "List":
        for item in document.maps("items"):
            yield from look(item)
        return
    member = f"{kind} {document.map('metadata').get('name', '')}".strip()
    rows: Iterator[Row] = iter(())
    if kind in _PODS:
        rows = _workload(document, kind)
    elif kind == "Service":
        rows = _service(document)
    elif kind == "Ingress":
        rows = _ingress(document)
    elif kind in {"ClusterRole", "Role"}:
        rows = _role(document)
    elif kind in {"ClusterRoleBinding", "RoleBinding"}:
        rows = _binding(document)
    elif kind == "ConfigMap":
        values = {name: str(value) for name, value in document.map("data").items() if isinstance(value, str)}
        rows = ((rule, document.map("data").at(what), what) for rule, what in servers.in_environment(values))
    for rule, line, what in rows:
        yield Hit(rule, line, member, what)


def is_manifest(document: Lined) -> bool:
    """Tell whether a document is for Kubernetes."""
    return "apiVersion" in document and "kind" in document


def pod_spec(document: Lined, kind: str) -> Lined:
    """Return the pod's specification in a workload."""
    spec = document.map("spec")
    if kind == "Pod":
        return spec
    if kind == "CronJob":
        spec = spec.map("jobTemplate").map("spec")
    return spec.map("template").map("spec")


def _workload(document: Lined, kind: str) -> Iterator[Row]:
    spec = pod_spec(document, kind)
    if not spec:
        return
    for key, rule in (("hostNetwork", "host-network"), ("hostPID", "host-pid"), ("hostIPC", "host-ipc")):
        if spec.get(key) is True:
            yield rule, spec.at(key), f"{key}: true"
    if spec.get("automountServiceAccountToken") is not False:
        yield "token-mounted", spec.at("automountServiceAccountToken"), ""
    if str(document.map("metadata").get("namespace", "default")) == "default":
        yield "default-namespace", document.map("metadata").at("namespace", "name"), ""
    yield "no-network-policy", document.map("metadata").at("name"), ""
    for volume in spec.maps("volumes"):
        path = str(volume.map("hostPath").get("path", ""))
        if path.endswith(("docker.sock", "containerd.sock", "crio.sock")):
            yield "docker-socket", volume.at("hostPath"), path
        elif path:
            yield "host-path", volume.at("hostPath"), path
    outer = spec.map("securityContext")
    for container in [*spec.maps("containers"), *spec.maps("initContainers")]:
        for rule, line, what in _container(container, outer):
            yield rule, line, f"{container.get('name', 'container')}{f': {what}' if what else ''}"


def _container(container: Lined, outer: Lined) -> Iterator[Row]:
    yield from _confinement(container, outer)
    yield from _image(container)
    limits, asked = container.map("resources").map("limits"), container.map("resources").map("requests")
    if not limits.get("memory"):
        yield "no-memory-limit", container.at("resources", "name"), ""
    if not limits.get("cpu"):
        yield "no-cpu-limit", container.at("resources", "name"), ""
    if not asked.get("memory") or not asked.get("cpu"):
        yield "no-requests", container.at("resources", "name"), ""
    if "livenessProbe" not in container or "readinessProbe" not in container:
        yield "no-probes", container.at("name"), ""
    for port in container.maps("ports"):
        if port.get("hostPort"):
            yield "host-port", port.at("hostPort"), str(port["hostPort"])
    command = " ".join([*container.texts("command"), *container.texts("args")])
    for rule, what in servers.in_command(command):
        yield rule, container.at("args", "command"), what
    yield from _variables(container)


def _confinement(container: Lined, outer: Lined) -> Iterator[Row]:
    own = container.map("securityContext")
    line = container.at("securityContext", "name")
    if own.get("privileged") is True:
        yield "privileged", own.at("privileged"), ""
    if own.get("allowPrivilegeEscalation") is not False:
        yield "new-privileges", own.at("allowPrivilegeEscalation") if own else line, ""
    user = own.get("runAsUser", outer.get("runAsUser"))
    non_root = own.get("runAsNonRoot", outer.get("runAsNonRoot"))
    if user == 0 or (non_root is not True and user is None):
        yield "container-root", line, "runAsUser: 0" if user == 0 else "nothing says that it isn't"
    elif isinstance(user, int) and user < 10000:
        yield "low-user-id", line, str(user)
    if own.get("readOnlyRootFilesystem") is not True:
        yield "writable-root", line, ""
    capabilities = own.map("capabilities")
    dropped = {item.upper() for item in capabilities.texts("drop")}
    if not dropped & {"ALL", "NET_RAW"}:
        yield "capabilities-kept", line, ""
    elif "ALL" not in dropped:
        yield "capabilities-some-kept", line, ""
    for item in capabilities.texts("add"):
        if item.upper().removeprefix("CAP_") in _STRONG:
            yield "strong-capability", capabilities.at("add"), item
        else:
            yield "capability-added", capabilities.at("add"), item
    profile = str((own.map("seccompProfile") or outer.map("seccompProfile")).get("type", ""))
    if profile in {"", "Unconfined"}:
        yield "confinement-off", line, "no seccomp profile"


def _image(container: Lined) -> Iterator[Row]:
    image = str(container.get("image", ""))
    if not image or "$" in image or "{{" in image or "@" in image:
        return
    tag = image.rpartition(":")[2] if ":" in image.rpartition("/")[2] else ""
    yield "image-latest" if tag in {"", "latest"} else "image-no-digest", container.at("image"), image


def _variables(container: Lined) -> Iterator[Row]:
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    for item in container.maps("env"):
        name = str(item.get("name", ""))
        lines[name] = item.at("value", "name")
        if item.get("value") is not None:
            values[name] = (
                str(item["value"]).lower() if isinstance(item["value"], bool) else str(item["value"])
            )
        elif item.map("valueFrom").map("secretKeyRef"):
            yield "secret-as-variable", item.line, name
    for rule, what in servers.in_environment(values):
        yield rule, lines[what], what


def _service(document: Lined) -> Iterator[Row]:
    spec = document.map("spec")
    kind = str(spec.get("type", "ClusterIP"))
    for port in spec.maps("ports"):
        number = port.get("targetPort", port.get("port"))
        known = INNER_PORTS.get(number) if isinstance(number, int) else None
        if kind in {"NodePort", "LoadBalancer"} and known:
            yield "inner-port-published", port.line, f"{number} ({known}) by {kind}"
        elif kind == "NodePort":
            yield "port-published", port.line, f"{number} by NodePort"


def _ingress(document: Lined) -> Iterator[Row]:
    if not document.map("spec").get("tls"):
        yield "ingress-no-tls", document.map("spec").line, ""


def _role(document: Lined) -> Iterator[Row]:
    for rule in document.maps("rules"):
        verbs, resources = rule.texts("verbs"), rule.texts("resources")
        if "*" in verbs or "*" in resources:
            yield "role-wildcard", rule.line, f"{', '.join(verbs)} on {', '.join(resources)}"
            continue
        if "secrets" in resources and {"get", "list", "watch"} & set(verbs):
            yield "role-reads-secrets", rule.line, ", ".join(verbs)
        for strong, targets in _ESCALATES:
            if strong & set(verbs) and (targets is None or targets & set(resources)):
                yield "role-escalates", rule.line, f"{', '.join(verbs)} on {', '.join(resources)}"
                break


def _binding(document: Lined) -> Iterator[Row]:
    role = document.map("roleRef").get("name", "")
    if role == "cluster-admin":
        yield "cluster-admin", document.map("roleRef").at("name"), ""
    for subject in document.maps("subjects"):
        if re.fullmatch(r"system:(anonymous|unauthenticated|authenticated)", str(subject.get("name", ""))):
            yield "role-for-anybody", subject.line, str(subject["name"])
