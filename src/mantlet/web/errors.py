"""What is wrong, as the API says it: one shape for everything, and never a failure of ours for what a client sent."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from mantlet.base.errors import (
    LimitError,
    Location,
    MantletError,
    MissingToolError,
    StaleWriteError,
    UsageError,
    bug,
)
from mantlet.web.answers import Json

LOG = logging.getLogger("mantlet.web")
SHOWN = 100
"""Errors of one input that an answer lists."""
_PHRASES = {400: "bad-request", 401: "unauthorised", 403: "forbidden", 404: "not-found", 405: "not-allowed"}


class NotFoundError(UsageError):
    """Something by that id is not there."""


class BusyError(UsageError):
    """There are as many of these already as the server keeps."""


class ReadOnlyError(UsageError):
    """The workbench only shows; nothing may be changed through it."""

    def __init__(self) -> None:
        super().__init__("this workbench is read-only", mend="start `mantlet serve` without --read-only")


class BugError(MantletError):
    """Work in a process of its own ended with a fault of ours."""


class ConflictError(MantletError):
    """Somebody else changed the same since; both sides are told, and nothing was written."""

    def __init__(self, conflicts: list[dict[str, Any]], revision: str) -> None:
        super().__init__("somebody changed the same in the meantime", mend="take one of the two sides")
        self.conflicts = conflicts
        self.revision = revision


class BrokenError(MantletError):
    """The file on disk does not read, so nothing can be changed through the workbench."""


class RefusedError(MantletError):
    """The model would not be sound after a change; nothing was written."""

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        first = problems[0]["message"] if problems else "the model would not be sound"
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{first}{more}", mend=problems[0].get("mend", "") if problems else "")
        self.problems = problems


_STATUS: tuple[tuple[type[MantletError], int, str], ...] = (
    (BugError, 500, "bug"),
    (ConflictError, 409, "conflict"),
    (BrokenError, 409, "broken"),
    (StaleWriteError, 409, "stale"),
    (BusyError, 409, "busy"),
    (NotFoundError, 404, "not-found"),
    (ReadOnlyError, 403, "read-only"),
    (MissingToolError, 424, "missing-tool"),
    (RefusedError, 422, "invalid"),
    (LimitError, 422, "limit"),
    (UsageError, 422, "usage"),
    (MantletError, 422, "input"),
)


def error_body(code: str, message: str, **more: Any) -> dict[str, Any]:
    """Return an error as every answer has it."""
    return {
        "error": {"code": code, "message": message, **{key: value for key, value in more.items() if value}}
    }


def described(error: MantletError) -> tuple[int, dict[str, Any]]:
    """Return the status and the body that an error becomes."""
    status, code = next((status, code) for kind, status, code in _STATUS if isinstance(error, kind))
    listed = [_plain(item) for item in error.errors[:SHOWN]]
    more: dict[str, Any] = {"where": _where(error.where), "mend": error.mend}
    if len(listed) > 1:
        more["errors"] = listed
    if isinstance(error, ConflictError):
        more |= {"conflicts": error.conflicts, "revision": error.revision}
    if isinstance(error, RefusedError):
        more["problems"] = error.problems
    return status, error_body(code, error.what, **more)


def _plain(error: MantletError) -> dict[str, Any]:
    return {"message": error.what, "where": _where(error.where), "mend": error.mend}


def _where(where: Location | None) -> str:
    """Return a place without the folders that lead to the project."""
    if where is None:
        return ""
    name = where.file.replace("\\", "/").rpartition("/")[2]
    return f"{name}:{where.line}:{where.column}" if where.line else name


def install(app: FastAPI) -> None:
    """Let an app answer every error in the one shape."""

    @app.exception_handler(MantletError)
    async def _known(_: Request, error: MantletError) -> Response:
        status, body = described(error)
        return Json(body, status)

    @app.exception_handler(RequestValidationError)
    async def _unfit(_: Request, error: RequestValidationError) -> Response:
        found = [
            {
                "message": str(item.get("msg", "")),
                "where": ".".join(map(str, item.get("loc", ())))[:200],
                "mend": "",
            }
            for item in error.errors()[:SHOWN]
        ]
        message = f"{found[0]['where']}: {found[0]['message']}" if found else "the request does not fit"
        return Json(error_body("request", message, errors=found), 422)

    @app.exception_handler(HTTPException)
    async def _plainly(_: Request, error: HTTPException) -> Response:
        status = 422 if error.status_code == 400 else error.status_code
        body = error_body(_PHRASES.get(status, "request"), str(error.detail)[:500])
        return Json(body, status, headers=dict(error.headers or {}))

    @app.exception_handler(Exception)
    async def _bug(_: Request, error: Exception) -> Response:
        LOG.error("a bug of ours", exc_info=error)
        return Json(error_body("bug", bug(error)), 500)
