"""What a gate asks for: presets as data, changed by a project's own settings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal, get_args

import msgspec
import yaml
from msgspec import Struct, structs

from mantlet.base.data import read_beside
from mantlet.base.errors import InputError, Location, UsageError
from mantlet.base.suggest import suggest

At = Literal["note", "low", "medium", "high", "critical", "never"]
Harm = Literal["negligible", "limited", "significant", "maximum", "never"]
DEFAULT = "starter"


class Policy(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A policy. Severities mean: at or above, in the worst case; `never` switches a rule off."""

    title: str = ""
    fail_at: At = "critical"
    """Open risks, those to confirm included, that fail the gate."""
    harm_at: Harm = "never"
    """The same by the harm to the people in the data."""
    new_at: At = "high"
    """New threats that fail it, when compared with a baseline."""
    catalogue_fails: bool = False
    """Whether threats that are new because the catalogue is newer fail it too."""
    planned_passes: bool = False
    """Whether a risk passes whose mitigation is planned, owned and not overdue."""
    described: bool = True
    """Whether a flow must say what data it carries."""
    expired: bool = True
    """Decisions that no longer stand: ended, incomplete, or taken on facts that changed."""
    overdue: bool = True
    """Decisions and controls whose day has passed."""
    owners: bool = False
    """Decisions and planned controls without somebody who answers for them."""
    four_eyes: bool = False
    """Acceptances whose owner approved them too."""
    acceptance_days: int = 0
    """How far off the end of an acceptance may be; 0: any day."""
    questions_at: At = "never"
    """Unanswered questions on which so bad a risk hangs."""
    questions: int = 10
    """How many questions, most telling first, are looked at."""
    drift: bool = False
    """Whether code and model must agree."""
    evidence_days: int = 0
    """How old evidence may be; 0: evidence isn't asked for."""
    frameworks: list[str] = []
    """Lists whose every entry must be dealt with by the rules that are on."""


@lru_cache(maxsize=1)
def presets() -> dict[str, Policy]:
    """Return the policies that come with mantlet, by name."""
    raw = yaml.load(read_beside(__file__, "policies.yaml"), Loader=yaml.CSafeLoader)
    return {name: msgspec.convert(fields, Policy) for name, fields in raw.items()}


def preset(name: str) -> Policy:
    """Return a policy by name; raises `UsageError`."""
    known = presets()
    if name not in known:
        raise UsageError(
            f"unknown policy '{name}'", mend=suggest(name, known) or f"one of {', '.join(known)}"
        )
    return known[name]


def policy_from(settings: Mapping[str, Any], where: Location, name: str = "") -> tuple[str, Policy]:
    """Return the policy that a `[check]` table describes, and its preset's name; ``name`` overrides the preset."""
    own = dict(settings)
    chosen = own.pop("policy", DEFAULT)
    if not isinstance(chosen, str):
        raise InputError("`policy` is no name", where=where, mend=f"one of {', '.join(presets())}")
    base = preset(name or chosen)
    known = Policy.__struct_fields__
    for key in own:
        if key not in known:
            raise InputError(
                f"unknown setting '{key}' under [check]",
                where=where,
                mend=suggest(key, known) or f"one of {', '.join(known)}",
            )
    for key, value in own.items():
        _check(key, value, where)
    try:
        return name or chosen, msgspec.convert({**structs.asdict(base), **own}, Policy)
    except msgspec.ValidationError as error:
        raise InputError(f"[check]: {error}", where=where) from None


def _check(key: str, value: Any, where: Location) -> None:
    allowed = get_args(Harm if key == "harm_at" else At) if key.endswith("_at") else ()
    if allowed and value not in allowed:
        raise InputError(
            f"'{value}' is no value of {key}",
            where=where,
            mend=suggest(str(value), allowed) or f"one of {', '.join(allowed)}",
        )
    if isinstance(value, int) and not isinstance(value, bool) and value < 0:
        raise InputError(f"{key} is below zero", where=where, mend="0 switches it off")
