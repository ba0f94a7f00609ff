"""What eyes, muscles and heart look like from the ears and from elsewhere."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earloop.spec.wiring import wire
from earloop.synth_data import ADULT, draw_subject
from earloop.synth_data.head.cortex import CENTRES, cortex_mixing, event_gain
from earloop.synth_data.head.fields import eye_gain, heart_gain, muscle_gain
from earloop.synth_data.sources.evoked import VISUAL

EARS = wire(("T7", "T9"), ("T8", "T10"), ("Cz",))
ACROSS = wire(("T7",), ("T8",), "cross-ear")
WITHIN = wire(("T7", "T9"), ("T8", "T10"), "within-ear")


def test_looking_right_makes_the_right_ear_positive_and_the_left_negative():
    right = eye_gain(EARS, ADULT).right
    assert right[:2].max() < 0 < right[2:].min()
    np.testing.assert_allclose(right[:2], -right[2:], rtol=1e-9)
    assert eye_gain(ACROSS, ADULT).right[1] == pytest.approx(ADULT.eye_uv_deg)


def test_the_temples_see_the_eyes_as_an_electrooculogram_does():
    canthi = eye_gain(wire(("F9",), ("F10",), "cross-ear"), ADULT)
    assert 5 < canthi.right[1] < 20  # uV/degree: Malmivuo & Plonsey 1995
    assert canthi.up == pytest.approx([0, 0], abs=1e-9)


def test_vertical_movements_and_blinks_are_weak_across_the_ears():
    ears, forehead = eye_gain(ACROSS, ADULT), eye_gain(wire(("Fpz",), ("A1",), ("A2",)), ADULT)
    assert np.abs(ears.up).max() < 0.01 * ears.right[1]
    assert forehead.blink[0] == pytest.approx(1, rel=1e-6)
    assert np.abs(ears.blink).max() < 0.01


def test_the_heart_is_larger_across_the_ears_than_within_one():
    across, within = heart_gain(ACROSS, ADULT), heart_gain(WITHIN, ADULT)
    assert across[0] == pytest.approx(ADULT.heart_uv)
    assert across[0] == pytest.approx(-across[1])
    assert np.abs(within).max() < 0.25 * across[0]


def test_jaw_muscles_are_the_largest_at_their_own_ear():
    gain = muscle_gain(EARS, ADULT)
    assert gain["temporalis_left"][0] > 3 * np.abs(gain["temporalis_left"][2:]).max()
    assert gain["masseter_right"][3] > 3 * np.abs(gain["masseter_right"][:2]).max()
    assert gain["temporalis_left"][0] > np.abs(gain["frontalis"][0])


@pytest.mark.parametrize("reference", [("Cz",), ("TP9", "TP10"), ("Fpz",), "cross-ear", "within-ear"])
def test_a_rhythm_has_as_much_power_left_as_right(reference):
    wiring = wire(("T7", "T9"), ("T8", "T10"), reference)
    for rhythm in CENTRES:
        mixing = cortex_mixing(rhythm, wiring, ADULT)
        power = np.diag(mixing @ mixing.T)
        np.testing.assert_allclose(power[:2], power[2:], rtol=0.15)


def test_alpha_is_larger_at_the_back_of_the_head_than_above_the_ear():
    mixing = cortex_mixing("alpha", wire(("T7",), ("Oz",), ("A2",)), ADULT)
    above_ear, back = np.sqrt(np.diag(mixing @ mixing.T))
    assert above_ear == pytest.approx(1)
    assert 1.3 < back / above_ear < 3  # 3.7 / 2.2 in OpenBCI ear recordings


def test_an_event_is_as_large_as_stated_where_it_is_stated():
    assert event_gain(VISUAL, wire(("Oz",), ("Cz",), ("A1", "A2")), ADULT)[0] == pytest.approx(1)


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32))
def test_a_thicker_skull_lets_less_of_the_cortex_through(seed):
    person = draw_subject("p", np.random.default_rng(seed))
    mixing = [
        cortex_mixing("background", EARS, replace(person, skull_ratio=person.skull_ratio * factor))
        for factor in (1.0, 0.5)
    ]
    normal, thick = (np.trace(m @ m.T) for m in mixing)
    assert thick < normal
