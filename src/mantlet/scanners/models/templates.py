"""Chat templates (Jinja): parsed, never rendered; reaching for Python's inside is what gives an attack away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mantlet.scanners.models.context import Context

if TYPE_CHECKING:
    import jinja2

_INNER = [
    "class",
    "globals",
    "builtins",
    "subclasses",
    "mro",
    "base",
    "bases",
    "init",
    "import",
    "dict",
    "getattribute",
    "code",
    "self",
    "func",
    "call",
    "reduce",
    "loader",
    "wrapped",
    "closure",
    "getitem",
]
_INSIDE = re.compile(
    rf"__(?:{'|'.join(_INNER)})__|\bimport_module\b|(?:\\x5f|\\u005f|\\137){{2}}"
    r"|\b(?:f_globals|gi_frame|cr_frame|func_globals)\b"
)
"""What a template that doesn't parse gives away."""
_CALLS = frozenset(
    {
        "popen",
        "system",
        "eval",
        "exec",
        "check_output",
        "Popen",
        "urlopen",
        "open",
        "import_module",
        "loads",
        "getattr",
    }
)
_OPENERS = frozenset(
    {"lipsum", "cycler", "joiner", "self", "request", "config", "url_for", "get_flashed_messages", "g"}
)
_DELIMITERS = (("{{", "}}"), ("{%", "%}"))
MAX_TEMPLATE = 1 << 20


def is_template(text: str) -> bool:
    """Tell whether a text has anything for Jinja to do."""
    return any(start in text and end in text for start, end in _DELIMITERS)


def _pieces(text: str) -> Iterator[str]:
    """Yield what stands between delimiters, in time linear in the text."""
    for start, end in _DELIMITERS:
        at = text.find(start)
        while at >= 0:
            stop = text.find(end, at)
            if stop < 0:
                break
            yield text[at:stop]
            at = text.find(start, stop)


def template(context: Context, text: str, member: str, *, chat: bool = True) -> None:
    """Look at a template; what only chats have no use for is told of chat templates only."""
    if len(text) > MAX_TEMPLATE:
        context.missed(member, "the template is too long")
        return
    found = dict.fromkeys(_signs(text))
    for rule, name in found:
        if not chat and rule == "template-attr":
            continue
        context.found(rule, member, name=name)


def _signs(text: str) -> Iterator[tuple[str, str]]:
    import jinja2  # noqa: PLC0415  (only where there is a template)
    from jinja2 import nodes  # noqa: PLC0415

    try:
        tree = _environment().parse(text)
    except (jinja2.TemplateError, RecursionError, ValueError, OverflowError):
        yield from _by_words(text)
        return
    for node in tree.find_all(nodes.Node):
        if isinstance(node, nodes.Getattr):
            yield from _attribute(node.attr, node.node)
        elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
            yield from _attribute(node.arg.value, node.node)
        elif (
            isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr) and node.node.attr in _CALLS
        ):
            yield "template-escape", f"{node.node.attr}()"
        elif isinstance(node, nodes.Filter) and node.name == "attr":
            yield "template-attr", "|attr"
        elif isinstance(node, nodes.Const) and isinstance(node.value, str) and _dunder(node.value):
            yield "template-escape", node.value[:80]
        elif isinstance(node, (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
            yield "template-attr", type(node).__name__.lower()
        elif isinstance(node, nodes.Concat | nodes.Add) and _dunder(_joined(node)):
            yield "template-escape", _joined(node)[:80]


def _attribute(name: object, target: object) -> Iterator[tuple[str, str]]:
    from jinja2 import nodes  # noqa: PLC0415

    if not isinstance(name, str):
        return
    if _dunder(name) or name.startswith("__") or name in {"f_globals", "gi_frame", "func_globals", "mro"}:
        yield "template-escape", name[:80]
    elif isinstance(target, nodes.Name) and target.name in _OPENERS and name != "get":
        yield "template-attr", f"{target.name}.{name}"[:80]


_DUNDER = re.compile(
    rf"_*__(?:{'|'.join([*_INNER, 'name', 'module', 'doc', 'new', 'del'])})__(?:\W.*)?", re.DOTALL
)


def _dunder(text: str) -> bool:
    """Tell whether a text names an inner attribute."""
    return _DUNDER.fullmatch(text) is not None


def _joined(node: object) -> str:
    """Put together what a template adds up from constants."""
    from jinja2 import nodes  # noqa: PLC0415

    parts = node.nodes if isinstance(node, nodes.Concat) else [node.left, node.right]  # type: ignore[attr-defined]
    words = []
    for part in parts:
        if isinstance(part, nodes.Const) and isinstance(part.value, str):
            words.append(part.value)
        elif isinstance(part, nodes.Concat | nodes.Add):
            words.append(_joined(part))
    return "".join(words)


def _by_words(text: str) -> Iterator[tuple[str, str]]:
    """Search a template that doesn't parse, between its delimiters."""
    for piece in _pieces(text):
        for match in _INSIDE.finditer(piece):
            yield "template-escape", match.group()[:80]
        if re.search(r"\|\s*attr\b", piece):
            yield "template-attr", "|attr"


def _environment() -> jinja2.Environment:
    from jinja2 import Environment, nodes  # noqa: PLC0415
    from jinja2.ext import Extension  # noqa: PLC0415
    from jinja2.parser import Parser  # noqa: PLC0415

    class Generation(Extension):
        """The block that chat templates mark the model's words with."""

        tags = {"generation"}  # noqa: RUF012

        def parse(self, parser: Parser) -> nodes.Node:
            line = next(parser.stream).lineno
            body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
            return nodes.Scope(body).set_lineno(line)

    return Environment(  # noqa: S701  # nothing is rendered
        extensions=["jinja2.ext.loopcontrols", "jinja2.ext.do", Generation],
        trim_blocks=True,
        lstrip_blocks=True,
    )
