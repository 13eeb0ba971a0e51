"""Check that the catalogue's records fit together: every reference must lead somewhere.

Errors are wrong; warnings are unfinished and refused only when asked to be strict.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from mantlet.base.errors import InputError, MantletError
from mantlet.base.limits import MAX_DEPTH
from mantlet.base.suggest import suggest
from mantlet.catalogue.schema import Compiled, Control, Framework, Pack, ThreatType
from mantlet.catalogue.source import KEY, Sources
from mantlet.model.vocabulary import ROOTS, FactDef, TypeDef, Vocabulary
from mantlet.rules.tree import DATA_WORDS, At

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
PLACEHOLDERS: dict[At, set[str]] = {
    "flow": {"source", "target", "flow", "data", "system"},
    "flow.source": {"source", "target", "flow", "data", "system"},
    "flow.target": {"source", "target", "flow", "data", "system"},
    "element": {"element", "system"},
    "boundary": {"boundary", "system"},
    "data-at": {"data", "element", "system"},
    "system": {"system"},
}
_THREAT_ID = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FACT_ID = re.compile(r"[a-z][a-z0-9_]*")

_OPTIONS = {"discovery": (1, 3, 7, 9), "exploit": (1, 3, 5, 9), "awareness": (1, 4, 6, 9)}
"""The scores that the OWASP method gives for the vulnerability factors."""

Finding = tuple[str, tuple[str | int, ...], str]
"""What is wrong, the path of the field in its record, and the mend; a path that ends in `KEY` means the key itself."""


def check_ancestry(sources: Sources, types: Sequence[TypeDef]) -> None:
    """Note types that are-a nothing known, or too long a chain of others; those that are-a each other once a round."""
    known = {item.id: item for item in types}
    ends: dict[str, tuple[str, int]] = {}
    """Per type, what its chain ends in and how far that is; nothing at the end of one that is noted already."""
    for item in types:
        trail: dict[str, None] = {}
        name = item.id
        while name not in ends:
            trail[name] = None
            parent = known[name].is_
            if not parent:
                ends[name] = name, 0
            elif parent in trail:
                _note(sources, known[parent], f"the type '{parent}' is-a itself, by {_around(trail, parent)}")
                ends[name] = "", 0
            elif parent not in known:
                what = f"the type '{name}' is-a '{parent}', which does not exist"
                _note(sources, known[name], what, suggest(parent, known))
                ends[name] = "", 0
            else:
                name = parent
        end, far = ends[name]
        for steps, passed in enumerate(reversed(trail)):
            ends.setdefault(passed, (end, far + steps + (name not in trail)))
        _note_end(sources, item, *ends[item.id])


def _around(trail: Iterable[str], first: str) -> str:
    """Return the round of types that begins and ends with one."""
    names = list(trail)
    names = names[names.index(first) :]
    return " → ".join([*names, first] if len(names) <= 8 else [*names[:7], "…", first])


def _note(sources: Sources, item: TypeDef, what: str, mend: str = "") -> None:
    if ("types", item.id) in sources.origins:
        sources.error(what, sources.where("types", item.id, "is"), mend)


def _note_end(sources: Sources, item: TypeDef, root: str, far: int) -> None:
    """Note a chain that ends in what is no root of the type's realm, or is longer than anybody needs."""
    if root and root not in ROOTS[item.realm]:
        mend = f"let it be, in the end, one of {', '.join(ROOTS[item.realm])}"
        _note(sources, item, f"the {item.realm} type '{item.id}' is-a nothing that is known", mend)
    elif root and far > MAX_DEPTH:
        _note(sources, item, f"the type '{item.id}' is-a '{root}' by more than {MAX_DEPTH} steps")


def check_records(
    sources: Sources,
    compiled: Compiled,
    frameworks: Sequence[Framework],
    vocabulary: Vocabulary,
    errors: list[MantletError],
    warnings: list[MantletError],
) -> None:
    """Check the records that were read now; those compiled before were checked then."""
    checker = _Checker(compiled, frameworks, vocabulary)
    for framework in frameworks:
        for name, entry in framework.entries.items():
            for number, fact in enumerate(entry.facts):
                if fact not in vocabulary.facts:
                    where = sources.where("frameworks", framework.id, "entries", name, "facts", number)
                    mend = suggest(fact, vocabulary.facts)
                    errors.append(InputError(f"{name}: unknown fact '{fact}'", where=where, mend=mend))
    for section in ("types", "facts", "threats", "controls", "packs"):
        for record in getattr(compiled, section):
            if (section, record.id) not in sources.origins:
                continue
            for findings, noted in ((checker.wrong, errors), (checker.unfinished, warnings)):
                for what, path, mend in findings(record):
                    where = sources.where(section, record.id, *path)
                    noted.append(InputError(f"{record.id}: {what}", where=where, mend=mend))


