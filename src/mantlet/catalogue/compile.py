"""Data files to one compiled catalogue: rules parsed, every name checked.

`python -m mantlet.catalogue.compile` writes the files that ship; `--check` tells whether they are up to date;
`--strict` also refuses what is only unfinished, such as a control that nothing uses.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from mantlet.base.errors import InputError, InputErrors, MantletError, raise_all
from mantlet.base.files import write_atomic
from mantlet.catalogue.cardcheck import check_cards
from mantlet.catalogue.consistency import check_ancestry, check_records
from mantlet.catalogue.folders import shipped
from mantlet.catalogue.schema import (
    CARDS,
    COMPILED,
    FRAMEWORKS,
    Card,
    CardSource,
    Compiled,
    Framework,
    Pack,
    ThreatSource,
    ThreatType,
)
from mantlet.catalogue.source import Sources, read_folders
from mantlet.model.vocabulary import Vocabulary
from mantlet.rules.check import check
from mantlet.rules.parse import parse
from mantlet.rules.program import Program
from mantlet.rules.tree import Const, Tree

HERE = Path(__file__).parent


@dataclass(slots=True)
class Build:
    """What came of compiling: records, and what is wrong or unfinished."""

    compiled: Compiled
    frameworks: list[Framework]
    cards: list[Card] = field(default_factory=list)
    errors: list[MantletError] = field(default_factory=list)
    warnings: list[MantletError] = field(default_factory=list)


def build(
    sources: Sources,
    base: Compiled | None = None,
    frameworks: Sequence[Framework] = (),
    cards: Sequence[Card] = (),
) -> Build:
    """Compile what was read, on top of an already compiled catalogue if there is one."""
    base = base or Compiled(types=[], facts=[], threats=[], controls=[], packs=[])
    result = Build(
        Compiled(
            types=[*base.types, *_new(base.types, sources, "types")],
            facts=[*base.facts, *_new(base.facts, sources, "facts")],
            threats=list(base.threats),
            controls=[*base.controls, *_new(base.controls, sources, "controls")],
            packs=[*base.packs, *_new(base.packs, sources, "packs")],
        ),
        [*frameworks, *_new(frameworks, sources, "frameworks")],
        list(cards),
        sources.errors,
    )
    check_ancestry(sources, result.compiled.types)
    if result.errors and not _is_sound(result.compiled):
        return result
    if base.packs:
        _add_packs(result.compiled, sources)
    compiler = _RuleCompiler(sources, result)
    for threat in _new(base.threats, sources, "threats"):
        result.compiled.threats.append(compiler.threat(threat))
    result.compiled.program = Program.of(result.compiled.threats)
    result.cards += [compiler.card(card) for card in _new(cards, sources, "cards")]
    check_records(
        sources, result.compiled, result.frameworks, compiler.vocabulary, result.errors, result.warnings
    )
    check_cards(sources, result.cards, {item.id: item for item in result.frameworks}, result.errors)
    return result


def _new(known: Iterable[Any], sources: Sources, section: str) -> list[Any]:
    """Return a section's records, noting those whose id the base already has."""
    taken = {item.id for item in known}
    fresh = []
    for name, record in getattr(sources, section).items():
        if name in taken:
            where = sources.where(section, name)
            sources.error(f"'{name}' is already in the catalogue", where, "choose another id")
        else:
            fresh.append(record)
    return fresh


def _is_sound(compiled: Compiled) -> bool:
    """Tell whether types and facts can be worked with at all."""
    try:
        Vocabulary(compiled.types, compiled.facts)
    except MantletError:
        return False
    return True


def _add_packs(compiled: Compiled, sources: Sources) -> None:
    """Give packs that only a threat names an entry of their own; the package's own are declared."""
    declared = {item.id for item in compiled.packs}
    for name in sorted({threat.pack for threat in sources.threats.values()} - declared):
        compiled.packs.append(Pack(id=name, title=name))


