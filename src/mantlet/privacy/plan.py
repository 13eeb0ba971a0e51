"""A masking plan: what happens to each column, as data that people review and keep in version control.

A plan names its key and never holds it. Rules of a plan work on single rows, so that any engine runs them alike, but for
`shuffle` and `token`, which look at the whole column first.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec
import yaml
from msgspec import Struct

from mantlet.base.errors import InputError, Location
from mantlet.base.limits import read_text
from mantlet.base.printable import printable
from mantlet.base.suggest import suggest

Unit = Literal["year", "quarter", "month", "week", "day", "hour"]


class Step(Struct, frozen=True, tag_field="do", forbid_unknown_fields=True, omit_defaults=True):
    """What is done to a column."""


class Keep(Step, frozen=True, tag="keep"):
    """Leave the values as they are."""


class Drop(Step, frozen=True, tag="drop"):
    """Leave the column out."""


class Redact(Step, frozen=True, tag="redact"):
    """Put one word in place of every value; empty values stay empty."""

    by: str = "***"


class Partial(Step, frozen=True, tag="partial"):
    """Show the first and last characters only; what is too short for that is hidden whole."""

    first: int = 0
    last: int = 0
    by: str = "***"


class Pseudonym(Step, frozen=True, tag="pseudonym"):
    """Put a keyed digest (HMAC-SHA-256) in place of a value: equal values stay equal wherever the key and domain are the same."""

    length: int = 32
    """Hexadecimal digits; 32 keep collisions out of reach."""
    prefix: str = ""
    domain: str = ""


class Token(Step, frozen=True, tag="token"):
    """Put a random token in place of a value and keep both in a vault, from which the value can be had back."""

    prefix: str = "tok_"


class Bin(Step, frozen=True, tag="bin"):
    """Put a band of numbers in place of a number: `30-39`."""

    width: float
    start: float = 0.0


class Prefix(Step, frozen=True, tag="prefix"):
    """Keep the first characters, such as the region of a postcode."""

    chars: int
    by: str = ""
    """What stands for the rest, once."""


class Truncate(Step, frozen=True, tag="truncate"):
    """Keep a date to its year, quarter, month, …; what cannot be read as a date becomes empty."""

    to: Unit


class Noise(Step, frozen=True, tag="noise"):
    """Move a number by keyed noise (Laplace, of this scale); for statistics, and no guarantee of differential privacy."""

    scale: float
    by: tuple[str, ...] = ()
    """Columns that tell rows apart, so that equal values get different noise."""
    decimals: int = 0


class Shuffle(Step, frozen=True, tag="shuffle"):
    """Deal the column's values out anew: its statistics stay, its ties to the row go."""


class Fake(Step, frozen=True, tag="fake"):
    """Put a plausible invented value in place of a value, the same for the same value and key."""

    kind: Literal[
        "full-name", "first-name", "last-name", "email", "phone", "street-address", "city", "username"
    ]
    domain: str = ""


class MaskText(Step, frozen=True, tag="mask-text"):
    """Put labels such as [email] in place of personal data inside a text."""

    classes: tuple[str, ...] = ("email", "url", "iban", "card", "ssn", "ip", "phone")
    numbers: bool = False
    """Hide every run of three or more digits, too."""
    names: bool = False
    """Hide names and places by the language model of the `text` extra, which misses some."""


AnyStep = (
    Keep
    | Drop
    | Redact
    | Partial
    | Pseudonym
    | Token
    | Bin
    | Prefix
    | Truncate
    | Noise
    | Shuffle
    | Fake
    | MaskText
)
NEEDS_KEY = (Pseudonym, Noise, Fake, Shuffle)


