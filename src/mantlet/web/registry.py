"""Which project a request is about. There is one; routes ask here, so that there can be more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from mantlet.web.session import Session


class Registry:
    """The projects that a server has open."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.home = session.root
        """The folder that was served first; other models are opened from there."""
        self.switched: list[Callable[[], object]] = []
        """Called, from any thread, when another project is open."""

    @property
    def only(self) -> Session:
        """The one project."""
        return self._session

    def open(self, session: Session) -> None:
        """Put another project in the place of the one that was open; whoever listens goes on listening."""
        session.events = self._session.events
        self._session = session
        session.events.send("changed", {"revision": session.revision, "client": "", "cause": "project"})
        for call in self.switched:
            call()

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Send news through a running loop."""
        self._session.events.bind(loop)


async def current(request: Request) -> Session:
    """Return the session of the project that a request is about."""
    registry: Registry = request.app.state.registry
    return registry.only


Current = Annotated[Session, Depends(current)]


async def projects(request: Request) -> Registry:
    """Return the projects that the server has open."""
    registry: Registry = request.app.state.registry
    return registry


Projects = Annotated[Registry, Depends(projects)]
