"""News for the browsers that listen: server-sent events, for a bounded number of listeners who must keep up."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import msgspec

from mantlet.web.errors import BusyError

MAX_LISTENERS = 64
MAX_WAITING = 256
"""Events that a listener may be behind; whoever is further behind is let go, and catches up when it comes back."""
KEEP_ALIVE = 15.0
"""Seconds of silence after which a comment is sent, so that nothing in between cuts the line."""
RETRY = b"retry: 1000\n\n"


class Broadcaster:
    """Sends events to all listeners; may be called from any thread."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[bytes | None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._numbers = count(1)
        self.closed = False

    def __len__(self) -> int:
        return len(self._listeners)

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Send from here on through a running loop."""
        self._loop, self.closed = loop, False

    def send(self, event: str, data: dict[str, Any]) -> None:
        """Tell all who listen."""
        text = b"id: %d\nevent: %b\ndata: %b\n\n" % (
            next(self._numbers),
            event.encode(),
            msgspec.json.encode(data),
        )
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._put, text)

    def close(self) -> None:
        """Let all listeners go."""
        self.closed = True
        self._put(None)

    def _put(self, text: bytes | None) -> None:
        for queue in list(self._listeners):
            try:
                queue.put_nowait(text)
            except asyncio.QueueFull:
                self._listeners.discard(queue)
                with contextlib.suppress(asyncio.QueueEmpty):
                    queue.get_nowait()
                queue.put_nowait(None)

    def listen(self, first: dict[str, Any]) -> AsyncIterator[bytes]:
        """Return the events from now on, ``first`` before them; raises `BusyError` where too many listen already."""
        if len(self._listeners) >= MAX_LISTENERS:
            raise BusyError(f"{MAX_LISTENERS} windows are listening already", mend="close some of them")
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(MAX_WAITING)
        self._listeners.add(queue)
        return self._stream(queue, first)

    async def _stream(
        self, queue: asyncio.Queue[bytes | None], first: dict[str, Any]
    ) -> AsyncIterator[bytes]:
        try:
            yield RETRY + b"event: hello\ndata: " + msgspec.json.encode(first) + b"\n\n"
            while not self.closed:
                try:
                    text = await asyncio.wait_for(queue.get(), KEEP_ALIVE)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                if text is None:
                    return
                yield text
        finally:
            self._listeners.discard(queue)
