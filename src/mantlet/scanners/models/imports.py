"""What a pickle may import: each name is safe, dangerous, or something that nobody reviewed."""

from __future__ import annotations

import _compat_pickle
import re
import sys
from enum import IntEnum
from fnmatch import translate
from functools import lru_cache
from typing import Any

import yaml

from mantlet.base.data import read_beside

_CLASS = r"[A-Z_]*[A-Z]\w*"
_HIDDEN = frozenset(
    [
        "os",
        "sys",
        "subprocess",
        "builtins",
        "__builtins__",
        "__globals__",
        "__subclasses__",
        "__class__",
        "__bases__",
        "__mro__",
        "__dict__",
        "__code__",
        "__import__",
        "__loader__",
        "__init__",
        "__getattribute__",
        "__getattr__",
        "__func__",
        "__closure__",
        "system",
        "popen",
        "eval",
        "exec",
        "modules",
        "f_globals",
        "gi_frame",
        "socket",
        "shutil",
        "importlib",
        "ctypes",
    ]
)
"""Parts of a dotted name that lead from anything to everything."""


class Trust(IntEnum):
    """How far an import is trusted."""

    SAFE = 0
    UNREVIEWED = 1
    DANGEROUS = 2


@lru_cache(maxsize=1)
def _lists() -> dict[str, Any]:
    raw: dict[str, Any] = yaml.load(
        read_beside(__file__, "../data/globals.yaml"), yaml.CSafeLoader
    )  # package data
    return raw


@lru_cache(maxsize=1)
def _elsewhere() -> frozenset[str]:
    """Return the private standard modules of other versions and systems."""
    return frozenset(_lists()["private"])


@lru_cache(maxsize=1)
def _tables() -> dict[str, dict[Trust, re.Pattern[str]]]:
    """Read the lists: by module (or `package.*`), the names of each trust."""
    raw = _lists()
    found: dict[str, dict[Trust, re.Pattern[str]]] = {}
    for word, trust in (("dangerous", Trust.DANGEROUS), ("safe", Trust.SAFE)):
        for module, names in raw[word].items():
            found.setdefault(module, {})[trust] = re.compile(
                "|".join(_CLASS if name == "<Class>" else translate(str(name)) for name in names)
            )
    return found


@lru_cache(maxsize=4096)
def trust(module: str, name: str) -> Trust:
    """Judge an import; names of Python 2 are judged as what Python 3 makes of them."""
    mapped = _compat_pickle.NAME_MAPPING.get((module, name))
    if mapped is None and module in _compat_pickle.IMPORT_MAPPING:
        mapped = (_compat_pickle.IMPORT_MAPPING[module], name)
    levels = {_judge(module, name), *([_judge(*mapped)] if mapped else [])}
    return Trust.DANGEROUS if Trust.DANGEROUS in levels else min(levels)


def _judge(module: str, name: str) -> Trust:
    if _detours(module, name):
        return Trust.DANGEROUS
    tables = _tables()
    parts = module.split(".")
    keys = [module, *(".".join(parts[:end]) + ".*" for end in range(len(parts), 0, -1))]
    for key in keys:
        table = tables.get(key, {})
        for level in (Trust.DANGEROUS, Trust.SAFE):
            if level in table and table[level].fullmatch(name):
                return level
    return Trust.DANGEROUS if _private_standard(parts[0]) else Trust.UNREVIEWED


def _private_standard(package: str) -> bool:
    """Tell whether this is a private module of the standard library: data has no business there."""
    return (
        package.startswith("_")
        and not package.startswith("__")
        and (package in sys.stdlib_module_names or package in _elsewhere())
    )


def _detours(module: str, name: str) -> bool:
    """Tell whether a dotted name walks through something to a module or an attribute that opens everything."""
    steps = name.split(".")
    if len(steps) > 1 and any(step in _HIDDEN for step in steps):
        return True
    return any(
        part in {"os", "sys", "subprocess", "builtins", "__builtins__"} for part in module.split(".")[1:]
    )


def dangerous_modules() -> list[str]:
    """Return the modules of which everything is dangerous, for searching broken streams."""
    return sorted(
        module.removesuffix(".*")
        for module, table in _tables().items()
        if Trust.DANGEROUS in table and table[Trust.DANGEROUS].fullmatch("x\u2060anything")
    )
