"""Pickles in a file: one or several after each other, whole or broken, and what they import."""

from __future__ import annotations

import base64
import binascii
import re
import warnings
from functools import lru_cache
from typing import Any

from mantlet.scanners.models.context import Context
from mantlet.scanners.models.imports import Trust, dangerous_modules, trust
from mantlet.scanners.models.machine import Blob, Import, Made, Outcome, Ref
from mantlet.scanners.models.opcodes import LAYOUT
from mantlet.scanners.models.source import Source
from mantlet.scanners.models.steps import follow

_MAX_STREAMS = 10_000
_MAX_SHORT = 200
_SEARCHED = 64 * 2**20
_PLAUSIBLE = re.compile(r"[A-Za-z_][\w.]{0,200}")
_STARTS = frozenset(b"(]}cIiLFVSKMJGNXUBC)T\x8c\x8a\x88\x89\x8e\x95\x96\x93\x82P")


def sniff(source: Source, *, promised: bool = False) -> Outcome | None:
    """Return what the pickle at the start does; None where these bytes are no pickle.

    Protocol 2 and later say what they are. Earlier ones don't: there the stream must hold together to its STOP, or call
    a dangerous import before it breaks; in a file whose name is ``promised`` to be a pickle, importing is enough. One of
    a few bytes counts where another follows that says more.
    """
    first, at = None, 0
    for _ in range(_MAX_SHORT):
        outcome, sure = _one(source.part(at), promised)
        if outcome is None:
            return None
        first = first or outcome
        if sure:
            break
        at += outcome.end
    return first


def _one(source: Source, promised: bool = False) -> tuple[Outcome | None, bool]:
    """Return what the pickle here does, and whether it is more than bytes that look like one by chance."""
    head = source.read(0, 2)
    if len(head) < 2:
        return None, False
    if head[0] == 0x80:
        if head[1] > 5 or source.read(2, 1)[:1] not in {bytes((op,)) for op in LAYOUT}:
            return None, False
        return follow(source), True
    if head[0] not in _STARTS:
        return None, False
    outcome = follow(source)
    named = [item for item in outcome.imports.values() if _names(item)]
    if any((item.called or promised) and trust(item.module, item.name) is Trust.DANGEROUS for item in named):
        return outcome, True
    whole = outcome.stopped and not outcome.underflows and len(named) == len(outcome.imports)
    telling = named or outcome.blobs or outcome.opcodes > 3 or outcome.end == len(source)
    return (outcome if whole else None), bool(telling)


def _names(item: Import) -> bool:
    return bool(_PLAUSIBLE.fullmatch(item.module) and _PLAUSIBLE.fullmatch(item.name))


def pickles(context: Context, source: Source, member: str, first: Outcome) -> list[Source]:
    """Look at the pickle at the start and those behind it; return constants that may hold more."""
    nested: list[Source] = []
    outcome: Outcome | None = first
    base = source
    number = 0
    while outcome is not None:
        report(context, outcome, member, base.start - source.start)
        nested += _blobs(base, outcome)
        if outcome.broken or outcome.exhausted:
            why = outcome.exhausted or f"the pickle breaks: {outcome.broken}"
            context.missed(member, why)
            _search(context, base.part(outcome.end), member, outcome.end)
            break
        number += 1
        if number >= _MAX_STREAMS or context.late:
            context.missed(member, "more pickles follow than are looked at")
            break
        base = base.part(outcome.end)
        outcome, _ = _one(base)
        if outcome is not None and outcome.broken and not _telling(outcome):
            outcome = None  # raw numbers behind the pickles that look like one
    return nested


def _telling(outcome: Outcome) -> bool:
    """Tell whether a broken stream still imports something that has a name."""
    return any(_names(item) for item in outcome.imports.values())


