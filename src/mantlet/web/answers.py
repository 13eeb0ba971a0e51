"""Answers of the API: JSON, encoded fast, and files to save."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec
from starlette.responses import Response

_encoder = msgspec.json.Encoder()


class Json(Response):
    """Any plain data or record as JSON."""

    media_type = "application/json"

    def __init__(
        self, content: Any, status_code: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(content, status_code, headers)

    def render(self, content: Any) -> bytes:
        """Return the bytes."""
        return content if isinstance(content, bytes) else _encoder.encode(content)


def attachment(data: bytes, name: str, kind: str) -> Response:
    """Return a file that the browser saves under a name."""
    plain = "".join(char if char.isalnum() or char in "._- " else "-" for char in name)
    named = f"attachment; filename=\"{plain.encode('ascii', 'replace').decode().replace('?', '-')}\"; filename*=UTF-8''{quote(name)}"
    return Response(data, media_type=kind, headers={"content-disposition": named})
