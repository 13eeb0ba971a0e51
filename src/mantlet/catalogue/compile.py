"""Data files to one compiled catalogue: rules parsed, every name checked.

`python -m mantlet.catalogue.compile` writes the files that ship; `--check` tells whether they are up to date;
`--strict` also refuses what is only unfinished, such as a control that nothing uses.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from mantlet.base.errors import InputError, InputErrors, MantletError, raise_all
from mantlet.base.files import write_atomic
from mantlet.catalogue.consistency import check_records
from mantlet.catalogue.folders import shipped
from mantlet.catalogue.schema import COMPILED, FRAMEWORKS, Compiled, Framework, Pack, ThreatSource, ThreatType
from mantlet.catalogue.source import Origin, Sources, read_folders
from mantlet.model.vocabulary import Vocabulary
from mantlet.rules.check import check
from mantlet.rules.parse import parse
from mantlet.rules.tree import Const, Tree

HERE = Path(__file__).parent


@dataclass(slots=True)
class Build:
    """What came of compiling: records, and what is wrong or unfinished."""

    compiled: Compiled
    frameworks: list[Framework]
    errors: list[MantletError] = field(default_factory=list)
    warnings: list[MantletError] = field(default_factory=list)


def build(sources: Sources, base: Compiled | None = None, frameworks: Sequence[Framework] = ()) -> Build:
    """Compile what was read, on top of an already compiled catalogue if there is one."""
    base = base or Compiled(types=[], facts=[], threats=[], controls=[], packs=[])
    errors = list(sources.errors)
    result = Build(
        Compiled(
            types=[*base.types, *_new(base.types, sources, "types", errors)],
            facts=[*base.facts, *_new(base.facts, sources, "facts", errors)],
            threats=list(base.threats),
            controls=[*base.controls, *_new(base.controls, sources, "controls", errors)],
            packs=[*base.packs, *_new(base.packs, sources, "packs", errors)],
        ),
        [*frameworks, *_new(frameworks, sources, "frameworks", errors)],
        errors,
    )
    try:
        vocabulary = Vocabulary(result.compiled.types, result.compiled.facts)
    except MantletError as error:
        result.errors.append(error)
        return result
    controls = {item.id for item in result.compiled.controls}
    for threat in _new(base.threats, sources, "threats", errors):
        result.compiled.threats.append(_compile_threat(threat, sources, vocabulary, controls, errors))
    _add_packs(result.compiled, base)
    check_records(sources, result.compiled, result.frameworks, vocabulary, errors, result.warnings)
    return result


def _new(known: Sequence[object], sources: Sources, section: str, errors: list[MantletError]) -> list:  # type: ignore[type-arg]
    """Return a section's records, noting those whose id the base already has."""
    taken = {item.id for item in known}  # type: ignore[attr-defined]
    fresh = []
    for name, record in getattr(sources, section).items():
        if name in taken:
            sources.error(
                f"'{name}' is already in the catalogue", sources.where(section, name), "choose another id"
            )
            errors.append(sources.errors[-1])
        else:
            fresh.append(record)
    return fresh


def _compile_threat(
    threat: ThreatSource,
    sources: Sources,
    vocabulary: Vocabulary,
    controls: set[str],
    errors: list[MantletError],
) -> ThreatType:
    origin = sources.origins["threats", threat.id]
    trees: dict[str, Tree] = {}
    for rule in ("applies", "mitigated"):
        trees[rule] = _compile_rule(threat, rule, origin, vocabulary, controls, errors)
    fields = {name: getattr(threat, name) for name in threat.__struct_fields__}
    return ThreatType(**{**fields, **trees})


def _compile_rule(
    threat: ThreatSource,
    rule: str,
    origin: Origin,
    vocabulary: Vocabulary,
    controls: set[str],
    errors: list[MantletError],
) -> Tree:
    try:
        tree = parse(getattr(threat, rule), origin.at(rule))
    except MantletError as error:
        errors.append(error)
        return Const(0)
    for problem in check(tree, threat.at, vocabulary, controls):
        where = origin.naming(problem.name, rule)
        errors.append(InputError(f"{threat.id} {rule}: {problem.what}", where=where, mend=problem.mend))
    return tree


def _add_packs(compiled: Compiled, base: Compiled) -> None:
    """Give packs that only a threat names an entry of their own; the package's own are declared."""
    declared = {item.id for item in compiled.packs}
    if base.threats or base.packs:
        for threat in compiled.threats:
            if threat.pack not in declared:
                declared.add(threat.pack)
                compiled.packs.append(Pack(id=threat.pack, title=threat.pack))


def build_shipped() -> Build:
    """Compile the package's own data; errors are named by their path in the package."""
    return build(read_folders([shipped()], label="catalogue/data"))


def compile_shipped() -> tuple[Compiled, list[Framework]]:
    """Compile the package's own data, or raise all errors."""
    result = build_shipped()
    raise_all(result.errors)
    return result.compiled, result.frameworks


def encode(record: object) -> bytes:
    """Return JSON with one record per line, so that a change shows as the lines it touches."""
    raw = msgspec.to_builtins(record)
    sections = raw if isinstance(raw, dict) else {"frameworks": raw}
    lines = []
    for name, items in sections.items():
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
    for name, content in ((COMPILED, encode(result.compiled)), (FRAMEWORKS, encode(result.frameworks))):
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
        f"{len(counts.facts)} facts, {len(result.frameworks)} frameworks\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
