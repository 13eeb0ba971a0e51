"""ONNX models and TensorFlow graphs: operations that reach Python, files or libraries, and paths out of the folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath, PureWindowsPath

from mantlet.scanners.models.context import Context
from mantlet.scanners.models.protobuf import BYTES, VARINT, WireError, fields, inside, text, varint
from mantlet.scanners.models.source import Source

_PYTHON_OPS = frozenset({"PyFunc", "PyFuncStateless", "EagerPyFunc", "NumpyFunc", "RaggedPyFunc"})
_FILE_OPS = frozenset(
    {
        "ReadFile", "WriteFile", "MatchingFiles", "Save", "SaveV2", "SaveSlices", "MergeV2Checkpoints", "ShardedFilename",
        "WholeFileReader", "WholeFileReaderV2", "FixedLengthRecordReader", "TextLineReader", "TFRecordReader",
        "LoadLibrary", "PrintV2", "DebugIdentity", "DebugIdentityV2", "DebugNanCount", "LookupTableExportToFile",
        "TextLineDataset", "TFRecordDataset", "FixedLengthRecordDataset", "SqlDataset", "CSVDataset", "SaveDataset",
        "SaveDatasetV2", "LoadDataset", "CacheDataset", "SnapshotDataset", "WriteSummary", "CreateSummaryFileWriter",
    }
)  # fmt: skip
_FILE_OPS_ALWAYS_THERE = frozenset(
    {"SaveV2", "MergeV2Checkpoints", "ShardedFilename", "Save", "SaveSlices", "PrintV2"}
)
"""What every exported SavedModel has for its own checkpoints."""
_OP_NAME = re.compile(r"[A-Z][A-Za-z0-9_>]{0,100}")
_KNOWN_DOMAINS = re.compile(r"(ai\.onnx(\.\w+)*|com\.microsoft(\.\w+)*|org\.pytorch\.\S*|pkg\.\S*|)")
_MAX_NESTED = 16
"""Graphs in attributes of nodes of graphs."""
_PYTHON_OPERATORS = frozenset({"PyOp", "PythonOp", "PythonOpGrad", "PyCustomOp"})


def looks_onnx(source: Source) -> bool:
    """Tell whether this is an ONNX model: a version, and a graph with nodes of an operator type."""
    if source.read(0, 1) not in {b"\x08", b"\x12", b"\x3a"}:
        return False
    try:
        names = {number for number, wire, _ in fields(source) if wire in {VARINT, BYTES}}
        return 7 in names and (1 in names or 8 in names) and max(names) <= 30 and _has_operator(source)
    except WireError:
        return False


def _has_operator(source: Source) -> bool:
    for graph in inside(source, 7):
        for node in inside(graph, 1):
            return any(_OP_NAME.fullmatch(text(name, 200)) for name in inside(node, 4))
        return any(True for _ in inside(graph, 2))
    return False


def onnx(context: Context, source: Source, member: str) -> None:
    """Look at an ONNX model."""
    context.is_a("onnx")
    for graph in inside(source, 7):
        _onnx_graph(context, graph, member, 0)
    for function in inside(source, 25):
        for node in inside(function, 7):
            _onnx_node(context, node, member, 0)
    for entry in inside(source, 8, 1):
        domain = text(entry, 200)
        if not _KNOWN_DOMAINS.fullmatch(domain):
            context.found("onnx-foreign-operator", member, name=domain)


def _onnx_graph(context: Context, graph: Source, member: str, depth: int) -> None:
    for number, wire, value in fields(graph):
        if wire != BYTES or not isinstance(value, Source):
            continue
        if number == 1:
            _onnx_node(context, value, member, depth)
        elif number == 5:
            _onnx_tensor(context, value, member)
        elif number == 15:
            for tensor in inside(value, 1):
                _onnx_tensor(context, tensor, member)


def _onnx_node(context: Context, node: Source, member: str, depth: int) -> None:
    operator = ""
    for number, wire, value in fields(node):
        if wire != BYTES or not isinstance(value, Source):
            continue
        if number == 4:
            operator = text(value, 200)
            if operator in _PYTHON_OPERATORS:
                context.found("onnx-python", member, name=operator)
        elif number == 5 and depth >= _MAX_NESTED:
            context.missed(member, f"its graphs nest more than {_MAX_NESTED} deep")
        elif number == 5:
            for attribute, _, inner in fields(value):
                if isinstance(inner, Source) and attribute in {6, 11}:
                    _onnx_graph(context, inner, member, depth + 1)
                elif isinstance(inner, Source) and attribute in {5, 10}:
                    _onnx_tensor(context, inner, member)


def _onnx_tensor(context: Context, tensor: Source, member: str) -> None:
    """Follow where a tensor's data is read from."""
    for entry in inside(tensor, 13):
        pair = {number: text(value) for number, _, value in fields(entry) if isinstance(value, Source)}
        if pair.get(1) == "location" and leads_out(pair.get(2, "")):
            context.found("onnx-path-escape", member, name=repr(pair[2][:200]))


def leads_out(path: str) -> bool:
    """Tell whether a path leaves the folder that it is relative to, on any system."""
    if "\0" in path or "://" in path:
        return True
    for flavour in (PurePosixPath(path), PureWindowsPath(path)):
        if flavour.is_absolute() or flavour.drive or flavour.root:
            return True
        depth = 0
        for part in flavour.parts:
            depth += -1 if part == ".." else 0 if part == "." else 1
            if depth < 0:
                return True
    return False


def looks_tensorflow(source: Source) -> str:
    """Tell whether this is a SavedModel or a bare graph of TensorFlow; empty for neither, as for what is no protocol buffer."""
    head = source.read(0, 3)
    try:
        if head[:3] == b"\x08\x01\x12" or head[:1] == b"\x12":
            operators = _first(_operators_of_saved(source))
            return "savedmodel" if operators and _OP_NAME.fullmatch(operators) else ""
        if head[:1] == b"\x0a":
            size, at = varint(source, 1)
            if at + size <= len(source):
                operators = _first(_operators(source))
                return "tensorflow-graph" if operators and _OP_NAME.fullmatch(operators) else ""
    except WireError:
        return ""
    return ""


def _first(items: Iterator[str]) -> str:
    return next(items, "")


def _operators_of_saved(source: Source) -> Iterator[str]:
    for graph in inside(source, 2, 2):
        yield from _operators(graph)


def _operators(graph: Source) -> Iterator[str]:
    """Yield the operations of a graph and of the functions in its library."""
    for name in inside(graph, 1, 2):
        yield text(name, 200)
    for name in inside(graph, 2, 1, 3, 2):
        yield text(name, 200)


def tensorflow(context: Context, source: Source, member: str, kind: str) -> None:
    """Look at a graph of TensorFlow."""
    context.is_a(kind)
    found: set[str] = set()
    try:
        for name in _operators_of_saved(source) if kind == "savedmodel" else _operators(source):
            found.add(name)
    except WireError as error:
        context.missed(member, f"the graph breaks off: {error}")
    for name in sorted(found):
        if name in _PYTHON_OPS:
            context.found("savedmodel-python", member, name=name)
        elif name in _FILE_OPS - _FILE_OPS_ALWAYS_THERE:
            context.found("savedmodel-files", member, name=name)
