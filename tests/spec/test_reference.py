"""The float tokenizer by blocks against itself on the whole stream, and that against scipy."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from earloop.spec.decimator import decimator_taps
from earloop.spec.filters import band_sos, notch_section
from earloop.spec.reference import FloatTaps, FloatTokenizer, float_taps
from earloop.spec.taps import concatenate_taps
from earloop.spec.variants import vary_reference

DESIGNS = {
    "reference": vary_reference(),
    "undecimated": vary_reference(converter={"rate_hz": 250}, decimator={"factor": 1}),
    "taps fewer than a tick's samples": vary_reference(decimator={"taps": 3}),
    "no notch": vary_reference(notch={"mains_hz": 0}),
}
NAMES = [each.name for each in fields(FloatTaps)]


def drawn_codes(samples, seed):
    return np.random.default_rng(seed).integers(-(2**22), 2**22, (samples, 4))


@pytest.mark.parametrize("name", DESIGNS)
@given(cuts=st.lists(st.integers(0, 1203), max_size=8), seed=st.integers(0, 99))
def test_any_split_into_blocks_gives_the_bits_of_the_whole(name, cuts, seed):
    codes, tokenizer = drawn_codes(1203, seed), FloatTokenizer(DESIGNS[name])
    found = concatenate_taps([tokenizer.push(block) for block in np.split(codes, sorted(cuts))])
    whole = float_taps(DESIGNS[name], codes)
    for tap in NAMES:
        np.testing.assert_array_equal(getattr(found, tap), getattr(whole, tap), err_msg=tap, strict=True)


@pytest.mark.parametrize("name", DESIGNS)
def test_it_is_what_scipy_makes_of_the_whole_stream_behind_a_past_like_its_first_sample(name):
    design, codes = DESIGNS[name], drawn_codes(1203, 7)
    taps, past = decimator_taps(design), np.repeat(codes[:1], 20_000, axis=0)
    filtered = signal.lfilter(taps, 1.0, np.concatenate([past, codes]), axis=0)
    decimated = filtered[len(past) + design.newest_sample(0) :: design.decimator.factor]
    hum = notch_section(design)
    zi = None if hum is None else signal.sosfilt_zi(hum.sos[None])[:, :, None] * decimated[0]
    notched = decimated if hum is None else decimated - signal.sosfilt(hum.sos[None], decimated, axis=0, zi=zi)[0]
    found = float_taps(design, codes)
    np.testing.assert_allclose(found.decimated, decimated, rtol=0, atol=1e-6)
    np.testing.assert_allclose(found.notched, notched, rtol=0, atol=1e-6)
    for band, sos in enumerate(band_sos(design)):
        zi = signal.sosfilt_zi(sos)[:, :, None] * notched[0]
        wanted = signal.sosfilt(sos, notched, axis=0, zi=zi)[0]
        np.testing.assert_allclose(found.bands[:, :, band], wanted, rtol=0, atol=1e-5)


@pytest.mark.parametrize("samples", [0, 1, 4, 5, 6, 250])
def test_a_tick_comes_with_its_last_sample(design, samples):
    assert len(FloatTokenizer(design).push(np.ones((samples, 4), int)).bands) == samples // 5
