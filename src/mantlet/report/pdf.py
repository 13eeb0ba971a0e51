"""The report as PDF (PDF/UA-1), set by typst from the same report model."""

from __future__ import annotations

from dataclasses import asdict
from importlib import resources
from typing import Any

import msgspec

from mantlet.base.errors import MissingToolError
from mantlet.base.version import VERSION
from mantlet.report.html import SEVERITIES
from mantlet.report.model import Report

EPOCH = 0
"""Fixed time stamp, so that the same model gives the same bytes."""


def render(report: Report, svg: str, font_folder: str, *, date: str = "") -> bytes:
    """Return the PDF. Needs the extra `pdf`; raises `MissingToolError` without it."""
    try:
        import typst  # noqa: PLC0415
    except ImportError:
        raise MissingToolError(
            "PDF reports need the package typst", mend="pip install 'mantlet[pdf]'"
        ) from None
    template = (resources.files("mantlet.report") / "templates" / "report.typ").read_bytes()
    inputs = {
        "report": msgspec.json.encode(asdict(report)).decode(),
        "svg": svg,
        "severities": msgspec.json.encode(SEVERITIES).decode(),
        "date": date,
        "version": VERSION,
    }
    compiler: Any = typst
    return bytes(
        compiler.compile(
            template,
            sys_inputs=inputs,
            font_paths=[font_folder],
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
            timestamp=EPOCH,
        )
    )
