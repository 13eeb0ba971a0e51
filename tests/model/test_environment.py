import pytest

from mantlet.base.errors import UsageError
from mantlet.model.environment import with_environment
from mantlet.store.convert import from_raw, to_raw

RAW = {
    "data": {"rows": {}},
    "elements": {
        "api": {"type": "process", "facts": {"logged": "yes", "patched": "no"}},
        "store": {"type": "data-store", "holds": ["rows"]},
    },
    "flows": {"f": {"from": "api", "to": "store"}},
    "environments": {
        "test": {
            "facts": {
                "api": {"logged": "no"},
                "f": {"protocol": "http"},
                "system": {"note": "x"},
                "rows/store": {"erasure": "no"},
            }
        }
    },
}


def test_facts_of_one_deployment_win():
    sections = from_raw(RAW)
    before = to_raw(sections)
    there = with_environment(sections, "test")
    assert there.elements["api"].facts == {"logged": "no", "patched": "no"}
    assert there.flows["f"].facts == {"protocol": "http"}
    assert there.system.facts == {"note": "x"}
    assert there.elements["store"].copies["rows"].facts == {"erasure": "no"}
    assert to_raw(sections) == before


def test_an_environment_that_is_not_there():
    with pytest.raises(UsageError, match="unknown environment 'tset'") as caught:
        with_environment(from_raw(RAW), "tset")
    assert caught.value.mend == "did you mean 'test'?"
