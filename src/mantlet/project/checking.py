"""The gate on a project: its model, its settings, its evidence, and what a change introduces."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from mantlet.base.errors import InputError, Location, UsageError
from mantlet.base.limits import is_file, read_text
from mantlet.model.entries import Sections
from mantlet.model.model import Model
from mantlet.project.api import Assessment, analyse, model_file
from mantlet.project.vcs.versions import SETTINGS, Opened, beside, open_version
from mantlet.review.gate import rules
from mantlet.review.gate.introduced import introduced
from mantlet.review.gate.outcome import RULES, Gate, Item
from mantlet.review.gate.policy import Policy, policy_from
from mantlet.risk.owasp import ImpactMode
from mantlet.risk.register import Register

MAX_SETTINGS = 2**20
LEVELS = ("error", "warning", "note")


def settings(path: Path) -> dict[str, Any]:
    """Return what a project's `mantlet.toml` says; nothing where there is no such file."""
    if not is_file(path):
        return {}
    return parsed(read_text(path, MAX_SETTINGS, "keep only settings in it"), str(path))


def parsed(text: str, name: str) -> dict[str, Any]:
    """Read settings from text; raises `InputError`."""
    where = Location(name)
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"this is no TOML: {error}", where=where) from None
    for key in raw:
        if key != "check":
            raise InputError(
                f"unknown table '{key}'", where=where, mend="settings of the gate go under [check]"
            )
    if not isinstance(raw.get("check", {}), dict):
        raise InputError("`check` is no table", where=where, mend="write [check]")
    return raw


def policy_of(model: Path, name: str = "", config: Path | None = None) -> tuple[str, Policy]:
    """Return the policy for a model: a preset by name, changed by the settings beside it or those of ``config``."""
    path = config or model.parent / SETTINGS
    if config is not None and not is_file(config):
        raise InputError("there is no such file", where=Location(str(config)))
    return policy_from(settings(path).get("check", {}), Location(str(path)), name)


def check(
    model: str | Path = ".",
    *,
    policy: str = "",
    config: str | Path | None = None,
    against: str = "",
    today: date | None = None,
    mode: ImpactMode = "method",
    environment: str = "",
    drift: bool | None = None,
) -> Gate:
    """Hold a model against a policy; ``against`` names the version (git revision or file) that a change starts from.

    ``drift`` overrides the policy's word on whether code and model must agree.
    """
    file = model_file(Path(model))
    name, chosen = policy_of(file, policy, Path(config) if config else None)
    result = analyse(file, today=today, impact_mode=mode, environment=environment)
    results = result.evidence.results if result.evidence else ()
    gate = Gate(name, against=against, file=str(file), asked=rules.asked(chosen))
    gate.items += rules.judge(result.register, chosen, results)
    if drift or (drift is None and chosen.drift):
        gate.asked = list(dict.fromkeys([*gate.asked, "drift"]))
        gate.items += _drift(file)
    if against:
        gate.asked += ["new-threat", "catalogue-threat", "review"]
        gate.items += _against(against, file, result, chosen, environment)
    gate.items.sort(key=lambda item: (LEVELS.index(item.level), list(RULES).index(item.rule)))
    _place(gate, result)
    return gate


def _against(
    against: str, file: Path, result: Assessment, policy: Policy, environment: str
) -> Iterator[Item]:
    register = result.register
    try:
        base = open_version(
            against, file, today=register.today, mode=register.ratings.mode, environment=environment
        )
    except UsageError as error:
        if not error.what.startswith("that revision has no"):
            raise
        base = _nothing(against, result)
        yield Item(
            "no-baseline", "note", f"{against} has no model: everything counts as new", f"baseline:{against}"
        )
    yield from introduced(base.assessment.register, register, policy)
    yield from _beside(base.beside, beside(file))


def _nothing(against: str, result: Assessment) -> Opened:
    register = result.register
    empty = Sections(catalogue=result.model.sections.catalogue)
    bare = Register(
        register.analysis.again(empty, seen=(), marks=()), today=register.today, mode=register.ratings.mode
    )
    return Opened(against, Assessment(Model(empty), bare), against, {})


def _beside(before: dict[str, bytes], after: dict[str, bytes]) -> Iterator[Item]:
    """What lies beside the model can turn a gate green too: its own settings, suppressions, rules."""
    kinds = {SETTINGS: "policy", ".mantlet/suppressions.yaml": "suppression"}
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            change = "added" if name not in before else "removed" if name not in after else "changed"
            yield Item("review", "note", f"{name} {change}", f"review:{name}", kind=kinds.get(name, "rules"))


def _drift(file: Path) -> Iterator[Item]:
    from mantlet.project.discovering import Update, discover  # noqa: PLC0415

    news = Update(discover([file.parent], model=file), file)
    mend = "`mantlet drift` tells all, `mantlet discover --update` brings the model up to date"
    for item in news.comparison.drift:
        words = f"{item.subject} {item.kind}: {item.what}"
        yield Item(
            "drift", "error", words, f"drift:{item.section}.{item.id}", (item.section, item.id), mend=mend
        )
    for element, glob in news.stale:
        words = f"element {element}: `code: {glob}` names nothing that is there"
        yield Item("drift", "error", words, f"drift:code:{element}:{glob}", ("elements", element), mend=mend)


def _place(gate: Gate, result: Assessment) -> None:
    """Find the lines of what the gate says."""
    source = result.model.source
    if source is None:
        return
    sections = result.model.sections
    for item in gate.items:
        path = item.path or _path_of(item, sections)
        if path:
            gate.places[item.key] = source.where(path, True)


def _path_of(item: Item, sections: Sections) -> tuple[str, ...]:
    """Return where a threat's place is written."""
    place = item.key.rpartition("@")[2].removesuffix(".returns")
    for section in ("flows", "elements", "boundaries", "data"):
        if place in getattr(sections, section):
            return (section, place)
    return ()
