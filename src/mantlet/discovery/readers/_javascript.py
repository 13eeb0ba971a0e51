"""JavaScript and TypeScript as syntax trees, and what their texts come to: constants, templates, defaults of variables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

Node = Any
"""A node of tree-sitter's tree."""
MAX_NODES = 400_000
MAX_STEPS = 50_000
"""Expressions of one file that are worked out; constants made of constants grow without bound."""
MAX_TEXT = 2_000
UNKNOWN = "*"
"""Stands for the beginning of a text that isn't known."""


_OWN = re.compile(r"location\.(host|hostname|origin)\b")
"""The page's own address."""


class MissingGrammarError(Exception):
    """The grammars aren't installed."""


@cache
def _parser(kind: str) -> Any:
    try:
        import tree_sitter_javascript  # noqa: PLC0415
        import tree_sitter_typescript  # noqa: PLC0415
        from tree_sitter import Language, Parser  # noqa: PLC0415
    except ImportError:
        raise MissingGrammarError from None
    grammars = {
        "js": tree_sitter_javascript.language,
        "ts": tree_sitter_typescript.language_typescript,
        "tsx": tree_sitter_typescript.language_tsx,
    }
    return Parser(Language(grammars[kind]()))


def parse(text: str, path: str) -> Node:
    """Return the root of a file's tree; mistakes become `ERROR` nodes, never exceptions."""
    kind = (
        "tsx" if path.endswith((".tsx", ".jsx")) else "ts" if path.endswith((".ts", ".mts", ".cts")) else "js"
    )
    return _parser(kind).parse(text.encode("utf-8", "replace")).root_node


def walk(root: Node) -> Iterator[Node]:
    """Yield the nodes in the order of the text, without recursion."""
    cursor = root.walk()
    for _ in range(MAX_NODES):
        yield cursor.node
        if cursor.goto_first_child() or cursor.goto_next_sibling():
            continue
        while True:
            if not cursor.goto_parent():
                return
            if cursor.goto_next_sibling():
                break


def text_of(node: Node | None) -> str:
    """Return the text of a node."""
    return str(node.text.decode("utf-8", "replace")) if node is not None and node.text else ""


def line_of(node: Node) -> int:
    """Return the line that a node starts on."""
    return int(node.start_point[0]) + 1


