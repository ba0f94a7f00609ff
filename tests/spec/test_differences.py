"""Differences of JSON values: every field that differs, by its key, in words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from earloop.spec.design import load_design
from earloop.spec.differences import differences

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda below: (
        st.lists(below, max_size=3) | st.dictionaries(st.text("ab", min_size=1, max_size=2), below, max_size=3)
    ),
    max_leaves=8,
)


def test_each_key_that_differs_is_named_with_both_values():
    design = load_design()
    facts = design.model_dump(mode="json")
    other = design.model_dump(mode="json")
    other["notch"]["mains_hz"] = 60
    other["bands"][1]["low_hz"] = 3.5
    other["electrodes"]["right"] = ["T8"]
    del other["bands"][-1]
    assert list(differences(facts, other)) == [
        "electrodes.right is T8, T10, not T8",
        "notch.mains_hz is 50, not 60",
        "bands is 12 entries, not 11 entries",
    ]
    other["bands"].append(facts["bands"][-1])
    assert list(differences(facts, other))[-1] == f"bands[1].low_hz is {facts['bands'][1]['low_hz']}, not 3.5"


def test_a_missing_key_differs_from_a_null():
    assert list(differences({}, {"a": None})) == ["a is missing, not null"]


@given(VALUES, VALUES)
def test_values_have_a_difference_exactly_where_they_are_not_equal(a, b):
    assert list(differences(a, a, "x")) == []
    assert bool(list(differences(a, b, "x"))) == (a != b)
