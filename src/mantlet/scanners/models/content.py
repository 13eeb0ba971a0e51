"""Follows what a file holds, layer by layer, by its bytes and never by its name."""

from __future__ import annotations

from pathlib import PurePosixPath

from mantlet.scanners.models import archives, graphs, packed, pickled, tensors, texts
from mantlet.scanners.models.context import MODEL_SUFFIXES, Context
from mantlet.scanners.models.imports import Trust, trust
from mantlet.scanners.models.limits import MAX_DEPTH, MAX_MEMBERS
from mantlet.scanners.models.protobuf import WireError, fields
from mantlet.scanners.models.source import Source

_PROGRAMS = ((b"\x7fELF", "ELF"), (b"MZ", "Windows"), (b"\xcf\xfa\xed\xfe", "macOS"), (b"#!", "script"))
_HDF5 = b"\x89HDF\r\n\x1a\n"
_CODE_SUFFIXES = frozenset({".py", ".pyc", ".so", ".dll", ".dylib", ".pyd", ".sh"})
_CONTAINERS = frozenset(
    [".mar", ".pt", ".pth", ".bin", ".ckpt", ".keras", ".model", ".npz", ".nemo", ".pkl", ".joblib"]
)


def inspect(context: Context, source: Source, member: str = "", depth: int = 0) -> None:
    """Look at one thing: the file itself, a member of an archive, or what came out of a package."""
    if not len(source):
        return
    if depth > MAX_DEPTH:
        context.missed(member, f"it is packed more than {MAX_DEPTH} times")
        return
    if context.late:
        context.missed(member, "the file takes too long")
        return
    head = source.read(0, 600)
    known = False
    if archives.is_zip(source):
        known = True
        _zip(context, source, member, depth)
    if head[:4] not in {b"PK\x03\x04", b"PK\x05\x06"}:
        known = _content(context, source, head, member, depth) or known
    if not known and context.claims and not member:
        context.missed(member, "the content is no model format that is known")


def _content(context: Context, source: Source, head: bytes, member: str, depth: int) -> bool:
    """Look at what the first bytes promise; tell whether it was something."""
    packing = packed.kind(head)
    if packing in {"zstd", "7z", "rar"}:
        context.is_a(packing)
        context.missed(member, f"it is packed with {packing}, which isn't opened")
        return True
    if packing and _packed(context, source, packing, member, depth):
        return True
    if archives.is_tar(head):
        _tar(context, source, member, depth)
        return True
    if head.startswith(b"\x93NUMPY"):
        start = tensors.npy_payload(context, source, member)
        if start:
            inspect(context, source.part(start), member, depth + 1)
        return True
    if _HDF5 in head[:16] or source.read(512, 8) == _HDF5:
        context.is_a("hdf5")
        texts.keras_as_text(context, source, member)
        return True
    if head.startswith(b"GGUF"):
        tensors.gguf(context, source, member)
        return True
    if tensors.looks_safetensors(source):
        tensors.safetensors(context, source, member)
        return True
    return (
        _pickle(context, source, member, depth)
        or _graph(context, source, member)
        or _rest(context, source, head, member)
    )


def _pickle(context: Context, source: Source, member: str, depth: int) -> bool:
    outcome = pickled.sniff(source, promised=_is_pickle_name(member or context.path))
    if outcome is None:
        return False
    named = bool(outcome.imports or outcome.hidden)
    if outcome.broken and not named and not _is_pickle_name(member or context.path):
        return False  # numbers that begin like a pickle
    context.is_a("pickle")
    for part in pickled.pickles(context, source, member, outcome):
        _constant(context, part, f"{member} (inside a constant)".strip(), depth + 1)
    return True


def _constant(context: Context, part: Source, member: str, depth: int) -> None:
    """Look at a constant of a pickle; of what is no pickle or package there, nothing is said."""
    inner = Context(context.path, deadline=context.deadline, expanded=context.expanded)
    inspect(inner, part, member, depth)
    for finding in inner.findings:
        if all(finding.fingerprint != other.fingerprint for other in context.findings):
            context.findings.append(finding)
    context.expanded = inner.expanded
    outcome = pickled.sniff(part)
    if outcome is not None and outcome.stopped and outcome.imports:
        names = sorted(
            f"{item.module}.{item.name}"
            for item in outcome.imports.values()
            if item.called and trust(item.module, item.name) is not Trust.SAFE
        )
        if names:
            context.found("pickle-in-constant", member, name=", ".join(names[:3])[:200])


