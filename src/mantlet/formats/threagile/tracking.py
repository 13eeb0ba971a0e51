"""Risks that people tracked or found, as threats with decisions, and back.

A tracked risk is named by a rule of Threagile's and the things it is about: `rule@asset@link`, with `*` for any.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from msgspec import UNSET

from mantlet.formats.interface import note
from mantlet.formats.mapping import table
from mantlet.formats.naming import Ids, name_of, slug
from mantlet.formats.plain import Json, mapping, text
from mantlet.model.entries import Decision, ManualThreat, Sections

KEY = "x-threagile"
NO_REASON = "marked as a false positive in Threagile"
SYSTEM = "system"
_SPLIT = re.compile(r"[@>]")


def read_tracking(document: Json, read: Any, catalogue: Mapping[str, str]) -> None:
    """Add to a model what people found and tracked."""
    names = Ids(catalogue)
    for title, category in _categories(document):
        _found(title, category, read, names)
    by_rule: dict[str, str] = {}
    found = {text(mapping(threat.extra, KEY), "id"): name for name, threat in read.sections.threats.items()}
    for key, tracked in mapping(document, "risk_tracking").items():
        if isinstance(tracked, dict):
            known = found.get(str(key).partition("@")[0], "")
            if not known or not _tracked_found(known, str(key), tracked, read):
                _tracked(str(key), tracked, read, names, by_rule)


def _categories(document: Json) -> list[tuple[str, Json]]:
    """Return categories of risks that people made; newer files list them with a title inside."""
    found = [
        (str(title), item)
        for title, item in mapping(document, "individual_risk_categories").items()
        if isinstance(item, dict)
    ]
    custom = document.get("custom_risk_categories")
    listed = custom if isinstance(custom, list) else []
    return [
        *found,
        *((text(item, "title") or text(item, "id"), item) for item in listed if isinstance(item, dict)),
    ]


def _found(title: str, category: Json, read: Any, names: Ids) -> None:
    line, long = name_of(title or text(category, "id") or "Risk without a title")
    places: dict[str, None] = {}
    for risk in mapping(category, "risks_identified").values():
        places[_place_of(risk, read)] = None
    name = names.new(text(category, "id"), line)
    words = {
        meaning["stride"] for meaning in table("threat-dragon")["categories"].values() if "stride" in meaning
    }
    stride, cwe = text(category, "stride"), text(category, "cwe")
    read.sections.threats[name] = ManualThreat(
        title=line,
        at=list(places) or [SYSTEM],
        text=text(category, "description") or long,
        stride=[stride] if stride in words else [],
        refs={"cwe": [cwe]} if cwe.isdecimal() and cwe != "0" else {},
        extra={KEY: {"id": text(category, "id")}},
    )


def _place_of(risk: Any, read: Any) -> str:
    for space, key in (
        ("asset", "most_relevant_technical_asset"),
        ("boundary", "most_relevant_trust_boundary"),
    ):
        found = read.ids.get(f"{space}/{text(risk, key)}")
        if found:
            return str(found)
    return SYSTEM


def _tracked_found(name: str, key: str, tracked: Json, read: Any) -> bool:
    """Decide a threat that the document says was found, if it was found where it is tracked."""
    place = _about(key.partition("@")[2], read)
    threat = read.sections.threats[name]
    keys: dict[str, str] = threat.extra[KEY].setdefault("keys", {})
    if place not in threat.at or place in keys:
        return False
    keys[place] = key
    decision = _decision(tracked, key, read)
    if decision is not None:
        read.sections.decisions[f"{name}@{place}"] = decision
    return True


def _tracked(key: str, tracked: Json, read: Any, names: Ids, by_rule: dict[str, str]) -> None:
    rule, _, about = key.partition("@")
    place = _about(about, read)
    if rule not in by_rule:
        title = rule.replace("-", " ").strip().capitalize() or "Tracked risk"
        by_rule[rule] = names.new(rule or "risk")
        read.sections.threats[by_rule[rule]] = ManualThreat(title=title, at=[], extra={KEY: {"keys": {}}})
    name = by_rule[rule]
    threat = read.sections.threats[name]
    keys: dict[str, str] = threat.extra[KEY]["keys"]
    if place in threat.at:
        note(read.notes, "kept", "tracked risks of one rule at one place, beside the model", key)
        return
    threat.at.append(place)
    keys[place] = key
    decision = _decision(tracked, key, read)
    if decision is not None:
        read.sections.decisions[f"{name}@{place}"] = decision


def _about(about: str, read: Any) -> str:
    """Return the place that the rest of a key names: the last thing in it that the model has."""
    for word in reversed(_SPLIT.split(about)):
        for space in ("asset", "boundary", "data"):
            if f"{space}/{word}" in read.ids:
                return str(read.ids[f"{space}/{word}"])
        link = next(
            (
                name
                for key, name in read.ids.items()
                if key.startswith("link/") and slug(key.partition(">")[2]) == word
            ),
            "",
        )
        if link:
            return str(link)
    return SYSTEM


def _decision(tracked: Json, key: str, read: Any) -> Decision | None:
    status = table("threagile")["statuses"].get(text(tracked, "status"), "")
    reason, by = text(tracked, "justification").strip(), text(tracked, "checked_by")
    day = text(tracked, "date")
    more: dict[str, Any] = {"ticket": text(tracked, "ticket"), "decided_on": day if _is_day(day) else UNSET}
    if status == "mitigated":
        return Decision(treatment="mitigate", status="done", reason=reason, owner=by, **more)
    if status == "in-progress":
        return Decision(treatment="mitigate", status="in-progress", reason=reason, owner=by, **more)
    if status == "not-applicable":
        return Decision(treatment="not-applicable", reason=reason or NO_REASON, owner=by, **more)
    if status == "accept":
        note(read.notes, "guessed", "accepted risks, open here until somebody names an end date", key)
    if reason:
        note(read.notes, "kept", "comments on tracked risks that are open, beside the model", key)
    return None


def _is_day(day: str) -> bool:
    try:
        return len(day) == 10 and bool(date.fromisoformat(day))
    except ValueError:
        return False


def tracking_of(sections: Sections, ids: Mapping[str, str], links: Mapping[str, str]) -> Json:
    """Return decisions as tracked risks; ``ids`` and ``links`` say what entries are called in Threagile."""
    found: Json = {}
    for key, decision in sections.decisions.items():
        name, _, place = key.partition("@")
        threat = sections.threats.get(name)
        held = mapping(threat.extra, KEY) if threat else {}
        if (
            place not in ids
            and place not in links
            and place not in {SYSTEM, "*"}
            and place not in mapping(held, "keys")
        ):
            continue
        known = text(mapping(held, "keys"), place)
        rule = text(held, "id") or (known.partition("@")[0] if known else slug(name))
        about = known.partition("@")[2] if known else links.get(place) or ids.get(place, "*")
        found[f"{rule}@{about}"] = _track(decision)
    return found


def _track(decision: Decision) -> Json:
    status = {"not-applicable": "false-positive", "accept": "accepted"}.get(decision.treatment, "in-progress")
    if decision.treatment in {"mitigate", "avoid"} and decision.status == "done":
        status = "mitigated"
    return {
        "status": status,
        "justification": "" if decision.reason == NO_REASON else decision.reason,
        "ticket": decision.ticket,
        "date": str(decision.decided_on) if decision.decided_on is not UNSET else "1970-01-01",
        "checked_by": decision.approved_by or decision.owner,
    }
