"""What differs between two versions of a model: the system, its threats and their ratings, the decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal, get_args

from msgspec import Struct, field

from mantlet.analysis.engine import State
from mantlet.changes.compare import diff
from mantlet.changes.operations import Remove, Set
from mantlet.model.entries import Decision
from mantlet.risk.decisions import Ruling
from mantlet.risk.owasp import Severity
from mantlet.risk.ratings import BEST, HIGH
from mantlet.risk.register import Register
from mantlet.store.convert import to_raw
from mantlet.store.rawedit import MISSING, get

Kind = Literal["added", "removed", "changed"]
ThreatKind = Literal[
    "appeared", "reopened", "unsettled", "confirmed", "worse", "better", "doubtful", "settled", "mitigated", "went"
]  # fmt: skip
"""From bad news to good."""
BAD: tuple[ThreatKind, ...] = ("appeared", "reopened", "unsettled", "confirmed", "worse")
REVIEW = ("decisions", "reviews")
"""Sections that say what people think of the system, not what it is."""


class FieldChange(Struct, frozen=True):
    """A value of an entry before and after; None where there was or is none."""

    path: str
    before: Any
    after: Any


class EntryChange(Struct, frozen=True):
    """An entry of a section that came, went or changed."""

    section: str
    id: str
    """Empty for sections that have no entries by id."""
    name: str
    change: Kind
    fields: list[FieldChange]
    """What changed; nothing for an entry that came or went."""


class Rated(Struct, frozen=True):
    """A threat in one version."""

    state: str
    settled: bool
    severity: str
    worst: str
    likelihood: float
    impact: float
    vector: str


class ThreatChange(Struct, frozen=True):
    """A threat that is not what it was."""

    id: str
    risk: str
    title: str
    change: ThreatKind
    before: Rated | None
    after: Rated | None
    by_catalogue: bool = False
    """Whether it came with newer rules, not with the system."""


class DecisionChange(Struct, frozen=True):
    """A decision that was taken, withdrawn or changed, or that no longer stands as it did."""

    key: str
    change: Kind
    fields: list[FieldChange]
    before: str
    """Treatment and standing; empty where there was none."""
    after: str


class Difference(Struct):
    """All that differs; empty lists where nothing does."""

    system: list[EntryChange] = field(default_factory=list)
    threats: list[ThreatChange] = field(default_factory=list)
    decisions: list[DecisionChange] = field(default_factory=list)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    """Open risks per severity, before and after."""

    @property
    def empty(self) -> bool:
        """Whether both versions say the same."""
        return not (self.system or self.threats or self.decisions)

    def summary(self) -> dict[str, int]:
        """Return how many threats changed in which way, bad news first."""
        counted = Counter(item.change for item in self.threats)
        return {kind: counted[kind] for kind in _ORDER if counted[kind]}


_ORDER = {kind: number for number, kind in enumerate(get_args(ThreatKind))}


def compare(before: Register, after: Register) -> Difference:
    """Return what differs between two judged versions of a model."""
    old, new = to_raw(before.analysis.sections), to_raw(after.analysis.sections)
    return Difference(
        system=list(_system(old, new)),
        threats=_threats(before, after),
        decisions=list(_decisions(before, after)),
        counts={"before": before.counts(), "after": after.counts()},
    )


def _system(old: dict[str, Any], new: dict[str, Any]) -> Iterator[EntryChange]:
    found: dict[tuple[str, str], list[FieldChange]] = {}
    for change in diff(old, new):
        if not isinstance(change, (Set, Remove)) or change.path[0] in REVIEW:
            continue
        path = tuple(map(str, change.path))
        entry = (path[0], path[1] if len(path) > 1 and path[0] in _BY_ID else "")
        was, now = _value(old, change.path), _value(new, change.path)
        if len(path) == 1 and path[0] in _BY_ID:
            for entry_id in {**(was or {}), **(now or {})}:
                found.setdefault((path[0], str(entry_id)), [])
            continue
        rest = path[2:] if entry[1] else path[1:]
        found.setdefault(entry, []).append(FieldChange(".".join(rest), was, now))
    for (section, entry_id), fields in found.items():
        yield _entry(old, new, section, entry_id, fields)


_BY_ID = frozenset(
    {"parties", "data", "boundaries", "elements", "flows", "sequences", "agents", "controls", "threats", "environments"}
)  # fmt: skip


def _entry(
    old: dict[str, Any], new: dict[str, Any], section: str, entry_id: str, fields: list[FieldChange]
) -> EntryChange:
    where = (section, entry_id) if entry_id else (section,)
    was, now = get(old, where), get(new, where)
    entry = was if now is MISSING else now
    name = entry.get("name") or entry.get("title") or "" if isinstance(entry, dict) else ""
    change: Kind = "added" if was is MISSING else "removed" if now is MISSING else "changed"
    return EntryChange(section, entry_id, str(name), change, fields if change == "changed" else [])


def _value(raw: dict[str, Any], path: tuple[str | int, ...]) -> Any:
    value = get(raw, path)
    return None if value is MISSING else value


class _Side:
    """The threats of one version, by id."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.settled = register.settled
        analysis = register.analysis
        table = analysis.threats
        self.rows = {
            f"{analysis.types[int(table.type[row])].id}@{analysis.place_of(row)}": row
            for row in range(len(table))
        }
        self.known = {item.id for item in analysis.types}

    def rated(self, row: int) -> Rated:
        ratings = self.register.ratings
        severity = ratings.severity
        return Rated(
            State(int(self.register.analysis.threats.state[row])).word,
            bool(self.settled[row]),
            Severity(int(severity[BEST, row])).word,
            Severity(int(severity[HIGH, row])).word,
            round(float(ratings.likelihood[BEST, row]), 3),
            round(float(ratings.impact[BEST, row]), 3),
            ratings.vector(row),
        )

    def title(self, row: int) -> tuple[str, str]:
        """Return the risk's id and the threat's title."""
        item = self.register.analysis.types[int(self.register.analysis.threats.type[row])]
        return f"{item.id}@{self.register.element_id(row)}", self.register.text(item.title, row)


