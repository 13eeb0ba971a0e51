"""Random rule trees."""

from hypothesis import strategies as st

from mantlet.rules import tree as nodes
from mantlet.rules.tree import DATA_WORDS

SUBJECTS = st.sampled_from(["flow", "source", "target", "element", "boundary", "data", "copy", "system"])
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
NAMES = st.lists(TEXTS, min_size=1, max_size=3).map(tuple)
FACTS = st.from_regex(r"[a-z0-9_][a-z0-9_.-]{0,12}", fullmatch=True)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
WORDS = st.lists(st.sampled_from(DATA_WORDS), max_size=3).map(tuple)
WANTED = st.tuples(WORDS, st.lists(TEXTS, max_size=2).map(tuple)).filter(lambda pair: pair[0] or pair[1])


ATOMS = st.one_of(
    st.builds(nodes.TypeIs, SUBJECTS.filter(lambda item: item != "data"), NAMES),
    st.builds(nodes.FactIn, SUBJECTS, FACTS, NAMES),
    st.builds(nodes.FactCompare, SUBJECTS, FACTS, st.sampled_from(["<", "<=", ">", ">="]), NUMBERS),
    st.builds(nodes.FactKnown, SUBJECTS, FACTS),
    st.builds(nodes.Crosses, NAMES),
    st.builds(nodes.Within, SUBJECTS, NAMES),
    st.tuples(SUBJECTS, st.sampled_from(["carries", "holds", "handles"]), WANTED).map(
        lambda item: nodes.Carries(item[0], item[1], *item[2])
    ),
    WANTED.map(lambda pair: nodes.DataIs(*pair)),
    st.tuples(SUBJECTS, st.sampled_from(["trains-on", "derived-from"]), WANTED).map(
        lambda item: nodes.Lineage(item[0], item[1], *item[2])
    ),
    st.builds(
        nodes.Linked,
        SUBJECTS,
        st.sampled_from(["receives-from", "sends-to", "reached-from", "reaches"]),
        NAMES,
    ),
    st.builds(nodes.ControlOn, TEXTS, SUBJECTS),
)
CONSTANTS = st.sampled_from([0, 1, 2]).map(nodes.Const)
FEW_ATOMS = st.sampled_from("abcde").map(lambda name: nodes.FactIn("flow", name, ("yes",)))


def trees(leaves):
    return st.recursive(
        st.one_of(leaves, CONSTANTS),
        lambda inner: st.one_of(
            st.builds(nodes.Not, inner),
            st.lists(inner, min_size=2, max_size=3).map(lambda items: nodes.And(tuple(items))),
            st.lists(inner, min_size=2, max_size=3).map(lambda items: nodes.Or(tuple(items))),
        ),
        max_leaves=10,
    )


class Table:
    """Atoms answered from columns by fact name, counting how often each was asked."""

    def __init__(self, **columns):
        import numpy as np

        self.columns = {name: np.array(values, np.int8) for name, values in columns.items()}
        self.asked = []

    def size(self, scope):
        return len(next(iter(self.columns.values())))

    def atom(self, atom, scope):
        self.asked.append(atom.fact)
        return self.columns[atom.fact]
