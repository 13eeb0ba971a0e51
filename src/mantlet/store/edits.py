"""One edit of a YAML text: which piece it touches, spliced and read again; at worst that piece is written anew.

Whatever the text looks like, the result reads as wanted; that is checked after every edit.
"""

from __future__ import annotations

from mantlet.base.errors import MantletError, UsageError
from mantlet.model.entries import Sections
from mantlet.store import splice
from mantlet.store.anchors import expanded
from mantlet.store.chunks import Chunks, Section, add_section, cut, extend, split_tail, take_tail
from mantlet.store.convert import settle
from mantlet.store.emit import OPEN, entry
from mantlet.store.rawedit import Edit, get
from mantlet.store.shape import Type, below, chosen, type_of
from mantlet.store.tree import Raw, Tree
from mantlet.store.yamlread import read_yaml

ROOT = type_of(Sections)


def edited(
    chunks: Chunks | None, text: str, raw: Raw, edit: Edit, wanted: Raw
) -> tuple[Chunks | None, str | None]:
    """Return the pieces, or the whole text where it has none, after an edit; ``wanted`` is what it shall say."""
    if not edit.path:
        raise UsageError("an edit needs a path")
    if chunks is None:
        return _whole(text, raw, edit, wanted)
    name = str(edit.path[0])
    section = chunks.sections.get(name)
    if section is None:
        add_section(chunks, name, _fresh_section(name, wanted[name], chunks))
    elif len(edit.path) == 1:
        _section_edit(chunks, name, section, raw, edit, wanted)
    elif section.entries is None:
        _reread(section, *_changed(section.text, name, raw, edit, wanted, ROOT))
    else:
        _entry_edit(section, raw, edit, wanted)
    return (chunks, None) if chunks.sections else (None, _emptied(chunks.head))


def _emptied(head: str) -> str:
    """Return what is left of a text that says nothing any more: its comments."""
    comments = [line for line in head.splitlines(keepends=True) if line.startswith("#")]
    return "".join(comments) + "{}\n"


def _whole(text: str, raw: Raw, edit: Edit, wanted: Raw) -> tuple[Chunks | None, str | None]:
    """Edit a text that cannot be cut; if need be its aliases are written out first, at last all of it is written anew."""
    if raw is not None:
        for candidate in (text, expanded(text)):
            result = _spliced(candidate, edit, ROOT, get(raw, edit.path), wanted)
            if result is not None:
                return _cut_again(*result)
    lines = [
        line
        for key, value in wanted.items()
        for line in entry(key, value, 0, below(ROOT, key), ROOT, open_up=key in OPEN)
    ]
    new = (text if raw is None else "") + "".join(line + "\n" for line in lines) if lines else "{}\n"
    return _cut_again(new, read_yaml(new, ""))


def _cut_again(text: str, tree: Tree) -> tuple[Chunks | None, str | None]:
    chunks = cut(text, tree)
    return chunks, None if chunks is not None else text


def _section_edit(chunks: Chunks, name: str, section: Section, raw: Raw, edit: Edit, wanted: Raw) -> None:
    """Set, drop or rename a whole section."""
    if edit.action == "drop":
        tail = take_tail(section)
        before = list(chunks.sections)[: list(chunks.sections).index(name)]
        if before:
            extend(chunks.sections[before[-1]], tail)
        else:
            chunks.head += tail
        del chunks.sections[name]
        return
    new = str(edit.value) if edit.action == "rekey" else name
    text, tree = _changed(section.text, new, raw, edit, wanted, ROOT, old=name)
    fresh = Section("")
    _reread(fresh, text, tree)
    chunks.sections = {
        new if key == name else key: fresh if key == name else value for key, value in chunks.sections.items()
    }


