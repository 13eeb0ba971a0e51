"""Rules over Dockerfiles."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from mantlet.scanners.hardening import servers
from mantlet.scanners.hardening.found import Hit
from mantlet.scanners.hardening.texts import Instruction, instructions

_ROOT = frozenset({"root", "0", "0:0", "root:root", "root:0", "0:root"})
_ARCHIVE = re.compile(r"\.(tar(\.\w+)?|tgz|tbz2?|txz|zip)$")
_TLS_OFF = (
    r"\bcurl\b[^|;&]*\s(?:-\w*k\w*\b|--insecure)",
    r"\bwget\b[^|;&]*--no-check-certificate",
    r"\bpip3?\b[^|;&]*--trusted-host",
    r"\bapk\b[^|;&]*--allow-untrusted",
    r"\bapt(?:-get)?\b[^|;&]*(?:--allow-unauthenticated|--force-yes|--allow-insecure-repositories)",
    r"\b(?:yum|dnf|tdnf|microdnf)\b[^|;&]*--nogpgcheck",
    r"\brpm\b[^|;&]*(?:--nodigest|--nosignature|--noverify|--nofiledigest)",
    r"\b(?:npm|yarn|pnpm)\b[^|;&]*strict-ssl[ =]+false",
    r"\bgit\b[^|;&]*http\.sslverify[ =]+false",
    r"NODE_TLS_REJECT_UNAUTHORIZED=[\"']?0",
    r"PYTHONHTTPSVERIFY=[\"']?0",
    r"GIT_SSL_NO_VERIFY=[\"']?(?:1|true)",
)
_INSTALLS_ONLY = re.compile(r"^\s*(?:sudo\s+)?(apt-get|apt|yum|apk)\s+(?:-\S+\s+)*update\s*$")


def look(text: str, has_ignore: bool) -> Iterator[Hit]:
    """Yield what a Dockerfile leaves open."""
    found = instructions(text)
    stages = _stages(found)
    if not stages:
        return
    yield from _bases(stages, _defaults(found))
    yield from _final(stages)
    for item in found:
        yield from _one(item, has_ignore)


def _stages(found: list[Instruction]) -> list[list[Instruction]]:
    stages: list[list[Instruction]] = []
    for item in found:
        if item.name == "FROM":
            stages.append([item])
        elif stages:
            stages[-1].append(item)
    return stages


def _defaults(found: list[Instruction]) -> dict[str, str]:
    """Return the arguments that stand before the first stage, with their defaults."""
    known: dict[str, str] = {}
    for item in found:
        if item.name == "FROM":
            break
        name, mark, value = item.value.partition("=")
        if item.name == "ARG" and mark:
            known[name.strip()] = value.strip().strip("\"'")
    return known


def _bases(stages: list[list[Instruction]], defaults: dict[str, str]) -> Iterator[Hit]:
    """Look at the images that stages start from; stages are named, and variables without a default are not known."""
    names: set[str] = set()
    for stage in stages:
        image, _, rest = stage[0].arguments.partition(" ")
        image = re.sub(
            r"\$\{?(\w+)(?::-([^}]*))?\}?",
            lambda match: defaults.get(match[1]) or match[2] or match[0],
            image,
        )
        alias = re.match(r"(?i)\s*as\s+(\S+)", rest)
        known = image.lower() not in names and image != "scratch" and not {"$", "@"} & set(image)
        if known:
            tag = image.rpartition(":")[2] if ":" in image.rpartition("/")[2] else ""
            rule = "image-latest" if tag in {"", "latest"} else "image-no-digest"
            yield Hit(rule, stage[0].line, what=image)
        if alias:
            names.add(alias.group(1).lower())


def _final(stages: list[list[Instruction]]) -> Iterator[Hit]:
    """Look at what the image is like that comes out."""
    last = stages[-1]
    users = [item for item in _lineage(stages) if item.name == "USER"]
    if not users:
        base = last[0].arguments.partition(" ")[0]
        if not re.search(r"(?i)nonroot|rootless|-unprivileged", base):
            yield Hit("docker-root", last[0].line, what="no USER is set")
    elif users[-1].value.split("#")[0].strip().strip("\"'") in _ROOT:
        yield Hit("docker-root", users[-1].line, what=f"USER {users[-1].value}")
    elif not re.match(r"\d|\$", users[-1].value.strip("\"' ")):
        yield Hit("docker-user-name", users[-1].line, what=users[-1].value)
    checks = [item for item in last if item.name == "HEALTHCHECK"]
    if not checks or checks[-1].value.upper().startswith("NONE"):
        yield Hit("docker-no-healthcheck", checks[-1].line if checks else last[-1].line)


def _lineage(stages: list[list[Instruction]]) -> list[Instruction]:
    """Return the instructions of the last stage and of the stages that it starts from, oldest first."""
    named = {}
    for stage in stages[:-1]:
        alias = re.search(r"(?i)\s+as\s+(\S+)", stage[0].value)
        if alias:
            named[alias.group(1).lower()] = stage
    chain, current = [stages[-1]], stages[-1]
    while (
        base := named.get(current[0].arguments.partition(" ")[0].lower())
    ) is not None and base not in chain:
        chain.append(base)
        current = base
    return [item for stage in reversed(chain) for item in stage]


def _one(item: Instruction, has_ignore: bool) -> Iterator[Hit]:
    if item.name == "RUN":
        yield from _run(item)
    elif item.name in {"CMD", "ENTRYPOINT"}:
        for rule, what in servers.in_command(_words(item.value)):
            yield Hit(rule, item.line, what=what)
    elif item.name in {"ENV", "ARG"}:
        yield from _variables(item)
    elif item.name == "ADD":
        yield from _add(item)
    elif item.name == "EXPOSE":
        if re.search(r"(?:^|\s)22(?:/tcp)?(?:\s|$)", item.value):
            yield Hit("docker-ssh", item.line, what=item.value)
    elif (
        item.name == "COPY"
        and not has_ignore
        and re.match(r"\.{1,2}/?\s", item.arguments)
        and "from" not in item.flags
    ):
        yield Hit("docker-copies-all", item.line)
    if item.name in {"ADD", "COPY"} and re.search(r"--chmod=0?777", item.value):
        yield Hit("docker-open-files", item.line, what=item.value[:60])


def _words(value: str) -> str:
    """Return a command as one line, from the list form or the shell form."""
    if value.startswith("["):
        try:
            return " ".join(map(str, json.loads(value)))
        except ValueError:
            return value
    return value


def _run(item: Instruction) -> Iterator[Hit]:
    command = item.value[: servers.MAX_COMMAND]
    for pattern in _TLS_OFF:
        match = re.search(pattern, command)
        if match:
            yield Hit("tls-off", item.line, what=" ".join(match.group().split())[:80])
    if re.search(r"\b(?:curl|wget)\b[^;&]*\|\s*(?:sudo\s+)?(?:\S*/)?(?:ba|z|da|k)?sh\b", command):
        yield Hit("pipe-to-shell", item.line, what="curl | sh")
    if re.search(r"(?:^|[;&|]\s*)sudo\b", command):
        yield Hit("docker-sudo", item.line)
    if re.search(r"\bchpasswd\b|\bpasswd\s+--stdin", command):
        yield Hit("docker-password", item.line)
    if re.search(r"\bchmod\s+(?:-\w+\s+)*(?:0?777|a\+rwx|ugo\+rwx)\b", command):
        yield Hit("docker-open-files", item.line, what="chmod 777")
    if _INSTALLS_ONLY.match(command):
        yield Hit("docker-update-alone", item.line)
    yield from _installs(item)
    for rule, what in servers.in_command(command):
        yield Hit(rule, item.line, what=what)


def _installs(item: Instruction) -> Iterator[Hit]:
    """Look at what is installed without a version."""
    for part in re.split(r"&&|\|\||;", item.value[: servers.MAX_COMMAND]):
        match = re.search(r"\b(?:pip3?|python3?\s+-m\s+pip|uv\s+pip)\s+install\s+(.*)$", part)
        if match:
            words = match.group(1).split()
            if any(
                word in {"-r", "--requirement", "-e", "--editable", ".", "-c"}
                or word.startswith(("--requirement", "./", "/", ".["))
                for word in words
            ):
                continue
            loose = [
                word for word in _packages(words) if not re.search(r"[=@<>~]|://|\.whl|\.tar|^\$|/", word)
            ]
            if loose and loose != ["pip"]:
                yield Hit("docker-unpinned", item.line, what=", ".join(loose[:4]))
        yield from _system(item, part)
        match = re.search(r"\bgo\s+install\s+(?:-\S+\s+)*(\S+)", part)
        if (
            match
            and ("@" not in match.group(1) or match.group(1).endswith("@latest"))
            and "." in match.group(1).split("/")[0][1:]
        ):
            yield Hit("docker-unpinned", item.line, what=match.group(1))
        match = re.search(r"\bnpm\s+(?:install|i|add)\s+(.*)$", part)
        if match:
            loose = [
                word
                for word in _packages(match.group(1).split())
                if "@" not in word[1:] and not word.startswith((".", "/"))
            ]
            if loose:
                yield Hit("docker-unpinned", item.line, what=", ".join(loose[:4]))


_SYSTEM = re.compile(
    r"\b(?:(apt-get|apt)\s+(?:-\S+\s+)*install|(apk)\s+(?:-\S+\s+)*add|(yum|dnf|microdnf|tdnf)\s+(?:-\S+\s+)*install)\s+(.*)$"
)


def _system(item: Instruction, part: str) -> Iterator[Hit]:
    """Look at packages of the system that are installed without a version."""
    match = _SYSTEM.search(part)
    if match is None:
        return
    mark = "-" if match.group(3) else "="
    words = [
        word.strip("\"'")
        for word in match.group(4).split()
        if not word.startswith(("-", "$", "&", "|", ">", "<", "#"))
    ]
    loose = [
        word for word in words if re.match(r"[A-Za-z0-9@]", word) and not re.search(rf"{mark}\d|[/$]|=", word)
    ]
    if loose:
        yield Hit("docker-system-unpinned", item.line, what=", ".join(loose[:4]))


def _packages(words: list[str]) -> list[str]:
    """Return the packages among the words of an install command."""
    found, takes = [], False
    for word in words:
        if takes:
            takes = False
        elif word.startswith("-"):
            takes = word in {
                "-i",
                "--index-url",
                "--extra-index-url",
                "-f",
                "--find-links",
                "--trusted-host",
                "-t",
                "--target",
                "--prefix",
                "--timeout",
                "--retries",
            }
        elif word not in {"\\", "--"}:
            found.append(word.strip("\"'"))
    return found


def _variables(item: Instruction) -> Iterator[Hit]:
    pairs = dict(re.findall(r"([A-Za-z_][\w.]*)=(\"[^\"]*\"|'[^']*'|\S*)", item.value))
    if not pairs and item.name == "ENV":
        name, _, value = item.value.partition(" ")
        pairs = {name: value.strip()}
    clean = {name: value.strip("\"'") for name, value in pairs.items()}
    for rule, what in servers.in_environment(clean):
        yield Hit(rule, item.line, what=what)
    if item.name == "ARG" and "=" not in item.value and servers.is_secret(item.value.strip(), "given"):
        yield Hit("secret-in-build", item.line, what=item.value.strip())


def _add(item: Instruction) -> Iterator[Hit]:
    source = item.arguments.split()[0] if item.arguments.split() else ""
    if re.match(r"(?i)https?://|git@|git://", source):
        if "checksum" not in item.flags:
            yield Hit("docker-add-remote", item.line, what=source)
    elif not _ARCHIVE.search(source) and not item.arguments.startswith(("[", "<<")):
        yield Hit("docker-add", item.line, what=source)
