"""What Compose's services have to do with each other: one build, one program, one volume, one proxy."""

from __future__ import annotations

import posixpath
import re

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Fact, Move, Same, Thing
from mantlet.discovery.reader import Source, path_key
from mantlet.discovery.readers._images import image
from mantlet.discovery.readers._names import unresolved

_ORCHESTRATOR_PARTS = frozenset(
    ("webserver", "scheduler", "worker", "triggerer", "airflow-init", "init", "flower", "dag-processor")
)


def filled(text: str) -> str:
    """Return a text with the defaults of `${NAME:-default}` filled in."""
    return re.sub(r"\$\{\w+:?-([^}]*)\}", r"\1", text)


def programs(source: Source, services: Item) -> list[Clue]:
    """Return which service is which build or image.

    Of several that share one, those that start it alike are one program; one that starts something else is another.
    """
    users: dict[str, list[tuple[str, int, Item]]] = {}
    for name, service in services.items():
        for made, line in _made_from(source, service):
            users.setdefault(made, []).append((f"service:{name}", line, service))
    clues: list[Clue] = []
    for made, found in users.items():
        plain = [
            (key, line) for key, line, service in found if not (service["command"] or service["entrypoint"])
        ]
        if len(found) == 1:
            plain = [found[0][:2]]
        clues += [Same(key, made, source.at(line)) for key, line in plain[:1]]
        clues += [Same(plain[0][0], key, source.at(line)) for key, line in plain[1:]]
        if made.startswith("docker:"):
            others = [(key, line) for key, line, _ in found if (key, line) not in plain]
            clues += [Fact(key, "built_from", made, source.at(line)) for key, line in others]
    return clues


def routed(source: Source, services: Item) -> list[Clue]:
    """Return what Traefik forwards: it finds its targets by their labels."""
    proxies = [name for name, service in services.items() if "traefik" in filled(service["image"].text)]
    clues: list[Clue] = []
    for name, service in services.items():
        labels = service["labels"]
        found = labels.texts() if isinstance(labels.value, list) else [(k, v.at) for k, v in labels.items()]
        line = next((at for text, at in found if re.match(r"traefik\.\w+\.(routers|services)\.", text)), 0)
        if line and name not in proxies:
            clues += [
                Move(f"service:{proxy}", f"service:{name}", source.at(line), "requests", 0.75)
                for proxy in proxies
            ]
    return clues


def folded(source: Source, services: Item) -> list[Clue]:
    """Unite services that are parts of one program: three or more with one image or build and one first word."""
    groups: dict[tuple[str, str], list[tuple[str, Item]]] = {}
    for name, service in services.items():
        build = service["build"]
        made = (
            filled(service["image"].text) or build.text or build["context"].text or build["dockerfile"].text
        )
        word = re.split(r"[-_]", name)[0]
        orchestrates = name in _ORCHESTRATOR_PARTS or (word == "airflow" and word != name)
        if made and (word != name or orchestrates):
            groups.setdefault((made, "airflow" if orchestrates else word), []).append((name, service))
    clues: list[Clue] = []
    for (made, word), parts in groups.items():
        names = tuple(name for name, _ in parts)
        if len(parts) < 3 or (
            not names[0].startswith(word) and not any(name.endswith("scheduler") for name in names)
        ):
            continue
        first, service = parts[0]
        type_ = image(word).type or image(made).type or "process"
        clues.append(Thing(f"service:{first}", type_, word, source.at(service.at), 0.95, also=names))
        clues += [Same(f"service:{first}", f"service:{name}", source.at(one.at)) for name, one in parts[1:]]
    return clues


def _made_from(source: Source, service: Item) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    build = service["build"]
    folder = build.text or build["context"].text or "."
    if build and not unresolved(folder) and "://" not in folder:
        file = posixpath.join(folder, build["dockerfile"].text or "Dockerfile")
        found.append(("docker:" + path_key(file, source.folder)[5:], build.at))
    text = filled(service["image"].text)
    if text and not unresolved(text) and not image(text).type:
        found.append((f"image:{image(text).name}", service["image"].at))
        if not build:
            found.append((f"folder:{image(text).name.rpartition('/')[2]}", service["image"].at))
    return found


def shared_volumes(source: Source, services: Item) -> list[Clue]:
    """Return the named volumes that several services mount: there they hand data to each other."""
    users: dict[str, list[tuple[str, int]]] = {}
    for name, service in services.items():
        for item in service["volumes"].each():
            volume = item["source"].text if not item.text else item.text.partition(":")[0]
            if volume and re.fullmatch(r"[\w.-]+", volume) and volume[0] != ".":
                users.setdefault(volume, []).append((name, item.at or item["source"].at))
    clues: list[Clue] = []
    for volume, found in users.items():
        if len({name for name, _ in found}) > 1:
            clues.append(Thing(f"volume:{volume}", "file-store", volume, source.at(found[0][1]), 0.6))
            for name, line in found:
                clues.append(
                    Move(
                        f"volume:{volume}",
                        f"service:{name}",
                        source.at(line),
                        "files",
                        0.35,
                        opened_by=f"service:{name}",
                    )
                )
    return clues
