"""Connections that ask: whoever opens one and says nothing whole is let go, so that a few hundred of them keep nobody out."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

HEAD_SECONDS = 10.0
"""Time in which a request's head must have come, from the opening of the connection or its first byte on."""


class Prompt(H11Protocol):
    """uvicorn's HTTP/1.1 with an end to waiting for a request."""

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to wait."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._rest()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came; bytes that are no whole head yet gain no time."""
        super().data_received(data)
        if _is_answered(self.cycle):
            self._wait()
        else:
            self._rest()

    def _wait(self) -> None:
        if self._waiting is None and not self.transport.is_closing():
            self._waiting = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _rest(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None


def _is_answered(cycle: RequestResponseCycle | None) -> bool:
    """Tell whether no request is under way; there is none before the first."""
    return cycle is None or cycle.response_complete
