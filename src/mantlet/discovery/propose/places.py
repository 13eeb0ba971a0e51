"""Where elements are and who runs them: boundaries that the topology shows, parties behind hosted services, addresses, code."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from mantlet.discovery.draft import DraftElement
from mantlet.discovery.propose.names import Ids, shown, slug
from mantlet.model.vocabulary import Vocabulary
from mantlet.store.tree import Raw

INSIDE_FACT = "in"
"""The fact by which a draft says which declared network, namespace or cloud an element is in."""
INTERNAL = (INSIDE_FACT, "port", "built_from", "answers", "called_with")
"""What readers tell linking by way of facts; none is one of the vocabulary."""
INTERNET = "internet"
_KINDS = {
    "network": ("private-network", "network"),
    "vpc": ("cloud-network", "network"),
    "account": ("cloud-network", "network"),
    "subnet": ("network", "network"),
    "namespace": ("cluster", "execution"),
    "cluster": ("cluster", "execution"),
    "host": ("host", "execution"),
}
"""Per kind of declared place, the boundary's type and its dimension."""
_NO_PLACE = ("host", "none", "default", "bridge")
"""Names by which Docker and Kubernetes mean no network or namespace of one's own."""
_PROTOCOLS = ("ssh", "sftp", "ftp", "smtp", "imap", "http", "mqtt")
"""Names of protocols: who answers is somebody, not a supplier of that name."""
_SELF_RUN = ("mlflow", "ollama", "litellm", "clearml", "mcp-server", "llm", "web")
"""Services that people mostly run themselves; nobody else is supposed behind them."""
_OUTSIDE = (
    "user",
    "external-system",
    "data-subject",
    "labeller",
    "web-tracker",
    "model-hub",
    "dataset-hub",
    "package-index",
)
"""Types that are outside unless the topology says otherwise."""
_SUPPLY = ("web-source", "data-provider", "model-hub", "dataset-hub", "package-index", "web-tracker")
"""Types that work for themselves: whoever runs them is no processor of ours."""


class Places:
    """Boundaries and parties, made as elements ask for them."""

    def __init__(self, vocabulary: Vocabulary, ids: Ids) -> None:
        self._vocabulary = vocabulary
        self._ids = ids
        self.boundaries: dict[str, dict[str, Raw]] = {}
        self.parties: dict[str, dict[str, Raw]] = {}
        self._known: dict[str, str] = {}

    def within(self, element: DraftElement) -> list[str]:
        """Return the boundaries that an element is in, at most one of each dimension."""
        found: dict[str, str] = {}
        said, place = element.facts.get(INSIDE_FACT, ("", ""))
        for item in filter(None, map(str.strip, said.split(","))):
            kind, _, name = item.partition(":")
            if name in _NO_PLACE:
                continue
            type_, dimension = _KINDS.get(kind, _KINDS["network"])
            if dimension not in found:
                found[dimension] = self._boundary(item, type_, name or kind, place)
        if "network" not in found and self.is_outside(element):
            found["network"] = self._boundary(INTERNET, INTERNET, "Internet", "")
        return list(found.values())

    def is_outside(self, element: DraftElement) -> bool:
        """Tell whether an element lies beyond what we run, as far as its type and keys say."""
        return bool(_hosted(element)) or any(self._vocabulary.is_a(element.type, type_) for type_ in _OUTSIDE)

    def party(self, element: DraftElement) -> str:
        """Return the party that runs an element; empty for us."""
        hosted = _hosted(element)
        if not hosted:
            return ""
        key = f"party:{hosted}"
        if key not in self._known:
            self._known[key] = name = slug(hosted) or "supplier"
            ours = not any(self._vocabulary.is_a(element.type, type_) for type_ in _SUPPLY)
            self.parties[name] = {"name": shown(element.name)} | ({"role": "processor"} if ours else {})
        return self._known[key]

    def _boundary(self, key: str, type_: str, name: str, place: str) -> str:
        if key not in self._known:
            self._known[key] = made = self._ids.new(name, f"{name}-{type_}")
            entry: dict[str, Raw] = {"type": type_}
            if shown(name) != made:
                entry["name"] = shown(name)
            entry["discovered"] = {"key": key} | ({"at": [place]} if place else {})
            self.boundaries[made] = entry
        return self._known[key]


def _hosted(element: DraftElement) -> str:
    """Return the name of the hosted service that an element is; empty if it is none."""
    names = (key.partition(":")[2] for key in element.keys if key.startswith("saas:"))
    return next((name for name in names if name not in _PROTOCOLS and name not in _SELF_RUN), "")


def addresses(element: DraftElement) -> list[str]:
    """Return where an element can be found running or lying: `host:port`, image, bucket, path."""
    found: dict[str, None] = {}
    for key in element.keys:
        kind, _, rest = key.partition(":")
        if not rest or any(not char.isprintable() for char in rest):
            continue
        if kind in {"host", "image"}:
            found[rest] = None
        elif kind == "bucket":
            service, _, name = rest.partition(":")
            found[f"{service}://{name}" if name else rest] = None
        elif kind == "url" and "//" in rest:
            found[rest.split("//", 1)[1].split("/")[0].rpartition("@")[2]] = None
        elif kind == "path" and element.dfd == "store":
            found[rest] = None
    return list(filter(None, found))


CODE = (
    ".py",
    ".ipynb",
    ".js",
    ".ts",
    ".jsx",
    ".tsx",
    ".vue",
    ".html",
    ".sql",
    ".sh",
    ".R",
    ".scala",
    ".go",
    ".java",
)


def code_of(element: DraftElement, evidence: Iterable[str]) -> list[str]:
    """Return the files that a process is made of, as `code:` globs."""
    if element.dfd != "process":
        return []
    found: dict[str, None] = {}
    for place in evidence:
        path = place.rpartition(":")[0] if place.rpartition(":")[2].isdigit() else place
        if posixpath.splitext(path)[1] in CODE or posixpath.basename(path).startswith(
            ("Dockerfile", "Makefile")
        ):
            found[path.replace("[", "[[]")] = None
    return list(found)
