"""The server process: a socket, a session, and uvicorn between them."""

from __future__ import annotations

import gc
import socket
import threading
import webbrowser
from contextlib import suppress
from datetime import date
from pathlib import Path

import uvicorn

from mantlet.base.errors import InputError, Location, UsageError
from mantlet.base.limits import inside, is_file, is_folder
from mantlet.project.places import DEFAULT_FILE, model_file
from mantlet.web.app import create_app
from mantlet.web.connections import Prompt
from mantlet.web.security import Access, local_hosts
from mantlet.web.session import Session

PATIENCE = 2
"""Seconds that open connections have when the server stops."""
OPENING = 0.5
"""Seconds after which the browser is opened; by then the server answers."""
USUAL_PORT = 8451
ANYWHERE = ("0.0.0.0", "::", "")  # noqa: S104  (compared with, not bound)


class Server:
    """A workbench on one model file."""

    def __init__(
        self,
        path: Path,
        *,
        host: str = "127.0.0.1",
        port: int | None = 0,
        read_only: bool = False,
        token: str = "",
        today: date | None = None,
    ) -> None:
        self.file = served_file(path)
        self.session = Session(self.file, read_only=read_only, today=today)
        self._socket = _bound(host, port) if port is not None else _usual(host)
        self.port: int = self._socket.getsockname()[1]
        self.host = host
        hosts = local_hosts(self.port, "" if host in ANYWHERE else host)
        if host in ANYWHERE:
            hosts |= {f"{name}:{self.port}" for name in (socket.gethostname().lower(), *_addresses())}
        self.access = Access(token, hosts) if token else Access(hosts=hosts)
        config = uvicorn.Config(
            create_app(self.session, self.access),
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=PATIENCE,
            limit_concurrency=400,
            http=Prompt,
            ws="none",
            proxy_headers=False,
        )
        self._server = _Uvicorn(config, self.session)

    @property
    def local(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host in {"127.0.0.1", "::1", "localhost"}

    @property
    def url(self) -> str:
        """The address that lets one in, token and all."""
        return f"{self._door}{self.access.token}"

    @property
    def _door(self) -> str:
        shown = "127.0.0.1" if self.host in ANYWHERE else f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{shown}:{self.port}/?token="

    def run(self, *, browser: bool = False) -> None:
        """Serve until somebody stops it."""
        if browser:
            opening = threading.Timer(OPENING, webbrowser.open, [f"{self._door}{self.access.once()}"])
            opening.daemon = True
            opening.start()
        gc.collect()
        gc.freeze()  # the catalogue and the code stay for good; each edit need not look at them
        with suppress(KeyboardInterrupt):
            self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        """Let it end soon; may be called from any thread."""
        self._server.should_exit = True

    def close(self) -> None:
        """Give the port back without ever having served."""
        self._socket.close()

    @property
    def started(self) -> bool:
        """Whether it answers."""
        return bool(self._server.started)


class _Uvicorn(uvicorn.Server):
    """Ends at once: whoever listens for news is let go before open connections are waited for."""

    def __init__(self, config: uvicorn.Config, session: Session) -> None:
        super().__init__(config)
        self._session = session

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let go, then stop."""
        self._session.events.close()
        await super().shutdown(sockets)


def served_file(path: Path) -> Path:
    """Return the model file to serve; a folder without one gets a first model when something is drawn.

    Whoever names a folder means what is in it: a link there that leads elsewhere is refused, since it would be written through.
    """
    if is_folder(path):
        try:
            found = model_file(path)
        except InputError:
            found = path / DEFAULT_FILE
        inside(path, found)
        return found
    if not is_file(path):
        raise InputError(
            "there is no such file",
            where=Location(str(path)),
            mend="check its name; to start a new model, name a folder",
        )
    return path


def _usual(host: str) -> socket.socket:
    """Listen on the usual port, by which a browser knows the workbench again; on a free one if that is taken."""
    try:
        return _bound(host, USUAL_PORT)
    except UsageError:
        return _bound(host, 0)


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(
        family, socket.SOCK_STREAM, socket.IPPROTO_TCP
    )  # named, or small answers wait for acknowledgements
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise UsageError(
            f"{host}:{port} cannot be listened on: {error.strerror or error}",
            mend="another server may be there already; choose another --port, or 0 for a free one",
        ) from None
    return listening


def _addresses() -> list[str]:
    try:
        found = socket.getaddrinfo(socket.gethostname(), None)
    except OSError:
        return []
    return [f"[{item[4][0]}]" if item[0] == socket.AF_INET6 else str(item[4][0]) for item in found]