class _RuleCompiler:
    """Threat types as written to threat types with trees."""

    def __init__(self, sources: Sources, result: Build) -> None:
        self.sources = sources
        self.result = result
        self.vocabulary = Vocabulary(result.compiled.types, result.compiled.facts)
        self.controls = {item.id for item in result.compiled.controls}
        self.closed = {item.id for item in result.compiled.packs if item.closed}

    def threat(self, threat: ThreatSource) -> ThreatType:
        """Compile one; a rule with errors becomes `no` and the errors are noted."""
        fields = {name: getattr(threat, name) for name in threat.__struct_fields__}
        return ThreatType(
            **{**fields, **{rule: self._rule(threat, rule) for rule in ("applies", "mitigated")}}
        )

    def card(self, card: CardSource) -> Card:
        """Compile one; a rule with errors becomes `no` and the errors are noted."""
        fields = {name: getattr(card, name) for name in card.__struct_fields__}
        return Card(**{**fields, "applies": self._rule(card, "applies")})

    def _rule(self, threat: ThreatSource | CardSource, rule: str) -> Tree:
        origin = self.sources.origins["threats" if isinstance(threat, ThreatSource) else "cards", threat.id]
        try:
            tree = parse(getattr(threat, rule), origin.at(rule))
        except MantletError as error:
            self.result.errors.append(error)
            return Const(0)
        foreign = isinstance(threat, ThreatSource) and threat.pack in self.closed
        for problem in check(tree, threat.at, self.vocabulary, self.controls, foreign=foreign):
            where = origin.naming(problem.name, rule)
            noted = self.result.errors if problem.fatal else self.result.warnings
            noted.append(InputError(f"{threat.id} {rule}: {problem.what}", where=where, mend=problem.mend))
        return tree


def build_shipped() -> Build:
    """Compile the package's own data; errors are named by their path in the package."""
    return build(read_folders([shipped()], label="catalogue/data"))


def compile_shipped() -> Build:
    """Compile the package's own data, or raise all errors."""
    result = build_shipped()
    raise_all(result.errors)
    return result


def contents(result: Build) -> dict[str, bytes]:
    """Return what the files that ship hold, by name."""
    return {
        COMPILED: encode(result.compiled),
        FRAMEWORKS: encode({"frameworks": result.frameworks}),
        CARDS: encode({"cards": result.cards}),
    }


def encode(record: object) -> bytes:
    """Return JSON with one record per line, so that a change shows as the lines it touches."""
    lines = []
    for name, items in msgspec.to_builtins(record).items():
        if isinstance(items, dict):
            lines.append(f'"{name}":{msgspec.json.encode(items).decode()}')
            continue
        body = ",\n".join(msgspec.json.encode(item).decode() for item in items)
        lines.append(f'"{name}":[\n{body}\n]')
    return ("{" + ",\n".join(lines) + "}\n").encode()


def main(arguments: Sequence[str]) -> int:
    """Compile, check or both; returns the exit code."""
    result = build_shipped()
    problems = [*result.errors, *(result.warnings if "--strict" in arguments else ())]
    if problems:
        sys.stderr.write(InputErrors(problems).diagnostics() + "\n")
        return 2
    for warning in result.warnings:
        sys.stderr.write(f"warning: {warning.diagnostics()}\n")
    outdated = []
    for name, content in contents(result).items():
        path = HERE / name
        if not path.exists() or path.read_bytes() != content:
            outdated.append(name)
            if "--check" not in arguments:
                write_atomic(path, content)
    if outdated and "--check" in arguments:
        sys.stderr.write(f"out of date: {', '.join(outdated)}; run python -m mantlet.catalogue.compile\n")
        return 1
    counts = result.compiled
    sys.stdout.write(
        f"{len(counts.threats)} threat types, {len(counts.controls)} controls, {len(counts.types)} types, "
        f"{len(counts.facts)} facts, {len(result.frameworks)} frameworks, {len(result.cards)} cards\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