class Values:
    """The constants of a file, and what an expression comes to with them."""

    def __init__(self, root: Node) -> None:
        self.constants: dict[str, Node] = {}
        self.steps = MAX_STEPS
        for node in walk(root):
            if node.type == "variable_declarator":
                name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
                if name is not None and value is not None and name.type == "identifier":
                    self.constants.setdefault(text_of(name), value)

    def text(self, node: Node | None, depth: int = 0) -> str | None:
        """Return the text that an expression comes to: `*` where its beginning isn't known, `{name}` for parameters."""
        if node is None or depth > 12 or self.steps <= 0:
            return None
        self.steps -= 1
        handler = getattr(self, "_" + node.type, None)
        return handler(node, depth) if handler else None

    def _string(self, node: Node, depth: int) -> str:
        del depth
        return text_of(node)[1:-1]

    def _template_string(self, node: Node, depth: int) -> str:
        whole = ""
        for child in node.children:
            if child.type == "string_fragment":
                whole += text_of(child)
            elif child.type == "template_substitution":
                inner = child.named_children[0] if child.named_children else None
                found = self.text(inner, depth + 1)
                whole += found if found is not None else self._hole(whole, inner)
            if len(whole) > MAX_TEXT:
                break
        return whole[:MAX_TEXT]

    @staticmethod
    def _hole(before: str, node: Node | None) -> str:
        """Return what stands for a part that isn't known: `*` at the start, a parameter behind a slash."""
        if not before or _OWN.search(text_of(node)):
            return UNKNOWN
        name = text_of(node).rpartition(".")[2].strip("()?! ")
        return "{" + (name if name.isidentifier() else "value") + "}"

    def _identifier(self, node: Node, depth: int) -> str | None:
        value = self.constants.get(text_of(node))
        return self.text(value, depth + 1) if value is not None else None

    def _binary_expression(self, node: Node, depth: int) -> str | None:
        operator = text_of(node.child_by_field_name("operator"))
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if operator == "+":
            one, other = self.text(left, depth + 1), self.text(right, depth + 1)
            if one is None and other is None:
                return None
            one = UNKNOWN if one is None else one
            return one + (other if other is not None else self._hole(one, right))
        if operator in ("||", "??"):
            one = self.text(left, depth + 1)
            return one if one and one != UNKNOWN else self.text(right, depth + 1)
        return None

    def _ternary_expression(self, node: Node, depth: int) -> str | None:
        found = [
            self.text(node.child_by_field_name(field), depth + 1) for field in ("consequence", "alternative")
        ]
        return next(
            (text for text in found if text and "://" in text),
            next((text for text in found if text is not None), None),
        )

    def _member_expression(self, node: Node, depth: int) -> str | None:
        """Return a field of an object constant (`CONFIG.apiUrl`)."""
        inner = self.constants.get(text_of(node.child_by_field_name("object")))
        name = text_of(node.child_by_field_name("property"))
        if inner is not None and inner.type in (
            "object",
            "as_expression",
            "satisfies_expression",
            "call_expression",
        ):
            return self.text(field_of(inner, name), depth + 1)
        return None

    def _parenthesized_expression(self, node: Node, depth: int) -> str | None:
        return self.text(node.named_children[0] if node.named_children else None, depth + 1)

    _as_expression = _parenthesized_expression
    _satisfies_expression = _parenthesized_expression
    _non_null_expression = _parenthesized_expression
    _await_expression = _parenthesized_expression

    def _new_expression(self, node: Node, depth: int) -> str | None:
        """Return the address in `new URL(path, base)`."""
        if text_of(node.child_by_field_name("constructor")) != "URL":
            return None
        arguments = arguments_of(node)
        path = self.text(arguments[0], depth + 1) if arguments else None
        base = self.text(arguments[1], depth + 1) if len(arguments) > 1 else ""
        return None if path is None else (UNKNOWN if base is None else base.rstrip("/")) + path

    def _call_expression(self, node: Node, depth: int) -> str | None:
        """Return what is known of a text that a method changes (`base.replace(…)`, `url.toString()`)."""
        function = node.child_by_field_name("function")
        if function is not None and function.type == "member_expression":
            name = text_of(function.child_by_field_name("property"))
            if name in ("replace", "trim", "toString", "replaceAll", "trimEnd"):
                return self.text(function.child_by_field_name("object"), depth + 1)
        return None


def arguments_of(node: Node) -> list[Node]:
    """Return a call's arguments."""
    found = node.child_by_field_name("arguments")
    return [child for child in found.named_children if child.type != "comment"] if found is not None else []


def field_of(node: Node | None, name: str) -> Node | None:
    """Return the value of a field in an object that is written out."""
    if node is not None and node.type in ("as_expression", "satisfies_expression", "call_expression"):
        node = next((child for child in walk(node) if child.type == "object"), None)
    if node is None or node.type != "object":
        return None
    for child in node.named_children:
        if child.type == "pair" and text_of(child.child_by_field_name("key")).strip("\"'") == name:
            return child.child_by_field_name("value")
        if child.type == "shorthand_property_identifier" and text_of(child) == name:
            return child
    return None


def writes_as_it_is(node: Node) -> bool:
    """Tell whether text becomes part of the page as it is."""
    if node.type == "jsx_attribute":
        raw = text_of(node).startswith("dangerouslySetInnerHTML")
        return raw and not re.search(r"sanitiz|DOMPurify|purify", text_of(node), re.IGNORECASE)
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    raw = (
        text_of(left).endswith((".innerHTML", ".outerHTML")) and right is not None and right.type != "string"
    )
    return raw and not re.search(r"sanitiz|purify|escape", text_of(right), re.IGNORECASE)
