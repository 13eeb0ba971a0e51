"""The inventory: requirements files, pyproject, setup.cfg, Pipfile, conda environments and package.json, with versions or their absence."""

from __future__ import annotations

import json
import posixpath
import re

from mantlet.discovery.clues import Clue, Fact, Part, Thing, Unclear
from mantlet.discovery.reader import Source
from mantlet.discovery.readers._documents import toml_document, yaml_documents, yaml_trouble
from mantlet.discovery.readers._formats import by_name
from mantlet.discovery.readers._names import host_of

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][\w.\-]*)\s*(?:\[[^\]]*\])?\s*\(?([^;#@]*)(?:@\s*(\S+))?")
_UI = {"react": "React", "vue": "Vue", "@angular/core": "Angular", "svelte": "Svelte", "next": "Next.js", "nuxt": "Nuxt", "solid-js": "Solid", "preact": "Preact", "expo": "Expo", "react-native": "React Native", "@remix-run/react": "Remix", "astro": "Astro", "electron": "Electron"}  # fmt: skip
_SERVERS = {
    "express": "Express",
    "fastify": "Fastify",
    "koa": "Koa",
    "@nestjs/core": "NestJS",
    "hono": "Hono",
    "@hapi/hapi": "hapi",
}


def claims(path: str) -> bool:
    """Tell whether the file lists dependencies."""
    name = posixpath.basename(path).lower()
    if name in ("pyproject.toml", "pipfile", "setup.cfg", "package.json"):
        return True
    if re.search(r"requir\w*ments?.*\.(txt|in)$", name) or re.search(
        r"(^|/)requirements/[^/]+\.(txt|in)$", path
    ):
        return True
    return by_name(path) == "conda"


def read(source: Source) -> list[Clue]:
    """Return a part for each dependency, and whether they are pinned."""
    name = source.name.lower()
    if name == "package.json":
        return _package(source)
    if name == "pyproject.toml":
        return _pyproject(source)
    if name == "pipfile":
        return _pipfile(source)
    if name == "setup.cfg":
        return _setup_cfg(source)
    return _conda(source) if by_name(source.path) == "conda" else _requirements(source)


def requirement_clues(source: Source, text: str, line: int, key: str = "") -> list[Clue]:
    """Return the part that a requirement names; ``key`` is who depends on it, where it is known."""
    found = _REQUIREMENT.match(text)
    if found is None or text.lstrip().startswith(("-", "#")):
        return []
    spec = found[2].strip().rstrip(")").replace(" ", "")
    at = source.at(line)
    exact = re.fullmatch(r"={2,3}([^,*]+)", spec)
    version = exact[1] if exact else (_commit(found[3]) if found[3] else spec)
    clues: list[Clue] = [Part("package", found[1], at, version)]
    if not exact and key and not (found[3] and _commit(found[3])):
        clues.append(Fact(key, "dependencies_pinned", "no", at))
    return clues


def _commit(url: str) -> str:
    found = re.search(r"@([0-9a-f]{7,40})\b", url) or re.search(r"#sha256=(\w+)", url)
    return found[1] if found else ""


def _owner(source: Source) -> str:
    """Return who depends on the file's packages: the programs of its folder."""
    return f"code:{source.folder}" if source.folder else "code:."


def _requirements(source: Source) -> list[Clue]:
    clues: list[Clue] = []
    loose = 0
    for number, line in enumerate(source.lines, 1):
        text = line.split(" #")[0].strip()
        if found := re.match(r"(?:--extra-index-url|--index-url|-i)[\s=]+(\S+)", text):
            clues += _index(source, found[1], number)
        elif found := re.match(r"(?:-e\s+)?(?:git\+)?(https?|git|ssh)(://\S+)", text):
            url = found[1] + found[2]
            name = re.search(r"#egg=([\w.\-]+)", url) or re.search(r"/([\w.\-]+?)(?:\.git)?(?:@|#|$)", url)
            clues.append(Part("package", name[1] if name else url[:80], source.at(number), _commit(url)))
            loose = loose or (0 if _commit(url) else number)
        elif text and not text.startswith(("-", "#")):
            clues += requirement_clues(source, text.replace("\\", ""), number)
            loose = loose or (0 if re.search(r"={2,3}\s*[^*]+$|@\s*https?", text.split(";")[0]) else number)
    if loose and any(isinstance(clue, Part) for clue in clues):
        clues.append(Fact(_owner(source), "dependencies_pinned", "no", source.at(loose)))
    return clues


def _index(source: Source, url: str, line: int) -> list[Clue]:
    host = host_of(url)
    return [Thing(f"host:{host}", "package-index", host, source.at(line), 0.3)] if host else []


def _pyproject(source: Source) -> list[Clue]:
    document, clues = toml_document(source)
    groups = [
        document["project"]["dependencies"],
        *(one for _, one in document["project"]["optional-dependencies"].items()),
    ]
    groups += [one for _, one in document["dependency-groups"].items()]
    for group in groups:
        for text, line in group.texts():
            clues += requirement_clues(source, text, line)
    poetry = document["tool"]["poetry"]
    tables = [
        poetry["dependencies"],
        poetry["dev-dependencies"],
        *(g["dependencies"] for _, g in poetry["group"].items()),
    ]
    for table in tables:
        for name, item in table.items():
            if name != "python":
                version = item.text or item["version"].text or _short(item["rev"].text)
                clues.append(
                    Part("package", name, source.at(item.at), version.removeprefix("==").replace("*", ""))
                )
    return clues


def _short(text: str) -> str:
    return text if re.fullmatch(r"[0-9a-f]{7,40}", text) else ""


def _pipfile(source: Source) -> list[Clue]:
    document, clues = toml_document(source)
    for table in (document["packages"], document["dev-packages"]):
        for name, item in table.items():
            version = (item.text or item["version"].text).replace("*", "").removeprefix("==")
            clues.append(Part("package", name, source.at(item.at), version))
    return clues


def _setup_cfg(source: Source) -> list[Clue]:
    clues: list[Clue] = []
    inside = False
    for number, line in enumerate(source.lines, 1):
        if re.match(r"install_requires\s*=", line):
            inside = True
        elif line[:1].strip():
            inside = False
        elif inside and line.strip():
            clues += requirement_clues(source, line, number)
    return clues


def _conda(source: Source) -> list[Clue]:
    clues = yaml_trouble(source)
    loose = 0
    for document in yaml_documents(source):
        for item in document["dependencies"].each():
            for text, line in item["pip"].texts():
                clues += requirement_clues(source, text, line)
                loose = loose or (0 if "==" in text else line)
            if item.text:
                name, _, version = item.text.rpartition("::")[2].partition("=")
                name = re.split(r"[<>=! ]", name)[0]
                version = version.lstrip("=").split("=")[0] or item.text.rpartition("::")[2][
                    len(name) :
                ].strip(" =")
                clues.append(Part("package", name, source.at(item.at), version))
                loose = loose or (0 if version else item.at)
    if loose:
        clues.append(Fact(_owner(source), "dependencies_pinned", "no", source.at(loose)))
    return clues


# -- package.json


def _package(source: Source) -> list[Clue]:
    try:
        json.loads(source.text)
    except (ValueError, RecursionError) as error:
        return [Unclear(source.at(getattr(error, "lineno", 0)), "not readable as JSON")]
    documents = yaml_documents(source)
    if not documents:
        return yaml_trouble(source)
    document = documents[0]
    clues: list[Clue] = []
    names: dict[str, int] = {}
    for section in ("dependencies", "devDependencies", "optionalDependencies"):
        for name, item in document[section].items():
            clues.append(Part("package", name, source.at(item.at), item.text))
            if section == "dependencies":
                names[name] = item.at
    return clues + _application(source, document["name"].text, names)


def _application(source: Source, name: str, names: dict[str, int]) -> list[Clue]:
    """Return the program that the package is, by its framework."""
    key = f"code:{source.folder}" if source.folder else "code:."
    title = name or posixpath.basename(source.folder) or "front end"
    ui = next((word for word in _UI if word in names), "")
    if ui:
        also = tuple(dict.fromkeys((_UI[ui], posixpath.basename(source.folder) or "frontend", title)))
        return [Thing(key, "browser-client", title, source.at(names[ui]), 0.6, also=also)]
    server = next((word for word in _SERVERS if word in names), "")
    if server:
        return [Thing(key, "web-service", title, source.at(names[server]), 0.5, also=(_SERVERS[server],))]
    return []
