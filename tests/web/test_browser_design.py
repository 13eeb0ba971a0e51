"""The design view in a real browser: drawn, moved, connected, renamed, undone; by mouse and by keyboard alone."""

from __future__ import annotations

import itertools
import json

import pytest
import yaml

from tests.web.browser import Window, opened, window
from tests.web.workbench import TODAY, served, write

pytestmark = pytest.mark.slow
LAYOUT = {
    "layout": 1,
    "elements": {
        "app": {"x": 40, "y": 120, "width": 100, "height": 56},
        "api": {"x": 360, "y": 120, "width": 120, "height": 56},
        "model": {"x": 360, "y": 300, "width": 100, "height": 50},
        "store": {"x": 620, "y": 120, "width": 100, "height": 50},
    },
    "boundaries": {"vpc": {"x": 300, "y": 60, "width": 480, "height": 330}},
    "flows": {"load": {"waypoints": [[410, 300], [410, 176]], "label": [410, 240]}},
}
MODEL = """\
mantlet: 1
system: {name: Churn predictor}
data:
  customers: {name: Customer records, classification: confidential, personal: [name, email]}
  scores: {type: prediction}
boundaries:
  vpc: {type: network, name: Private network}  # ours
  office: {type: network, name: Office}
elements:
  # people
  app: {type: user, name: Caller}
  api: {type: inference-service, name: Scoring API, in: [vpc]}   # behind the gateway
  model: {type: model-artifact, name: Weights, in: [vpc]}
  store: {type: database, name: Customers, in: [vpc], holds: [customers]}
flows:
  predict: {from: app, to: api, data: [customers], returns: [scores]}
  load: {from: model, to: api, opened_by: api}
"""
PLACES = {
    **LAYOUT,
    "boundaries": {**LAYOUT["boundaries"], "office": {"x": 20, "y": 440, "width": 240, "height": 150}},
}


