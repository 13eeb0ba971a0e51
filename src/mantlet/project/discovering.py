"""Discovery as both faces call it: look at a repository, write a first model, bring news into one that is there, tell drift."""

from __future__ import annotations

import os
import shlex
import tomllib
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from mantlet.base.errors import InputError, Location, MantletError, UsageError
from mantlet.base.files import write_atomic
from mantlet.base.globs import matches
from mantlet.base.limits import MAX_TEXT_BYTES, is_file, is_folder, read_text
from mantlet.catalogue.load import Catalogue
from mantlet.changes.apply import apply_to_source
from mantlet.discovery.draft import Draft
from mantlet.discovery.inventory import Component, inventory
from mantlet.discovery.propose import propose
from mantlet.discovery.propose.build import Proposal
from mantlet.discovery.update.accept import changes
from mantlet.discovery.update.align import entries
from mantlet.discovery.update.compare import compare
from mantlet.discovery.update.items import Comparison, Item
from mantlet.model.entries import Sections
from mantlet.project.foreign import open_foreign, refuse_foreign
from mantlet.project.places import catalogue_for
from mantlet.store.convert import from_raw, to_raw
from mantlet.store.dump import dump
from mantlet.store.include import Source, read_source
from mantlet.store.tree import Raw

MAX_SETTINGS = 2**20
"""Bytes of a settings file that is asked for the project's name."""
STATE = ".mantlet/discovery.json"
"""Where the last proposal is kept, beside the model: the base of the next comparison."""
_HEADER = """\
# A draft that `mantlet discover` made from the code; nothing in it was confirmed by a person yet.
# `discovered:` says where each entry was seen. Give things the names you use, correct what is wrong, and write down what no
# code shows: who uses the system, what the data is about, how things are protected. Your edits stay:
# `mantlet discover --update` brings in what changed in the code, `mantlet drift` tells when code and model disagree.
"""


class Options(Struct, frozen=True, omit_defaults=True):
    """What of a repository counts; remembered, so that later looks see the same."""

    scope: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class State(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What is remembered beside the model."""

    proposal: dict[str, Any]
    options: Options = Options()
    components: list[Component] = []
    """The inventory; an ML-BOM takes it from here."""


class Discovered:
    """What was found in a repository."""

    def __init__(self, root: Path, draft: Draft, options: Options, catalogue: Catalogue) -> None:
        self.root = root
        self.draft = draft
        self.options = options
        self.name = _name(root)
        self.catalogue = catalogue

    @cached_property
    def proposal(self) -> Proposal:
        """The model that it makes."""
        return propose(self.draft, self.catalogue.vocabulary, self.name)

    @cached_property
    def components(self) -> list[Component]:
        """The inventory: frameworks, models, data sets and images with their versions; an ML-BOM is made of it."""
        return inventory(self.draft.parts)

    @property
    def state(self) -> State:
        """What later looks remember of this one."""
        return State(self.proposal.raw, self.options, self.components)

    def model_text(self) -> str:
        """Return the model as the text of a first `threatmodel.yaml`."""
        return _HEADER + dump(from_raw(self.proposal.raw))


def discover(
    paths: Sequence[str | Path] = (".",),
    scope: Iterable[str] = (),
    *,
    exclude: Iterable[str] = (),
    model: Path | None = None,
    catalogue: Catalogue | None = None,
    cached: bool = True,
    told: Callable[[int, int, str], None] = lambda _done, _of, _what: None,
) -> Discovered:
    """Read a repository, without running any of it, and propose its elements and flows.

    Several paths are parts of one system: they are read from the folder that holds them all. ``scope`` names the folders
    and files below it that count, ``exclude`` globs of what does not; without either, those of the last look that made
    ``model`` count. ``cached`` keeps what files say in the user's cache folder; ``told`` hears how far it is. Raises `InputError`.
    """
    from mantlet.discovery.run import discover as look  # noqa: PLC0415  (parsers: only when they are needed)

    root, inner = root_of([Path(path) for path in paths])
    options = Options((*inner, *scope), tuple(exclude))
    if model is not None and options == Options():
        options = load_state(model).options
    known = catalogue or catalogue_for(root / "threatmodel.yaml")
    draft = look(root, options.scope, exclude=options.exclude, cached=cached, told=told)
    return Discovered(root, draft, options, known)


def _name(root: Path) -> str:
    """Return the name that a project gives itself, else its folder's."""
    try:
        text = read_text(root / "pyproject.toml", MAX_SETTINGS)
        name = tomllib.loads(text).get("project", {}).get("name")
    except (InputError, tomllib.TOMLDecodeError, AttributeError, RecursionError):
        name = None
    return name if isinstance(name, str) and name else root.resolve().name


def root_of(paths: Sequence[Path]) -> tuple[Path, list[str]]:
    """Return the folder to read from, and what of it counts where not all of it does."""
    for path in paths:
        if not is_folder(path) and not is_file(path):
            raise InputError(
                "there is no such folder", where=Location(str(path)), mend="name the folder of a repository"
            )
    if len(paths) == 1 and is_folder(paths[0]):
        return paths[0], []
    real = [os.path.realpath(path) for path in paths]
    folders = [place if is_folder(Path(place)) else str(Path(place).parent) for place in real]
    try:
        root = Path(os.path.relpath(os.path.commonpath(folders)))
    except ValueError:
        raise UsageError("these paths have no folder in common", mend="discover them one by one") from None
    return root, [Path(os.path.relpath(place, root)).as_posix() for place in real]


def write_first(found: Discovered, output: Path) -> None:
    """Write a first model, and keep the proposal as the base of later comparisons; never overwrites."""
    refuse_overwrite(output)
    write_atomic(output, found.model_text().encode(), expected="")
    keep_state(found.state, output)


def refuse_overwrite(output: Path) -> None:
    """Raise where a model is there already."""
    if os.path.lexists(output):
        raise UsageError(
            "is there already",
            where=Location(str(output)),
            mend="`mantlet discover --update` brings the news into it, or name another file with -o",
        )


def refuse_nothing(found: Discovered) -> None:
    """Raise where nothing was found that a model could be made of."""
    if not found.draft.elements:
        raise InputError(
            "nothing was found that a model could be made of",
            where=Location(str(found.root)),
            mend="name the folder of the code, or start with `mantlet init`",
        )


class Update:
    """A model that is there, and what a new look at the code would change in it."""

    def __init__(self, found: Discovered, model: Path, *, again: bool = False) -> None:
        self._found = found
        self._model = model
        foreign = open_foreign(model, found.catalogue)
        self._source: Source | None = None if foreign else read_source(model)
        sections = self._source.sections if self._source else foreign.sections if foreign else Sections()
        self._raw = to_raw(sections)
        self.comparison: Comparison = compare(
            load_state(model).proposal,
            self._raw,
            found.proposal.raw,
            found.catalogue.vocabulary,
            again=again,
        )

    @property
    def unclear(self) -> int:
        """How many places were not understood: what they hide may be drift, too."""
        return len(self._found.draft.not_understood)

    @property
    def look(self) -> str:
        """The command that lists them."""
        found, words = self._found, ["mantlet", "discover"]
        if found.root != Path():
            words.append(str(found.root) if not str(found.root).startswith("-") else f"./{found.root}")
        for part in found.options.scope:
            words += ["--scope", part]
        for glob in found.options.exclude:
            words += ["--exclude", glob]
        return shlex.join([*words, "--dry-run"])

    @property
    def stale(self) -> list[tuple[str, str]]:
        """Elements whose `code:` names nothing that is there, with the glob."""
        return stale_code(self._found.root, self._raw)

    def write(self, accepted: Iterable[Item]) -> None:
        """Do what was accepted to the model's files and remember the proposal; all or nothing of it."""
        done = changes(self.comparison, accepted)
        if self._source is None:
            refuse_foreign(self._model)
            return
        touched = apply_to_source(self._source, done)
        for document in touched:
            document.sections()
        for document in touched:
            document.save()
        keep_state(self._found.state, self._model)


def stale_code(root: Path, raw: Raw) -> list[tuple[str, str]]:
    """Return the elements whose `code:` globs match no file below a folder, with the glob."""
    wanted = [
        (name, str(glob))
        for name, entry in entries(raw, "elements").items()
        for glob in entry.get("code", [])
        if isinstance(entry.get("code"), list)
    ]
    left = dict.fromkeys(wanted)
    for path in _files(root) if wanted else ():
        for name, glob in list(left):
            if matches(glob, path):
                del left[name, glob]
        if not left:
            break
    return list(left)


def _files(root: Path) -> Iterable[str]:
    """Yield the files below a folder; links are not followed."""
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name != ".git"]
        above = Path(os.path.relpath(folder, root)).as_posix()
        for name in files:
            yield name if above == "." else f"{above}/{name}"


