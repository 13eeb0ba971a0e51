"""A watch on the project's files, so that what an editor saves or git checks out is shown at once."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from functools import partial
from pathlib import Path

from watchfiles import Change, awatch

from mantlet.web.registry import Registry

LOG = logging.getLogger("mantlet.web")
QUIET_MS, STEP_MS = 40, 10
"""How long files must be quiet before they are read, and how often that is looked at."""
LOOK_SECONDS = 2.0
"""How often the disk is looked at anyway: some file systems tell nobody."""


async def watch(registry: Registry) -> None:
    """Keep the session in step with the disk until cancelled."""
    await asyncio.gather(_told(registry), _looking(registry))


async def _told(registry: Registry) -> None:
    loop = asyncio.get_running_loop()
    while True:
        session = registry.only
        near, deep = await asyncio.to_thread(session.watched)
        stop = asyncio.Event()
        registry.switched = [partial(loop.call_soon_threadsafe, stop.set)]
        watchers = [asyncio.create_task(_one(registry, near, stop, deep=False))]
        if deep:
            watchers.append(asyncio.create_task(_one(registry, deep, stop, deep=True)))
        try:
            while not stop.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), LOOK_SECONDS)
                if registry.only is not session or await asyncio.to_thread(session.watched) != (near, deep):
                    stop.set()
        finally:
            stop.set()
            for task in watchers:
                task.cancel()
            await asyncio.gather(*watchers, return_exceptions=True)


async def _one(registry: Registry, folders: set[Path], stop: asyncio.Event, *, deep: bool) -> None:
    def wanted(_: Change, name: str) -> bool:
        return not Path(name).name.startswith(".threatmodel")

    with suppress(FileNotFoundError):  # a folder that went; the next round watches what is left
        async for _ in awatch(
            *folders,
            watch_filter=wanted,
            recursive=deep,
            debounce=QUIET_MS,
            step=STEP_MS,
            stop_event=stop,
        ):
            await _synced(registry)


async def _looking(registry: Registry) -> None:
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        await _synced(registry)


async def _synced(registry: Registry) -> None:
    """Look at the disk; whatever goes wrong, the next look is not missed."""
    try:
        await asyncio.to_thread(registry.only.sync)
    except Exception as error:  # noqa: BLE001  (a file that we have a bug with must not end the watch)
        LOG.warning("the project's files cannot be looked at: %s: %s", type(error).__name__, error)
