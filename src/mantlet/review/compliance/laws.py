"""What laws ask, read from data: articles, questions to people, and the criteria for an impact assessment."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from msgspec import Struct, convert, field

from mantlet.base.data import read_beside
from mantlet.base.errors import UsageError
from mantlet.base.suggest import suggest
from mantlet.rules.parse import parse
from mantlet.rules.tree import At, Tree

LAWS = ("gdpr", "ai-act")


class Where(Struct, forbid_unknown_fields=True):
    """A rule at one kind of place."""

    at: At
    applies: str

    @property
    def tree(self) -> Tree:
        """The rule, parsed."""
        return _parsed(self.applies)


Places = Where | list[Where]
"""One rule, or several of which one is enough."""


class Ask(Struct, forbid_unknown_fields=True, kw_only=True):
    """A question that only a person can answer."""

    text: str
    why: str
    id: str = ""
    article: str = ""
    hint: Places | None = None
    """Where the model hints at a yes."""


class Article(Struct, forbid_unknown_fields=True, kw_only=True):
    """What one article asks, in our own words."""

    asks: str
    when: Places | None = None
    """Where it matters; as the law where it says nothing."""
    answers: list[str] = field(default_factory=list)
    """Facts of the system that speak of it."""
    questions: list[Ask] = field(default_factory=list)
    role: Literal["", "provider", "deployer"] = ""
    """Whom it binds, where the law tells them apart."""
    class_: str = field(name="class", default="")
    """The class of systems that it is about, where the law tells them apart."""
    register: bool = False
    """The whole register speaks of it: what is open, what was decided, who reviewed it."""


class Criterion(Struct, forbid_unknown_fields=True, kw_only=True):
    """A sign that an impact assessment is needed: a rule, or a question."""

    id: str
    title: str
    text: str
    when: Places | None = None
    ask: str = ""


class Impact(Struct, forbid_unknown_fields=True, kw_only=True):
    """Whether an impact assessment is needed."""

    title: str
    lead: str
    enough: int
    """How many signs make it very likely."""
    done: str
    """The fact that says that there is one."""
    criteria: list[Criterion]


class Group(Struct, forbid_unknown_fields=True, kw_only=True):
    """Questions about one thing."""

    title: str
    lead: str
    items: list[Ask]
    answers: list[str] = field(default_factory=list)
    """Facts of the system that hold what came of it."""


class Law(Struct, forbid_unknown_fields=True, kw_only=True):
    """A law: its articles by the ids of the catalogue's list of them."""

    id: str
    title: str
    name: str
    framework: str
    version: str
    lead: str
    when: Places
    articles: dict[str, Article]
    about: Literal["", "personal"] = ""
    """Which data it is about; a threat elsewhere is none of its business."""
    record: bool = False
    """It asks for a record of what is done with personal data."""
    impact: Impact | None = None
    questions: list[Group] = field(default_factory=list)


@lru_cache(maxsize=len(LAWS))
def law(name: str) -> Law:
    """Return a law by its short name; raises `UsageError` for others."""
    if name not in LAWS:
        raise UsageError(
            f"no compliance view for '{name}'", mend=suggest(name, LAWS) or f"one of {', '.join(LAWS)}"
        )
    import yaml  # noqa: PLC0415  (only where somebody asks)

    raw = yaml.load(read_beside(__file__, f"data/{name}.yaml"), yaml.CSafeLoader)  # package data
    return convert(raw, Law)


@lru_cache(maxsize=256)
def _parsed(text: str) -> Tree:
    return parse(text)
