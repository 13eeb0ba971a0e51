"""A few things that took long to make, kept for whoever asks again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Shelf(Generic[T]):
    """Keeps the last few things by key; safe to use from any thread."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._held: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is kept by a key, or make it."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        made = make()
        self.put(key, made)
        return made

    def put(self, key: Hashable, thing: T) -> None:
        """Keep something; the one that nobody asked for longest goes."""
        with self._lock:
            self._held[key] = thing
            self._held.move_to_end(key)
            while len(self._held) > self._size:
                self._held.popitem(last=False)

    def find(self, key: Hashable) -> T | None:
        """Return what is kept by a key."""
        with self._lock:
            return self._held.get(key)

    def drop(self, key: Hashable) -> None:
        """Keep something no longer."""
        with self._lock:
            self._held.pop(key, None)
