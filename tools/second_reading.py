"""What of the catalogue's mappings has to be read by a second reader, and the record of having read it.

python tools/second_reading.py                                # what changed since it was read, or never was
python tools/second_reading.py --waiting                      # mappings that a second reader added: nobody else read them
python tools/second_reading.py --agree atlas:AML.T0040 cwe    # read again and agreed to: an entry, or all of a list
python tools/second_reading.py --confirm atlas:AML.T0040      # its added mappings, read by somebody who didn't add them

Only who didn't make a mapping agrees to it. Whoever takes something back does so in the data first, and then agrees to what is left, or
confirms it: what is gone of the added is then recorded as taken back, and what is new waits for another reader.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator

from mantlet.catalogue.coverage import UNSETTLED, EntryCoverage, coverage
from mantlet.catalogue.load import Catalogue, load_catalogue
from mantlet.catalogue.reading import (
    FOLDER,
    TEXTS,
    EntryReading,
    Reading,
    load_readings,
    mapping_hash,
    text_hash,
)

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")


def main(arguments: list[str]) -> int:
    """Tell or record; returns the exit code: 1 where something is still to be read."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--waiting", action="store_true")
    parser.add_argument("--agree", nargs="+", default=[])
    parser.add_argument("--confirm", nargs="+", default=[])
    given = parser.parse_args(arguments)
    catalogue, readings = load_catalogue(), load_readings(FOLDER)
    lists = coverage(catalogue, None, readings, open_lists=True)
    entries = {(item.id, entry.id): entry for item in lists for entry in item.entries}
    if given.agree or given.confirm:
        for listed, entry in _chosen(given.agree, entries):
            _agree(readings.lists[listed], entries[listed, entry])
            for name in entries[listed, entry].types:
                readings.texts[name] = _text(catalogue, name)
        for listed, entry in _chosen(given.confirm, entries):
            if said := readings.lists[listed].entries.get(entry):
                said.confirm(_names(entries[listed, entry]), _hash(entries[listed, entry]))
            for name in entries[listed, entry].types:
                readings.texts.setdefault(name, _text(catalogue, name))
        for reading in readings.lists.values():
            _write(reading)
        _write_texts(readings.texts)
        return 0
    if given.waiting:
        return _tell_waiting(readings.lists.values(), catalogue)
    left = [
        key
        for key, entry in entries.items()
        if entry.second_reading and entry.second_reading.verdict in UNSETTLED
    ]
    for listed, entry in left:
        print(f"{listed}:{entry} {entries[listed, entry].title} → {' '.join(entries[listed, entry].types)}")
    print(f"{len(left)} of {len(entries)} entries to read")
    return 1 if left else 0


def _chosen(names: list[str], entries: dict[tuple[str, str], EntryCoverage]) -> Iterator[tuple[str, str]]:
    for name in names:
        listed, colon, entry = name.partition(":")
        found = [key for key in entries if key[0] == listed and (not colon or key[1] == entry)]
        if not found:
            sys.exit(f"there is no {name}")
        yield from found


def _agree(reading: Reading, entry: EntryCoverage) -> None:
    names = _names(entry)
    said = reading.entries.setdefault(entry.id, EntryReading(now=""))
    said.now = _hash(entry)
    said.added = [name for name in said.added if name in names]
    said.confirmed = [name for name in said.confirmed if name in said.added]
    said.dropped = [name for name in said.dropped if name not in names]
    said.kept = sorted(set(names) - set(said.added))


def _names(entry: EntryCoverage) -> list[str]:
    return entry.types or [entry.disposition, *entry.facts]


def _hash(entry: EntryCoverage) -> str:
    return mapping_hash(entry.id, entry.disposition, entry.reason, [*entry.types, *entry.facts])


def _tell_waiting(lists: Iterable[Reading], catalogue: Catalogue) -> int:
    count = 0
    for reading in lists:
        for name, said in reading.entries.items():
            waiting = [item for item in said.added if item not in said.confirmed]
            count += len(waiting)
            title = catalogue.frameworks[reading.list].entries.get(name)
            for item in waiting:
                homes = (catalogue.threats, catalogue.controls, catalogue.vocabulary.facts)
                what = next((home[item].title for home in homes if item in home), "")
                print(f"{reading.list}:{name} {title.title if title else ''} → {item}: {what}")
    print(f"{count} added mappings wait for another reader")
    return 1 if count else 0


def _text(catalogue: Catalogue, name: str) -> str:
    item = catalogue.threats.get(name) or catalogue.controls[name]
    return text_hash(item.title, item.text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _write(reading: Reading) -> None:
    lines = [
        f"# Second reading of the list {reading.list}. See ../reading.py; tools/second_reading.py writes the hashes.",
        f"list: {reading.list}",
        f"reader: {reading.reader}",
        f"on: {reading.on}",
        f"read: {_quoted(reading.read)}",
        *([f"confirmer: {reading.confirmer}"] if reading.confirmer else []),
        "entries:",
    ]
    for name, said in reading.entries.items():
        parts = [f"now: {_quoted(said.now)}"]
        lists = {
            key: getattr(said, key) for key in ("kept", "dropped", "added", "confirmed", "refused", "against")
        }
        parts += [f"{key}: [{', '.join(names)}]" for key, names in lists.items() if names]
        if said.note:
            parts.append(f"note: {_quoted(said.note)}")
        lines.append(f"  {name if _PLAIN.fullmatch(name) else _quoted(name)}: {{{', '.join(parts)}}}")
    (FOLDER / f"{reading.list}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _write_texts(texts: dict[str, str]) -> None:
    lines = ["# The texts of types and controls that second readers read, by hash. See ../reading.py."]
    lines += [f"{name}: {_quoted(value)}" for name, value in sorted(texts.items())]
    (FOLDER / TEXTS).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
