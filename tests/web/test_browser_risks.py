"""Risks in a real browser: found beside the drawing, filtered, explained, rated, decided; by mouse and by keyboard alone."""

from __future__ import annotations

import pytest

from tests.web.browser import Window, window
from tests.web.workbench import SMALL, write

pytestmark = pytest.mark.slow
LOADS = "MODEL-DESERIALISE@api"
PROBED = "EVASION-PROBING@api"
DECIDED = """\
threats:
  LEAK: {title: A reseller sells the scores, at: [app], stride: [information-disclosure]}
decisions:
  EVASION-PROBING@api: {treatment: accept, reason: few callers, approved_by: lee, until: 2026-10-01}
  SECRET-STORE-READ@api: {treatment: mitigate, owner: ana}
"""


@pytest.fixture(scope="module")
def shared(chromium, tmp_path_factory):
    with window(chromium, write(tmp_path_factory.mktemp("risks"))) as found:
        yield found


@pytest.fixture
def seen(shared):
    return again(shared, SMALL)


@pytest.fixture
def decided(shared):
    return again(shared, SMALL + DECIDED)


def again(seen: Window, text: str) -> Window:
    """Put the model back as it was and forget what was chosen, without loading the page anew."""
    assert not seen.wrong, seen.wrong
    seen.path.write_text(text, encoding="utf-8")
    seen.page.evaluate(
        """async () => {
          const { store, reload } = await import('/static/js/store.js');
          const { current } = await import('/static/js/risks/current.js');
          const { fresh } = await import('/static/js/risks/filters.js');
          document.querySelector('dialog')?.close();
          localStorage.clear();
          store.select([]);
          current.show(null);
          store.filter(fresh());
          location.hash = '#/files';
          await reload();
        }"""
    )
    seen.page.wait_for_selector(".view-files")
    return seen


def state(seen: Window, expression: str):
    """Return what an expression about the page's store is."""
    return seen.page.evaluate(
        "async () => { const { store } = await import('/static/js/store.js');"
        " const { current } = await import('/static/js/risks/current.js');"
        f" return {expression}; }}"
    )


def register(seen: Window) -> list[str]:
    """Return the ids of the rows of the register."""
    rows = seen.page.locator(".risk-table tbody tr[data-key]")
    return rows.evaluate_all("rows => rows.map(row => row.dataset.key)")


def open_risk(seen: Window, name: str = LOADS) -> None:
    seen.go(f"#/risks?risk={name}", ".risk-detail[aria-busy='false'] h2")


class TestBesideTheDrawing:
    def panel(self, seen: Window) -> None:
        seen.go("#/design")
        seen.page.click("#tab-threats")
        seen.page.wait_for_selector(".risk-item")

    def test_a_chosen_risk_lights_its_places_and_opens_its_preview(self, seen):
        self.panel(seen)
        seen.page.click(f"[data-risk='{LOADS}'] .risk-item")
        assert state(seen, "[...store.lit]") == ["load"]
        seen.page.wait_for_selector(".risk-preview-text:has-text('model')")
        assert seen.page.get_attribute(f"[data-risk='{LOADS}'] .risk-item", "aria-expanded") == "true"
        seen.page.click(".risk-preview .chip")
        assert state(seen, "[...store.selection]") == ["load"]

    def test_the_list_follows_the_selection_until_told_otherwise(self, seen):
        self.panel(seen)
        every = seen.page.locator(".risk-row").count()
        seen.page.evaluate("import('/static/js/store.js').then(({ store }) => store.select(['store']))")
        seen.page.wait_for_selector(".risk-panel-head:has-text('at store')")
        here = seen.page.locator(".risk-row").evaluate_all("rows => rows.map(row => row.dataset.risk)")
        assert 0 < len(here) < every
        assert all(name.endswith(("@store", "@read")) for name in here)
        seen.page.click(".risk-panel-line button[data-value='all']")
        assert seen.page.locator(".risk-row").count() == every

    def test_arrows_walk_the_list_and_the_explanation_steps_on(self, seen):
        self.panel(seen)
        seen.page.focus(".risk-item >> nth=0")
        seen.page.keyboard.press("ArrowDown")
        seen.page.keyboard.press("Enter")
        first = state(seen, "current.id")
        assert first == seen.page.locator(".risk-row").nth(1).get_attribute("data-risk")
        seen.page.keyboard.press("Tab")
        seen.page.click(".risk-preview .btn-primary")
        seen.page.wait_for_selector(".panel-explain .risk-detail[aria-busy='false']")
        seen.page.keyboard.press("Alt+ArrowDown")
        assert state(seen, "current.id") != first

    def test_an_edit_changes_the_list_at_once(self, seen):
        self.panel(seen)
        seen.page.evaluate(
            "import('/static/js/store.js').then(({ store }) =>"
            " store.change([{ op: 'set', path: ['elements', 'model', 'facts', 'model_format'], value: 'safetensors' }]))"
        )
        seen.page.wait_for_selector(f"[data-risk='{LOADS}']", state="detached")
        assert "new or changed" in seen.page.inner_text(".risk-told") or "gone" in seen.page.inner_text(
            ".risk-told"
        )

    def test_a_badge_on_the_drawing_opens_its_threats(self, seen):
        seen.go("#/design", ".canvas[data-drawn] .badge")
        seen.page.locator(".canvas .badge").first.click(force=True)
        seen.page.wait_for_selector("#tab-threats[aria-selected='true']")
        seen.page.wait_for_selector(".risk-panel-head:has-text('at ')")
        assert state(seen, "store.selection.size") == 1

    def test_a_threat_found_by_search_is_explained_and_lit(self, seen):
        seen.go("#/design", ".canvas[data-drawn]")
        seen.page.keyboard.press("Control+k")
        seen.page.keyboard.type("loads a model file")
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_selector(".panel-explain h2:has-text('loads a model file')")
        assert state(seen, "[...store.lit]") == ["load"]

    def test_another_window_sees_what_is_answered_here(self, seen):
        open_risk(seen)
        page = seen.page.context.new_page()
        page.goto(seen.page.url)
        page.wait_for_selector(".risk-detail[aria-busy='false'] .risk-mark-open")
        seen.page.select_option(".why-ask select >> nth=0", "safetensors")
        page.wait_for_selector(".risk-detail .risk-mark-mitigated")
        page.close()


