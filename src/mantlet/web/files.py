"""The page's own files: what is in the package's folder, by name and nothing else."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

from mantlet.base.limits import is_file
from mantlet.web.errors import NotFoundError

STATIC = Path(__file__).parent / "static"
_DIAGRAM = Path(__file__).parent.parent / "diagram"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".ttf": "font/ttf",
    ".woff2": "font/woff2",
    ".map": "application/json",
    ".md": "text/plain; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    "": "text/plain; charset=utf-8",
}
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]*(/[A-Za-z0-9_][A-Za-z0-9_.\-]*){0,6}")
_FROM_DIAGRAM = {"font/": _DIAGRAM / "fonts", "diagram/": _DIAGRAM}
router = APIRouter(include_in_schema=False)


def found(name: str) -> Path:
    """Return the file that a name in `/static/` means; raises `NotFoundError` for anything that is not one of ours."""
    if _NAME.fullmatch(name) and ".." not in name:
        path = STATIC / name
        for prefix, folder in _FROM_DIAGRAM.items():
            rest = name.removeprefix(prefix)
            if rest != name and "/" not in rest and rest.endswith((".ttf", ".css")):
                path = folder / rest
        if path.suffix in TYPES and is_file(path):
            return path
    raise NotFoundError("there is no such file")


def _answer(request: Request, path: Path) -> Response:
    """Send a file, or that the browser has it already."""
    data = path.read_bytes()
    tag = f'"{hashlib.sha256(data).hexdigest()[:20]}"'
    headers = {"etag": tag, "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(data, headers={**headers, "content-type": TYPES[path.suffix]})


@router.get("/")
def index(request: Request) -> Response:
    """Send the page."""
    return _answer(request, found("index.html"))


@router.get("/static/{name:path}")
def static(request: Request, name: str) -> Response:
    """Send one of the page's files."""
    return _answer(request, found(name))