# -- what is remembered


def keep_state(state: State, model: Path) -> None:
    """Remember a proposal beside the model."""
    write_atomic(model.parent / STATE, msgspec.json.format(msgspec.json.encode(state), indent=1) + b"\n")


def load_state(model: Path) -> State:
    """Return what the last look left; an empty proposal where there is none."""
    path = model.parent / STATE
    if not is_file(path):
        return State({})
    mend = "delete the file; the next update then compares without it"
    try:
        state = msgspec.json.decode(read_text(path, MAX_TEXT_BYTES, mend), type=State)
        from_raw(state.proposal)
    except (msgspec.DecodeError, MantletError, RecursionError):
        raise InputError("is no result of discovery", where=Location(str(path)), mend=mend) from None
    return state


# -- for programs


def shape(draft: Draft, *, detail: bool = False) -> dict[str, Any]:
    """Return a draft as JSON has it; ``detail`` adds facts, personal data, what was skipped and the inventory."""
    elements = [
        {
            "id": item.id, "name": item.name, "type": item.type, "kind": item.kind, "dfd": item.dfd, "parent": item.parent,
            "evidence": item.evidence, "confidence": round(item.confidence, 2),
        }
        | ({"facts": _facts(item.facts), "personal": item.personal} if detail else {})
        for item in draft.elements
    ]  # fmt: skip
    flows = [
        {
            "from": item.source, "to": item.target, "data": item.data,
            "evidence": item.evidence, "confidence": round(item.confidence, 2),
        }
        | ({"facts": _facts(item.facts), "personal": item.personal} if detail else {})
        for item in draft.flows
    ]  # fmt: skip
    unclear = [
        {"path": item.at.path, "line": item.at.line, "what": item.what} for item in draft.not_understood
    ]
    made: dict[str, Any] = {"elements": elements, "flows": flows, "not_understood": unclear}
    if detail:
        made["skipped"] = [{"path": item.path, "reason": item.reason} for item in draft.skipped]
        made["inventory"] = inventory(draft.parts)
    return made


def _facts(facts: dict[str, tuple[str, str]]) -> dict[str, dict[str, str]]:
    return {name: {"value": value, "at": at} for name, (value, at) in facts.items()}