class TestFilters:
    def test_by_severity_status_words_and_lens(self, seen):
        seen.go("#/risks?severity=medium", ".risk-table tr[data-key]")
        medium = register(seen)
        assert medium
        assert all(state(seen, f"store.register.get('{name}').severity") == "medium" for name in medium)
        seen.page.click(".segments [data-value='privacy']")
        private = register(seen)
        assert 0 < len(private) < len(medium)
        assert all(state(seen, f"store.register.get('{name}').linddun.length") for name in private)
        seen.page.fill(".risk-search", "people concludes")
        seen.page.wait_for_function("document.querySelectorAll('.risk-table tr[data-key]').length === 1")
        assert register(seen) == ["PROFILING@api"]

    def test_by_framework_and_category(self, seen):
        seen.go("#/risks", ".risk-table tr[data-key]")
        seen.page.click(".risk-filter-line .btn")
        seen.page.select_option("[data-keep='framework']", "linddun")
        seen.page.select_option("[data-keep='category']", "L")
        linking = register(seen)
        assert linking
        assert all(
            state(seen, f"store.register.get('{name}').linddun.some(node => node.startsWith('L'))")
            for name in linking
        )
        seen.page.select_option("[data-keep='framework']", "atlas")
        assert seen.page.input_value("[data-keep='category']") == ""
        seen.page.click("text=Reset filters")
        assert len(register(seen)) > len(linking)

    def test_a_cell_of_the_matrix_shows_only_its_risks(self, seen):
        seen.go("#/risks", ".risk-table tr[data-key]")
        cell = seen.page.locator(".risk-cell:not(.risk-cell-none)").first
        count = int(cell.inner_text())
        cell.click()
        assert cell.get_attribute("aria-pressed") == "true"
        assert len(register(seen)) == count
        cell.press("Enter")
        assert len(register(seen)) > count

    def test_badges_on_the_drawing_follow_the_filters(self, seen):
        seen.go("#/design", ".canvas[data-drawn] .badge")
        seen.page.click("#tab-threats")
        count = "[...document.querySelectorAll('.canvas .badge')].reduce((sum, badge) => sum + Number(badge.textContent), 0)"
        every = seen.page.evaluate(count)
        seen.page.click(".risk-panel .segments [data-value='privacy']")
        seen.page.wait_for_function(f"every => {count} < every", arg=every)
        assert seen.page.input_value(".overlay select") == "privacy"
        seen.page.click(".risk-panel .segments [data-value='all']")
        seen.page.click(".risk-filter-line .btn")
        seen.page.click("[data-keep='severities-low']")
        seen.page.wait_for_function(f"every => {count} < every", arg=every)

    def test_what_matches_is_decided_in_one_place(self, seen):
        found = seen.page.evaluate(
            """async () => {
              const { matches, narrowing, fresh, badgesOf } = await import('/static/js/risks/filters.js');
              const risk = { id: 'A@x', title: 'Somebody reads x', element: 'x', places: ['f.returns'], state: 'open', settled: false,
                severity: 'high', worst: 'high', likelihood: 5, impact: 6, likelihood_level: 'medium', impact_level: 'high',
                stride: ['tampering'], cia: [], linddun: ['L.1.1'], trim: [], refs: { atlas: ['AML.T0011.000'] }, pack: 'security' };
              const held = (some) => matches(risk, { ...fresh(), ...some });
              return {
                tree: held({ framework: 'linddun', category: 'L.1' }), other: held({ framework: 'linddun', category: 'L.11' }),
                technique: held({ framework: 'atlas', category: 'AML.T0011' }), ml: held({ overlay: 'ml' }), words: held({ text: 'reads SOMEBODY aml' }),
                settled: matches({ ...risk, settled: true }, fresh()), narrow: narrowing({ ...fresh(), element: 'x', severities: ['high'] }),
                badge: badgesOf([risk, { ...risk, at: 'flow', severity: 'low' }], fresh()), none: badgesOf([risk], { severities: ['low'] }),
              };
            }"""
        )
        assert found == {
            "tree": True, "other": False, "technique": True, "ml": False, "words": True, "settled": False, "narrow": 2,
            "badge": {"x": {"count": 1, "severity": "high"}, "f.returns": {"count": 1, "severity": "low"}},
            "none": {},
        }  # fmt: skip


