"""A device whose output has a wrong form is refused in one line, and never judged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from earloop.hil.devices.check_output import trouble_with_output
from earloop.hil.devices.replayed import DeviceError
from earloop.hil.judging.judge import judge
from earloop.hil.judging.tolerances import Tolerances
from earloop.hil.run.device import DeviceRun
from tests.hil.conftest import AlteredDevice

BANDS_TOKENS = "tokens has shape"


def with_taps(run, **taps):
    return replace(run, taps={**run.taps, **taps})


WRONG = {
    "tokens of one channel": (lambda run: replace(run, tokens=run.tokens[:, :1]), BANDS_TOKENS),
    "tokens of half a patch": (lambda run: replace(run, tokens=run.tokens[..., :25]), BANDS_TOKENS),
    "tokens with an axis too few": (lambda run: replace(run, tokens=run.tokens[0]), BANDS_TOKENS),
    "tokens as floats": (lambda run: replace(run, tokens=run.tokens.astype(float)), "tokens has dtype float64"),
    "tokens as a list": (lambda run: replace(run, tokens=run.tokens.tolist()), "tokens is a list"),
    "bands of one channel": (lambda run: with_taps(run, bands=run.taps["bands"][:, :1]), "tap bands has shape"),
    "NaN in a tap": (lambda run: with_taps(run, notched=np.full((9, 4), np.nan)), "tap notched has dtype float64"),
    "an unknown tap": (lambda run: with_taps(run, Bands=run.taps["bands"]), "tap 'Bands' is unknown"),
    "a mask of integers": (lambda run: replace(run, received=run.tokens[..., 0]), "received is not an array of bool"),
    "a mask of another shape": (
        lambda run: replace(run, received=np.ones((3, 4), bool)),
        "received has shape",
    ),
    "a tap's mask that is too short": (
        lambda run: replace(run, taps_received={"bands": np.ones(3, bool)}),
        "taps_received of bands has shape",
    ),
    "a mask without its tap": (
        lambda run: replace(run, taps_received={"codes": np.ones(3, bool)}),
        "taps_received has 'codes', and taps has not",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_output_of_a_wrong_form_is_refused_with_what_was_wanted(name, fixed, codes_10s):
    alter, said = WRONG[name]
    with pytest.raises(DeviceError, match=f"its output cannot be compared: {said}"):
        judge(AlteredDevice(fixed, alter), codes_10s, fixed)


def test_a_right_output_and_fewer_patches_are_left_to_the_comparison(design):
    tokens = np.zeros((2, len(design.channels), len(design.bands), design.tokens.patch), np.int16)
    assert trouble_with_output(DeviceRun(tokens=tokens), design) is None
    assert trouble_with_output(DeviceRun(tokens=tokens[:0]), design) is None


def test_a_run_of_which_every_token_was_lost_is_not_judged(fixed, codes_10s):
    def lose(run):
        return replace(run, received=np.zeros(run.tokens.shape[:3], bool))

    verdict = judge(AlteredDevice(fixed, lose), codes_10s, fixed, tolerances=Tolerances(lost_tokens=10**9))
    assert verdict.word == "not judged"
    assert "tokens were lost on the line: none was compared" in verdict.unjudged[0]
