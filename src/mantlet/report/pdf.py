"""The report as PDF (PDF/UA-1), set by typst from the same report model.

The bundled typeface has Latin, Greek and Cyrillic. Other scripts are taken from the machine's fonts, and what those
lack too is shown as �, because PDF/UA allows no text without a glyph.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from importlib import resources
from typing import Any
from unicodedata import category

import msgspec

from mantlet.base.errors import MissingToolError
from mantlet.base.printable import printable
from mantlet.base.version import VERSION
from mantlet.report.history import plot_of
from mantlet.report.html import SEVERITIES
from mantlet.report.model import EVIDENCE_TABLES, Report

EPOCH = 0
"""Fixed time stamp, so that the same model gives the same bytes."""


_PROBE = b"""#set document(title: "probe")
#set text(font: "Inter")
#sys.inputs.text"""
_MISSING = re.compile(r'the text `"(.+?)"` could not be displayed')
_CODE = re.compile(r"\\u\{([0-9a-f]+)\}")
_PANIC = "PanicException"
"""What the compiler raises when it breaks down; it is no `Exception` and has no importable name."""
_SIMPLE = "\u04ff"
"""The end of the Latin, Greek and Cyrillic blocks."""
_MOST_MISSING = 300
"""Characters without a glyph that are looked for one by one; a text with more is not worth the time."""


def render(report: Report, svg: str, font_folder: str, *, date: str = "") -> bytes:
    """Return the PDF. Needs the extra `pdf`; raises `MissingToolError` without it."""
    inputs = {
        "report": msgspec.json.encode(shown(asdict(report))).decode(),
        "svg": svg,
        "plot": plot_of(report.history, report.system["name"]),
        "severities": msgspec.json.encode(SEVERITIES).decode(),
        "evidence": msgspec.json.encode(EVIDENCE_TABLES).decode(),
        "date": date,
        "version": VERSION,
    }
    return typeset("report.typ", inputs, font_folder)


def typeset(name: str, inputs: dict[str, str], font_folder: str) -> bytes:
    """Return a PDF of one of our templates. Needs the extra `pdf`; raises `MissingToolError` without it."""
    try:
        import typst  # noqa: PLC0415
    except ImportError:
        raise MissingToolError(
            "PDF files need the package typst", mend="pip install 'mantlet[pdf]'"
        ) from None
    setter = _Setter(typst, font_folder)
    template = (resources.files("mantlet.report") / "templates" / name).read_bytes()
    try:
        return setter.compile(template, setter.drawable(inputs))
    except (_UnsettableError, typst.TypstError):
        setter.only_bundled = True
        return setter.compile(template, setter.drawable({key: _simple(text) for key, text in inputs.items()}))


class _UnsettableError(Exception):
    """The compiler gave up on a text."""


def _simple(text: str) -> str:
    """Return a text in the scripts of the bundled typeface, without marks that combine: what any compiler can set."""
    if text.isascii():
        return text
    return "".join(char if char <= _SIMPLE and category(char)[0] != "M" else "�" for char in text)


def shown(value: Any) -> Any:
    """Return a report's plain data with nothing in its texts that reorders what stands beside it."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    return [shown(item) for item in value] if isinstance(value, list | tuple) else value


class _Setter:
    """The compiler with its fonts: the bundled ones, and the machine's where a text needs them."""

    def __init__(self, typst: Any, font_folder: str) -> None:
        self._typst = typst
        self._folder = font_folder
        self._system_fonts = False
        self.only_bundled = False
        """Do without the machine's fonts."""

    def compile(self, template: bytes, inputs: dict[str, str]) -> bytes:
        """Set a text; raises the compiler's own error, or `_UnsettableError` where it broke down."""
        try:
            return bytes(
                self._typst.compile(
                    template,
                    sys_inputs=inputs,
                    font_paths=[self._folder],
                    ignore_system_fonts=self.only_bundled or not self._system_fonts,
                    pdf_standards=["ua-1"],
                    timestamp=EPOCH,
                )
            )
        except BaseException as error:
            if type(error).__name__ == _PANIC:
                raise _UnsettableError from error
            raise

    def drawable(self, inputs: dict[str, str]) -> dict[str, str]:
        """Return texts in which every character has a glyph."""
        wanted = {char for text in inputs.values() if not text.isascii() for char in text if char > "~"}
        missing = self._missing(wanted)
        if missing and not self.only_bundled:
            self._system_fonts = True
            missing = self._missing(wanted)
        table = dict.fromkeys(map(ord, missing), "�")
        return {key: text.translate(table) for key, text in inputs.items()} if table else inputs

    def _missing(self, wanted: set[str]) -> set[str]:
        """Return the characters that no font at hand has."""
        left = set(wanted)
        for _ in range(_MOST_MISSING):
            lacking = self._lacking(left)
            if not lacking:
                return wanted - left
            left -= lacking
        return wanted

    def _lacking(self, chars: set[str]) -> set[str]:
        """Return some of the characters that the compiler cannot draw; nothing if it draws them all."""
        try:
            self.compile(_PROBE, {"text": " ".join(sorted(chars))})
        except self._typst.TypstError as error:
            found = _MISSING.search(str(error))
            if found is None:
                raise
            text = _CODE.sub(lambda code: chr(int(code[1], 16)), found[1])
            return set(text) & chars or chars
        return set()
