"""Work done in several processes where that pays; the results come in the order of the work, however it was done."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
MAX_WORKERS = 8


def spread(
    work: Callable[[T], bytes],
    items: Sequence[T],
    sizes: Sequence[int],
    *,
    worth: int,
    told: Callable[[int], None] = lambda _done: None,
) -> list[bytes]:
    """Return `work` of each item, in order; ``told`` hears how many are done.

    Where the sizes together reach ``worth`` and the system can fork, processes share the work, the largest items first.
    What an item needs besides itself the processes have from their parent, so nothing but results is copied.
    """
    workers = min(MAX_WORKERS, _processors(), len(items))
    if workers < 2 or sum(sizes) < worth or not _can_fork():
        return list(_counted((work(item) for item in items), told))
    order = sorted(range(len(items)), key=lambda index: -sizes[index])
    global _WORK  # noqa: PLW0603  (forked processes read it; it cannot be sent)
    _WORK = (work, items)
    try:
        with multiprocessing.get_context("fork").Pool(workers) as pool:
            made = pool.imap(_one, order, chunksize=_chunk(len(items), workers))
            done = dict(zip(order, _counted(made, told), strict=True))
    finally:
        _WORK = None
    return [done[index] for index in range(len(items))]


def _counted(made: Iterable[bytes], told: Callable[[int], None]) -> Iterator[bytes]:
    for number, content in enumerate(made, 1):
        told(number)
        yield content


_WORK: tuple[Callable[..., bytes], Sequence[object]] | None = None


def _one(index: int) -> bytes:
    assert _WORK is not None  # noqa: S101
    work, items = _WORK
    return work(items[index])


def _chunk(count: int, workers: int) -> int:
    return max(1, min(32, count // (workers * 8)))


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _can_fork() -> bool:
    """Tell whether forking is safe: on Linux, in a process without other threads."""
    return sys.platform == "linux" and threading.active_count() == 1
