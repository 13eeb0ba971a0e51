"""Times the workbench's canvas with 500 elements, 700 flows and 90 boundaries, in headless Chromium.

    python bench/canvas.py [runs]

Prints when the drawing is there after the page was asked for (every element and flow drawn and the page answering), and
how long frames take while things are dragged.
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from playwright.sync_api import sync_playwright

from mantlet.diagram import Options, draw, layout_positions
from mantlet.web.session import Session
from tests.web.browser import FLAGS
from tests.web.large import ELEMENTS, FLOWS, large_model
from tests.web.workbench import served

DRAWN = """([elements, flows]) => new Promise(done => {
  const count = kind => document.querySelectorAll(kind).length;
  const look = () => count('.mt-node') >= elements && count('.mt-flow') >= flows || performance.now() > 30000
    ? requestAnimationFrame(() => setTimeout(() => done(performance.now() / 1000), 0)) : setTimeout(look, 5);
  look();
})"""
FRAMES = """() => {
  const gaps = [];
  let last = performance.now();
  let on = true;
  const tick = now => { gaps.push(now - last); last = now; if (on) requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
  globalThis.measured = () => { on = false; return gaps.slice(2); };
}"""
MIDDLE = """selector => {
  const box = document.querySelector(selector).getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
}"""
NEAREST = """() => [...document.querySelectorAll('.mt-node')]
  .map(node => [node.getBoundingClientRect(), node.getAttribute('model-id')])
  .map(([box, id]) => [Math.hypot(box.x - innerWidth / 2, box.y - innerHeight / 2), id])
  .sort((a, b) => a[0] - b[0])[0][1]"""
WIDEST = """() => [...document.querySelectorAll('.mt-boundary')]
  .map(node => [node.getBoundingClientRect().width, node.getAttribute('model-id')]).sort((a, b) => b[0] - a[0])[0][1]"""
REVEAL = """async id => {
  const { app } = await import('/static/js/app.js');
  app.canvas.reveal(id);
}"""


def project(folder: Path) -> Path:
    """Write the large model with a layout, as somebody who works on it has it."""
    path = folder / "threatmodel.json"
    path.write_text(json.dumps(large_model()), encoding="utf-8")
    found = Session(path).assessment
    drawing = draw(found.model, found.catalogue.vocabulary, Options(detail=True, legend=False))
    layout = {"layout": 1, **layout_positions(drawing)}
    path.with_name("threatmodel.layout.json").write_text(json.dumps(layout), encoding="utf-8")
    return path


def dragged(page: Any, name: str, grip: str = "", steps: int = 60) -> list[float]:
    """Drag something, take it back, and return the times between frames in milliseconds."""
    thing = f'[model-id="{name}"]'
    x, y = page.evaluate(MIDDLE, f"{thing} {grip}".strip())
    before = page.get_attribute(thing, "transform")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 12, y + 6)
    page.evaluate(FRAMES)
    for step in range(steps):
        page.mouse.move(x + 12 + step * 2, y + 6 + step)
    gaps: list[float] = page.evaluate("() => globalThis.measured()")
    if page.get_attribute(thing, "transform") == before:
        raise SystemExit(f"{name} was not moved")
    page.keyboard.press("Escape")
    page.mouse.up()
    return gaps


def told(name: str, gaps: list[float]) -> None:
    """Print the figures of one gesture."""
    ordered = sorted(gaps)
    late = ordered[int(len(ordered) * 0.95)]
    print(f"{name:38} p50 {statistics.median(ordered):4.0f} ms   p95 {late:4.0f} ms   {len(ordered)} frames")


def measure(browser: Any, url: str) -> None:
    """Open the workbench once and work on it."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(url)
    print(f"{'drawn and usable after':38} {page.evaluate(DRAWN, [ELEMENTS, FLOWS]):.2f} s")
    page.wait_for_timeout(2500)
    name = page.evaluate(NEAREST)
    told("drag an element, everything in view", dragged(page, name))
    told("drag the largest boundary", dragged(page, page.evaluate(WIDEST), ".title rect"))
    page.keyboard.press("0")
    page.evaluate(REVEAL, name.removeprefix("n:"))
    page.wait_for_timeout(1000)
    told("drag an element at natural size", dragged(page, name))
    page.mouse.move(*page.evaluate(MIDDLE, ".canvas"))
    page.evaluate(FRAMES)
    for _ in range(60):
        page.mouse.wheel(20, 10)
    told("move the sheet at natural size", page.evaluate("() => globalThis.measured()"))
    context.close()


def main() -> None:
    """Serve the large model and measure, as often as asked."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("this needs Chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = project(Path(folder))
        with served(path) as server:
            browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
            for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3):
                measure(browser, server.url)
            browser.close()


if __name__ == "__main__":
    main()
