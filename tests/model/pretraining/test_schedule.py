"""The learning rate of a run of one leg, and of one that was lengthened."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earloop.model.config import ModelError, PretrainConfig
from earloop.model.pretraining.schedule import last_leg, rate_of

LONGER = PretrainConfig(steps=100, legs=(40,), warmup_steps=5, learning_rate=1e-3)


def test_the_first_leg_is_that_of_a_run_that_was_never_lengthened():
    alone = PretrainConfig(steps=40, warmup_steps=5, learning_rate=1e-3)
    assert [rate_of(step, LONGER) for step in range(40)] == [rate_of(step, alone) for step in range(40)]


def test_a_second_leg_warms_up_from_the_last_rate_and_falls_by_half_a_cosine_to_a_tenth():
    last = rate_of(39, LONGER)
    wanted = [last + (1e-3 - last) * n / 5 for n in range(1, 6)]
    wanted += [1e-4 + 9e-4 * (1 + math.cos(math.pi * n / 55)) / 2 for n in range(55)]
    assert [rate_of(step, LONGER) for step in range(40, 100)] == pytest.approx(wanted, rel=1e-12)


def test_the_last_leg_is_told_in_words():
    assert last_leg(LONGER) == (
        f"from step 40 the learning rate warms up again, from {rate_of(39, LONGER):.3g} to 0.001 in 5 steps, then "
        "falls along half a cosine to 0.0001 at step 100"
    )


@given(st.lists(st.integers(1, 200), min_size=1, max_size=4, unique=True), st.integers(0, 20))
def test_no_rate_is_above_the_highest_or_not_above_zero(ends, warmup):
    *legs, steps = sorted(ends)
    config = PretrainConfig(steps=steps, legs=tuple(legs), warmup_steps=warmup)
    assert all(0 < rate_of(step, config) <= config.learning_rate * (1 + 1e-12) for step in range(steps))


def test_a_step_beyond_the_run_has_no_rate():
    with pytest.raises(ValueError, match="step 100: the run has 100"):
        rate_of(100, LONGER)


@pytest.mark.parametrize("legs", [(0,), (100,), (60, 40), (40, 40)])
def test_legs_that_do_not_ascend_to_the_last_step_are_refused(legs):
    with pytest.raises(ModelError, match="of 100 steps: wanted ascending steps before the last"):
        PretrainConfig(steps=100, legs=legs)