class TestExplanation:
    def test_every_condition_says_its_fact_and_whose_word_it_is(self, seen):
        open_risk(seen)
        assert "carries" in seen.page.inner_text("[data-part='why']")
        assert "From the drawing" in seen.page.inner_text("[data-part='why']")
        prevent = seen.page.inner_text("[data-part='prevent']")
        assert "Model file format: not known" in prevent
        assert "nobody wrote it" in prevent

    def test_an_answer_in_place_changes_the_file_and_the_risk(self, seen):
        open_risk(seen)
        seen.page.select_option(".why-ask select >> nth=0", "safetensors")
        seen.page.wait_for_selector(".risk-detail .risk-mark-mitigated")
        seen.saved()
        assert "model_format: safetensors" in seen.text
        seen.page.keyboard.press("Control+z")
        seen.page.wait_for_selector(".risk-detail .risk-mark-open")
        seen.saved()
        assert "model_format" not in seen.text

    def test_the_band_narrows_with_the_answer(self, seen):
        open_risk(seen)
        before = seen.page.inner_text(".band >> nth=0")
        seen.page.click(".narrow .segments button[data-value='yes'] >> nth=0")
        seen.page.wait_for_function("text => document.querySelector('.band').innerText !== text", arg=before)
        low, high = _ends(seen.page.inner_text(".band >> nth=0"))
        was_low, was_high = _ends(before)
        assert high - low < was_high - was_low

    def test_a_known_fact_can_be_changed_where_it_counts(self, seen):
        seen.page.evaluate(
            "import('/static/js/store.js').then(({ store }) =>"
            " store.change([{ op: 'set', path: ['elements', 'api', 'facts', 'queries_parameterised'], value: 'no' }]))"
        )
        open_risk(seen, "INJECTION-QUERY@api")
        seen.page.click(".why-change:has-text('Change')")
        seen.page.click(".why-ask:not([hidden]) [data-value='yes']")
        seen.page.wait_for_selector(".risk-detail .risk-mark-mitigated")


def _ends(text: str) -> tuple[float, float]:
    if "(" not in text:
        return 0.0, 0.0
    low, high = text.split("(")[1].rstrip(")").split("–")
    return float(low), float(high)


