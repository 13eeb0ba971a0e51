"""Secure coding: Python files and notebooks under bandit and ruff."""

from __future__ import annotations

from mantlet.findings.finding import CheckResult, skipped
from mantlet.scanners import bandit, ruff
from mantlet.scanners.interface import Request, Tool

NAME = "code"
TITLE = "Python code and notebooks: dangerous calls, injection, weak cryptography"
PRACTICE = "secure coding"


def tools() -> list[Tool]:
    """Return the tools."""
    return [bandit.tool(), ruff.tool()]


def run(request: Request) -> list[CheckResult]:
    """Look at every Python file and notebook."""
    files = request.named(".py", ".pyw", ".ipynb")
    if not files:
        return [skipped(NAME, bandit.TOOL, "there is no Python code in the project")]
    first = bandit.check(request, files)
    return [first, ruff.check(request, files, first.findings)]
