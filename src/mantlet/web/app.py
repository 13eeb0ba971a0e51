"""The application: routes behind the guard, one session, and a watch on the project's files."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from importlib import import_module

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from starlette.types import ASGIApp

from mantlet.base.version import VERSION
from mantlet.web import errors, files
from mantlet.web.jobs import Jobs
from mantlet.web.registry import Registry
from mantlet.web.security import Access, Guard
from mantlet.web.session import Session
from mantlet.web.watching import watch

ROUTES = (
    *("project", "changes", "register", "review", "diagram", "events"),
    *("jobs", "evidence", "privacy", "plan", "versions", "exchange", "report"),
)
"""Modules of `mantlet.web.routes`, each with a `router`."""
TOKEN = HTTPBearer(
    scheme_name="token",
    description="What `mantlet serve` prints in its address. Requests that change something also need the header X-Mantlet.",
    auto_error=False,  # the guard has let in whoever comes here; this only describes it
)


def create_app(session: Session, access: Access, *, watching: bool = True) -> ASGIApp:
    """Return the server for a project."""
    registry = Registry(session)
    jobs = Jobs(lambda job: registry.only.events.send("job", job.record()))

    @contextlib.asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        registry.bind(asyncio.get_running_loop())
        task = asyncio.create_task(watch(registry)) if watching else None
        try:
            yield
        finally:
            registry.only.events.close()
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            await asyncio.to_thread(jobs.close)

    app = api()
    app.router.lifespan_context = running
    app.state.registry = registry
    app.state.jobs = jobs
    errors.install(app)
    app.include_router(files.router)
    return Guard(app, access)


def api() -> FastAPI:
    """Return the routes of the API without anything behind them; enough for its description."""
    app = FastAPI(
        title="mantlet workbench",
        version=VERSION,
        description="Read and change a threat model. Everything here is what the workbench itself uses.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    for name in ROUTES:
        app.include_router(
            import_module(f"mantlet.web.routes.{name}").router, prefix="/api", dependencies=[Depends(TOKEN)]
        )
    return app