class TestRating:
    def test_a_factor_can_be_set_and_the_result_follows(self, seen):
        open_risk(seen)
        seen.page.click("[data-part='rate'] .risk-fold-open")
        seen.page.wait_for_selector(".rate-vector code")
        assert seen.page.locator(".rate-group").count() == 4
        assert seen.page.locator(".rate-line").count() == 16
        seen.page.select_option("#rate-EE", "1")
        seen.page.wait_for_selector(".rate-vector code:has-text('EE:1/')")
        assert seen.page.inner_text(".rate-line:has(#rate-EE) .rate-mark") == "set"
        seen.page.click("text=Save this rating")
        seen.page.wait_for_selector(".decision:has-text('EE:1')")
        seen.saved()
        assert "rating: EE:1" in seen.text

    def test_going_back_to_the_estimates(self, seen):
        self.test_a_factor_can_be_set_and_the_result_follows(seen)
        assert "Estimate" in seen.page.locator("#rate-EE option").first.inner_text()
        seen.page.click("text=Back to the estimates")
        seen.page.click("text=Save this rating")
        seen.page.wait_for_selector(".decision:not(:has-text('EE:1'))")
        seen.saved()
        assert "rating" not in seen.text

    def test_business_factors_count_once_all_four_are_set(self, seen):
        open_risk(seen)
        seen.page.click("[data-part='rate'] .risk-fold-open")
        seen.page.wait_for_selector(".rate-vector code")
        for code, score in (("FD", "9"), ("RD", "9"), ("NC", "7"), ("PV", "9")):
            seen.page.select_option(f"#rate-{code}", score)
        seen.page.wait_for_selector(".rate-parts:has-text('8.5')")

    def test_vectors_are_read_and_written_in_the_methods_order(self, seen):
        found = seen.page.evaluate(
            "import('/static/js/risks/vector.js').then(v => [v.parse('(OWASP/)M:4/SL:5/XX:1/EE:99'), v.format({ PV: 9, SL: 5, EE: 0 })])"
        )
        assert found == [{"SL": 5, "M": 4}, "SL:5/EE:0/PV:9"]


class TestDecision:
    def test_an_acceptance_needs_reason_approval_and_end(self, seen):
        open_risk(seen)
        seen.page.click("[data-part='decide'] .risk-fold-open")
        seen.page.check(".decide input[value='accept']")
        seen.page.click("text=Save the decision")
        assert seen.page.locator(".decide-wrong").count() == 3
        assert seen.page.evaluate("document.activeElement.dataset.field") == "reason"
        seen.page.keyboard.type("behind the gateway only")
        seen.page.fill("[data-field='approved_by']", "lee")
        seen.page.fill("[data-field='until']", "2027-03-01")
        seen.page.click("text=Save the decision")
        seen.page.wait_for_selector(".decision:has-text('stands')")
        seen.saved()
        assert "treatment: accept" in seen.text
        assert "severity: high" in seen.text
        assert state(seen, f"store.register.get('{LOADS}').settled")

    def test_a_control_is_planned_from_the_explanation(self, seen):
        open_risk(seen)
        seen.page.click(".risk-controls button >> nth=0")
        seen.page.wait_for_selector(".decide")
        assert seen.page.locator(".decide-control input:checked").count() == 1
        seen.page.fill("[data-field='owner']", "ana")
        seen.page.click("text=Save the decision")
        seen.page.wait_for_selector(".decision-planned:has-text('ana')")
        seen.saved()
        assert "treatment: mitigate" in seen.text
        assert "controls: [" in seen.text

    def test_one_for_every_place_and_its_removal(self, seen):
        open_risk(seen, "STORE-READ@store")
        seen.page.click("[data-part='decide'] .risk-fold-open")
        seen.page.check(".decide input[value='not-applicable']")
        seen.page.fill("[data-field='reason']", "test data only")
        seen.page.click("text=Save the decision")
        seen.page.wait_for_selector(".decision:has-text('test data only')")
        seen.page.click("text=Change the decision")
        seen.page.click(".decide-end .btn-danger")
        seen.page.click("dialog .btn-danger")
        seen.page.wait_for_selector(".decision", state="detached")
        seen.saved()
        assert "STORE-READ" not in seen.text

    def test_what_is_typed_survives_a_change_from_elsewhere(self, seen):
        open_risk(seen)
        seen.page.click("[data-part='decide'] .risk-fold-open")
        seen.page.fill("[data-field='owner']", "ana")
        before = seen.page.inner_text(".band >> nth=0")
        seen.page.evaluate(
            "import('/static/js/store.js').then(({ store }) =>"
            " store.change([{ op: 'set', path: ['elements', 'api', 'facts', 'logged'], value: 'yes' }]))"
        )
        seen.page.wait_for_function("was => document.querySelector('.band').innerText !== was", arg=before)
        assert seen.page.input_value("[data-field='owner']") == "ana"

    def test_decisions_that_no_longer_count_are_shown(self, decided):
        decided.go("#/risks", ".risk-notes")
        assert "no longer counts" in decided.page.inner_text(".risk-notes")
        assert "threat that is gone" in decided.page.inner_text(".risk-notes")
        decided.page.click(".risk-attention button >> nth=0")
        assert register(decided) == [PROBED]
        assert "expired" in decided.page.inner_text(".risk-table tbody")
        decided.page.click(".risk-attention:has-text('gone') button")
        decided.page.click("dialog .btn-danger")
        decided.page.wait_for_selector("dialog .decision", state="detached")


