"""A version of a model by the name that people give it: a file, `REV:path`, or a revision of the model at hand."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from mantlet.base.errors import InputError, InputErrors, LimitError, Location, MantletError, UsageError
from mantlet.base.limits import inside, is_file, is_folder, read_text
from mantlet.findings.finding import FOLDER
from mantlet.findings.keeping import SUPPRESSIONS
from mantlet.project.api import RULES_FOLDER, Assessment, analyse, model_file
from mantlet.project.vcs.git import Repository
from mantlet.risk.owasp import ImpactMode
from mantlet.store.document import Document

NAMES = ("threatmodel.yaml", "threatmodel.json", "threatmodel.yml")
SETTINGS = "mantlet.toml"
"""A project's settings, beside its model."""
MAX_FILES = 2000
"""Files that a model of one revision is made of: what it includes, its rules, its evidence."""
MAX_BYTES = 512 * 2**20


class Opened:
    """One version, judged."""

    def __init__(self, name: str, assessment: Assessment, file: str, beside: dict[str, bytes]) -> None:
        self.name = name
        """As people wrote it."""
        self.assessment = assessment
        self.file = file
        """Where it comes from: a path, or `REV:path`."""
        self.beside = beside
        """What lies beside the model and changes how it is judged: settings, suppressions, rules."""


def open_version(
    name: str,
    model: Path,
    *,
    today: date | None = None,
    mode: ImpactMode = "method",
    environment: str = "",
    evidence: bool = True,
) -> Opened:
    """Read and judge the version that a name means; ``model`` is the model that a bare revision is looked up for."""
    options: dict[str, Any] = {
        "today": today,
        "impact_mode": mode,
        "environment": environment,
        "evidence": evidence,
    }
    if not name:
        raise UsageError("an empty name is no version", mend="name a model file or a revision of git")
    path = Path(name)
    if is_file(path) or is_folder(path):
        file = model_file(path)
        return Opened(name, analyse(file, **options), str(file), beside(file))
    revision, colon, inner = name.partition(":")
    here = Path() if colon else _folder(model)
    repository = Repository(here)
    commit = repository.commit(revision)
    wanted = _below(repository, Path(inner)) if colon else _model_at(repository, commit, model)
    return open_commit(repository, commit, wanted, name, **options)


def open_revision(revision: str, model: Path, **options: Any) -> Opened:
    """Read and judge the model at hand as a revision of git has it; never a file of any other name."""
    repository = Repository(_folder(model))
    commit = repository.commit(revision)
    return open_commit(repository, commit, _model_at(repository, commit, model), revision, **options)


def open_commit(repository: Repository, commit: str, path: str, name: str, **options: Any) -> Opened:
    """Judge the model at a path of a commit, with what it includes, its rules and its evidence."""
    with checked_out(repository, commit, path, name) as file:
        shown = f"{name.partition(':')[0]}:{path}"
        return Opened(name, analyse(file, **options), shown, beside(file))


def beside(model: Path) -> dict[str, bytes]:
    """Return the files beside a model that change how it is judged, by name."""
    folder = model.parent
    paths = [folder / SETTINGS, folder / SUPPRESSIONS]
    if is_folder(folder / RULES_FOLDER):
        paths += sorted((folder / RULES_FOLDER).rglob("*"))[:MAX_FILES]
    found = {}
    for path in paths:
        if is_file(path):
            found[path.relative_to(folder).as_posix()] = read_text(inside(folder, path)).encode()
    return found


@contextmanager
def checked_out(repository: Repository, commit: str, path: str, name: str) -> Iterator[Path]:
    """Put a model of a commit into a temporary folder for a while; errors name the revision, not that folder."""
    with tempfile.TemporaryDirectory(prefix="mantlet-") as folder:
        root = Path(folder)
        try:
            _Writing(repository, commit, root).model(path)
            yield root / path
        except MantletError as error:
            raise _renamed(error, root, name.partition(":")[0]) from None


class _Writing:
    """Writes the files that a model is made of."""

    def __init__(self, repository: Repository, commit: str, root: Path) -> None:
        self.repository, self.commit, self.root = repository, commit, root
        self.written: set[str] = set()
        self.size = 0

    def model(self, path: str) -> None:
        if not self._write(path):
            raise UsageError(f"there is no '{path}' in that revision", mend="name it as REV:path")
        folder = str(PurePosixPath(path).parent)
        prefix = "" if folder == "." else f"{folder}/"
        for single in (SETTINGS, SUPPRESSIONS):
            self._write(prefix + single)
        for extra in (RULES_FOLDER, FOLDER):
            for blob in self.repository.below(self.commit, f"{prefix}{extra}/"):
                self._write(blob.path)
        self._included(path)

    def _included(self, path: str) -> None:
        for other in _includes(self.root / path):
            inner = os.path.normpath(PurePosixPath(path).parent / other)
            if not inner.startswith("..") and inner not in self.written and self._write(inner):
                self._included(inner)

    def _write(self, path: str) -> bool:
        blob = self.repository.blob(self.commit, path)
        if blob is None:
            return False
        self.written.add(path)
        self.size += blob.size
        if len(self.written) > MAX_FILES or self.size > MAX_BYTES:
            raise LimitError(
                f"the model of that revision has more than {MAX_FILES} files or {MAX_BYTES // 2**20} MiB",
                where=Location(path),
            )
        target = self.root / path
        if ".." in PurePosixPath(path).parts or PurePosixPath(path).is_absolute():
            raise InputError("the path leads out of the repository", where=Location(path))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(self.repository.read(blob))
        return True


def _includes(path: Path) -> list[str]:
    """Return the files that a model names under `include:`; what cannot be read names none, and is told later."""
    if path.suffix.lower() not in {".yaml", ".yml", ".json"}:
        return []
    try:
        raw = Document.load(path).raw
    except MantletError:
        return []
    listed = raw.get("include") if isinstance(raw, dict) else None
    found = []
    for item in listed if isinstance(listed, list) else []:
        name = item.get("path") if isinstance(item, dict) else item
        if isinstance(name, str) and name and "\0" not in name:
            found.append(name)
    return found


def _folder(model: Path) -> Path:
    folder = model if is_folder(model) else model.parent
    return folder if is_folder(folder) else Path()


def _below(repository: Repository, inner: Path) -> str:
    """Return the path after `REV:`, which counts from the top of the repository as git has it, `./` from here."""
    text = inner.as_posix()
    return text if not text.startswith("../") else repository.relative(inner)


def _model_at(repository: Repository, commit: str, model: Path) -> str:
    """Return where the model at hand is in a revision."""
    candidates = [model / name for name in NAMES] if is_folder(model) else [model]
    if is_folder(model):
        candidates.sort(key=lambda path: not is_file(path))
    for path in candidates:
        inner = repository.relative(path)
        if repository.blob(commit, inner):
            return inner
    raise UsageError(
        f"that revision has no '{repository.relative(candidates[0])}'", mend="name the model as REV:path"
    )


def _renamed(error: MantletError, root: Path, revision: str) -> MantletError:
    """Return an error with places that people know: `REV:path` in place of the temporary folder."""
    if isinstance(error, InputErrors):
        return InputErrors([_renamed(item, root, revision) for item in error.errors])
    real, shown = os.path.realpath(root), f"{revision}:"

    def mended(text: str) -> str:
        for start in (f"{real}/", f"{root}/", real, str(root)):
            text = text.replace(start, shown)
        return text

    where = error.where
    place = where and Location(mended(where.file), where.line, where.column, where.excerpt, where.skipped)
    return type(error)(mended(error.what), where=place, mend=mended(error.mend))