class Design:
    """The canvas of a window, spoken to by what is on it."""

    def __init__(self, seen: Window) -> None:
        self.seen = seen
        self.page = seen.page
        self.page.wait_for_selector(".canvas[data-drawn]")
        self.page.wait_for_selector('[model-id="n:api"]')
        self.page.wait_for_selector("#dock .panel-properties .thing")
        self.page.wait_for_timeout(120)

    @property
    def model(self) -> dict:
        self.settle()
        return yaml.load(self.seen.text, yaml.BaseLoader)  # noqa: S506  (builds strings only)

    @property
    def layout(self) -> dict:
        self.settle()
        return json.loads(self.seen.path.with_name("threatmodel.layout.json").read_text("utf-8"))

    @property
    def chosen(self) -> list[str]:
        return self.state("[...store.selection]")

    def state(self, expression: str):
        return self.page.evaluate(
            f"async () => {{ const {{ store }} = await import('/static/js/store.js'); return {expression}; }}"
        )

    def until(self, expression: str) -> None:
        """Wait until an expression about the page's store is true."""
        for _ in range(200):
            if self.state(expression):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(expression)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point of the drawing is on the page."""
        return tuple(
            self.page.evaluate(
                """([x, y]) => {
                  const layer = document.querySelector('.canvas .joint-layers') ?? document.querySelector('.canvas [model-id]').parentNode;
                  const point = new DOMPoint(x, y).matrixTransform(layer.getScreenCTM());
                  return [point.x, point.y];
                }""",
                [x, y],
            )
        )

    def node(self, name: str) -> tuple[float, float]:
        """Return the middle of an element on the page."""
        box = self.page.locator(f'[model-id="n:{name}"]').bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag(self, start: tuple[float, float], end: tuple[float, float], **how: bool) -> None:
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move(start[0] + 6, start[1] + 6)
        mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        mouse.move(*end)
        self.page.wait_for_timeout(60)
        mouse.up()
        self.page.wait_for_timeout(40)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.page.wait_for_timeout(30)

    def settle(self) -> None:
        """Wait until everything is saved."""
        self.page.evaluate(
            "async () => { const { history } = await import('/static/js/history.js'); await history.idle();"
            " const { sync } = await import('/static/js/sync.js'); await sync.idle(); }"
        )
        self.seen.saved()


@pytest.fixture
def design(chromium, tmp_path):
    path = write(tmp_path, MODEL)
    path.with_name("threatmodel.layout.json").write_text(json.dumps(PLACES), "utf-8")
    with window(chromium, path) as seen:
        yield Design(seen)


class TestChoosing:
    def test_a_boundary_is_chosen_by_border_and_title_only(self, design):
        design.page.mouse.click(*design.at(700, 330))
        assert design.chosen == []
        design.page.mouse.click(*design.at(300, 300))
        assert design.chosen == ["vpc"]
        design.press("Escape")
        design.page.mouse.click(*design.at(330, 72))
        assert design.chosen == ["vpc"]

    def test_shift_and_the_rubber_band_choose_several(self, design):
        design.page.mouse.click(*design.node("api"))
        design.page.keyboard.down("Shift")
        design.page.mouse.click(*design.node("store"))
        design.page.keyboard.up("Shift")
        assert set(design.chosen) == {"api", "store"}
        design.drag(design.at(320, 90), design.at(500, 370))
        assert {"api", "model"} <= set(design.chosen)
        assert "store" not in design.chosen

    def test_a_flow_is_chosen_by_its_line_and_gets_no_bend(self, design):
        design.page.mouse.click(*design.at(410, 200))
        assert design.chosen == ["load"]
        assert "waypoints" in design.layout["flows"]["load"]
        assert len(design.layout["flows"]["load"]["waypoints"]) == 2


class TestDrawing:
    def test_a_type_from_the_palette_lands_in_the_boundary_under_it(self, design):
        piece = design.page.locator(".piece", has_text="Web service").first
        x, y = design.at(560, 300)
        frame = design.page.locator(".canvas").bounding_box()
        piece.drag_to(
            design.page.locator(".canvas"), target_position={"x": x - frame["x"], "y": y - frame["y"]}
        )
        design.page.wait_for_selector(".inplace")
        design.page.keyboard.type("Front end")
        design.press("Enter")
        added = {
            name: entry for name, entry in design.model["elements"].items() if entry["name"] == "Front end"
        }
        assert [entry["in"] for entry in added.values()] == [["vpc"]]
        assert "# behind the gateway" in design.seen.text
        assert set(added) <= set(design.layout["elements"])

    def test_a_flow_is_pulled_from_a_border_to_another_element(self, design):
        x, y = design.at(477, 160)
        design.drag((x, y), design.node("store"))
        design.page.wait_for_selector(".inplace")
        design.press("Escape")
        (flow,) = set(design.model["flows"]) - {"predict", "load"}
        assert (design.model["flows"][flow]["from"], design.model["flows"][flow]["to"]) == ("api", "store")
        assert len(design.layout["flows"][flow]["waypoints"]) >= 2

    def test_a_flow_is_pulled_from_the_handle_beside_an_element(self, design):
        design.page.mouse.move(*design.node("store"))
        handle = design.page.locator("[data-handle='left'] circle").bounding_box()
        design.drag((handle["x"] + 6, handle["y"] + 6), design.node("model"))
        design.press("Escape")
        (flow,) = set(design.model["flows"]) - {"predict", "load"}
        assert (design.model["flows"][flow]["from"], design.model["flows"][flow]["to"]) == ("store", "model")

    def test_a_flow_into_the_open_asks_what_is_there(self, design):
        design.page.mouse.move(*design.node("store"))
        handle = design.page.locator("[data-handle='down'] circle").bounding_box()
        design.drag((handle["x"] + 6, handle["y"] + 6), design.at(660, 320))
        design.page.locator(".picker input").fill("log")
        design.press("Enter")
        design.page.wait_for_selector(".inplace")
        design.press("Escape")
        (made,) = set(design.model["elements"]) - {"app", "api", "model", "store"}
        assert design.model["elements"][made]["in"] == ["vpc"]
        assert any(flow["to"] == made for flow in design.model["flows"].values())

    def test_an_end_is_put_on_another_element(self, design):
        design.page.mouse.click(*design.at(410, 200))
        grip = design.page.locator("[data-grip='end'][data-index='0']").first.bounding_box()
        design.drag((grip["x"] + 4, grip["y"] + 4), design.node("store"))
        assert design.model["flows"]["load"]["from"] == "store"

    def test_a_boundary_is_drawn_round_what_is_selected(self, design):
        design.state("store.select(['api', 'model'])")
        design.page.locator(".palette input").fill("container")
        design.page.locator(".piece-boundary").first.click()
        design.page.wait_for_selector(".inplace")
        design.press("Escape")
        (made,) = set(design.model["boundaries"]) - {"vpc", "office"}
        elements = design.model["elements"]
        assert elements["api"]["in"] == elements["model"]["in"] == ["vpc", made]
        assert elements["store"]["in"] == ["vpc"]


class TestMoving:
    def test_what_is_dropped_in_another_boundary_is_in_it(self, design):
        design.drag(design.node("store"), design.at(140, 520))
        assert design.model["elements"]["store"]["in"] == ["office"]
        design.press("Control+z")
        design.page.wait_for_timeout(200)
        assert design.model["elements"]["store"]["in"] == ["vpc"]
        assert design.layout["elements"]["store"]["x"] == 620
        design.press("Control+Shift+z")
        design.page.wait_for_timeout(200)
        assert design.model["elements"]["store"]["in"] == ["office"]

    def test_what_is_dropped_outside_is_in_none(self, design):
        design.drag(design.node("store"), design.at(640, 500))
        assert "in" not in design.model["elements"]["store"]

    def test_a_boundary_carries_what_is_inside_and_can_be_nested(self, design):
        design.drag(design.at(320, 72), design.at(352, 104))
        layout = design.layout
        assert layout["elements"]["api"]["x"] - 360 == layout["boundaries"]["vpc"]["x"] - 300 != 0
        assert layout["elements"]["app"]["x"] == 40
        assert layout["flows"]["load"]["waypoints"][0][0] == 410 + layout["elements"]["api"]["x"] - 360
        design.drag(design.at(40, 452), design.at(560, 330))
        assert design.model["boundaries"]["office"]["in"] == "vpc"

    def test_a_line_keeps_level_and_upright_when_an_end_moves(self, design):
        design.drag(design.node("model"), (design.node("model")[0] + 60, design.node("model")[1]))
        points = design.layout["flows"]["load"]["waypoints"]
        assert all(abs(a[0] - b[0]) < 1 or abs(a[1] - b[1]) < 1 for a, b in itertools.pairwise(points))

    def test_bends_and_labels_are_put_by_hand(self, design):
        design.page.mouse.click(*design.at(410, 200))
        piece = design.page.locator("[data-grip='piece']").first.bounding_box()
        design.drag((piece["x"] + 4, piece["y"] + 6), (piece["x"] + 44, piece["y"] + 6))
        assert (
            len(design.layout["flows"]["load"]["waypoints"]) > 2
            or design.layout["flows"]["load"]["waypoints"][0][0] != 410
        )
        before = design.layout["flows"]["load"]["label"]
        label = design.page.locator('[model-id="w:load"][data-label] rect').first.bounding_box()
        design.drag((label["x"] + 8, label["y"] + 6), (label["x"] + 58, label["y"] + 36))
        after = design.layout["flows"]["load"]["label"]
        assert (after[0] - before[0], after[1] - before[1]) != (0, 0)

    def test_a_boundary_is_resized_but_not_below_what_it_holds(self, design):
        design.page.mouse.click(*design.at(300, 300))
        corner = design.page.locator("[data-corner='se']").bounding_box()
        design.drag((corner["x"] + 4, corner["y"] + 4), design.at(500, 200))
        box = design.layout["boundaries"]["vpc"]
        assert box["width"] < 480
        assert box["x"] + box["width"] >= 720

    def test_a_boundary_that_grows_over_something_takes_it_in(self, design):
        design.page.mouse.click(*design.at(300, 300))
        corner = design.page.locator("[data-corner='w']").bounding_box()
        design.drag((corner["x"] + 4, corner["y"] + 4), design.at(20, 230))
        assert design.model["elements"]["app"]["in"] == ["vpc"]

    def test_escape_takes_a_drag_back(self, design):
        x, y = design.node("store")
        design.page.mouse.move(x, y)
        design.page.mouse.down()
        design.page.mouse.move(x - 100, y + 200)
        design.page.wait_for_timeout(40)
        design.press("Escape")
        design.page.mouse.up()
        assert design.model["elements"]["store"]["in"] == ["vpc"]
        assert abs(design.node("store")[0] - x) < 2

    def test_things_are_aligned_and_spread(self, design):
        design.press("Control+a")
        design.page.click('.toolbar [aria-label^="Align"]')
        design.page.click(".menu :text('Align top edges')")
        tops = {design.layout["elements"][name]["y"] for name in ("app", "api", "store")}
        assert len(tops) == 1


class TestEditing:
    def test_a_double_click_renames_in_place(self, design):
        design.page.mouse.dblclick(*design.node("api"))
        design.page.locator(".inplace").fill("Scores <b>fast</b>")
        design.press("Enter")
        assert design.model["elements"]["api"]["name"] == "Scores <b>fast</b>"
        assert design.page.locator(".canvas b").count() == 0
        design.page.wait_for_selector('[model-id="n:api"]:has-text("<b>")')

    def test_facts_are_answered_in_the_panel_and_taken_back(self, design):
        design.page.mouse.click(*design.node("api"))
        fact = design.page.locator('[data-fact="rate_limited"]')
        fact.get_by_role("radio", name="No").click()
        assert design.model["elements"]["api"]["facts"] == {"rate_limited": "no"}
        design.page.wait_for_selector('[data-fact="rate_limited"] .seg-no[aria-checked="true"]')
        design.page.locator('[data-fact="rate_limited"] .seg-unknown').click()
        assert "rate_limited" not in design.model["elements"]["api"].get("facts", {})

    def test_out_of_scope_needs_a_reason_and_is_drawn_so(self, design):
        design.page.mouse.click(*design.node("store"))
        design.page.get_by_label("Out of scope").check()
        assert "out_of_scope" not in design.model["elements"]["store"]
        reason = design.page.locator('[data-path="elements/store/out_of_scope"]')
        reason.fill("run by another team")
        reason.blur()
        assert design.model["elements"]["store"]["out_of_scope"] == "run by another team"
        design.page.wait_for_selector('.mt-out[model-id="n:store"]')

    def test_data_is_made_and_carried(self, design):
        design.page.mouse.click(*design.at(410, 200))
        design.page.locator(".field", has_text="Carries").locator("select").select_option(label="New data…")
        design.page.locator("dialog input").first.fill("Weights of the model")
        design.page.locator("dialog footer .btn-primary").click()
        design.page.wait_for_selector(".chip:has-text('Weights of the model')")
        assert design.model["flows"]["load"]["data"] == ["weights-of-the-model"]

    def test_an_id_is_changed_with_all_that_mentions_it(self, design):
        design.page.mouse.click(*design.node("api"))
        design.page.click(".thing .link")
        design.page.locator("dialog input").fill("scoring")
        design.press("Enter")
        design.page.wait_for_selector('[model-id="n:scoring"]')
        assert design.model["flows"]["predict"]["to"] == "scoring"
        assert "scoring" in design.layout["elements"]

    def test_removing_takes_flows_along_and_comes_back_whole(self, design):
        before = design.model
        places = design.layout
        design.page.mouse.click(*design.node("api"))
        design.press("Delete")
        assert set(design.model.get("flows") or {}) == set()
        design.press("Control+z")
        design.page.wait_for_selector('[model-id="n:api"]')
        assert design.model == before
        assert design.layout["elements"]["api"] == places["elements"]["api"]

    def test_copies_come_with_their_flows(self, design):
        design.page.mouse.click(*design.at(300, 300))
        design.press("Control+d")
        design.page.wait_for_timeout(200)
        assert len(design.model["boundaries"]) == 3
        design.press("Control+a", "Control+c", "Control+v")
        design.page.evaluate(
            "document.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, clipboardData: new DataTransfer() }))"
        )
        design.page.wait_for_timeout(300)
        assert len(design.model["elements"]) >= 8
        assert len(design.model["flows"]) >= 4

    def test_arrange_is_one_step_that_can_be_taken_back(self, design):
        before = design.layout
        design.page.click(".toolbar :text('Arrange')")
        design.page.wait_for_timeout(600)
        assert design.layout["elements"] != before["elements"]
        design.press("Control+z")
        design.page.wait_for_timeout(400)
        assert design.layout["elements"] == before["elements"]


class TestKeyboard:
    def test_a_system_is_drawn_without_a_mouse(self, design):
        page = design.page
        page.locator(".canvas").focus()
        design.press("Escape", "n")
        page.keyboard.type("vector")
        design.press("Enter")
        page.wait_for_selector(".inplace")
        page.keyboard.type("Index")
        design.press("Enter")
        (made,) = set(design.model["elements"]) - {"app", "api", "model", "store"}
        assert design.chosen == [made]
        design.press("l", "Alt+ArrowLeft")
        assert design.chosen != [made]
        target = design.chosen[0]
        design.press("l")
        page.wait_for_selector(".inplace")
        design.press("Escape")
        assert any((flow["from"], flow["to"]) == (made, target) for flow in design.model["flows"].values())
        place = design.layout["elements"][target]["x"]
        page.locator(".canvas").focus()
        design.state(f"store.select(['{target}'])")
        design.press("ArrowRight", "ArrowRight")
        assert design.layout["elements"][target]["x"] == place + 16
        design.press("Control+z")
        assert design.layout["elements"][target]["x"] == place
        design.press("F2")
        page.keyboard.type("Renamed")
        design.press("Enter")
        assert design.model["elements"][target]["name"] == "Renamed"
        design.press("Delete")
        assert target not in design.model["elements"]
        design.press("Control+z")
        page.wait_for_selector(f'[model-id="n:{target}"]')
        assert target in design.model["elements"]

    def test_tab_reads_in_order_and_leaves_after_escape(self, design):
        design.page.locator(".canvas").focus()
        design.press("Escape", "ArrowDown", "Tab", "Tab")
        assert len(design.chosen) == 1
        said = design.page.locator(".surface [role=status]").inner_text()
        assert said
        design.press("Escape", "Tab")
        assert design.page.evaluate("document.activeElement.className") != "canvas"

    def test_search_finds_and_shows(self, design):
        design.press("Control+k")
        design.page.keyboard.type("customers")
        design.page.wait_for_selector(".search li:has-text('Customers')")
        design.press("Enter")
        assert design.chosen == ["store"]

    def test_the_menu_comes_by_key(self, design):
        design.state("store.select(['api'])")
        design.page.locator(".canvas").focus()
        design.press("Shift+F10")
        design.page.wait_for_selector(".menu [role=menuitem]")
        design.press("Escape")
        assert design.page.locator(".menu").count() == 0


class TestViews:
    def test_the_inside_of_a_boundary_and_back(self, design):
        design.state("store.select(['vpc'])")
        design.page.locator(".canvas").focus()
        design.press("Alt+Enter")
        design.page.wait_for_selector(".switcher strong:has-text('Private network')")
        design.page.wait_for_selector('.mt-context[model-id="n:app"]')
        design.page.locator(".canvas").focus()
        design.press("Backspace")
        design.until("!location.hash.includes('view=')")

    def test_a_view_is_made_and_kept(self, design):
        design.page.click(".view-pick")
        design.page.click(".menu :text('New view')")
        design.page.locator("dialog input").fill("Only the office")
        design.page.locator("dialog .btn-primary").click()
        design.page.wait_for_selector(".view-pick:has-text('Only the office')")
        assert design.layout["views"]["only-the-office"]["title"] == "Only the office"

    def test_badges_light_and_overlay(self, design):
        design.page.wait_for_selector(".canvas .mt-badge")
        design.state("store.highlight(['load'])")
        design.page.wait_for_selector('.mt-high[model-id="w:load"]')
        design.page.wait_for_selector('.mt-dim[model-id="n:app"]')
        design.page.locator(".overlay select").select_option("none")
        design.until("document.querySelectorAll('.canvas .mt-badge').length === 0")


class TestTable:
    def test_the_model_is_edited_as_tables(self, design):
        page = design.page
        design.seen.go("#/table", ".table-body table")
        name = page.locator('.table-body [data-path="elements/api/name"]')
        name.fill("Scorer")
        name.blur()
        assert design.model["elements"]["api"]["name"] == "Scorer"
        page.click("#table-flows")
        page.locator('[data-path="flows/load/from"]').select_option("store")
        assert design.model["flows"]["load"]["from"] == "store"
        page.click(".table-bar .btn-primary")
        page.locator("dialog .btn-primary").click()
        design.until("document.querySelectorAll('.table-body tbody tr').length === 3")
        assert len(design.model["flows"]) == 3


class TestLongSessions:
    def left(self, design: Design) -> tuple[int, int]:
        return tuple(
            design.page.evaluate(
                "() => [document.querySelectorAll('*').length, document.querySelectorAll('.canvas [model-id]').length]"
            )
        )

    def test_edits_and_views_leave_nothing_behind(self, design):
        before = self.left(design)
        text = design.seen.text
        for _ in range(25):
            design.state(
                "await store.change([{op: 'set', path: ['elements', 'extra'], value: {type: 'process'}},"
                " {op: 'set', path: ['flows', 'more'], value: {from: 'extra', to: 'api'}}], {label: 'x'})"
            )
            design.state("(await import('/static/js/history.js')).history.undo()")
        for _ in range(6):
            design.seen.go("#/table", ".table-body table")
            design.seen.go("#/design", ".canvas[data-drawn]")
        design.page.wait_for_timeout(400)
        assert design.seen.text == text
        assert self.left(design)[1] == before[1]
        assert abs(self.left(design)[0] - before[0]) < 40
        assert design.page.locator(".canvas").count() == 1

    def test_nothing_can_be_changed_when_it_is_read_only(self, chromium, tmp_path):
        path = write(tmp_path, MODEL)
        with window(chromium, path, read_only=True) as seen:
            design = Design.__new__(Design)
            design.seen, design.page = seen, seen.page
            seen.page.wait_for_selector('[model-id="n:api"]')
            seen.page.wait_for_selector('.state[data-state="read-only"]')
            design.drag(design.node("api"), (design.node("api")[0] + 90, design.node("api")[1] + 90))
            seen.page.keyboard.press("Delete")
            assert seen.text == MODEL
            assert seen.page.locator(".piece:not(:disabled)").count() == 0

    def test_a_broken_file_is_told_and_comes_back(self, design):
        text = design.seen.text
        design.seen.path.write_text(text.replace("type: user", "type: [", 1), "utf-8")
        design.page.wait_for_selector('.state[data-state="broken"]')
        design.page.click(".state button")
        design.page.wait_for_selector(".problems li")
        design.press("Escape")
        design.seen.path.write_text(text, "utf-8")
        design.page.wait_for_selector('.state[data-state="saved"]')


class TestTwoWindows:
    def test_both_stay_in_step(self, chromium, tmp_path):
        path = write(tmp_path, MODEL)
        path.with_name("threatmodel.layout.json").write_text(json.dumps(PLACES), "utf-8")
        with (
            served(path, today=TODAY) as server,
            opened(chromium, server, path) as one,
            opened(chromium, server, path) as two,
        ):
            first, second = Design(one), Design(two)
            first.page.mouse.dblclick(*first.node("api"))
            first.page.locator(".inplace").fill("From the first")
            first.press("Enter")
            second.page.wait_for_selector('[model-id="n:api"]:has-text("From the first")')
            second.page.mouse.click(*second.node("store"))
            second.press("ArrowRight")
            first.until("store.layout.elements.store.x === 628")
            path.write_text(path.read_text("utf-8").replace("name: Weights", "name: From disk"), "utf-8")
            for each in (first, second):
                each.page.wait_for_selector('[model-id="n:model"]:has-text("From disk")')


class TestAccessible:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_no_serious_violation(self, chromium, tmp_path, theme):
        path = write(tmp_path, MODEL)
        with window(chromium, path, theme=theme) as seen:
            design = Design(seen)
            assert seen.severe() == []
            design.page.mouse.click(*design.node("api"))
            design.page.wait_for_selector(".facts")
            assert seen.severe() == []
            seen.go("#/table", ".table-body table")
            assert seen.severe() == []