class TestRegister:
    def test_several_are_decided_with_the_keyboard_alone(self, seen):
        seen.go("#/risks", ".risk-table tr[data-key]")
        first, second, third = register(seen)[:3]
        seen.page.focus(".risk-table tbody tr[tabindex='0']")
        seen.page.keyboard.press("Space")
        seen.page.keyboard.press("Shift+ArrowDown")
        seen.page.keyboard.press("Shift+ArrowDown")
        assert seen.page.inner_text(".bulk span") == "3 chosen"
        seen.page.keyboard.press("d")
        seen.page.wait_for_selector("dialog .decide")
        seen.page.focus("dialog input[value='mitigate']")
        for _ in range(3):
            seen.page.keyboard.press("ArrowDown")
        seen.page.keyboard.press("Tab")
        seen.page.keyboard.type("internal users only")
        seen.page.keyboard.press("Tab")
        seen.page.keyboard.type("lee")
        seen.page.keyboard.press("Tab")
        seen.page.keyboard.type("03012027")
        seen.page.keyboard.press("Control+Enter")
        seen.page.wait_for_selector("dialog", state="detached")
        seen.saved()
        for name in (first, second, third):
            assert f"{name}:" in seen.text
        assert seen.text.count("treatment: accept") == 3
        assert not set(register(seen)) & {first, second, third}
        seen.page.keyboard.press("Control+z")
        seen.page.wait_for_selector(f".risk-table tr[data-key='{first}']")

    def test_rows_open_with_enter_and_columns_sort(self, seen):
        seen.go("#/risks", ".risk-table tr[data-key]")
        seen.page.focus(".risk-table tbody tr[tabindex='0']")
        seen.page.keyboard.press("End")
        last = register(seen)[-1]
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_selector(".risk-side .risk-detail[aria-busy='false']")
        assert last.replace("@", "%40") in seen.page.url
        seen.page.click(".risk-col-title button")
        titles = seen.page.locator(".risk-col-title").all_inner_texts()[1:]
        assert titles == sorted(titles, key=str.lower)

    def test_a_threat_that_people_found(self, seen):
        seen.go("#/risks", ".risk-table tr[data-key]")
        seen.page.click("text=Add a threat")
        seen.page.click("dialog .btn-primary")
        assert seen.page.inner_text(".manual [role='alert']")
        seen.page.keyboard.type("A reseller sells the scores")
        seen.page.fill(".manual input[placeholder]", "api")
        seen.page.keyboard.press("Enter")
        seen.page.click(".manual .chip >> nth=0")
        seen.page.check(".manual input[value='information-disclosure']")
        seen.page.click("dialog .btn-primary")
        seen.page.wait_for_selector("dialog", state="detached")
        seen.page.wait_for_selector("h2:has-text('A reseller sells the scores')")
        seen.saved()
        assert "A-RESELLER-SELLS-THE-SCORES:" in seen.text
        assert "at: [api]" in seen.text
        seen.page.click("text=Edit this threat")
        seen.page.fill(".manual input >> nth=0", "A partner sells the scores")
        seen.page.fill(".manual input[placeholder='Name of a control']", "rate-limiting")
        seen.page.click("dialog .btn-primary")
        seen.page.wait_for_selector("h2:has-text('A partner sells the scores')")
        seen.saved()
        assert "controls: [rate-limiting]" in seen.text
        assert "Limit requests" in seen.page.inner_text("[data-part='helps']")


