"""`mantlet serve`: the workbench in the browser."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from mantlet.cli import options
from mantlet.cli.plain import say

Port = Annotated[
    int | None,
    typer.Option(
        "--port",
        "-p",
        min=0,
        max=65535,
        help="Port to listen on; 0 takes a free one.",
        show_default="8451, or a free one",
    ),
]
Host = Annotated[
    str,
    typer.Option(
        "--host", help="Address to listen on. Other than the default, people on your network can reach it."
    ),
]
Open = Annotated[bool, typer.Option("--open/--no-open", help="Open the browser.")]
ReadOnly = Annotated[bool, typer.Option("--read-only", help="Show everything, change nothing.")]


def serve(
    path: options.ModelFile = options.DEFAULT_MODEL,
    *,
    port: Port = None,
    host: Host = "127.0.0.1",
    opened: Open = True,
    read_only: ReadOnly = False,
) -> None:
    """Open the workbench: draw, review and decide in the browser.

    The model file stays the truth: every change in the browser is written to it at once, and what you or git change in it
    appears in the browser. Stop with Ctrl+C.
    """
    from mantlet.web.server import Server

    server = Server(path, host=host, port=port, read_only=read_only)
    say(f"mantlet workbench on {server.file.name}: {server.url}")
    sys.stdout.flush()
    if not server.local:
        say("People on your network who have this address can read and change the model.", aside=True)
    say("Stop with Ctrl+C.", aside=True)
    server.run(browser=opened)