def _is_pickle_name(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in MODEL_SUFFIXES - {
        ".bin",
        ".dat",
        ".weights",
        ".params",
        ".npy",
    }


def _graph(context: Context, source: Source, member: str) -> bool:
    try:
        kind = graphs.looks_tensorflow(source)
        if kind:
            graphs.tensorflow(context, source, member, kind)
            return True
        if graphs.looks_onnx(source):
            graphs.onnx(context, source, member)
            return True
    except WireError as error:
        context.missed(member, f"the graph breaks off: {error}")
        return True
    return (member or context.path).endswith(".pb") and _message(context, source, member)


def _message(context: Context, source: Source, member: str) -> bool:
    """Look at a protocol buffer that is no graph: what Keras keeps beside one, fingerprints and the like."""
    try:
        if not any(True for _ in fields(source)):
            return False
    except WireError:
        return False
    context.is_a("protobuf")
    if source.find(b'"class_name"') >= 0:
        texts.keras_as_text(context, source, member)
    return True


def _rest(context: Context, source: Source, head: bytes, member: str) -> bool:
    """Look at texts and programs."""
    for magic, name in _PROGRAMS:
        if head.startswith(magic) and context.claims and not member:
            context.found("program-as-model", member, name=name)
            return True
    if head[4:8] == b"TFL3":
        context.is_a("tflite")
        return True
    if head[:2] in {b"{L", b"{U", b"{i", b"{S"}:
        context.is_a("ubjson")
        return True
    if b"\0" not in head:
        texts.text(context, source, member, member or context.path)
        return head[:1] in b"{[<" or not context.claims
    return False


def _packed(context: Context, source: Source, packing: str, member: str, depth: int) -> bool:
    """Open a package; two bytes that look like zlib by chance are no package."""
    try:
        data = packed.unpack(packing, source, context.room)
    except packed.PackedError as error:
        if packing in {"zlib", "lzma"} and not error.partial:
            return False
        context.is_a(packing)
        context.missed(member, str(error))
        data = error.partial
    context.is_a(packing)
    if context.grow(len(data)) or data:
        inspect(context, Source(data), member, depth + 1)
    return True


def _zip(context: Context, source: Source, member: str, depth: int) -> None:
    context.is_a("zip")
    for item in archives.zip_members(source, context.room, MAX_MEMBERS - context.members):
        _member(context, item, member, depth)


def _tar(context: Context, source: Source, member: str, depth: int) -> None:
    context.is_a("tar")
    for item in archives.tar_members(source, MAX_MEMBERS - context.members):
        name, link, target = item.name.partition("\0")
        if link:
            here = PurePosixPath(name).parent
            if graphs.leads_out(str(here / target)):
                context.found("archive-path-escape", member, name=f"{name} → {target}"[:200])
            continue
        _member(context, item, member, depth)


def _member(context: Context, item: archives.Member, member: str, depth: int) -> None:
    context.members += 1
    name = f"{member}/{item.name}" if member else item.name
    context.grow(item.size)
    if item.problem:
        context.missed(name, item.problem)
    if item.name and graphs.leads_out(item.name):
        context.found("archive-path-escape", member, name=item.name[:200])
    suffix = PurePosixPath(item.name).suffix.lower()
    if suffix in _CODE_SUFFIXES and _runs(context, item.name):
        context.found("archive-carries-code", name, name=item.name[:200])
    if item.content is not None:
        before = len(context.formats), len(context.findings)
        inspect(context, item.content, name, depth + 1)
        if item.encrypted and before == (len(context.formats), len(context.findings)):
            context.missed(name, "it is encrypted")


def _runs(context: Context, name: str) -> bool:
    """Tell whether code in this archive runs with the model; TorchScript's own language doesn't."""
    container = PurePosixPath(context.path).suffix.lower() in _CONTAINERS
    return container and not (name.endswith(".py") and "/code/" in f"/{name}")
