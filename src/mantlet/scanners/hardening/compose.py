"""Rules over compose files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mantlet.scanners.hardening import servers
from mantlet.scanners.hardening.found import Hit
from mantlet.scanners.hardening.texts import Lined

_STRONG = frozenset(
    {"ALL", "SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE", "SYS_MODULE", "DAC_READ_SEARCH", "BPF", "SYS_RAWIO"}
)
_HOST_PATHS = re.compile(
    r"^(/|/etc|/root|/home|/boot|/dev|/proc|/sys|/var|/var/lib|/var/lib/docker|/usr|/lib|/run|/var/run)/?$"
)
INNER_PORTS = {
    2375: "Docker", 2379: "etcd", 3000: "a dashboard", 3306: "MySQL", 4040: "Spark", 5000: "MLflow", 5432: "PostgreSQL",
    5672: "RabbitMQ", 6333: "Qdrant", 6379: "Redis", 6006: "TensorBoard", 7077: "Spark", 7474: "Neo4j", 7687: "Neo4j",
    8000: "a model server", 8001: "a model server", 8081: "model management", 8123: "ClickHouse", 8265: "Ray", 8500: "a model server", 8501: "a model server",
    8786: "Dask", 8787: "Dask", 8888: "Jupyter", 9000: "MinIO", 9001: "MinIO", 9042: "Cassandra", 9092: "Kafka", 9200: "Elasticsearch",
    10001: "Ray", 11211: "Memcached", 11434: "Ollama", 15672: "RabbitMQ", 19530: "Milvus", 27017: "MongoDB",
}  # fmt: skip
"""Ports of services that were made for inner networks, and often ask nobody who they are."""


def is_compose(path: str) -> bool:
    """Tell whether a file is for compose, by its name."""
    return re.search(r"(^|/)(docker-)?compose[\w.-]*\.ya?ml$|(^|[-_./])compose\.ya?ml$", path) is not None


def look(document: Lined) -> Iterator[Hit]:
    """Yield what the services of a compose file leave open."""
    services = document.map("services")
    for name, service in services.items():
        if isinstance(service, Lined):
            for rule, line, what in _service(service):
                yield Hit(rule, line, f"service {name}", what)


def _service(service: Lined) -> Iterator[tuple[str, int, str]]:
    yield from _isolation(service)
    yield from _mounts(service)
    yield from _ports(service)
    image = str(service.get("image", ""))
    if image and "$" not in image:
        tag = image.rpartition(":")[2] if ":" in image.rpartition("/")[2] else ""
        if "@" not in image:
            yield "image-latest" if tag in {"", "latest"} else "image-no-digest", service.at("image"), image
    command = " ".join([*service.texts("entrypoint"), *service.texts("command")])
    for rule, what in servers.in_command(command):
        yield rule, service.at("command", "entrypoint"), what
    variables, lines = environment(service)
    for rule, what in servers.in_environment(variables):
        yield rule, lines.get(what, service.at("environment")), what
    limits = service.map("deploy").map("resources").map("limits")
    if not limits.get("memory") and not service.get("mem_limit"):
        yield "no-memory-limit", service.line, ""


def environment(service: Lined) -> tuple[dict[str, str], dict[str, int]]:
    """Return a service's variables with their lines; a variable without a value comes from outside."""
    block = service.get("environment")
    if isinstance(block, Lined):
        values = {name: _text(value) for name, value in block.items() if value is not None}
        return values, dict(block.lines)
    pairs = (text.partition("=") for text in service.texts("environment"))
    return {name: value for name, mark, value in pairs if mark}, {}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _isolation(service: Lined) -> Iterator[tuple[str, int, str]]:
    if service.get("privileged") is True:
        yield "privileged", service.at("privileged"), ""
    for capability in service.texts("cap_add"):
        if capability.upper().removeprefix("CAP_") in _STRONG:
            yield "strong-capability", service.at("cap_add"), capability
    for key, rule in (
        ("network_mode", "host-network"),
        ("pid", "host-pid"),
        ("ipc", "host-ipc"),
        ("userns_mode", "host-users"),
    ):
        if str(service.get(key, "")) == "host":
            yield rule, service.at(key), f"{key}: host"
    options = service.texts("security_opt")
    for option in options:
        if re.search(r"(seccomp|apparmor)[:=]unconfined|label[:=]disable", option):
            yield "confinement-off", service.at("security_opt"), option
    if not any(re.fullmatch(r"no-new-privileges(?:[:=]true)?", option) for option in options):
        yield "new-privileges", service.line, ""
    if str(service.get("user", "")).partition(":")[0] in {"root", "0"}:
        yield "container-root", service.at("user"), "user: root"
    if service.get("read_only") is not True:
        yield "writable-root", service.line, ""


def _mounts(service: Lined) -> Iterator[tuple[str, int, str]]:
    mounts = [
        (text.split(":")[0], text.split(":")[2] if text.count(":") > 1 else "")
        for text in service.texts("volumes")
    ]
    mounts += [
        (str(item.get("source", "")), "ro" if item.get("read_only") is True else "")
        for item in service.maps("volumes")
        if item.get("type", "bind") == "bind"
    ]
    for source, mode in mounts:
        if source.endswith(("docker.sock", "containerd.sock", "crio.sock", "podman.sock")):
            yield "docker-socket", service.at("volumes"), source
        elif _HOST_PATHS.match(source):
            yield "host-path", service.at("volumes"), f"{source}{' (read only)' if 'ro' in mode else ''}"


def published(service: Lined) -> Iterator[tuple[str, int, int]]:
    """Yield a service's published ports: the host's address, its port, and the container's."""
    for text in service.texts("ports"):
        body = text.partition("/")[0]
        match = re.fullmatch(
            r"(?:(\[[^\]]+\]|\d+\.[\d.]+|\$\{[^}]*\}):)?(?:(\d+)(?:-\d+)?:)?(\d+)(?:-\d+)?", body
        )
        if match:
            yield match.group(1) or "", int(match.group(2) or 0), int(match.group(3))
    for item in service.maps("ports"):
        target = str(item.get("target", ""))
        outer = str(item.get("published", "0")).partition("-")[0]
        if target.isdigit():
            yield str(item.get("host_ip", "")), int(outer) if outer.isdigit() else 0, int(target)


def _ports(service: Lined) -> Iterator[tuple[str, int, str]]:
    for address, outer, inner in published(service):
        if address in {"", "0.0.0.0", "[::]"}:  # noqa: S104  # compared, never bound
            known = INNER_PORTS.get(inner)
            shown = f"{outer or inner}:{inner}"
            if known:
                yield "inner-port-published", service.at("ports"), f"{shown} ({known})"
            elif inner not in {80, 443, 8080, 8443}:
                yield "port-published", service.at("ports"), shown
