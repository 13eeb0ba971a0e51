"""git as a separate process: fixed arguments, no shell, nothing that a repository's settings could have executed.

Revisions that people typed are turned into commit ids first; only those go into further commands.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mantlet.base.errors import InputError, LimitError, Location, MissingToolError, UsageError
from mantlet.base.limits import MAX_TEXT_BYTES

SECONDS = 120
MAX_LISTING = 64 * 2**20
_SAFE = (
    "--no-pager",
    "--no-optional-locks",
    "--no-replace-objects",
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=false",
    "-c",
    f"core.hooksPath={os.devnull}",
    "-c",
    "log.showSignature=false",
    "-c",
    "protocol.allow=never",
    "-c",
    f"diff.orderFile={os.devnull}",
    "-c",
    f"mailmap.file={os.devnull}",
)
"""What keeps a repository's own settings from starting programs (hooks, monitors, signature checks, lazy fetching) and from
having files of any place read, such as a pipe that never ends."""
_PASSED_ON = ("PATH", "HOME", "SYSTEMROOT", "TMPDIR", "XDG_CONFIG_HOME")
_LAST = 253_402_300_799
"""The last second of the year 9999."""
_SYMLINK, _SUBMODULE = "120000", "160000"


class Blob(NamedTuple):
    """A file of a revision."""

    path: str
    """Below the top of the repository."""
    id: str
    size: int


class Commit(NamedTuple):
    """One entry of the log."""

    id: str
    when: int
    """Of the commit, in seconds since 1970."""
    author: str
    subject: str


class Ref(NamedTuple):
    """A branch or tag."""

    name: str
    """Such as `heads/main`, `remotes/origin/main`, `tags/v1`."""
    commit: str
    current: bool


class Repository:
    """A git repository, read only."""

    def __init__(self, folder: Path) -> None:
        self.folder = self.top = folder
        top = self._run("rev-parse", "--show-toplevel", failing=True)
        if not top:
            raise UsageError(
                f"'{folder}' is not in a git repository", mend="name files instead, or change to the project"
            )
        self.top = Path(top.decode("utf-8", "surrogateescape").rstrip("\n"))

    def commit(self, revision: str) -> str:
        """Return the id of the commit that a revision means; raises `UsageError`."""
        found = b""
        if revision and not revision.startswith("-") and "\0" not in revision:
            found = self._run(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", failing=True
            )
        name = found.decode("ascii", "replace").strip()
        if not name.isalnum():
            raise UsageError(
                f"'{revision}' is no file here and no revision of git",
                mend="name a model file, a branch, a tag or a commit, or REV:path",
            )
        return name

    def blob(self, commit: str, path: str) -> Blob | None:
        """Return a file of a revision, None where there is none; links and submodules are none."""
        return next((blob for blob in self._listed(commit, path) if blob.path == path), None)

    def below(self, commit: str, folder: str) -> list[Blob]:
        """Return all files below a folder of a revision."""
        return self._listed(commit, folder, deep=True)

    def read(self, blob: Blob) -> bytes:
        """Return what is in a file of a revision."""
        if blob.size > MAX_TEXT_BYTES:
            raise LimitError(
                f"the file has {blob.size / 2**20:.0f} MiB; mantlet reads at most {MAX_TEXT_BYTES / 2**20:.0f} MiB",
                where=Location(blob.path),
            )
        return self._run("cat-file", "blob", blob.id)

    def log(self, commit: str, paths: Sequence[str], limit: int) -> list[Commit]:
        """Return the commits that touched some paths, newest first, along the first parents."""
        form = "--format=%H%x00%ct%x00%an%x00%s%x00"
        out = self._run("log", "--first-parent", f"--max-count={limit}", "-z", form, commit, "--", *paths)
        fields = out.decode("utf-8", "replace").split("\0")
        found = []
        while len(fields) >= 4:
            name, when, author, subject = fields[:4]
            fields = fields[4:]
            while fields and not fields[0]:
                del fields[0]
            found.append(Commit(name.strip(), _second(when), author, subject))
        return found

    def refs(self, limit: int) -> list[Ref]:
        """Return branches and tags, the one that is checked out first, then those committed to last."""
        form = "--format=%(refname)%00%(*objectname)%00%(objectname)%00%(HEAD)"
        places = ("refs/heads", "refs/remotes", "refs/tags")
        out = self._run("for-each-ref", f"--count={limit}", "--sort=-creatordate", form, *places)
        found = []
        for line in out.decode("utf-8", "replace").splitlines():
            name, peeled, commit, head = line.split("\0")
            found.append(Ref(name.partition("/")[2], peeled or commit, head == "*"))
        return sorted(found, key=lambda ref: not ref.current)

    def relative(self, path: Path) -> str:
        """Return a path below the top of the repository, with forward slashes; raises `UsageError` outside."""
        absolute = Path(os.path.realpath(path.parent)) / path.name
        top = Path(os.path.realpath(self.top))
        if not absolute.is_relative_to(top):
            raise UsageError(f"'{path}' lies outside the repository {self.top}")
        return absolute.relative_to(top).as_posix()

    def _listed(self, commit: str, path: str, *, deep: bool = False) -> list[Blob]:
        flags = ["-r"] if deep else []
        out = self._run("ls-tree", "-z", "-l", "--full-tree", *flags, commit, "--", path)
        found = []
        for line in out.split(b"\0"):
            head, tab, name = line.partition(b"\t")
            if not tab:
                continue
            mode, kind, name_of, size = head.decode("ascii").split()
            if kind == "blob" and mode not in {_SYMLINK, _SUBMODULE}:
                if not size.isdigit():
                    raise InputError(
                        "the repository does not hold this file: it is damaged or was fetched in part",
                        where=Location(path),
                        mend="`git fsck` tells what is missing, `git fetch --refetch` brings it",
                    )
                found.append(Blob(name.decode("utf-8", "surrogateescape"), name_of, int(size)))
        return found

    def _run(self, *arguments: str, failing: bool = False) -> bytes:
        """Return what git wrote; where it failed an error, or nothing if ``failing`` is allowed."""
        done = run(arguments, self.top)  # paths count from there
        if done.returncode == 0:
            if len(done.stdout) > MAX_LISTING + MAX_TEXT_BYTES:
                raise LimitError("git answered with more than can be read")
            return done.stdout
        if failing:
            return b""
        said = " ".join(done.stderr.decode("utf-8", "replace").split())[:300]
        raise InputError(f"git {arguments[0]} failed: {said}", where=Location(str(self.folder)))


def _second(text: str) -> int:
    """Return the second that a commit claims, brought into the years that a calendar has: anybody can claim any."""
    return min(max(int(text or 0), 0), _LAST)


def run(arguments: Sequence[str], folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder, without what a repository or an environment could make it start."""
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}
    environment["GIT_ALLOW_PROTOCOL"] = ""  # settings of the repository cannot overrule this one
    try:
        return subprocess.run(  # noqa: S603  (a list of arguments, no shell)
            [_program(), *_SAFE, *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InputError(f"git did not answer within {SECONDS} seconds") from None
    except (OSError, ValueError) as error:
        raise InputError(f"git cannot be started in '{folder}': {error}") from None


def _program() -> str:
    """Return git's path; a relative entry of PATH is passed over, so that a project cannot bring its own."""
    import shutil  # noqa: PLC0415

    folders = [part for part in os.environ.get("PATH", "").split(os.pathsep) if Path(part).is_absolute()]
    found = shutil.which("git", path=os.pathsep.join(folders))
    if not found:
        raise MissingToolError("this needs git", mend="install git, or name model files instead")
    return found
