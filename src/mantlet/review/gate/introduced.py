"""What a change introduces: new threats, and everything that a reviewer should have seen before the gate turns green."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mantlet.changes.compare import diff
from mantlet.changes.operations import Remove, Set
from mantlet.review.difference import BAD, Difference, ThreatChange, compare
from mantlet.review.gate.outcome import Item, Level
from mantlet.review.gate.policy import Policy
from mantlet.review.gate.rules import NEVER
from mantlet.risk.owasp import Severity
from mantlet.risk.register import Register
from mantlet.store.convert import to_raw
from mantlet.store.rawedit import MISSING, get

SILENT = frozenset({"name", "description", "discovered", "purpose", "note", "ticket"})
"""Fields that no rule and no rating reads."""
GOOD = ("better", "doubtful", "settled", "mitigated", "went")
IN_WORDS = {
    "better": "is rated better",
    "doubtful": "is no longer known to exist",
    "settled": "is settled by a decision",
    "mitigated": "counts as mitigated",
    "went": "is gone",
}


def introduced(before: Register, after: Register, policy: Policy) -> list[Item]:
    """Return new threats, and for the reviewer all claims and decisions of a change and the risks that they quiet."""
    made = compare(before, after)
    return [
        *_new(made, policy),
        *_quieted(made, policy),
        *_claims(before, after),
    ]


def _new(made: Difference, policy: Policy) -> Iterator[Item]:
    for item in made.threats:
        if item.change not in BAD or item.after is None or item.after.settled:
            continue
        if item.change == "worse" and item.before and item.after.worst <= item.before.worst:
            continue
        worst = Severity.of(item.after.worst)
        bar = policy.new_at != NEVER and worst >= Severity.of(policy.new_at)
        if item.by_catalogue:
            fails = bar and policy.catalogue_fails
            yield _threat(item, "catalogue-threat", "error" if fails else "note")
        elif bar:
            yield _threat(item, "new-threat", "error")


def _threat(item: ThreatChange, rule: str, level: Level) -> Item:
    after = item.after
    worst = after.worst if after else ""
    known = after.severity if after else ""
    words = known if known == worst else f"{known}, {worst} at worst"
    return Item(
        rule,
        level,
        f"{item.id} {item.change}: {words}: {item.title}",
        f"{rule}:{item.id}",
        severity=worst,
        mend=f"`mantlet explain {item.id}` says why and what helps",
    )


def _quieted(made: Difference, policy: Policy) -> Iterator[Item]:
    """Risks at or above the bar that the change takes off the list."""
    if policy.fail_at == NEVER:
        return
    bar = Severity.of(policy.fail_at)
    for item in made.threats:
        if item.change not in GOOD or item.before is None or Severity.of(item.before.worst) < bar:
            continue
        if item.change == "better" and item.after and Severity.of(item.after.worst) >= bar:
            continue
        yield Item(
            "review",
            "note",
            f"{item.id} ({item.before.worst} at worst) {IN_WORDS[item.change]}",
            f"quieted:{item.id}",
            severity=item.before.worst,
            kind="quieted",
        )


def _claims(before: Register, after: Register) -> Iterator[Item]:
    old, new = (to_raw(side.analysis.sections) for side in (before, after))
    seen: set[str] = set()
    for change in diff(old, new):
        if not isinstance(change, (Set, Remove)):
            continue
        for path in _leaves(change, old, new):
            item = _claim(path, old, new)
            if item is not None and item.key not in seen:
                seen.add(item.key)
                yield item


def _leaves(change: Set | Remove, old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield the single claims of a change: an entry that came or went brings its facts one by one."""
    path = tuple(map(str, change.path))
    for side in (old, new):
        yield from _inner(path, get(side, change.path))


def _inner(path: tuple[str, ...], value: Any) -> Iterator[tuple[str, ...]]:
    depth = {"decisions": 2, "controls": 2, "threats": 2, "agents": 2}.get(path[0], 4)
    if isinstance(value, dict) and value and len(path) < depth:
        for key, item in value.items():
            yield from _inner((*path, str(key)), item)
        if len(path) == 2:
            yield path
    elif value is not MISSING:
        yield path[:depth]


def _claim(path: tuple[str, ...], old: dict[str, Any], new: dict[str, Any]) -> Item | None:
    """Return what a reviewer should see of one changed place; None for what no rule reads."""
    section = path[0]
    was, now = get(old, path), get(new, path)
    if section == "reviews" or (len(path) > 2 and path[2] in SILENT):
        return None
    if section == "decisions":
        return _decision(path, was, now)
    if section == "controls":
        return _item("control", path, f"control {path[1]}: {_control(was)} → {_control(now)}")
    if len(path) == 2 and section in {"elements", "flows", "boundaries", "data"}:
        if was is not MISSING and now is not MISSING:
            return None  # told by what changed in it
        return _item(
            "model", path, f"{section}.{path[1]} {'added' if was is MISSING else 'removed from the model'}"
        )
    words = f"{'.'.join(path)}: {_shown(was)} → {_shown(now)}"
    if "out_of_scope" in path:
        return _item("scope", path, words)
    if "facts" in path:
        return _item("claim", path, words)
    return _item("model", path, words)


def _decision(path: tuple[str, ...], was: Any, now: Any) -> Item | None:
    key = path[1]
    if now is MISSING:
        return _item("withdrawn", path, f"decision {key} ({was.get('treatment')}) withdrawn")
    treatment = str(now.get("treatment"))
    kind = {"accept": "acceptance", "not-applicable": "not-applicable"}.get(treatment, "decision")
    details = [
        f"{name} {_shown(now[name])}" for name in ("approved_by", "until", "rating", "reason") if name in now
    ]
    start = "new" if was is MISSING else "changed"
    return _item(kind, path, f"{start} {treatment} of {key}" + (f": {', '.join(details)}" if details else ""))


def _control(place: Any) -> str:
    if not isinstance(place, dict):
        return "–"
    return f"{place.get('control')} {place.get('status', 'planned')} on {', '.join(map(str, place.get('on', [])))}"


def _item(kind: str, path: tuple[str, ...], message: str) -> Item:
    return Item("review", "note", message, f"review:{'.'.join(path)}", path, kind=kind)


def _shown(value: Any) -> str:
    if value is MISSING:
        return "–"
    import msgspec  # noqa: PLC0415

    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= 100 else f"{text[:99]}…"
