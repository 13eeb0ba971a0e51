"""The revisions of git that a model can be compared with: branches, tags, and the commits that touched it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct, field

from mantlet.base.errors import MissingToolError, UsageError
from mantlet.project.vcs.git import Commit, Ref, Repository
from mantlet.store.layout import layout_path

MAX_COMMITS, MAX_REFS = 200, 200


class Named(Struct):
    """A branch or tag."""

    name: str
    commit: str


class Touched(Struct):
    """A commit that changed the model or its layout."""

    commit: str
    on: str
    author: str
    subject: str


class Revisions(Struct):
    """What there is to compare with; nothing where the model is in no repository."""

    git: bool = False
    branches: list[Named] = field(default_factory=list)
    tags: list[Named] = field(default_factory=list)
    commits: list[Touched] = field(default_factory=list)


def revisions(model: Path) -> Revisions:
    """Return the revisions that know a model; empty without git, a repository or a commit."""
    try:
        repository = Repository(model.parent)
        head = repository.commit("HEAD")
    except (UsageError, MissingToolError):
        return Revisions()
    refs = repository.refs(MAX_REFS)
    paths = [repository.relative(path) for path in (model, layout_path(model))]
    return Revisions(
        True,
        [_named(ref) for ref in refs if not ref.name.startswith("tags/") and not ref.name.endswith("/HEAD")],
        [_named(ref) for ref in refs if ref.name.startswith("tags/")],
        [_touched(commit) for commit in repository.log(head, paths, MAX_COMMITS)],
    )


def _named(ref: Ref) -> Named:
    return Named(ref.name.partition("/")[2], ref.commit)


def _touched(commit: Commit) -> Touched:
    day = datetime.fromtimestamp(commit.when, UTC).date().isoformat()
    return Touched(commit.id, day, commit.author[:200], commit.subject[:200])
