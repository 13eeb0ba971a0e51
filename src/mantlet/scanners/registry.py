"""The checks that there are, in the order they are shown. A new one is a module and a line here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from importlib import import_module
from typing import cast

from mantlet.base.errors import MantletError, UsageError
from mantlet.base.suggest import suggest
from mantlet.findings.finding import CheckResult, CheckState, NotLooked, Spot
from mantlet.findings.table import filled
from mantlet.scanners.interface import Check, Request
from mantlet.scanners.process import ToolError

_HOMES = {
    "code": "mantlet.scanners.code",
    "secrets": "mantlet.scanners.secrets",
    "workflows": "mantlet.scanners.workflows",
    "dependencies": "mantlet.scanners.dependencies.check",
    "models": "mantlet.scanners.models.check",
    "hardening": "mantlet.scanners.hardening.check",
    "network": "mantlet.scanners.network.check",
}
NAMES = tuple(_HOMES)
AT_ONCE = 4


def check(name: str) -> Check:
    """Return a check by its name."""
    if name not in _HOMES:
        raise UsageError(
            f"there is no check '{name}'", mend=suggest(name, NAMES) or f"one of {', '.join(NAMES)}"
        )
    return cast("Check", import_module(_HOMES[name]))


def run(
    names: Sequence[str], request: Request, today: date, done: Callable[[str], None] = lambda _name: None
) -> list[CheckResult]:
    """Run checks side by side and return their results in order; one that fails is incomplete, never silent."""
    checks = [check(name) for name in names]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results: list[CheckResult] = []
        for name, found in zip(names, pool.map(lambda item: _safely(item, request), checks), strict=True):
            done(name)
            results += found
    for result in results:
        result.on = today.isoformat()
        if request.left_out and result.looked and result.check != "network":
            result.not_looked += request.left_out
            result.settle()
        filled([*result.findings, *result.passes])
    return results


def _safely(item: Check, request: Request) -> list[CheckResult]:
    try:
        return item.run(request)
    except MantletError:
        raise
    except (ToolError, OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        why = (
            f"{error}"
            if isinstance(error, (ToolError, OSError))
            else f"its answer is not understood: {error!r}"
        )
        tool = next((tool.name for tool in item.tools() if tool.needed), item.NAME)
        return [
            CheckResult(
                item.NAME,
                tool,
                state=CheckState.INCOMPLETE,
                reason=why[:300],
                not_looked=[NotLooked(Spot(), why[:300])],
            )
        ]