class TestQuestions:
    def test_answered_skipped_and_taken_back(self, seen):
        seen.go("#/questions", ".question")
        ids = seen.page.locator(".question").evaluate_all("items => items.map(item => item.dataset.id)")
        assert ids[0] == "personal@scores"
        seen.page.fill(".question input >> nth=0", "customer number, churn-score")
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_selector("[data-id='personal@scores']", state="detached")
        seen.saved()
        assert "personal: [customer-number, churn-score]" in seen.text
        seen.page.click(".toast:has-text('Answered') button >> nth=0")
        seen.page.wait_for_selector("[data-id='personal@scores']")
        seen.page.click("[data-id='personal@scores'] .question-skip")
        seen.page.wait_for_selector("[data-id='personal@scores']", state="detached")
        seen.page.click(".questions-later summary")
        seen.page.click(".questions-later button")
        seen.page.wait_for_selector("[data-id='personal@scores']")

    def test_one_answer_for_all_places_that_are_alike(self, seen):
        seen.go("#/questions", ".question")
        seen.page.check("[data-id='integrity_checked@model'] .question-alike input")
        seen.page.click("[data-id='integrity_checked@model'] button[data-value='no']")
        seen.page.wait_for_selector("[data-id='integrity_checked@model']", state="detached")
        seen.saved()
        assert seen.text.count("integrity_checked:") > 1
        seen.page.keyboard.press("Control+z")
        seen.page.wait_for_selector("[data-id='integrity_checked@model']")
        seen.saved()
        assert "integrity_checked:" not in seen.text

    def test_with_the_keyboard_alone(self, seen):
        seen.go("#/questions", ".question")
        seen.page.focus("[data-id='authorized@api'] button[data-value='yes']")
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_selector("[data-id='authorized@api']", state="detached")
        seen.saved()
        assert 'authorized: "yes"' in seen.text or "authorized: yes" in seen.text
        assert seen.page.evaluate("Boolean(document.activeElement.closest('.question'))")


class TestPaths:
    def test_a_path_is_drawn_and_told_step_by_step(self, seen):
        seen.go("#/design")
        seen.page.click("#tab-paths")
        seen.page.focus(".path-open >> nth=0")
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_selector(".path-steps")
        assert set(state(seen, "[...store.lit]")) >= {"app", "api", "predict"}
        assert seen.page.locator(".path-threats a").count() > 0
        seen.page.click(".path-step >> nth=0")
        assert set(state(seen, "[...store.lit]")) == {"app", "api", "predict"}
        seen.page.click(".path-threats a >> nth=0")
        seen.page.wait_for_selector(".view-risks .risk-detail[aria-busy='false'] h2")


def test_who_may_only_read_sees_all_and_changes_nothing(chromium, tmp_path):
    with window(chromium, write(tmp_path), read_only=True) as seen:
        open_risk(seen)
        seen.page.click("[data-part='rate'] .risk-fold-open")
        seen.page.wait_for_selector(".rate-vector code")
        assert seen.page.locator(".rate select:not(:disabled)").count() == 0
        assert (
            seen.page.locator("[data-part='decide'] button, .risk-detail .why-change, .narrow").count() == 0
        )
        assert seen.page.locator(".risk-answer :is(button, select, input):not(:disabled)").count() == 0
        seen.page.click(".risk-table tbody input >> nth=0")
        assert seen.page.is_disabled(".bulk .btn-primary")
        assert seen.text == SMALL


def test_what_is_only_for_readers_of_text_sticks_out_of_nothing(seen):
    open_risk(seen)
    assert (
        seen.page.evaluate("(main => main.scrollHeight - main.clientHeight)(document.getElementById('main'))")
        <= 1
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_for_people_who_see_or_hear_otherwise(decided, theme):
    rules = None if theme == "light" else ["color-contrast"]
    decided.page.emulate_media(color_scheme=theme)
    decided.go("#/risks", ".risk-table tr[data-key]")
    decided.page.click(".risk-filter-line .btn")
    decided.page.click(".risk-table tbody input >> nth=0")
    assert decided.severe("main", rules) == []
    for opener in (".bulk .btn-primary", ".risks-actions .btn", ".risk-attention:has-text('gone') button"):
        decided.page.click(opener)
        decided.page.wait_for_selector("dialog[open]")
        assert decided.severe("dialog", rules) == []
        decided.page.keyboard.press("Escape")
    open_risk(decided)
    decided.page.click("[data-part='rate'] .risk-fold-open")
    decided.page.click("[data-part='decide'] .risk-fold-open")
    decided.page.wait_for_selector(".rate-vector code")
    assert decided.severe(".risk-side", rules) == []
    decided.go("#/questions", ".question")
    assert decided.severe(".questions header, .question:nth-child(-n + 5)", rules) == []
    decided.go("#/risks?tab=paths", ".path-open")
    decided.page.click(".path-open >> nth=0")
    assert decided.severe(".risk-main", rules) == []
    decided.go("#/design")
    decided.page.click("#tab-threats")
    decided.page.click(".risk-item >> nth=1")
    decided.page.wait_for_selector(".risk-preview .chip")
    assert decided.severe("#dock-body", rules) == []
    decided.page.emulate_media(color_scheme="light")
