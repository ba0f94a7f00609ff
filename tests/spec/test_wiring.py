import numpy as np
import pytest

from earloop.spec.design import parse_design
from earloop.spec.errors import DesignError
from earloop.spec.wiring import wire

LEFT, RIGHT = ("T7", "T9"), ("T8", "T10")


def test_linked_references_are_their_mean():
    wiring = wire(LEFT, RIGHT, ("TP9", "TP10"))
    assert wiring.sites == ("T7", "T9", "T8", "T10", "TP9", "TP10")
    np.testing.assert_array_equal(wiring.matrix, np.hstack([np.eye(4), np.full((4, 2), -0.5)]))


def test_across_the_ears_each_channel_is_measured_against_the_other_ear():
    wiring = wire(LEFT, RIGHT, "cross-ear")
    np.testing.assert_array_equal(wiring.matrix[0], [1, 0, -0.5, -0.5])
    np.testing.assert_array_equal(wiring.matrix[3], [-0.5, -0.5, 0, 1])


def test_within_an_ear_each_channel_is_measured_against_its_neighbours():
    np.testing.assert_array_equal(wire(LEFT, RIGHT, "within-ear").matrix[1], [-1, 1, 0, 0])


@pytest.mark.parametrize("reference", [("Cz",), ("TP9", "TP10"), ("T7",), "cross-ear", "within-ear"])
def test_what_all_electrodes_share_is_seen_by_none(reference):
    wiring = wire(LEFT, RIGHT, reference)
    np.testing.assert_allclose(wiring.matrix @ np.ones(len(wiring.sites)), 0, atol=1e-15)


@pytest.mark.parametrize(
    ("electrodes", "said"),
    [
        ({"left": ["T7"], "right": ["T8"], "reference": "within-ear"}, "T7 has no other electrode"),
        ({"left": ["T7"], "right": ["T8"], "reference": ["T8"]}, "T8 is measured against itself"),
    ],
)
def test_a_channel_without_a_reference_is_refused(design_data, electrodes, said):
    with pytest.raises(DesignError, match=said):
        parse_design(design_data | {"electrodes": electrodes})
