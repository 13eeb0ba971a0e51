"""Tables of a project profiled, masked for a look, and masked for good, as plain data that both faces show.

Nothing here names a value of the data but the preview, which is made to be looked at and is kept nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from mantlet.base.errors import UsageError
from mantlet.privacy.keys import Key, find_key, new_key
from mantlet.privacy.plan import Drop, Keep, Plan, Shuffle, Step, Token, plan_of, read_plan
from mantlet.project.extras import need_privacy

if TYPE_CHECKING:
    from mantlet.privacy.mask import Left, Masked
    from mantlet.privacy.profile import Profile

MAX_PREVIEW = 20
"""Rows of a preview."""
MAX_VALUE = 200
"""Characters of a value that a preview shows."""
_WHOLE = {
    Shuffle: "the values are dealt out anew over the whole column",
    Token: "each value gets a token, and the vault keeps both",
}
"""What a preview cannot show, because it looks at the whole column."""


def profiled(
    source: str, seed: int = 0, told: Callable[[int, int, str], None] = lambda _done, _of, _what: None
) -> dict[str, Any]:
    """Return what personal data the tables of a source hold, and for a single table a first masking plan."""
    need_privacy()
    from mantlet.privacy.profile import SEED, profile  # noqa: PLC0415  (the extra)
    from mantlet.privacy.tables import open_tables  # noqa: PLC0415

    tables = open_tables([source])
    found = []
    for number, table in enumerate(tables):
        told(number, len(tables), table.name)
        found.append(profile(table, seed=seed or SEED))
    return {**profiles_record(found), **(suggested(found[0]) if len(found) == 1 else {})}


def profiles_record(found: Sequence[Profile]) -> dict[str, Any]:
    """Return profiles as JSON has them."""
    return {
        "mantlet": 1,
        "columns": [column.record() for one in found for column in one.columns],
        "tables": [_profile_record(one) for one in found],
    }


def _profile_record(one: Profile) -> dict[str, object]:
    measured = one.anonymity
    return {
        "name": one.name,
        "rows": one.rows,
        "personal": list(one.categories()),
        "quasi_identifiers": list(one.quasi),
        "anonymity": None
        if measured is None
        else {
            "k": measured.k,
            "classes": measured.classes,
            "unique": round(measured.unique, 6),
            "prosecutor_risk": measured.prosecutor,
            "marketer_risk": measured.marketer,
        },
        "names_in_text": one.names_in_text,
    }


def suggested(found: Profile) -> dict[str, Any]:
    """Return a first masking plan for a table, with the reason behind each step."""
    from mantlet.privacy.suggest import suggest_plan  # noqa: PLC0415

    plan, why = suggest_plan(found)
    return {"plan": plan_record(plan), "reasons": {name: reason for name, reason in why.items() if reason}}


def plan_record(plan: Plan) -> dict[str, Any]:
    """Return a plan as JSON has it: every field there, as the workbench edits it."""
    return {
        "key": plan.key,
        "unlisted": plan.unlisted,
        "columns": {name: msgspec.to_builtins(step) for name, step in plan.columns.items()},
    }


def previewed(source: str, raw_plan: Any, rows: int = MAX_PREVIEW) -> dict[str, Any]:
    """Return the first rows of a table before and after a plan; None stands where a column is dropped.

    A key that is not there is stood in for by one that is thrown away, and this is said.
    """
    need_privacy()
    from mantlet.privacy.mask import preview  # noqa: PLC0415
    from mantlet.privacy.tables import open_table  # noqa: PLC0415

    plan, table = plan_of(raw_plan, "the plan"), open_table(source)
    steps = plan.resolved(table.columns, table.name)
    key, is_sample = _key_or_sample(plan)
    before, after = preview(table, plan, key=key, rows=min(rows, MAX_PREVIEW))
    masked = [after[name] if name in after.columns else [None] * before.height for name in table.columns]
    return {
        "columns": [
            {
                "name": name,
                "step": tag(step),
                "dropped": isinstance(step, Drop),
                "note": _WHOLE.get(type(step), ""),
            }
            for name, step in steps.items()
        ],
        "before": [[_shown(value) for value in row] for row in before.iter_rows()],
        "after": [[_shown(value) for value in row] for row in zip(*masked, strict=True)],
        "sample_key": is_sample,
    }


def _key_or_sample(plan: Plan) -> tuple[Key | None, bool]:
    if not plan.needs_key():
        return None, False
    try:
        return find_key(plan.key), False
    except UsageError:
        return Key(new_key(), plan.key), True


def _shown(value: object) -> str | None:
    if value is None:
        return None
    text = str(value)
    return text if len(text) <= MAX_VALUE else text[: MAX_VALUE - 1] + "…"


def tag(step: Step) -> str:
    """Return the word for a step that plans use."""
    return str(type(step).__struct_config__.tag)


def masked(
    source: str, plan_file: str, output: str, vault: str = "", *, verified: bool = True
) -> dict[str, Any]:
    """Mask a table by a plan that is kept in a file, and look through all of the output for what should be gone."""
    need_privacy()
    from mantlet.privacy.mask import mask, verify  # noqa: PLC0415
    from mantlet.privacy.tables import open_table  # noqa: PLC0415

    plan, table = read_plan(Path(plan_file)), open_table(source)
    key = find_key(plan.key) if plan.needs_key() else None
    done = mask(table, plan, Path(output), key=key, vault=Path(vault) if vault else None)
    left: list[Left] = verify(table, done) if verified else []
    return {
        "path": output,
        "rows": done.rows,
        "key": done.key,
        "verified": verified,
        "left": [{"column": one.column, "what": one.what, "rows": one.rows} for one in left],
        "sentence": sentence(done),
    }


def sentence(done: Masked) -> str:
    """Say what was done to which columns, for the model; no value of the data is in it."""
    steps = [f"{name} ({tag(step)})" for name, step in done.resolved.items() if not isinstance(step, Keep)]
    return f"masked {', '.join(steps)} in {done.rows:,} rows; verified over all of them"
