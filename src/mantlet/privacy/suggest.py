"""A first masking plan from a profile: a step for every column, with the reason, for a person to review."""

from __future__ import annotations

import functools

import msgspec
import yaml

from mantlet.base.data import read_beside
from mantlet.privacy.plan import AnyStep, Keep, MaskText, Plan
from mantlet.privacy.profile import Column, Profile


@functools.cache
def _steps() -> dict[str, AnyStep]:
    raw = yaml.load(read_beside(__file__, "data/suggestions.yaml"), Loader=yaml.BaseLoader)  # noqa: S506  # makes strings only
    return msgspec.convert(raw, dict[str, AnyStep], strict=False)


def suggest_plan(profile: Profile, key: str = "default") -> tuple[Plan, dict[str, str]]:
    """Return a plan for the table and the reason behind each step.

    What identifies is replaced so that joins still work; what only helps to identify is made coarser; texts are searched.
    """
    columns = {column.name: _step(column) for column in profile.columns}
    plan = Plan(columns=columns)
    return (msgspec.structs.replace(plan, key=key) if plan.needs_key() else plan), {
        column.name: _why(column) for column in profile.columns
    }


def _step(column: Column) -> AnyStep:
    kind = column.verdict.kind
    if kind is not None:
        return _steps().get(column.verdict.id, _steps()["special"] if kind.is_special else Keep())
    return MaskText() if column.in_text else Keep()


def _why(column: Column) -> str:
    kind = column.verdict.kind
    if kind is not None:
        return f"{kind.title}: {column.verdict.why}"
    if column.in_text:
        return "texts with " + ", ".join(f"{name} ({count})" for name, count in column.in_text.items())
    return ""
