"""How many raw bytes of an array follow in a joblib file, from the description that stands before them."""

from __future__ import annotations

from math import prod
from typing import Any

from mantlet.scanners.models.source import Source

OBJECTS = -1
"""The array holds objects: a pickle follows instead of raw bytes."""
_SIZES = {"b": 1, "i": 4, "u": 4, "f": 8, "c": 16, "M": 8, "m": 8}


def is_array(made: Any) -> bool:
    """Tell whether something made is joblib's stand-in for an array."""
    func = made.func
    name = getattr(func, "name", "")
    if name == "_reconstructor" and isinstance(made.args, tuple) and made.args:
        name = getattr(made.args[0], "name", "")
    return name == "NumpyArrayWrapper"


def raw_size(made: Any, source: Source, at: int) -> int | None:
    """Return how many bytes follow, with padding; `OBJECTS` for a pickle, None where the description is odd."""
    state = made.state
    if not isinstance(state, dict):
        return None
    item = _item_size(state.get("dtype"))
    shape = state.get("shape")
    if item is None or not isinstance(shape, tuple):
        return None
    if item == OBJECTS:
        return OBJECTS
    if any(not isinstance(size, int) or size < 0 for size in shape):
        return None
    size = prod(shape) * item
    if state.get("numpy_array_alignment_bytes") is not None:
        padding = source.read(at, 1)
        size += 1 + (padding[0] if padding else 0)
    return size if at + size <= len(source) else None


def _item_size(dtype: Any) -> int | None:
    """Return the bytes of one item of a dtype as a pickle describes it."""
    if getattr(getattr(dtype, "func", None), "name", "") != "dtype":
        return None
    code = dtype.args[0] if isinstance(dtype.args, tuple) and dtype.args else None
    if isinstance(code, bytes):
        code = code.decode("latin-1")
    if not isinstance(code, str):
        return None
    code = code.lstrip("<>=|")
    kind, digits = code[:1], code[1:]
    if kind == "O":
        return OBJECTS
    if kind == "V" and isinstance(dtype.state, tuple):
        fields = dtype.state[4] if len(dtype.state) > 4 else None
        if isinstance(fields, dict) and any(
            isinstance(item, tuple) and item and _item_size(item[0]) == OBJECTS for item in fields.values()
        ):
            return OBJECTS
    if digits.isdigit():
        return int(digits) * (4 if kind == "U" else 1)
    return _SIZES.get(kind) if not digits else None
