"""The budget: never overspent, whatever the order; tampering shows."""

import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mantlet.base.errors import InputError, UsageError
from mantlet.privacy.dp.ledger import Ledger, OverspentError
from mantlet.privacy.keys import Key


@pytest.fixture
def ledger(tmp_path):
    book = Ledger(tmp_path / "book.jsonl")
    book.open(epsilon=1.0, delta=1e-6, data="customers", unit="user")
    return book


@given(st.lists(st.floats(0.01, 0.7), max_size=8))
def test_spending_never_passes_the_budget(tmp_path_factory, costs):
    book = Ledger(tmp_path_factory.mktemp("book") / "book.jsonl")
    book.open(epsilon=1.0, delta=0, data="d")
    done = 0.0
    for cost in costs:
        if done + cost <= 1.0:
            book.spend("count", cost)
            done += cost
        elif done + cost > 1.0 + 1e-6:
            with pytest.raises(OverspentError):
                book.spend("count", cost)
    spent = book.read().spent[0]
    assert spent == pytest.approx(done)
    assert spent <= 1.0 + 1e-6


def test_delta_is_counted_as_well(ledger):
    ledger.spend("count by city", 0.1, 8e-7)
    with pytest.raises(OverspentError, match="left of the budget"):
        ledger.spend("count by city", 0.1, 8e-7)


@pytest.mark.parametrize(
    ("epsilon", "delta"),
    [
        (float("nan"), 0),
        (float("inf"), 0),
        (0, 0),
        (-1, 0),
        (0.1, float("nan")),
        (0.1, -1e-9),
        (0.1, float("inf")),
    ],
)
def test_what_is_no_cost_is_refused_and_leaves_the_ledger_as_it_was(ledger, epsilon, delta):
    before = ledger.path.read_bytes()
    with pytest.raises(UsageError, match="costs an epsilon above 0") as caught:
        ledger.spend("count", epsilon, delta)
    assert caught.value.mend
    assert ledger.path.read_bytes() == before


def test_a_full_disk_leaves_the_ledger_as_it_was(ledger, monkeypatch):
    before = ledger.path.read_bytes()
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: real(handle, data[: len(data) // 2]))
    with pytest.raises(InputError, match="cannot be written") as caught:
        ledger.spend("count", 0.1)
    assert caught.value.mend
    monkeypatch.undo()
    assert ledger.path.read_bytes() == before
    assert ledger.spend("mean of a\u2028b", 0.1).spent[0] == pytest.approx(0.1)
    assert ledger.read().releases[0].what == "mean of a\u2028b"


def test_one_ledger_for_one_data_set(ledger):
    with pytest.raises(UsageError, match="already"):
        ledger.open(epsilon=5, delta=0, data="customers")


@pytest.mark.parametrize("harm", ["drop", "change", "swap", "add"])
def test_tampering_shows(ledger, harm):
    for _ in range(3):
        ledger.spend("count", 0.1)
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    if harm == "drop":
        lines.pop(1)
    elif harm == "change":
        lines[2] = lines[2].replace(b"0.1", b"0.01")
    elif harm == "swap":
        lines[1], lines[2] = lines[2], lines[1]
    else:
        lines.append(lines[-1])
    ledger.path.write_bytes(b"".join(lines))
    with pytest.raises(InputError, match="not as it was written"):
        ledger.spend("count", 0.1)


def test_with_a_key_nobody_else_can_write_the_chain_anew(tmp_path):
    path = tmp_path / "book.jsonl"
    Ledger(path, Key("k" * 40)).open(epsilon=1, delta=0, data="d")
    for other in (Ledger(path), Ledger(path, Key("z" * 40))):
        with pytest.raises(InputError, match="not as it was written"):
            other.read()
    assert Ledger(path, Key("k" * 40)).read().left == (1, 0)


def test_two_releases_at_once_do_not_both_spend_the_last_of_it(ledger):
    outcomes = []

    def spend():
        for _ in range(50):
            try:
                ledger.spend("count", 0.6)
                outcomes.append("spent")
            except OverspentError:
                outcomes.append("refused")
            except UsageError:
                continue
            return

    threads = [threading.Thread(target=spend) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("spent") == 1
    assert ledger.read().spent[0] == 0.6


@pytest.mark.parametrize("data", [b"", b"{}", b"junk", b'{"what":"budget","epsilon":-1}\n'])
def test_a_broken_ledger_is_one_clear_error(tmp_path, data):
    path = tmp_path / "book.jsonl"
    path.write_bytes(data)
    with pytest.raises(InputError, match="book"):
        Ledger(path).read()
