"""Evidence on disk: SARIF under `.mantlet/evidence/`, a file per check and tool, and suppressions with reason and end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import yaml
from msgspec import MsgspecError, Struct, convert, field

from mantlet.base import sarif
from mantlet.base.errors import InputError, LimitError, Location
from mantlet.base.files import fingerprint, write_atomic
from mantlet.base.limits import inside, is_file, is_folder, read_text
from mantlet.base.yamlplain import load_plain
from mantlet.findings.finding import FOLDER, CheckResult
from mantlet.findings.runs import from_run, to_run

SUPPRESSIONS = ".mantlet/suppressions.yaml"
MAX_FILES = 500
MAX_NAME = 100


class Suppression(Struct, forbid_unknown_fields=True, kw_only=True):
    """A finding that somebody silenced until a day, and why."""

    fingerprint: str
    reason: str
    until: str
    by: str = ""


class Suppressions(Struct, forbid_unknown_fields=True):
    """The file of suppressions."""

    suppressions: list[Suppression] = field(default_factory=list)


def save(root: Path, results: Iterable[CheckResult]) -> list[Path]:
    """Write results below a project's folder, one file per check and tool; earlier ones of these are replaced."""
    files: dict[Path, list[CheckResult]] = {}
    for result in results:
        files.setdefault(root / FOLDER / f"{_name(result)}.sarif", []).append(result)
    for path, kept in files.items():
        inside(root, path)
        write_atomic(path, sarif.write([to_run(result) for result in kept]))
    return list(files)


def _name(result: CheckResult) -> str:
    said = f"{result.check}-{result.tool}"
    name = re.sub(r"[^a-z0-9]+", "-", said.lower()).strip("-")
    return name if len(name) <= MAX_NAME else f"{name[:MAX_NAME]}-{fingerprint(said.encode())[:8]}"


def load(root: Path, today: date) -> list[CheckResult]:
    """Return the evidence that is kept beside a model, suppressions laid over it."""
    folder = root / FOLDER
    if not is_folder(folder):
        return []
    inside(root, folder)
    results = []
    paths = sorted(folder.glob("*.sarif"))
    if len(paths) > MAX_FILES:
        raise LimitError(
            f"{len(paths):,} files of evidence; at most {MAX_FILES} are read",
            where=Location(str(folder)),
            mend="remove those that are old",
        )
    for path in paths:
        inside(root, path)
        results += [from_run(run, path.stem) for run in sarif.read(path).runs]
    suppress(results, load_suppressions(root), today)
    return results


def load_suppressions(root: Path) -> list[Suppression]:
    """Return what somebody silenced in a project."""
    path = root / SUPPRESSIONS
    if not is_file(path):
        return []
    inside(root, path)
    try:
        raw = load_plain(read_text(path, 1 << 20, "remove what has ended"))
        known = convert(raw or {}, Suppressions)
        for item in known.suppressions:
            date.fromisoformat(item.until)
    except (MsgspecError, ValueError, RecursionError) as error:
        raise InputError(
            f"these are no suppressions: {error}",
            where=Location(str(path)),
            mend="each has a fingerprint, a reason and a day `until`",
        ) from None
    return known.suppressions


def add_suppression(root: Path, item: Suppression) -> Path:
    """Silence a finding; an earlier suppression of it is replaced."""
    known = [other for other in load_suppressions(root) if other.fingerprint != item.fingerprint]
    path = root / SUPPRESSIONS
    inside(root, path)
    rows = [
        {
            name: getattr(entry, name)
            for name in ("fingerprint", "reason", "until", "by")
            if getattr(entry, name)
        }
        for entry in sorted([*known, item], key=lambda entry: entry.fingerprint)
    ]
    text = yaml.safe_dump({"suppressions": rows}, sort_keys=False, allow_unicode=True, width=110)
    write_atomic(path, text.encode())
    return path


def suppress(results: Iterable[CheckResult], items: Sequence[Suppression], today: date) -> None:
    """Lay suppressions over results; one whose day is past counts no more, and the check says so."""
    standing = {item.fingerprint: item for item in items if date.fromisoformat(item.until) >= today}
    ended = {item.fingerprint: item for item in items if item.fingerprint not in standing}
    for result in results:
        for finding in result.findings:
            print_ = finding.fingerprint
            if print_ in standing:
                finding.suppressed = standing[print_].reason
            elif print_ in ended:
                result.notes.append(f"the suppression of {print_} ended on {ended[print_].until}")
        result.settle()
