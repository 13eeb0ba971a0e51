"""Check that the catalogue's records fit together: every reference must lead somewhere.

Errors are wrong; warnings are unfinished and refused only when asked to be strict.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from mantlet.base.errors import InputError, MantletError
from mantlet.base.suggest import suggest
from mantlet.catalogue.schema import Compiled, Control, Framework, Pack, ThreatType
from mantlet.catalogue.source import Sources
from mantlet.model.vocabulary import FactDef, TypeDef, Vocabulary
from mantlet.rules.tree import DATA_WORDS, At

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_PLACEHOLDERS: dict[At, set[str]] = {
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

Finding = tuple[str, tuple[str | int, ...], str]
"""What is wrong, the path of the field in its record, and the mend."""


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
    mine = {section: [item for item in records if (section, item.id) in sources.origins] for section, records in (
        ("types", compiled.types), ("facts", compiled.facts), ("threats", compiled.threats),
        ("controls", compiled.controls),
    )}  # fmt: skip
    for section, records in mine.items():
        for record in records:
            for what, path, mend in checker.findings(section, record):
                where = sources.where(section, record.id, *path)
                errors.append(InputError(f"{record.id}: {what}", where=where, mend=mend))
    used = {name for threat in compiled.threats for name in threat.controls}
    for control in mine["controls"]:
        if control.id not in used:
            where = sources.where("controls", control.id)
            warnings.append(InputError(f"no threat type uses the control '{control.id}'", where=where))


class _Checker:
    def __init__(self, compiled: Compiled, frameworks: Sequence[Framework], vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.threats = {item.id: item for item in compiled.threats}
        self.controls = {item.id for item in compiled.controls}
        self.packs: dict[str, Pack] = {item.id: item for item in compiled.packs}
        self.frameworks = {item.id: item for item in frameworks}

    def findings(self, section: str, record: object) -> Iterator[Finding]:
        """Yield what is wrong with a record."""
        match record:
            case TypeDef():
                yield from self._type(record)
            case FactDef():
                yield from self._fact(record)
            case ThreatType():
                yield from self._threat(record)
            case Control():
                yield from self._control(record)
            case _:
                raise TypeError(f"no check for {section}")

    def _type(self, item: TypeDef) -> Iterator[Finding]:
        if not _ID.fullmatch(item.id):
            yield "a type's id is lower-case words joined by '-'", (), ""
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
        for part in ("title", "text"):
            for name in _PLACEHOLDER.findall(getattr(item, part)):
                if name not in _PLACEHOLDERS[item.at]:
                    known = ", ".join(sorted(_PLACEHOLDERS[item.at]))
                    yield f"{{{name}}} has no meaning at '{item.at}'", (part,), f"there are: {known}"
        if not item.controls:
            yield "no control helps against it", (), "name at least one under `controls`"
        yield from _known(item.controls, self.controls, "control", "controls")
        yield from _known(item.silences, self.threats, "threat type", "silences")
        if item.id in item.silences:
            yield "it silences itself", ("silences",), ""
        for name in item.silences:
            if name in self.threats and item.id in self.threats[name].silences and item.id < name:
                yield (
                    f"it and '{name}' silence each other",
                    ("silences",),
                    "the more special one silences the other",
                )
        for name in item.assets:
            if name not in DATA_WORDS and name not in self.vocabulary.of_realm("data"):
                hint = suggest(name, [*DATA_WORDS, *self.vocabulary.of_realm("data")])
                yield f"unknown data type or word '{name}'", ("asset",), hint
        yield from self._references(item.references)

    def _control(self, item: Control) -> Iterator[Finding]:
        if not _ID.fullmatch(item.id):
            yield "a control's id is lower-case words joined by '-'", (), ""
        for key, value in item.sets.items():
            subject, dot, fact = key.partition(".")
            if not dot or subject not in {"element", "flow", "boundary", "data", "copy", "system"}:
                yield (
                    f"'{key}' is no subject.fact",
                    ("sets", key),
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
            yield f"unknown fact '{fact}'", path, suggest(fact, self.vocabulary.facts)
        elif subject not in known.on:
            yield f"'{fact}' is a fact of {', '.join(known.on)}, not of {subject}", path, ""
        elif known.derived:
            yield f"'{fact}' is derived and cannot be set", path, ""
        elif isinstance(known.values, list) and not known.open and value not in {*known.values, "n/a"}:
            hint = suggest(value, known.values) or f"its values are: {', '.join(known.values)}"
            yield f"'{fact}' is never '{value}'", path, hint

    def _references(self, refs: dict[str, list[str]]) -> Iterator[Finding]:
        for name, entries in refs.items():
            framework = self.frameworks.get(name)
            path: tuple[str | int, ...] = ("linddun",) if name == "linddun" else ("refs", name)
            if framework is None:
                yield f"unknown framework '{name}'", path, suggest(name, self.frameworks)
                continue
            for number, entry in enumerate(entries):
                if entry not in framework.entries and not (framework.open and entry.isdigit()):
                    yield (
                        f"{framework.title} has no entry '{entry}'",
                        (*path, number),
                        suggest(entry, framework.entries),
                    )


def _known(names: Sequence[str], known: Collection[str], kind: str, path: str) -> Iterator[Finding]:
    for number, name in enumerate(names):
        if name not in known:
            yield f"unknown {kind} '{name}'", (path, number), suggest(name, known)