class Plan(
    Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename={"version": "mantlet-plan"}
):
    """What happens to every column of a table."""

    columns: dict[str, AnyStep]
    version: int = 1
    key: str = ""
    """The name of the key: `mantlet privacy key` says where it is looked for."""
    unlisted: Literal["refuse", "keep", "drop"] = "refuse"
    """What happens to columns that the plan doesn't name: a new column must not slip through."""

    def needs_key(self) -> bool:
        """Tell whether a step works with a key."""
        return any(isinstance(step, NEEDS_KEY) for step in self.columns.values())

    def resolved(self, columns: Sequence[str], table: str) -> dict[str, AnyStep]:
        """Return the step of every column of a table, in the table's order.

        Raises `InputError` where the plan names a column that the table lacks, or the table has one that the plan doesn't.
        """
        for name in self.columns:
            if name not in columns:
                raise InputError(
                    f"the plan names a column '{name}' that the table lacks",
                    where=Location(table),
                    mend=suggest(name, columns),
                )
        unlisted = [name for name in columns if name not in self.columns]
        if unlisted and self.unlisted == "refuse":
            raise InputError(
                f"the plan says nothing of {_listed(unlisted)}",
                where=Location(table),
                mend="give each a step, or write `unlisted: keep` or `unlisted: drop`",
            )
        other: AnyStep = Keep() if self.unlisted == "keep" else Drop()
        steps = {name: self.columns.get(name, other) for name in columns}
        for name, step in steps.items():
            self._check(name, step, columns, table)
        return steps

    def _check(self, name: str, step: AnyStep, columns: Sequence[str], table: str) -> None:
        wrong = ""
        if isinstance(step, Bin) and step.width <= 0:
            wrong = "a band's width must be above 0"
        elif isinstance(step, Pseudonym) and not 16 <= step.length <= 64:
            wrong = "a pseudonym has 16 to 64 digits"
        elif (
            isinstance(step, (Partial, Prefix))
            and min(getattr(step, "first", 0), getattr(step, "last", 0), getattr(step, "chars", 0)) < 0
        ):
            wrong = "a number of characters is never below 0"
        elif isinstance(step, Noise) and (step.scale <= 0 or any(by not in columns for by in step.by)):
            wrong = "noise needs a scale above 0, and `by` columns that the table has"
        if wrong:
            raise InputError(f"column '{name}': {wrong}", where=Location(table))


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:6])
    return f"column{'s' if len(names) > 1 else ''} {shown}" + (
        f" and {len(names) - 6} more" if len(names) > 6 else ""
    )


def read_plan(path: Path) -> Plan:
    """Read a plan from YAML or JSON; raises `InputError`."""
    text = read_text(path, mend="a plan names columns and steps, nothing else")
    try:
        raw = yaml.load(text, Loader=_Loader)  # noqa: S506  # a BaseLoader: makes strings only
    except (yaml.YAMLError, RecursionError) as error:
        raise _unreadable(error, str(path)) from None
    return plan_of(raw, str(path))


def plan_of(raw: object, name: str) -> Plan:
    """Return plain data as a plan; ``name`` is what errors call it. Raises `InputError`."""
    try:
        plan = msgspec.convert(raw, Plan, strict=False)
    except (msgspec.ValidationError, RecursionError) as error:
        raise _unreadable(error, name) from None
    if plan.version != 1:
        raise InputError(
            f"version {plan.version} of plans is not known",
            where=Location(name),
            mend="write `mantlet-plan: 1`",
        )
    return plan


def _unreadable(error: Exception, name: str) -> InputError:
    return InputError(
        f"not readable as a masking plan: {error}",
        where=Location(name),
        mend="`mantlet privacy mask DATA --suggest` writes one",
    )


class _Loader(yaml.BaseLoader):
    """Strings only, and no aliases: a bomb of them would fill the memory."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse aliases; otherwise as its base."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "aliases are not used in plans", None)
        node: yaml.Node | None = super().compose_node(parent, index)
        return node


def write_plan(plan: Plan, why: dict[str, str] | None = None) -> str:
    """Return a plan as YAML, a line for each column, with the reason behind it."""
    lines = [
        "# What happens to each column; `mantlet privacy mask --help` lists the steps.",
        "mantlet-plan: 1",
    ]
    if plan.key:
        lines.append(f"key: {_scalar(plan.key)}")
    lines += [f"unlisted: {plan.unlisted}", "columns:" if plan.columns else "columns: {}"]
    for name, step in plan.columns.items():
        fields = ", ".join(f"{key}: {_scalar(value)}" for key, value in msgspec.to_builtins(step).items())
        reason = (why or {}).get(name, "")
        lines.append(
            f"  {_scalar(name)}: {{{fields}}}"
            + (f"  # {printable(' '.join(reason.split()))}" if reason else "")
        )
    return "\n".join(lines) + "\n"


def _scalar(value: object) -> str:
    """Return a value as YAML on one line; what a YAML reader refuses is escaped."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str) and not _plain(value):
        return '"' + "".join(_escaped(char) for char in value) + '"'
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_scalar, value)) + "]"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    return char if char.isprintable() else f"\\U{ord(char):08x}"


def _plain(text: str) -> bool:
    return (
        text.replace("-", "").replace("_", "").isalnum()
        and text.isascii()
        and not text[0].isdigit()
        and text[0] != "-"
    )
