"""What parts of a syntax tree say: constants, texts put together, names of hubs, credentials."""

from __future__ import annotations

import ast
import re

from mantlet.discovery.sites.names import Names
from mantlet.discovery.sites.rules import Constant, rules

_COMMIT = re.compile(r"[0-9a-f]{40}")


def constants(node: ast.Call) -> dict[str, Constant | None]:
    """Return the keyword arguments; None for one that is not a constant."""
    return {
        item.arg: item.value.value
        if isinstance(item.value, ast.Constant) and isinstance(item.value.value, str | bool | int | float)
        else None
        for item in node.keywords
        if item.arg
    }


def is_given(given: dict[str, Constant | None], key: str, wanted: Constant) -> bool:
    """Tell whether a keyword argument is what a rule wants: a constant, `*` for anything, `#commit` for a whole hash."""
    if key not in given:
        return False
    if wanted == "*":
        return True
    if wanted == "#commit":
        return isinstance(given[key], str) and _COMMIT.fullmatch(str(given[key])) is not None
    return given[key] is wanted if isinstance(wanted, bool) else given[key] == wanted


def is_constant(node: ast.expr) -> bool:
    """Tell whether a value is written out."""
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def is_joined(node: ast.expr) -> bool:
    """Tell whether a text is put together from parts that are not all constant."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        texts = any(
            isinstance(side, ast.Constant) and isinstance(side.value, str) for side in (node.left, node.right)
        )
        return (texts or is_joined(node.left)) and not is_constant(node.right)
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "format"
        and isinstance(node.func.value, ast.Constant)
    )


def names_hub(node: ast.Call) -> bool:
    """Tell whether what is fetched may be named as on a hub: `owner/name`, a bare name or a variable, and no path."""
    named = {"model", "repo_id", "pretrained_model_name_or_path", "path"}
    for value in (*node.args, *(item.value for item in node.keywords if item.arg in named)):
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return re.fullmatch(r"\w[\w.-]*(/[\w.-]+)?", value.value) is not None
    return True


def start(node: ast.expr) -> str:
    """Return the text, or the constant start of one put together."""
    if isinstance(node, ast.JoinedStr) and node.values:
        node = node.values[0]
    while isinstance(node, ast.BinOp):
        node = node.left
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def is_safe_yaml(node: ast.Call, names: Names) -> bool:
    """Tell whether YAML is loaded with a loader that makes plain data only."""
    loaders = [*node.args[1:2], *(item.value for item in node.keywords if item.arg == "Loader")]
    return any(
        "Safe" in names.of(loader) or "Base" in names.of(loader) or not names.of(loader) for loader in loaders
    )


def is_credential(name: str, value: ast.expr) -> bool:
    """Tell whether a constant under a name is a credential and no stand-in for one."""
    if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
        return False
    known, text = rules().credentials, value.value
    plain = name.lower().replace("-", "_")
    if not any(plain == word or plain.endswith(f"_{word}") for word in known.names.split()):
        return False
    if any(word in plain for word in known.not_.split()):
        return False
    if (
        len(text) < 6
        or len(text) > 4096
        or any(char.isspace() for char in text)
        or text.startswith(("$", "{", "<", "%", "http://", "https://"))
    ):
        return False
    if re.fullmatch(r"[A-Z][A-Z0-9_]*|[a-z_]+\.[a-z_.]+|[a-z]+(_[a-z]+)+|/[\w./-]+", text):
        return False  # a variable's or setting's name, or a path
    low = text.lower()
    return not any(word in low for word in known.placeholders.split()) and len(set(text)) > 4
