"""Where each entry of each published list went: to a threat type, elsewhere with a reason, or nowhere yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct, field

from mantlet.catalogue.load import Catalogue
from mantlet.catalogue.reading import Agreement, Readings, SecondReading, mapping_hash, text_hash
from mantlet.catalogue.schema import Disposition, Framework, FrameworkEntry

OPEN: Disposition = "open"
UNSETTLED = ("changed", "unread")
"""What has to be read again, or for the first time."""


class EntryCoverage(Struct, kw_only=True, omit_defaults=True):
    """One entry of a list and what became of it."""

    id: str
    title: str
    disposition: Disposition
    types: list[str]
    """Threat types that are about it; controls where the list is one of controls."""
    reason: str
    facts: list[str] = field(default_factory=list)
    """The facts that answer a review question."""
    counted: bool = True
    reachable: bool | None = None
    """One of the types fires on a model that was tried; None if nobody tried."""
    second_reading: SecondReading | None = None
    """What a second reader said of it; None if nobody asked."""


class FrameworkCoverage(Struct, kw_only=True, omit_defaults=True):
    """One list."""

    id: str
    title: str
    version: str
    of: str
    entries: list[EntryCoverage] = field(default_factory=list)
    agreement: Agreement | None = None
    """How far its two readers agreed; None if nobody asked or read."""

    @property
    def counts(self) -> dict[str, int]:
        """How many counted entries went where."""
        return dict(Counter(entry.disposition for entry in self.entries if entry.counted))

    @property
    def total(self) -> int:
        """What a coverage figure divides by."""
        return sum(entry.counted for entry in self.entries)

    @property
    def reached(self) -> int:
        """How many counted entries have a type that shows on a model which was tried."""
        return sum(
            bool(entry.counted and entry.reachable and entry.disposition == "threat")
            for entry in self.entries
        )

    @property
    def gaps(self) -> list[EntryCoverage]:
        """Entries that nobody has dealt with yet."""
        return [entry for entry in self.entries if entry.counted and entry.disposition == OPEN]


def coverage(
    catalogue: Catalogue,
    fired: Collection[str] | None = None,
    readings: Readings | None = None,
    *,
    open_lists: bool = False,
) -> list[FrameworkCoverage]:
    """Return where every entry went.

    ``fired`` names the types that fired on models which were tried, ``readings`` is what second readers said of the
    mappings; ``open_lists`` adds what is cited of the large lists (CWE, CAPEC), which no figure can divide by.
    """
    citing, asides = _citing(_references(catalogue)), _citing(_asides(catalogue))
    found = [
        _framework(framework, citing.get(framework.id, {}), asides.get(framework.id, {}), fired)
        for framework in sorted(catalogue.frameworks.values(), key=lambda item: item.id)
        if open_lists or not framework.open
    ]
    if readings is not None:
        _read_again(catalogue, found, readings)
    return found


def _read_again(catalogue: Catalogue, found: Iterable[FrameworkCoverage], readings: Readings) -> None:
    """Say of each entry what its second reader said, if mapping and texts are still the ones that were read."""
    texts = {item.id: text_hash(item.title, item.text) for item in catalogue.threats.values()}
    texts |= {item.id: text_hash(item.title, item.text) for item in catalogue.controls.values()}
    for framework in found:
        for entry in framework.entries:
            mapping = mapping_hash(entry.id, entry.disposition, entry.reason, [*entry.types, *entry.facts])
            cited = {name: texts[name] for name in entry.types}
            entry.second_reading = readings.of(framework.id, entry.id, mapping, cited)
        changed = sum(
            entry.second_reading is not None and entry.second_reading.verdict in UNSETTLED
            for entry in framework.entries
        )
        if framework.id in readings.lists:
            framework.agreement = readings.lists[framework.id].agreement(changed)


def _citing(references: Iterator[tuple[str, str, str]]) -> dict[str, dict[str, list[str]]]:
    """Return, per list and entry, the types and controls that refer to it."""
    found: dict[str, dict[str, list[str]]] = {}
    for name, framework, entry in references:
        found.setdefault(framework, {}).setdefault(entry, []).append(name)
    return found


def _references(catalogue: Catalogue) -> Iterator[tuple[str, str, str]]:
    for threat in catalogue.threats.values():
        for framework, entries in threat.references.items():
            yield from ((threat.id, framework, entry) for entry in entries)
    for control in catalogue.controls.values():
        for framework, entries in control.refs.items():
            if framework in catalogue.frameworks and catalogue.frameworks[framework].of != "threats":
                yield from ((control.id, framework, entry) for entry in entries)


def _asides(catalogue: Catalogue) -> Iterator[tuple[str, str, str]]:
    """Yield what controls say of lists of threats: some list their own controls beside them, which no figure counts."""
    for control in catalogue.controls.values():
        for framework, entries in control.refs.items():
            if framework in catalogue.frameworks and catalogue.frameworks[framework].of == "threats":
                yield from ((control.id, framework, entry) for entry in entries)


def _framework(
    framework: Framework,
    citing: dict[str, list[str]],
    asides: dict[str, list[str]],
    fired: Collection[str] | None,
) -> FrameworkCoverage:
    result = FrameworkCoverage(
        id=framework.id, title=framework.title, version=framework.version, of=framework.of
    )
    entries = framework.entries
    if framework.open:
        entries = {name: entries.get(name) or FrameworkEntry(id=name) for name in sorted(citing, key=int)}
    for entry in entries.values():
        names = set(citing.get(entry.id, ()))
        if framework.tree:
            names.update(*(listed for name, listed in citing.items() if name.startswith(f"{entry.id}.")))
        if not names and not entry.counted and entry.id in asides:
            result.entries.append(_entry(entry, "controls", sorted(asides[entry.id]), fired))
        else:
            result.entries.append(_entry(entry, framework.of, sorted(names), fired))
    return result


def _entry(entry: FrameworkEntry, of: str, names: list[str], fired: Collection[str] | None) -> EntryCoverage:
    cited: Disposition = "control" if of == "controls" else "threat"
    return EntryCoverage(
        id=entry.id,
        title=entry.title,
        disposition=cited if names else entry.disposition or OPEN,
        types=names,
        reason="" if names else entry.reason,
        facts=[] if names else entry.facts,
        counted=entry.counted,
        reachable=None if fired is None else any(name in fired for name in names),
    )
