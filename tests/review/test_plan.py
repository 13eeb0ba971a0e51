"""The plan on small models: what it chooses is judged by the rules themselves."""

import itertools
import textwrap

import pytest

from mantlet.base.errors import MantletError, UsageError
from mantlet.catalogue.load import load_catalogue
from mantlet.review.plan.effects import Effects
from mantlet.review.plan.efforts import efforts
from mantlet.review.plan.whatif import edited
from mantlet.review.plan.worlds import Worlds
from mantlet.review.questions import WEIGHT
from tests.support import register, sections

pytest.importorskip("highspy")

from mantlet.review.plan.plan import make_plan

RULES = """
threats:
  OPEN-DOOR:
    title: Somebody walks into {element}
    text: t
    at: element
    applies: element is 'process'
    mitigated: element.sandboxed is 'yes'
    controls: [sandbox-workloads]
    vulnerability: {discovery: 9, exploit: 9, awareness: 9}
  TWO-LOCKS:
    title: Two locks on {element}
    text: t
    at: element
    applies: element is 'file-store'
    mitigated: element.encrypted_at_rest is 'yes' and element.access_controlled is 'yes'
    controls: [encrypt-at-rest, restrict-store-access]
    vulnerability: {discovery: 9, exploit: 9, awareness: 9}
    agents: [insider, outsider]
  PEOPLE:
    title: People in {data}
    text: t
    at: data-at
    applies: data is personal
    controls: [collect-less]
"""
MODEL = """
data: {d: {personal: [health], classification: restricted}}
boundaries: {lan: {type: private-network}, net: {type: internet}}
elements:
  a: {type: process, in: [lan], facts: {sandboxed: no}}
  b: {type: process, facts: {sandboxed: no}}
  s: {type: file-store, holds: [d], facts: {encrypted_at_rest: no, access_controlled: no}}
flows: {f: {from: a, to: s, data: [d]}, g: {from: b, to: s, data: [d]}}
sequences: {night: [f, g]}
"""


@pytest.fixture
def small():
    return register(MODEL, RULES)


def controls_of(plan):
    return {step.id: set(step.on) for step in plan.steps}


def test_two_locks_are_bought_together_and_one_alone_where_it_is_enough(small):
    plan = make_plan(small, budget=30)
    assert {"encrypt-at-rest", "restrict-store-access"} <= set(controls_of(plan))
    assert sum(plan.after.values()) == 0
    assert plan.optimal
    enough = make_plan(small, target="no-medium")
    assert set(controls_of(enough)) == {"restrict-store-access"}
    assert (enough.after["medium"], enough.left) == (0, [])


def test_what_is_promised_is_what_the_rules_say(small):
    plan = make_plan(small, budget=30)
    worlds = Worlds(small)
    after = worlds.standing(
        worlds.with_all(
            {step.id: step.on for step in plan.steps if step.kind == "control"},
            [step.id for step in plan.steps if step.kind == "avoid"],
        )
    )
    assert Worlds.counts(after) == plan.after
    assert sum(map(sum, plan.matrix_after)) == len(after.risks)
    before = worlds.standing(small)
    weight = [sum(WEIGHT[item] for item in side.risks.values()) for side in (before, after)]
    assert plan.removed == weight[0] - weight[1]


def test_no_set_of_measures_is_better_when_the_model_is_judged_by_it(small):
    """Every set within the budget, each one judged by the rules, against the plan."""
    instance = Effects(Worlds(small), {}).instance()
    worlds = Worlds(small)
    for budget in (2.0, 4.5, 9.0):
        best = 0.0
        for size in range(len(instance.measures) + 1):
            for chosen in itertools.combinations(range(len(instance.measures)), size):
                if instance.cost(chosen) > budget:
                    continue
                done = {}
                edits = []
                for number in chosen:
                    measure = instance.measures[number]
                    if measure.group:
                        done.setdefault(measure.group, []).extend(measure.on)
                    else:
                        edits.append(measure.id)
                after = worlds.standing(worlds.with_all(done, edits)).risks
                start = worlds.standing(small).risks
                best = max(
                    best, sum(WEIGHT[s] for s in start.values()) - sum(WEIGHT[s] for s in after.values())
                )
        assert make_plan(small, budget=budget).removed == best


