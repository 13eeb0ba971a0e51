"""A real browser on a served project: pages of it, and what axe-core has against them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.web.workbench import TODAY, served

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
SEVERE = ("serious", "critical")


def start() -> Iterator[Any]:
    """Start the system's Chromium, once for all tests."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium is installed")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


class Window:
    """A page on the workbench, with the mistakes that its console told."""

    def __init__(self, page: Any, path: Path, url: str) -> None:
        self.page = page
        self.path = path
        self.url = url
        self.wrong: list[str] = []
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", self._console)

    def _console(self, message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.wrong.append(message.text)

    @property
    def text(self) -> str:
        """What the model file holds now."""
        return self.path.read_text(encoding="utf-8")

    def go(self, address: str, wait: str = "") -> None:
        """Open a view by its address, such as `#/risks`, and wait for something of it."""
        self.page.evaluate("address => { location.hash = address; }", address)
        self.page.wait_for_selector(wait or "main .view")

    def saved(self) -> None:
        """Wait until the server has confirmed everything."""
        self.page.wait_for_selector('.state[data-state="saved"]')

    def severe(self, within: str = "body", rules: list[str] | None = None) -> list[str]:
        """Return what axe-core finds serious, one line each; ``rules`` looks at those only."""
        axe = pytest.importorskip("axe_core_python.sync_playwright").Axe()
        options = {"runOnly": rules} if rules else None
        found = axe.run(self.page, context=within, options=options)["violations"]
        return [
            f"{item['id']}: {', '.join(str(node['target']) for node in item['nodes'][:4])}: {item['nodes'][0]['failureSummary']}"
            for item in found
            if item["impact"] in SEVERE
        ]


@contextmanager
def window(
    browser: Any, path: Path, *, theme: str = "light", size: tuple[int, int] = (1440, 900), **options: Any
) -> Iterator[Window]:
    """Serve a model file and open it; what went wrong in the page fails the test."""
    with served(path, today=TODAY, **options) as server, opened(browser, server, path, theme, size) as found:
        yield found


@contextmanager
def opened(
    browser: Any, server: Any, path: Path, theme: str = "light", size: tuple[int, int] = (1440, 900)
) -> Iterator[Window]:
    """Open a window on a server that runs."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=theme)
    context.set_default_timeout(10_000)
    page = context.new_page()
    found = Window(page, path, server.url)
    page.goto(server.url)
    page.wait_for_selector("html[data-ready]")
    try:
        yield found
        assert not found.wrong, found.wrong
    finally:
        context.close()
