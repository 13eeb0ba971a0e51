"""Other people's tools as processes: found on PATH or in the environment, bounded in time, without telemetry."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path

MAX_SECONDS = 600
MAX_OUTPUT = 512 * 2**20
_QUIET = {
    "SEMGREP_SEND_METRICS": "off",
    "PROMPTFOO_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "CHECKOV_RUN_SCA_PACKAGE_SCAN": "false",
    "NO_COLOR": "1",
    "PYTHONUTF8": "1",
    "PYTHONSAFEPATH": "1",
}
_UNSET = frozenset({"BETTERLEAKS_VALIDATE", "BETTERLEAKS_ANALYZE", "BETTERLEAKS_CONFIG", "GITLEAKS_CONFIG"})
"""Settings of a shell that would send what is found to others, or switch rules off."""


class ToolError(Exception):
    """A tool did not do what it should."""


@dataclass(frozen=True, slots=True)
class Output:
    """What a tool wrote."""

    code: int
    out: str
    err: str


def find(name: str) -> str:
    """Return the path of a program: beside this Python first, then on PATH; empty for none.

    A relative entry of PATH is passed over, so that a project cannot bring its own scanner.
    """
    beside = Path(sys.executable).parent / name
    if beside.is_file() and os.access(beside, os.X_OK):
        return str(beside)
    folders = [part for part in os.environ.get("PATH", "").split(os.pathsep) if Path(part).is_absolute()]
    return shutil.which(name, path=os.pathsep.join(folders)) or ""


@lru_cache(maxsize=64)
def package_version(name: str) -> str:
    """Return the version of an installed Python package; empty for none."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def run(command: Sequence[str], *, cwd: Path | None = None, seconds: int = MAX_SECONDS) -> Output:
    """Run a tool to its end and return what it wrote; raises `ToolError` if it hangs or cannot start."""
    try:
        done = subprocess.run(  # noqa: S603  # a list of arguments, no shell
            list(command),
            cwd=cwd,
            env={**{key: value for key, value in os.environ.items() if key not in _UNSET}, **_QUIET},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ToolError(f"it did not end within {seconds} seconds") from None
    except OSError as error:
        raise ToolError(f"it cannot be started: {error.strerror or error}") from None
    if len(done.stdout) > MAX_OUTPUT:
        raise ToolError("it wrote more than can be read")
    return Output(
        done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    )


def first_line(text: str) -> str:
    """Return the last telling line of what a tool said when it failed."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it said nothing"
