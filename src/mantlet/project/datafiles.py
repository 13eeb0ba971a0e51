"""The tables, masking plans and budgets that lie in a project's folder, and the steps that a plan can have."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from msgspec import NODEFAULT, structs

from mantlet.base.errors import Location, MantletError, UsageError
from mantlet.base.files import fingerprint, write_atomic
from mantlet.privacy.dp.ledger import Balance, Ledger
from mantlet.privacy.keys import find_key
from mantlet.privacy.plan import NEEDS_KEY, AnyStep, Plan, write_plan
from mantlet.project.extras import need_privacy
from mantlet.project.walking import files_below, head

MAX_FILES = 500
_PLANS, LEDGERS = (".yaml", ".yml", ".json"), (".jsonl", ".ndjson", ".ledger")
_PLAN_SIGN, _LEDGER_SIGN = b"mantlet-plan", b'{"what":"budget"'
_TYPES: dict[Any, str] = {str: "text", int: "integer", float: "number", bool: "flag"}


def found(root: Path) -> dict[str, Any]:
    """Return the tables and masking plans below a folder; links are not followed, and what tools put there is left out."""
    need_privacy()
    from mantlet.privacy.tables import SUFFIXES  # noqa: PLC0415  (the extra)

    tables, plans = [], []
    for path in files_below(root):
        suffix = path.suffix.lower()
        name = path.relative_to(root).as_posix()
        if suffix in SUFFIXES and suffix != ".txt" and not _starts(path, _LEDGER_SIGN):
            tables.append({"path": name, "size": path.stat().st_size})
        elif suffix in _PLANS and _PLAN_SIGN in head(path):
            plans.append(name)
    return {"files": tables[:MAX_FILES], "plans": plans[:MAX_FILES], "more": max(len(tables) - MAX_FILES, 0)}


def ledgers(root: Path, key: str = "") -> list[dict[str, Any]]:
    """Return the budgets below a folder: what was promised, spent and left; a changed ledger says so in ``problem``."""
    return [
        _ledger(root, path, key)
        for path in files_below(root)
        if path.suffix.lower() in LEDGERS and _starts(path, _LEDGER_SIGN)
    ][:MAX_FILES]


def _ledger(root: Path, path: Path, key: str) -> dict[str, Any]:
    name = path.relative_to(root).as_posix()
    try:
        return balance_record(Ledger(path, find_key(key) if key else None).read(), name)
    except MantletError as error:
        return {"path": name, "problem": {"message": error.what, "mend": error.mend}}


def balance_record(balance: Balance, path: str) -> dict[str, Any]:
    """Return what a ledger says as JSON has it."""
    budget, spent, left = balance.budget, balance.spent, balance.left
    return {
        "path": path,
        "data": budget.data,
        "unit": budget.unit or "row",
        "rows_per_unit": budget.rows_per_unit,
        "epsilon": budget.epsilon,
        "delta": budget.delta,
        "spent": {"epsilon": spent[0], "delta": spent[1]},
        "left": {"epsilon": left[0], "delta": left[1]},
        "words": _words(budget.epsilon, budget.delta, budget.unit or "row"),
        "releases": [
            {"what": entry.what, "epsilon": entry.epsilon, "delta": entry.delta} for entry in balance.releases
        ],
        "problem": None,
    }


def _words(epsilon: float, delta: float, unit: str) -> str:
    """Say what a budget means for one person; nothing where the extra that knows is not installed."""
    try:
        from mantlet.privacy.dp.query import sentence  # noqa: PLC0415
    except ImportError:
        return ""
    return sentence(epsilon, delta, unit)


def save_plan(path: Path, plan: Plan, reasons: dict[str, str]) -> None:
    """Write a masking plan into a file, which may be there only if it holds a plan."""
    if path.suffix.lower() not in _PLANS:
        raise UsageError("a plan is written as YAML", mend="end its name in .yaml")
    if path.exists() and _PLAN_SIGN not in head(path):
        raise UsageError(
            "is there already, and is no plan", where=Location(path.name), mend="choose another name"
        )
    held = fingerprint(path.read_bytes()) if path.exists() else ""
    write_atomic(path, write_plan(plan, reasons).encode(), expected=held)


@cache
def step_kinds() -> list[dict[str, Any]]:
    """Return the steps that a plan can have, with the fields of each."""
    return [
        {
            "do": str(kind.__struct_config__.tag),
            "summary": (kind.__doc__ or "").partition("\n")[0],
            "key": kind in NEEDS_KEY,
            "params": list(_params(kind)),
        }
        for kind in get_args(AnyStep)
    ]


def _params(kind: Any) -> Iterator[dict[str, Any]]:
    types = get_type_hints(kind)
    for field in structs.fields(kind):
        said = types[field.name]
        needed = field.default is NODEFAULT
        entry: dict[str, Any] = {
            "name": field.name,
            "default": None if needed else field.default,
            "needed": needed,
        }
        if get_origin(said) is Literal:
            entry |= {"type": "choice", "choices": list(get_args(said))}
        else:
            entry["type"] = _TYPES.get(said, "list")
        yield entry


def _starts(path: Path, sign: bytes) -> bool:
    return head(path, len(sign)).startswith(sign)
