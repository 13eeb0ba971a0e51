"""Terraform's resources with their settings: blocks, texts, lists; any other expression stays as it is written.

python-hcl2 keeps its grammar as a pickle in the shared temporary folder, where others can put one of their own; what
rules need of HCL is little enough to be read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mantlet.scanners.hardening.texts import MAX_DEPTH, UnreadableError

_TOKEN = re.compile(
    r"(?P<skip>[ \t\r\ufeff]+|\#[^\n]*|//[^\n]*|/\*.*?\*/)"
    r"|(?P<line>\n)"
    r"|<<-?[ \t]*(?P<heredoc>\w+)[^\n]*\n"
    r'|"(?P<text>(?:[^"\\\n$%]|\\.|[$%](?!\{)|[$%]\{(?:[^{}"\n]|"[^"\n]*"|\{[^{}\n]*\})*\})*)"'
    r"|(?P<word>[A-Za-z_][\w.-]*)"
    r"|(?P<number>\d[\w.]*)"
    r"|(?P<mark>.)",
    re.DOTALL,
)
MAX_TOKENS = 400_000
Token = tuple[str, str, int, int]
"""Kind, text, and where it starts and ends."""


class Resource:
    """One `resource` block."""

    def __init__(self, kind: str, name: str, line: int, body: dict[str, Any]) -> None:
        self.kind, self.name, self.line, self.body = kind, name, line, body


def resources(text: str) -> Iterator[Resource]:
    """Yield the resources of a file; raises `UnreadableError`."""
    reader = _Reader(text)
    while reader.more():
        kind, word, start, _ = reader.take()
        if kind != "word":
            continue
        labels = reader.labels()
        if reader.peek() == "{":
            body = reader.body(0)
            if word == "resource" and len(labels) == 2:
                yield Resource(labels[0], labels[1], text.count("\n", 0, start) + 1, body)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._at = 0

    def more(self) -> bool:
        return self._at < len(self._tokens)

    def take(self) -> Token:
        if not self.more():
            raise UnreadableError("it is no HCL: it ends within a block")
        self._at += 1
        return self._tokens[self._at - 1]

    def peek(self) -> str:
        """Return the next mark; empty for anything else."""
        return self._tokens[self._at][1] if self.more() and self._tokens[self._at][0] == "mark" else ""

    def labels(self) -> list[str]:
        found = []
        while self.more() and self._tokens[self._at][0] in {"text", "word"}:
            found.append(self.take()[1])
        return found

    def body(self, depth: int) -> dict[str, Any]:
        """Read what stands between braces: settings, and blocks as lists by name."""
        if depth > MAX_DEPTH:
            raise UnreadableError("it is nested deeper than is read")
        self.take()
        found: dict[str, Any] = {}
        while True:
            kind, word, _, _ = self.take()
            if kind == "mark" and word == "}":
                return found
            if kind not in {"word", "text"}:
                continue
            if self.peek() in {"=", ":"}:
                self.take()
                found[word] = self.value(depth)
                continue
            self.labels()
            if self.peek() == "{":
                found.setdefault(word, [])
                inner = self.body(depth + 1)
                if isinstance(found[word], list):
                    found[word].append(inner)

    def value(self, depth: int) -> Any:
        """Read a value up to the end of its line, however many lines its brackets take."""
        first, start = self._at, self._tokens[self._at][2] if self.more() else 0
        level = 0
        end = start
        while self.more():
            kind, word, _, stop = self._tokens[self._at]
            if kind == "mark" and word in "[({":
                level += 1
            elif kind == "mark" and word in "])}":
                if not level:
                    break
                level -= 1
            elif not level and (kind == "line" or (kind == "mark" and word == ",")):
                break
            self._at += 1
            end = stop
        return self._plain(self._tokens[first : self._at], self._text[start:end], depth)

    def _plain(self, tokens: list[Token], raw: str, depth: int) -> Any:
        words = [token for token in tokens if token[0] != "line"]
        if len(words) == 1 and words[0][0] in {"text", "word", "number"}:
            return words[0][1]
        if words and words[0][1] == "[" and words[-1][1] == "]" and depth < MAX_DEPTH:
            return [token[1] for token in words[1:-1] if token[0] in {"text", "word", "number"}]
        return raw


def _tokens(text: str) -> Iterator[Token]:
    at = count = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise UnreadableError("it is no HCL")
        count += 1
        if count > MAX_TOKENS:
            raise UnreadableError("it has more values than are read")
        kind, value, end = str(match.lastgroup), match.group(match.lastgroup or 0), match.end()
        if kind == "heredoc":
            close = re.compile(rf"^[ \t]*{re.escape(value)}[ \t]*\r?$", re.MULTILINE).search(text, end)
            if close is None:
                raise UnreadableError("it is no HCL: a text has no end")
            kind, value, end = "text", text[end : close.start()], close.end()
        if kind != "skip":
            yield kind, value, at, end
        at = end