class _Checker:
    def __init__(self, compiled: Compiled, frameworks: Sequence[Framework], vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.threats = {item.id: item for item in compiled.threats}
        self.controls = {item.id for item in compiled.controls}
        self.used = {name for threat in compiled.threats for name in threat.controls}
        self.aliases = Counter((item.realm, alias) for item in compiled.types for alias in item.aliases)
        self.titles = Counter(item.title for item in compiled.threats)
        self.packs: dict[str, Pack] = {item.id: item for item in compiled.packs}
        self.frameworks = {item.id: item for item in frameworks}

    def wrong(self, record: object) -> Iterator[Finding]:
        """Yield what cannot be."""
        match record:
            case TypeDef():
                yield from self._type(record)
            case FactDef():
                yield from self._fact(record)
            case ThreatType():
                yield from self._threat(record)
            case Control():
                yield from self._control(record)
            case Pack() if record.within:
                yield from _known([record.within], self.packs, "pack", "within")

    def unfinished(self, record: object) -> Iterator[Finding]:
        """Yield what may be while somebody is still writing, and not in a release."""
        match record:
            case Control() if record.id not in self.used:
                yield "no threat type uses the control", (), "name it under a type's `controls`"
            case Control() if not record.verify:
                yield "nothing says how to see that it works", (), "add `verify`"
            case FactDef() if not record.why:
                yield "nothing says why it matters", (), "add `why`"
            case ThreatType():
                yield from self._unfinished_threat(record)

    def _unfinished_threat(self, item: ThreatType) -> Iterator[Finding]:
        if not (item.stride or item.linddun or item.trim):
            yield "it belongs to no category", (), "add `stride`, `linddun` or `trim`"
        if item.stride and not item.cia:
            yield "nothing says what is lost", (), "add `cia`"
        if not item.agents:
            yield "nothing says who does it", (), "add `agents`"
        for factor, options in _OPTIONS.items():
            score = getattr(item.vulnerability, factor)
            if score not in options:
                known = ", ".join(map(str, options))
                yield f"{score:g} is no option of {factor}", ("vulnerability", factor), f"one of {known}"

    def _type(self, item: TypeDef) -> Iterator[Finding]:
        if not _ID.fullmatch(item.id):
            yield "a type's id is lower-case words joined by '-'", (), ""
        for number, alias in enumerate(item.aliases):
            taken = self.vocabulary.types.get(alias)
            if self.aliases[item.realm, alias] > 1 or (taken and taken.realm == item.realm):
                yield (
                    f"'{alias}' means two {item.realm} types",
                    ("aliases", number),
                    "leave it to one of them",
                )
        for fact, value in item.facts.items():
            on = item.realm if item.realm != "data" else "data"
            yield from self._fact_value(on, fact, value, ("facts", fact))
        for number, fact in enumerate(item.asks):
            if fact not in self.vocabulary.facts:
                yield f"unknown fact '{fact}'", ("asks", number), suggest(fact, self.vocabulary.facts)
        for number, name in enumerate(item.holds):
            if name not in self.vocabulary.of_realm("data"):
                yield (
                    f"unknown data type '{name}'",
                    ("holds", number),
                    self.vocabulary.suggest_type(name, "data"),
                )

    def _fact(self, item: FactDef) -> Iterator[Finding]:
        if not _FACT_ID.fullmatch(item.id):
            yield "a fact's id is lower-case words joined by '_'", (), ""
        if not item.question.rstrip().endswith("?"):
            yield "the question is no question", ("question",), "end it with '?'"
        for value, consequences in item.implies.items():
            if isinstance(item.values, list) and value not in item.values and not item.open:
                yield f"'{item.id}' is never '{value}'", ("implies", value), ""
            for fact, then in consequences.items():
                for subject in item.on:
                    known = self.vocabulary.facts.get(fact)
                    if known is None or subject in known.on:
                        yield from self._fact_value(subject, fact, then, ("implies", value, fact))

    def _threat(self, item: ThreatType) -> Iterator[Finding]:
        if not _THREAT_ID.fullmatch(item.id):
            yield "a threat type's id is upper-case words joined by '-'", (), ""
        if item.pack not in self.packs:
            yield f"unknown pack '{item.pack}'", ("pack",), suggest(item.pack, self.packs)
        yield from _placeholders(item)
        if self.titles[item.title] > 1:
            yield "another type has the same title", ("title",), "say what is different"
        if not item.controls:
            yield "no control helps against it", (), "name at least one under `controls`"
        yield from _known(item.controls, self.controls, "control", "controls")
        yield from self._silenced(item)
        for name in item.assets:
            if name not in DATA_WORDS and name not in self.vocabulary.of_realm("data"):
                hint = suggest(name, [*DATA_WORDS, *self.vocabulary.of_realm("data")])
                yield f"unknown data type or word '{name}'", ("asset",), hint
        yield from self._references(item.references)

    def _silenced(self, item: ThreatType) -> Iterator[Finding]:
        yield from _known(item.silences, self.threats, "threat type", "silences")
        reached: set[str] = set()
        ahead = list(item.silences)
        while ahead:
            name = ahead.pop()
            if name in self.threats and name not in reached:
                reached.add(name)
                ahead += self.threats[name].silences
        if item.id in reached:
            yield (
                "types that silence each other would all vanish",
                ("silences",),
                "the special silences the general",
            )

    def _control(self, item: Control) -> Iterator[Finding]:
        if not _ID.fullmatch(item.id):
            yield "a control's id is lower-case words joined by '-'", (), ""
        for key, value in item.sets.items():
            subject, dot, fact = key.partition(".")
            if not dot or subject not in {"element", "flow", "boundary", "data", "copy", "system"}:
                yield (
                    f"'{key}' is no subject.fact",
                    ("sets", key, KEY),
                    "write element.…, flow.… or another subject",
                )
            else:
                yield from self._fact_value(subject, fact, value, ("sets", key))
        if item.lowers and not item.why:
            yield "it lowers factors without saying why", ("lowers",), "add `why`"
        yield from self._references(item.refs)

    def _fact_value(
        self, subject: str, fact: str, value: str, path: tuple[str | int, ...]
    ) -> Iterator[Finding]:
        """Check that a fact exists, may be on the subject, is one that people write, and can have the value."""
        known = self.vocabulary.facts.get(fact)
        if known is None:
            hint = suggest(fact, self.vocabulary.facts) or "`mantlet catalogue list facts` names them"
            yield f"unknown fact '{fact}'", (*path, KEY), hint
        elif subject not in known.on:
            yield f"'{fact}' is a fact of {', '.join(known.on)}, not of {subject}", (*path, KEY), ""
        elif known.derived:
            yield f"'{fact}' is derived and cannot be set", (*path, KEY), ""
        elif isinstance(known.values, list) and not known.open and value not in {*known.values, "n/a"}:
            hint = suggest(value, known.values) or f"its values are: {', '.join(known.values)}"
            yield f"'{fact}' is never '{value}'", path, hint

    def _references(self, refs: dict[str, list[str]]) -> Iterator[Finding]:
        for name, entries in refs.items():
            framework = self.frameworks.get(name)
            path: tuple[str | int, ...] = ("linddun",) if name == "linddun" else ("refs", name)
            if framework is None:
                yield f"unknown framework '{name}'", (*path, KEY), suggest(name, self.frameworks)
                continue
            for number, entry in enumerate(entries):
                if entry not in framework.entries and not (framework.open and entry.isdigit()):
                    yield (
                        f"{framework.title} has no entry '{entry}'",
                        (*path, number),
                        suggest(entry, framework.entries),
                    )


def _placeholders(item: ThreatType) -> Iterator[Finding]:
    for part in ("title", "text"):
        for name in _PLACEHOLDER.findall(getattr(item, part)):
            if name not in PLACEHOLDERS[item.at]:
                known = ", ".join(sorted(PLACEHOLDERS[item.at]))
                yield f"{{{name}}} has no meaning at '{item.at}'", (part,), f"there are: {known}"


def _known(names: Sequence[str], known: Collection[str], kind: str, path: str) -> Iterator[Finding]:
    for number, name in enumerate(names):
        if name not in known:
            hint = suggest(name, known) or f"`mantlet catalogue list {kind.split(maxsplit=1)[0]}s` names them"
            yield f"unknown {kind} '{name}'", (path, number), hint
