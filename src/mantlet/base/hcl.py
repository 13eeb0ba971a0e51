"""HCL (Terraform) as blocks of values with their lines.

Written here because python-hcl2 needs 1.2 s for its first file, keeps its grammar as a pickle in the shared temporary
folder, and gives no lines to attributes; what is needed of HCL is its structure, not its arithmetic.
"""

from __future__ import annotations

import re

from msgspec import Struct

from mantlet.base.items import MAX_ITEMS, Item
from mantlet.base.limits import MAX_DEPTH


class Block(Struct):
    """A block of the file: `resource "a" "b" { … }`."""

    type: str
    labels: tuple[str, ...]
    body: Item
    line: int


class HclError(Exception):
    """The text is no HCL; says where."""

    def __init__(self, what: str, line: int) -> None:
        super().__init__(what)
        self.line = line


_TOKEN = re.compile(
    r"(?P<space>[ \t\r\ufeff]+|\#[^\n]*|//[^\n]*|/\*.*?\*/)"
    r"|(?P<newline>\n)"
    r"|(?P<heredoc><<-?[ \t]*(?P<mark>\w+)[^\n]*\n)"
    r'|(?P<quote>")'
    r"|(?P<word>[A-Za-z_][\w-]*)"
    r"|(?P<number>\d[\w.]*)"
    r"|(?P<other>=>|==|!=|<=|>=|&&|\|\||\.\.\.|.)",
    re.DOTALL,
)


_ENCODERS = frozenset(("jsonencode", "yamlencode", "merge", "tolist", "toset", "tomap"))


class _Token(Struct):
    kind: str
    text: str
    line: int
    start: int
    end: int


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at, line = 0, 1
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:  # an open comment
            break
        kind, end, value = str(match.lastgroup), match.end(), match[0]
        if kind == "mark":
            kind = "heredoc"
        if kind == "quote":
            end = _end_of_string(text, at, line)
            kind, value = "string", text[at + 1 : end - 1]
        elif kind == "heredoc":
            close = re.compile(rf"^[ \t]*{re.escape(match['mark'])}[ \t]*\r?$", re.MULTILINE).search(
                text, end
            )
            if close is None:
                raise HclError("a here-document has no end", line)
            value, end = text[match.end() : close.start()], close.end()
        if kind != "space":
            found.append(_Token(kind, value, line, at, end))
            if len(found) > MAX_ITEMS * 4:
                raise HclError("too many values", line)
        line += text.count("\n", at, end)
        at = end
    return found