def test_a_change_of_the_design_is_chosen_where_it_is_cheaper(small):
    plan = make_plan(small, budget=1, considered={"remove b": "0.5"})
    assert [(step.id, step.kind) for step in plan.steps] == [("remove b", "avoid")]
    assert plan.steps[0].settles == ["OPEN-DOOR@b"]


def test_a_control_that_is_there_costs_no_setting_up(small):
    there = (
        MODEL.replace("in: [lan], facts: {sandboxed: no}", "in: [lan]")
        + "  \ncontrols: {c: {control: sandbox-workloads, on: [a], status: implemented}}\n"
    )
    plan = make_plan(register(there, RULES), budget=30)
    step = next(step for step in plan.steps if step.id == "sandbox-workloads")
    assert step.on == ["b"]
    assert step.effort == efforts().of("medium") * efforts().place_share


def test_what_a_control_needs_comes_first():
    rules = """
    threats:
      BLIND:
        title: Nobody looks
        text: t
        at: element
        applies: element is 'process'
        mitigated: element.logs_watched is 'yes'
        controls: [watch-logs]
    """
    model = "data: {d: {}}\nelements: {a: {type: process, facts: {logged: no}}}\n"
    catalogue = load_catalogue()
    fact = next(
        key.partition(".")[2] for key in catalogue.controls["watch-logs"].sets if key.startswith("element.")
    )
    plan = make_plan(register(model, textwrap.dedent(rules).replace("logs_watched", fact)), budget=30)
    assert [step.id for step in plan.steps] == ["audit-logging", "watch-logs"]
    assert plan.steps[0].needed_by == ["watch-logs"]
    assert plan.steps[0].on == plan.steps[1].on == ["a"]


def test_needs_name_controls_that_exist():
    known = load_catalogue().controls
    for name, needs in efforts().needs.items():
        assert {name, *needs} <= set(known)


def test_nothing_to_do():
    plan = make_plan(register("elements: {u: {type: user}}\n", RULES), budget=10)
    assert (plan.steps, plan.effort, plan.optimal) == ([], 0, True)


@pytest.mark.parametrize(
    "wrong",
    [{}, {"budget": 3, "target": "no-high"}, {"target": "no-risk"}, {"budget": -1}, {"budget": float("nan")}, {"budget": 3, "considered": {"remove b": "lots"}}, {"budget": 3, "considered": {"remove z": "low"}}],
)  # fmt: skip
def test_plans_that_make_no_sense(small, wrong):
    with pytest.raises(UsageError):
        make_plan(small, **wrong)


# -- what if


def what_if(*edits):
    return edited(sections(MODEL), list(edits), load_catalogue())


def test_an_element_takes_its_flows_along():
    made = what_if("remove a")
    assert set(made.elements) == {"b", "s"}
    assert set(made.flows) == {"g"}
    assert made.sequences == {"night": ["g"]}


def test_data_goes_from_everywhere():
    made = what_if("drop d")
    assert not made.data
    assert made.flows["f"].data == []
    assert not made.elements["s"].copies


def test_fields_places_periods_facts():
    assert what_if("drop d.health").data["d"].personal == []
    assert what_if("move a to net").elements["a"].within == ["net"]
    assert what_if("retain d P30D").data["d"].retention == "P30D"
    assert what_if("retain d/s P30D").elements["s"].copies["d"].retention == "P30D"
    assert what_if("set a.sandboxed=yes").elements["a"].facts["sandboxed"] == "yes"
    assert what_if("remove lan").elements["a"].within == []


@pytest.mark.parametrize(
    "edit", ["", "drop", "drop x", "drop d.name", "remove z", "move a to z", "move z to lan", "retain d/a P1D", "explode a", "set a.nonsense=yes", "operate a by nobody"],
)  # fmt: skip
def test_edits_that_do_not_fit(edit):
    with pytest.raises(MantletError):
        what_if(edit)


def test_a_plan_that_brings_what_nobody_promised_is_not_called_the_best(small, monkeypatch):
    """Together measures may bring a risk that none brings alone; then the rules find less taken off."""
    real = Worlds.with_all

    def worse(self, controls, edits):
        return small if len(controls) > 1 else real(self, controls, edits)

    monkeypatch.setattr("mantlet.review.plan.effects.Effects.corrected", lambda *_: None)
    monkeypatch.setattr(Worlds, "with_all", worse)
    plan = make_plan(small, budget=30)
    assert len(plan.steps) > 1
    assert not plan.optimal
    assert plan.gap == 1
