"""The golden tokenizer against unbounded integers, the float path, and its own laws."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earloop.spec.design import parse_design
from earloop.spec.fixed import compile_design
from earloop.spec.golden import GoldenTokenizer
from earloop.spec.reference import float_taps

FULL_SCALE = 2**23


def noise(samples, channels, rms_uv, lsb_uv, seed):
    """1/f noise on an electrode offset of some mV, in codes."""
    rng = np.random.default_rng(seed)
    spectrum = rng.standard_normal((channels, samples // 2 + 1)) + 1j * rng.standard_normal(
        (channels, samples // 2 + 1)
    )
    spectrum /= np.sqrt(np.maximum(np.arange(samples // 2 + 1), 1))
    x = np.fft.irfft(spectrum, samples).T
    offsets = rng.uniform(-2e6, 2e6, channels)
    return np.round(x / x.std(0) * rms_uv / lsb_uv + offsets).astype(np.int32)


class PlainSection:
    """A delta section in Python's unbounded integers, from the formula in `earloop.spec.delta`."""

    def __init__(self, section, error_bits, x):
        self.section, self.error_bits = section, error_bits
        self.x1 = self.x2 = x
        self.y1 = self.y2 = self.e1 = self.e2 = 0

    def step(self, x):
        sec, s = self.section, -1 if self.section.mirrored else 1

        def product(c, operand):
            return c.mantissa * operand // 2**c.shift if c.shift >= 0 else c.mantissa * operand * 2**-c.shift

        numerator = x - 2 * self.x1 + self.x2 if sec.highpass else x - self.x2
        acc = product(sec.b, numerator) - product(sec.d, s * self.y1) - product(sec.g, s * self.y1 - self.y2)
        acc += 2 * s * self.e1 - self.e2
        assert abs(acc) < 2**62, "the accumulator fits a signed 64-bit word"
        y = max(-(2**31), min(2**31 - 1, acc // 2**self.error_bits + 2 * s * self.y1 - self.y2))
        self.x1, self.x2, self.y1, self.y2, self.e1, self.e2 = x, self.x1, y, self.y1, acc % 2**self.error_bits, self.e1
        return y


def plain_tokens_and_bands(fixed, codes):
    """One channel through the whole tokenizer in unbounded integers."""
    design = fixed.design
    factor, error_bits = design.decimator.factor, design.fixed_point.error_bits
    history = [int(codes[0])] * (len(fixed.taps) - 1) + [int(c) for c in codes]
    chains, notch, bands, tokens = None, None, [], []

    def rounded(value, shift):
        return value if shift == 0 else (value + 2 ** (shift - 1)) // 2**shift

    for newest in range(factor - 1, len(codes), factor):
        window = history[newest : newest + len(fixed.taps)]
        x = rounded(sum(t * c for t, c in zip(fixed.taps, window, strict=True)), fixed.decimated_shift)
        x = max(-(2**31), min(2**31 - 1, x))
        if chains is None:
            notch = PlainSection(fixed.notch, error_bits, x) if fixed.notch else None
            chains = [(PlainSection(a, error_bits, x), PlainSection(b, error_bits, 0)) for a, b in fixed.bands]
        if notch:
            x = max(-(2**31), min(2**31 - 1, x - rounded(notch.step(x), fixed.notch_shift)))
        bands.append([second.step(first.step(x)) for first, second in chains])
        rounded_bands = [rounded(y, shift) for y, shift in zip(bands[-1], fixed.token_shifts, strict=True)]
        tokens.append([max(-(2**15), min(2**15 - 1, y)) for y in rounded_bands])
    return np.array(bands), np.array(tokens)


SHAPES = {
    "noise": lambda n: noise(n, 4, 200, 0.0447, 3),
    "white, full scale": lambda n: np.random.default_rng(4).integers(-FULL_SCALE, FULL_SCALE, (n, 4)),
    "alternating rails": lambda n: np.tile([[-FULL_SCALE], [FULL_SCALE - 1]], (n // 2, 4)),
    "tick-rate square": lambda n: (
        np.where(np.arange(n)[:, None] // 5 % 2, FULL_SCALE - 1, -FULL_SCALE) * np.ones((1, 4), int)
    ),
    "full-scale step": lambda n: (
        np.where(np.arange(n)[:, None] < n // 2, -FULL_SCALE, FULL_SCALE - 1) * np.ones((1, 4), int)
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_band_sample_equals_unbounded_integer_arithmetic(fixed, shape):
    codes = SHAPES[shape](1500).astype(np.int32)
    found = GoldenTokenizer(fixed).push(codes)
    for channel in (0, 3):
        bands, tokens = plain_tokens_and_bands(fixed, codes[:, channel])
        np.testing.assert_array_equal(found.bands[:, channel], bands)
        np.testing.assert_array_equal(found.tokens[:, channel].transpose(0, 2, 1).reshape(-1, 12), tokens)


@given(st.lists(st.integers(0, 700), min_size=1, max_size=8))
@settings(max_examples=25)
def test_any_split_into_blocks_gives_the_same_bits(fixed, sizes):
    codes = noise(3000, 4, 50, 0.0447, 7)
    whole = GoldenTokenizer(fixed).push(codes)
    split = GoldenTokenizer(fixed)
    edges = np.minimum(np.cumsum([0, *sizes, 3000]), 3000)
    parts = [split.push(codes[a:b]) for a, b in itertools.pairwise(edges)]
    for name in ("decimated", "notched", "bands", "tokens"):
        np.testing.assert_array_equal(np.concatenate([getattr(p, name) for p in parts]), getattr(whole, name))


def test_a_constant_offset_is_not_a_step(fixed):
    codes = np.full((2000, 4), 7_000_000, np.int32)
    found = GoldenTokenizer(fixed).push(codes)
    assert np.all(found.bands == 0)
    assert np.all(found.notched == 7_000_000 * 2**8)


@pytest.mark.parametrize("rms_uv", [10, 100, 1000])
def test_every_band_stands_80_db_above_the_quantisation(design, fixed, rms_uv):
    codes = noise(60_000, 4, rms_uv, design.converter.lsb_uv, 11)
    golden = GoldenTokenizer(fixed)
    found = golden.push(codes).bands / design.fixed_point.band_steps
    wanted = float_taps(design, codes).bands
    sqnr_db = 10 * np.log10((wanted**2).sum(0) / ((found - wanted) ** 2).sum(0))
    assert golden.saturated_bands.sum() == 0
    assert sqnr_db.min() > 80, dict(zip(design.band_names, sqnr_db.min(0).round(1), strict=True))


def test_strong_hum_leaves_the_bands_80_db_above_the_quantisation(design, fixed):
    hum = 100 / design.converter.lsb_uv * np.sin(2 * np.pi * 50 * np.arange(60_000) / 1000)
    codes = noise(60_000, 4, 20, design.converter.lsb_uv, 12) + np.round(hum).astype(np.int32)[:, None]
    found = GoldenTokenizer(fixed).push(codes).bands / design.fixed_point.band_steps
    wanted = float_taps(design, codes).bands
    sqnr_db = 10 * np.log10((wanted**2).sum(0) / ((found - wanted) ** 2).sum(0))
    assert sqnr_db.min() > 80, dict(zip(design.band_names, sqnr_db.min(0).round(1), strict=True))


def test_hum_that_bursts_in_leaves_the_bands_80_db_above_the_quantisation(design, fixed):
    """As when an electrode comes off: what rings is the notch's width, which float and fixed point must share."""
    t = np.arange(60_000) / 1000
    hum = 2000 / design.converter.lsb_uv * np.sin(2 * np.pi * 50 * t) * (t % 20 > 10)
    codes = noise(60_000, 4, 5, design.converter.lsb_uv, 13) + np.round(hum).astype(np.int32)[:, None]
    found = GoldenTokenizer(fixed).push(codes).bands / design.fixed_point.band_steps
    wanted = float_taps(design, codes).bands
    sqnr_db = 10 * np.log10((wanted**2).sum(0) / ((found - wanted) ** 2).sum(0))
    assert sqnr_db.min() > 80, dict(zip(design.band_names, sqnr_db.min(0).round(1), strict=True))


def test_the_float_path_removes_the_mains_and_keeps_its_neighbours(design):
    t = np.arange(20_000) / 1000
    tone = {
        hz: np.round(1e5 * np.sin(2 * np.pi * hz * t)).astype(np.int32)[:, None] * np.ones((1, 4), int)
        for hz in (40, 50)
    }
    rms = {hz: float_taps(design, x).notched[2000:].std() / (1e5 / np.sqrt(2)) for hz, x in tone.items()}
    assert rms[50] < 1e-3
    assert rms[40] == pytest.approx(1, abs=0.02)


def test_saturation_is_counted_where_it_happens(fixed):
    quiet, loud = GoldenTokenizer(fixed), GoldenTokenizer(fixed)
    codes = noise(5000, 4, 20, 0.0447, 2)
    quiet.push(codes)
    codes[2500:, 1] = FULL_SCALE - 1
    loud.push(codes)
    assert quiet.saturated_tokens.sum() == 0
    assert loud.saturated_tokens[1].sum() > 0
    assert loud.saturated_tokens[[0, 2, 3]].sum() == 0


def test_reset_forgets_everything(fixed):
    codes = noise(2000, 4, 20, 0.0447, 5)
    golden = GoldenTokenizer(fixed)
    first = golden.push(codes).bands
    golden.push(-codes)
    golden.reset()
    np.testing.assert_array_equal(golden.push(codes).bands, first)


@pytest.mark.parametrize("case", ["one channel", "no notch", "no decimation"])
def test_other_designs_equal_unbounded_integer_arithmetic_too(design_data, case):
    if case == "one channel":
        design_data["electrodes"] = {"left": ["T7"], "right": [], "reference": ["T8"]}
    elif case == "no notch":
        design_data["notch"]["mains_hz"] = 0
    else:
        design_data["converter"]["rate_hz"] = 250
        design_data["decimator"]["factor"] = 1
    fixed = compile_design(parse_design(design_data))
    codes = noise(800, len(fixed.design.channels), 300, 0.0447, 9)
    found = GoldenTokenizer(fixed).push(codes)
    np.testing.assert_array_equal(found.bands[:, 0], plain_tokens_and_bands(fixed, codes[:, 0])[0])