def _end_of_string(text: str, start: int, line: int) -> int:
    """Return where a quoted text ends; `${…}` in it may hold quotes of its own."""
    at, depth = start + 1, 0
    inner = False
    while at < len(text):
        char = text[at]
        if char == "\\":
            at += 1
        elif text.startswith(("${", "%{"), at) and text[at - 1] not in "$%":
            depth += 1
            at += 1
        elif depth and char == "{" and not inner:
            depth += 1
        elif depth and char == "}" and not inner:
            depth -= 1
        elif char == '"':
            if not depth:
                return at + 1
            inner = not inner
        elif char == "\n" and not depth:
            break
        at += 1
    raise HclError("a quoted text has no end", line)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.at = 0

    def peek(self) -> _Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def next(self) -> _Token:
        token = self.peek()
        if token is None:
            raise HclError("the file ends inside a block", self.tokens[-1].line if self.tokens else 0)
        self.at += 1
        return token

    def skip_lines(self) -> None:
        while (token := self.peek()) and (token.kind == "newline" or token.text == ","):
            self.at += 1

    def blocks(self) -> list[Block]:
        """Read the top of the file: attributes become blocks of their name without labels."""
        found: list[Block] = []
        self.skip_lines()
        while self.peek():
            name, value, labels, line = self.entry(0)
            found.append(Block(name, labels, value, line))
            self.skip_lines()
        return found

    def entry(self, depth: int) -> tuple[str, Item, tuple[str, ...], int]:
        """Read an attribute or a block."""
        first = self.next()
        if first.kind not in ("word", "string"):
            raise HclError(f"a name is expected, not {first.text[:20]!r}", first.line)
        labels: list[str] = []
        while True:
            token = self.next()
            if token.text in ("=", ":") and token.kind == "other" and not labels:
                value = self.value(depth + 1)
                value.key = first.line
                return first.text, value, (), first.line
            if token.text == "{" and token.kind == "other":
                body = self.body(depth + 1, first.line)
                return first.text, body, tuple(labels), first.line
            if token.kind not in ("word", "string"):
                raise HclError(f"`=` or `{{` is expected, not {token.text[:20]!r}", token.line)
            labels.append(token.text)

    def body(self, depth: int, line: int) -> Item:
        """Read up to the closing brace; blocks of one type become a list."""
        if depth > MAX_DEPTH:
            raise HclError(f"nested deeper than {MAX_DEPTH} levels", line)
        entries: dict[str, Item] = {}
        blocks: dict[str, list[Item]] = {}
        self.skip_lines()
        while (token := self.next()).text != "}" or token.kind != "other":
            self.at -= 1
            name, value, labels, at = self.entry(depth)
            if value.key:
                entries[name] = value
            else:
                value.tag = ".".join(labels)
                value.key = at
                blocks.setdefault(name, []).append(value)
            self.skip_lines()
        for name, found in blocks.items():
            entries.setdefault(name, Item(found, found[0].line, found[0].key))
        return Item(entries, line)

    def value(self, depth: int) -> Item:
        """Read an expression: text, list, object, or anything else as it is written, in `${…}`."""
        if depth > MAX_DEPTH:
            raise HclError(f"nested deeper than {MAX_DEPTH} levels", self.next().line)
        while (token := self.peek()) and token.kind == "newline":
            self.at += 1
        token = self.next()
        after = self.peek()
        ends = after is None or after.kind == "newline" or after.text in (",", "]", "}", ")")
        if token.kind in ("string", "heredoc") and (ends or token.kind == "heredoc"):
            return Item(token.text, token.line, block="|" if token.kind == "heredoc" else "")
        if token.text in _ENCODERS and after is not None and after.text == "(":
            return self._encoded(token, depth)
        if token.text == "[" and token.kind == "other" and not self._is_for():
            return self.list(depth, token.line)
        if token.text == "{" and token.kind == "other" and not self._is_for():
            return self.body(depth, token.line)
        return self.raw(token)

    def _encoded(self, first: _Token, depth: int) -> Item:
        """Read what `jsonencode(…)` is given, if it is written out; else keep the expression as it stands."""
        start = self.at
        self.at += 1
        while (token := self.peek()) and token.kind == "newline":
            self.at += 1
        if token is not None and token.text in ("[", "{"):
            inner = self.value(depth + 1)
            while (token := self.peek()) and token.kind == "newline":
                self.at += 1
            if token is not None and token.text == ")":
                self.at += 1
                return inner
        self.at = start
        return self.raw(first)

    def _is_for(self) -> bool:
        at = self.at
        while at < len(self.tokens) and self.tokens[at].kind == "newline":
            at += 1
        return at < len(self.tokens) and self.tokens[at].text == "for"

    def list(self, depth: int, line: int) -> Item:
        items: list[Item] = []
        self.skip_lines()
        while (token := self.next()).text != "]" or token.kind != "other":
            self.at -= 1
            items.append(self.value(depth + 1))
            self.skip_lines()
        return Item(items, line)

    def raw(self, first: _Token) -> Item:
        """Read an expression as text up to the end of its line, over brackets that are open."""
        open_ = int(first.text in ("(", "[", "{") and first.kind == "other")
        last = first
        while token := self.peek():
            if token.kind == "other":
                if token.text in ("(", "[", "{"):
                    open_ += 1
                elif token.text in (")", "]", "}"):
                    if not open_:
                        break
                    open_ -= 1
                elif token.text == "," and not open_:
                    break
            elif token.kind == "newline" and not open_ and not self._goes_on(last):
                break
            last = token
            self.at += 1
        text = self.text[first.start : last.end].strip()
        return Item(
            text
            if (first is last and first.kind == "number") or text in ("true", "false")
            else "${" + text + "}",
            first.line,
            plain=True,
        )

    def _goes_on(self, last: _Token) -> bool:
        return last.text in ("?", ":", "&&", "||", "==") and last.kind == "other"


def hcl_blocks(text: str) -> list[Block]:
    """Return the blocks of a file; raises `HclError` where it is none."""
    return _Parser(text).blocks()