def _threats(before: Register, after: Register) -> list[ThreatChange]:
    old, new = _Side(before), _Side(after)
    judged_by = before.analysis.sections.catalogue.version
    found = []
    for name in {**old.rows, **new.rows}:
        was = old.rated(old.rows[name]) if name in old.rows else None
        now = new.rated(new.rows[name]) if name in new.rows else None
        kind = _kind(was, now)
        if kind is None:
            continue
        side, row = (new, new.rows[name]) if name in new.rows else (old, old.rows[name])
        risk, title = side.title(row)
        item = side.register.analysis.types[int(side.register.analysis.threats.type[row])]
        manual = item.id in after.analysis.sections.threats
        newer = kind == "appeared" and not manual and (item.since > judged_by or item.id not in old.known)
        found.append(ThreatChange(name, risk, title, kind, was, now, newer))
    return sorted(found, key=lambda item: (_ORDER[item.change], -_worst(item), item.id))


def _worst(change: ThreatChange) -> int:
    rated = change.after or change.before
    return Severity.of(rated.severity) if rated else 0


def _kind(was: Rated | None, now: Rated | None) -> ThreatKind | None:
    """Name the change; None where there is none worth telling."""
    live = [side is not None and side.state != State.MITIGATED.word for side in (was, now)]
    if not any(live):
        return None
    if was is None or not live[0]:
        return "appeared" if was is None else "reopened"
    if now is None or not live[1]:
        return "went" if now is None else "mitigated"
    if was.settled != now.settled:
        return "settled" if now.settled else "unsettled"
    if was.state != now.state:
        return "confirmed" if now.state == State.OPEN.word else "doubtful"
    bad = [(Severity.of(side.severity), Severity.of(side.worst)) for side in (was, now)]
    if bad[0] == bad[1]:
        if was.vector == now.vector:
            return None
        return "worse" if now.likelihood * now.impact >= was.likelihood * was.impact else "better"
    return "worse" if bad[1] > bad[0] else "better"


def _decisions(before: Register, after: Register) -> Iterator[DecisionChange]:
    old, new = ({item.key: item for item in side.rulings.all} for side in (before, after))
    for key in {**old, **new}:
        was, now = old.get(key), new.get(key)
        fields = _decided(was, now)
        standing = [_standing(item) for item in (was, now)]
        if was is None or now is None:
            yield DecisionChange(key, "added" if was is None else "removed", [], *standing)
        elif fields or standing[0] != standing[1]:
            yield DecisionChange(key, "changed", fields, *standing)


def _standing(ruling: Ruling | None) -> str:
    if ruling is None:
        return ""
    return f"{ruling.decision.treatment}, {ruling.standing if ruling.rows else 'orphaned'}"


def _decided(was: Ruling | None, now: Ruling | None) -> list[FieldChange]:
    if was is None or now is None:
        return []
    old, new = (_plain(item.decision) for item in (was, now))
    return [
        FieldChange(".".join(map(str, change.path)), _value(old, change.path), _value(new, change.path))
        for change in diff(old, new)
        if isinstance(change, (Set, Remove))
    ]


def _plain(decision: Decision) -> dict[str, Any]:
    return to_raw(decision)
