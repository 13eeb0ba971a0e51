"""A YAML model text cut into its sections and their entries, so that an edit reads and writes only a few lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mantlet.model.entries import Sections
from mantlet.store.shape import fields
from mantlet.store.splice import line_end, newline
from mantlet.store.tree import FOREIGN, Tree
from mantlet.store.yamlread import read_yaml


@dataclass(slots=True)
class Section:
    """One section's text: its own line and the entries', or all of it where entries share lines."""

    head: str
    entries: dict[str, str] | None = None

    @property
    def text(self) -> str:
        """The section as it stands in the file."""
        return self.head + "".join(self.entries.values()) if self.entries is not None else self.head


@dataclass(slots=True)
class Chunks:
    """The whole text in pieces: what precedes the first section, then the sections."""

    head: str
    sections: dict[str, Section]

    @property
    def text(self) -> str:
        """The file's text."""
        return self.head + "".join(section.text for section in self.sections.values())

    def copy(self) -> Chunks:
        """Return the same pieces, to be edited apart."""
        return Chunks(
            self.head,
            {
                name: Section(section.head, None if section.entries is None else dict(section.entries))
                for name, section in self.sections.items()
            },
        )

    def pieces(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield the pieces in order, each with the path of what it holds; heads have the section's."""
        yield (), self.head
        for name, section in self.sections.items():
            yield (name,), section.head
            for entry, text in (section.entries or {}).items():
                yield (name, entry), text


def cut(text: str, tree: Tree) -> Chunks | None:
    """Cut a text whose root is a block mapping; None where parts refer to each other or share lines."""
    if tree.anchored or tree.flow or not isinstance(tree.raw, dict) or not tree.keys:
        return None
    starts: list[tuple[str, str | None, int]] = []
    previous = -1
    for section, entry, offset, column in tree.keys:
        start = offset - column
        if start <= previous or text[start:offset].strip(" ") or (start and text[start - 1] != "\n"):
            return None
        starts.append((section, entry, start))
        previous = start
    result = Chunks(text[: starts[0][2]], {})
    for index, (section, entry, start) in enumerate(starts):
        end = starts[index + 1][2] if index + 1 < len(starts) else len(text)
        piece = text[start:end]
        if entry is None:
            result.sections[section] = Section(piece)
        elif section.startswith(FOREIGN):  # what it holds is read in another way, so it stays in one piece
            result.sections[section].head += piece
        else:
            holder = result.sections[section]
            holder.entries = holder.entries if holder.entries is not None else {}
            holder.entries[entry] = piece
    return result if set(result.sections) == set(tree.raw) else None


def split_tail(text: str) -> tuple[str, str]:
    """Divide a piece into what it says, ending with a line end, and the blank lines and comments after it."""
    node = read_yaml(text, "", nodes=True).node
    end = line_end(text, node.end) if node is not None else len(text)
    said, tail = text[:end], text[end:]
    return (said if said.endswith("\n") else said + newline(text)), tail


def add_section(chunks: Chunks, name: str, section: Section) -> None:
    """Put a new section where the schema has it: behind the nearest one that precedes it."""
    order = list(fields(Sections))
    rank = order.index(name) if name in order else len(order)
    earlier = [key for key in chunks.sections if (order.index(key) if key in order else len(order)) <= rank]
    if not earlier:
        chunks.sections = {name: section, **chunks.sections}
        return
    before = max(
        earlier,
        key=lambda key: (order.index(key) if key in order else len(order), list(chunks.sections).index(key)),
    )
    tail = take_tail(chunks.sections[before])
    extend(section, tail)
    items: dict[str, Section] = {}
    for key, value in chunks.sections.items():
        items[key] = value
        if key == before:
            items[name] = section
    chunks.sections = items


def take_tail(section: Section) -> str:
    """Take the blank lines and comments at a section's end out of it and return them."""
    if section.entries:
        last = next(reversed(section.entries))
        section.entries[last], tail = split_tail(section.entries[last])
    else:
        section.head, tail = split_tail(section.head)
    return tail


def extend(section: Section, tail: str) -> None:
    """Put text at a section's end."""
    if section.entries:
        section.entries[next(reversed(section.entries))] += tail
    else:
        section.head += tail


def restored(chunks: Chunks, section: str, name: str, earlier: Chunks, *, fresh: bool) -> bool:
    """Give an entry its earlier text, and where it is ``fresh`` (was just added again) its earlier place; tell whether that could be done."""
    now, then = chunks.sections.get(section), earlier.sections.get(section)
    if now is None or then is None or not now.entries or not then.entries:
        return False
    if name not in now.entries or name not in then.entries:
        return False
    if not fresh:
        now.entries = {**now.entries, name: _ended(then.entries[name])}
        return True
    _returned(now, then, name)
    return True


def _returned(now: Section, then: Section, name: str) -> None:
    """Put an entry back where it was.

    What follows a section's last entry had moved behind the fresh one, and the comments behind an entry that was taken
    out had stayed with the one before it; both go back.
    """
    entries, text = dict(now.entries or {}), _ended((then.entries or {})[name])
    _, tail = split_tail(entries.pop(name))
    if entries:
        entries[next(reversed(entries))] += tail
    else:
        text += tail
    order = list(then.entries or {})
    before = [key for key in order[: order.index(name)] if key in entries]
    _, tail = split_tail(text)
    if before:
        held = (then.entries or {})[before[-1]]
        if tail and entries[before[-1]] == held + tail:
            entries[before[-1]] = held
    elif tail and now.head == then.head + tail:
        now.head = then.head
    names = list(entries)
    names.insert(names.index(before[-1]) + 1 if before else 0, name)
    entries[name] = text
    now.entries = {key: _ended(entries[key]) for key in names}


def _ended(text: str) -> str:
    """Return a piece that something may follow."""
    return text if text.endswith("\n") else text + newline(text)