def _entry_edit(section: Section, raw: Raw, edit: Edit, wanted: Raw) -> None:
    """Edit one entry of a section whose entries have lines of their own."""
    name, key = str(edit.path[0]), str(edit.path[1])
    entries = section.entries
    assert entries is not None  # noqa: S101
    kind = chosen(below(ROOT, name), {})
    if len(edit.path) == 2 and edit.action == "drop":
        _drop_entry(section, name, key)
    elif key not in entries:
        last = next(reversed(entries))
        entries[last], tail = split_tail(entries[last])
        column = len(entries[last]) - len(_unpadded(entries[last]))
        end = splice.newline(entries[last])
        lines = entry(key, wanted[name][key], column, below(kind, key), kind)
        entries[key] = "".join(line + end for line in lines) + tail
    else:
        new = str(edit.value) if len(edit.path) == 2 and edit.action == "rekey" else key
        text, _ = _changed(entries[key], new, raw[name], edit.inside(1), wanted[name], kind, old=key)
        section.entries = {
            new if other == key else other: text if other == key else piece
            for other, piece in entries.items()
        }


def _unpadded(piece: str) -> str:
    """Return an entry's text from its key on; comments cannot stand before it."""
    return piece.lstrip(" ")


def _drop_entry(section: Section, name: str, key: str) -> None:
    entries = section.entries
    assert entries is not None  # noqa: S101
    _, tail = split_tail(entries[key])
    names = list(entries)
    place = names.index(key)
    del entries[key]
    if place:
        entries[names[place - 1]] += tail
    else:
        section.head += tail
    if not entries:
        section.entries = None
        section.head, _ = _changed(
            section.head, name, {name: None}, Edit("put", (name,), {}), {name: {}}, ROOT
        )


def _changed(
    text: str, key: str, raw: Raw, edit: Edit, wanted: Raw, kind: Type | None, *, old: str = ""
) -> tuple[str, Tree]:
    """Edit a piece that holds one key; if that cannot be done in place, the piece is written anew between its comments."""
    held = get(raw, edit.path)
    result = _spliced(text, edit, kind, held, {key: wanted[key]})
    if result is not None:
        return result
    node = read_yaml(text, "", nodes=True).node
    child = node.children.get(old or key) if node is not None and isinstance(node.children, dict) else None
    if node is None or child is None:
        raise UsageError(f"'{key}' cannot be edited in this file")
    start, stop = splice.line_start(text, child.key_start), splice.line_end(text, node.end)
    column = child.key_start - start
    end = splice.newline(text)
    lines = entry(key, wanted[key], column, below(kind, key), kind, open_up=kind is ROOT and key in OPEN)
    new = text[:start] + "".join(line + end for line in lines) + text[stop:]
    return new, read_yaml(new, "")


def _spliced(text: str, edit: Edit, kind: Type | None, old: Raw, wanted: Raw) -> tuple[str, Tree] | None:
    """Return the text after an edit in place, or None where it would not read as wanted."""
    try:
        if edit.action == "put":
            new = splice.put(text, edit.path, edit.value, kind, old)
        elif edit.action == "drop":
            new = splice.drop(text, edit.path, kind)
        else:
            new = splice.rekey(text, edit.path, str(edit.value), kind)
        tree = read_yaml(new, "")
    except (splice.NotSplicableError, MantletError):
        return None
    settle(tree.raw, tree.odd, kind)
    return (new, tree) if (tree.raw or {}) == wanted else None


def _reread(section: Section, text: str, tree: Tree) -> None:
    """Cut a section's new text again."""
    chunks = cut(text, tree)
    found = next(iter(chunks.sections.values())) if chunks is not None and len(chunks.sections) == 1 else None
    section.head, section.entries = (
        (chunks.head + found.head, found.entries) if chunks and found else (text, None)
    )


def _fresh_section(name: str, value: Raw, chunks: Chunks) -> Section:
    """Return a new section, indented and with line ends like the others."""
    first = next(iter(chunks.sections.values()), None)
    model = first.head if first else ""
    lines = entry(
        name, value, len(model) - len(model.lstrip(" ")), below(ROOT, name), ROOT, open_up=name in OPEN
    )
    text = "".join(line + splice.newline(model) for line in lines)
    section = Section(text)
    _reread(section, text, read_yaml(text, ""))
    return section
