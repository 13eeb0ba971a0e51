"""A PDF comes out of any text, also where the compiler gives up on it."""

import pytest

from mantlet import Model, analyse

typst = pytest.importorskip("typst")


class PanicException(BaseException):
    """What the compiler raises when it breaks down."""


def odd(name):
    model = Model("Odd")
    model.flow(model.element("a", "user", name=name), model.element("b", "web-service"))
    return analyse(model)


@pytest.mark.parametrize(
    "name", ["नमस्ते", "a\u0301b \u0302", "ﬁ\ufe0f\U0001f9d1\u200d\U0001f52c", "שלום", "\ue000"]
)
def test_scripts_of_the_world(name):
    assert odd(name).report("pdf").startswith(b"%PDF")


@pytest.mark.parametrize(
    "error", [PanicException("end byte index 3 is out of bounds"), typst.TypstError("x")]
)
def test_what_the_compiler_gives_up_on_is_replaced(monkeypatch, error):
    compile_ = typst.compile

    def compile_or_break(template, *, sys_inputs, **options):
        if any("न" in text for text in sys_inputs.values()):
            raise error
        return compile_(template, sys_inputs=sys_inputs, **options)

    monkeypatch.setattr(typst, "compile", compile_or_break)
    assert odd("नमस्ते").report("pdf").startswith(b"%PDF")


def test_a_fault_of_our_own_is_not_swallowed(monkeypatch):
    def broken(*arguments, **options):
        raise KeyError("x")

    monkeypatch.setattr(typst, "compile", broken)
    with pytest.raises(KeyError):
        odd("plain").report("pdf")
