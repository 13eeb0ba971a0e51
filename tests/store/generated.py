"""Models that nobody would write by hand, made from the schema itself."""

from __future__ import annotations

import msgspec.inspect as mi
from hypothesis import strategies as st
from msgspec import UNSET

from mantlet.model.entries import Sections
from mantlet.store.shape import fields, type_of

NASTY = [
    "", " ", "no", "NO", "yes", "on", "null", "~", "true", "1:30", "0x1F", "1_000", "3.14", "-1", "1e3", ".inf", "2027-01-31", "=", "=cmd()",
    "<<", "<script>alert(1)</script>", "#x", "a #b", "a: b", "a:", "- a", "-", "?", "? a", "{", "}", "[a]", "a, b", "&a", "*a", "!x", "|", ">",
    "%a", "@a", "`a", "'", '"', "it's", 'say "x"', "\\", "C:\\x", "a\nb", "a\n", "\na", "a\n\nb\n", " a\n b", "a\r\nb", "\t", "a\tb", "\u202eab",
    "\u2028", "\x85", "\xa0", "\ufeff", "\x00", "\x07", "---", "--- a", "...", "é€😀", "#set", "{{x}}", "$(id)", "x" * 200, "word " * 40,
    "a\n  b\n\n c", "ends with space ", "MODEL@load", "a/b", "https://x.y/z?q=1#f", "\ufffe", "\U000e0001", "a :b", "a:b", "a#b", "0o17", "1e400",
]  # fmt: skip
texts = st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
words = st.from_regex(r"[a-z][a-z0-9_./-]{0,8}", fullmatch=True)
keys = (texts | words).filter(lambda text: not text.startswith("x-"))
numbers = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
foreign = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
extras = st.dictionaries(words.map("x-{}".format), foreign, max_size=1)


def of(kind):
    """Return a strategy for what a type allows, in the form in which files hold it."""
    if isinstance(kind, mi.Metadata):
        return of(kind.type)
    if isinstance(kind, mi.StructType):
        return record(kind.cls)
    if isinstance(kind, mi.DictType):
        return st.dictionaries(keys, of(kind.value_type), max_size=2)
    if isinstance(kind, mi.ListType):
        return st.lists(of(kind.item_type), max_size=3)
    if isinstance(kind, mi.LiteralType):
        return st.sampled_from(kind.values)
    if isinstance(kind, mi.UnionType):
        scalar = [item for item in kind.types if isinstance(item, mi.StrType)]
        others = [item for item in kind.types if isinstance(item, mi.DictType | mi.ListType | mi.StructType)]
        return st.one_of([of(item) for item in scalar + others])
    if isinstance(kind, mi.FloatType):
        return st.floats(0, 9)
    if isinstance(kind, mi.IntType):
        return st.integers(0, 2**40)
    if isinstance(kind, mi.StrType):
        return texts if kind.pattern is None else st.dates().map(str)
    raise AssertionError(kind)


def record(cls):
    """Return a strategy for one kind of record; optional fields are mostly left out."""

    def made(parts):
        present = {name: value for name, value in parts.items() if value is not UNSET}
        return cls(**present)

    parts = {
        item.name: of(item.type) if item.required else st.just(UNSET) | st.just(UNSET) | of(item.type)
        for item in fields(cls).values()
        if item.name != "mantlet"
    }
    return st.fixed_dictionaries({**parts, "extra": st.just({}) | extras}).map(made)


models = record(Sections)
"""Whole models; most of them make no sense, all of them fit the schema."""
assert type_of(Sections)