def report(context: Context, outcome: Outcome, member: str, base: int) -> None:
    """Turn what a pickle does into findings."""
    for item in outcome.imports.values():
        name, at = f"{item.module}.{item.name}"[:200], base + item.at
        level = trust(item.module, item.name)
        if level is Trust.DANGEROUS and item.called:
            shown = _shown(item.args)
            context.found("pickle-dangerous-call", member, offset=at, anchor=name, name=name, args=shown)
        elif level is Trust.DANGEROUS:
            context.found("pickle-dangerous-import", member, offset=at, name=name)
        elif level is Trust.UNREVIEWED:
            context.found("pickle-unreviewed-import", member, offset=at, name=name)
    for at in outcome.hidden[:5]:
        context.found("pickle-hidden-import", member, offset=base + at, anchor=str(at))
    if outcome.misframed >= 0:
        context.found("pickle-misframed", member, offset=base + outcome.misframed, anchor="frame")
    for at in outcome.extensions[:5]:
        context.found("pickle-extension-code", member, offset=base + at, anchor=str(at))
    for name, at in outcome.overwritten:
        context.found("pickle-overwrites-import", member, offset=base + at, name=name[:200])


def _shown(args: Any) -> str:
    """Return the arguments of a call, short and in one line."""
    items = args if isinstance(args, tuple) else (args,)
    words = []
    for item in items[:3]:
        if isinstance(item, (str, bytes, int)):
            words.append(repr(item if isinstance(item, int) else item[:60]))
        elif isinstance(item, Ref):
            words.append(f"{item.module}.{item.name}")
        else:
            words.append("…" if isinstance(item, (Made, Blob, list, tuple, dict)) else "?")
    return f"({', '.join(words)})"


def _blobs(source: Source, outcome: Outcome) -> list[Source]:
    """Return the constants that may be pickles or archives again."""
    found = []
    for blob in outcome.blobs[:200]:
        part = source.part(blob.at, blob.size)
        head = part.read(0, 4)
        if head[:2] == b"\xc2\x80":
            try:
                found.append(Source(part.all(1 << 24).decode("utf-8").encode("latin-1")))
            except (UnicodeDecodeError, UnicodeEncodeError):
                continue
        elif head[:1] in b"'\"":
            text = part.all(1 << 20).strip().strip(b"'\"")
            found.append(Source(_unescaped(text)))
        elif head[:2] in {b"gA", b"Y2", b"80"}:
            decode = base64.b16decode if head[:2] == b"80" else base64.b64decode
            try:
                found.append(
                    Source(
                        decode(part.all(1 << 24).strip().upper() if head[:2] == b"80" else part.all(1 << 24))
                    )
                )
            except (binascii.Error, ValueError):
                continue
        else:
            found.append(part)
    return found


def _unescaped(text: bytes) -> bytes:
    """Return the bytes that an old text stands for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return text.decode("unicode_escape", "replace").encode("latin-1", "replace")


@lru_cache(maxsize=1)
def _dangerous_bytes() -> re.Pattern[bytes]:
    """Return how a dangerous import looks in bytes, in the old spelling and the new."""
    modules = b"|".join(re.escape(name.encode()) for name in dangerous_modules())
    names = rb"(?:" + modules + rb"|builtins|__builtin__)"
    old = rb"[ci](" + names + rb")\n([A-Za-z_][\w.]{0,80})\n"
    new = rb"\x8c.(" + names + rb")(?:\x94|q.|r....)?\x8c.([A-Za-z_][\w.]{0,80}?)(?:\x94|q.|r....)?\x93"
    return re.compile(old + b"|" + new, re.DOTALL)


def _search(context: Context, source: Source, member: str, base: int) -> None:
    """Search what lies behind a break for imports, since another reader may go on there."""
    for match in _dangerous_bytes().finditer(source.all(_SEARCHED)):
        module, name = (part.decode() for part in match.groups() if part is not None)
        if trust(module, name) is Trust.DANGEROUS:
            context.found("pickle-after-break", member, offset=base + match.start(), name=f"{module}.{name}")
