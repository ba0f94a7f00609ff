"""The C kernel against the integer golden model, bit for bit at every tap."""

from __future__ import annotations

import re
import subprocess

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earloop.firmware.build import build_checked, build_host
from earloop.firmware.kernel import HostKernel
from earloop.spec.generate import generated_files
from earloop.spec.golden import GoldenTokenizer

TAPS = ("decimated", "notched", "bands", "tokens")
LOW, HIGH = -(2**23), 2**23 - 1


def signals(channels, rate_hz, samples):
    """Codes that reach every corner: quiet, loud, at the rails, alternating, stepping, an offset from the start."""
    rng = np.random.default_rng(1)
    t = np.arange(samples)[:, None] / rate_hz
    alternating = np.where(np.arange(samples)[:, None] % 2, LOW, HIGH) * np.ones((1, channels), int)
    return {
        "zero": np.zeros((samples, channels), int),
        "quiet noise": rng.integers(-2000, 2000, (samples, channels)),
        "full-scale noise": rng.integers(LOW, HIGH + 1, (samples, channels)),
        "random rails": rng.choice([LOW, HIGH], (samples, channels)),
        "alternating rails": alternating,
        "steps from rail to rail": np.repeat(rng.choice([LOW, HIGH], (samples // 500 + 1, channels)), 500, 0)[:samples],
        "full-scale mains": (HIGH * np.sign(np.sin(2 * np.pi * 50.3 * t + np.arange(channels)))).astype(int),
        "offset and drift": (4e6 + 1e6 * np.sin(0.44 * t) + rng.normal(0, 900, (samples, channels))).astype(int),
        "impulse": np.where(np.arange(samples)[:, None] == samples // 2, HIGH, 0) * np.ones((1, channels), int),
    }  # fmt: skip


def assert_equal(found, wanted, what=""):
    for tap in TAPS:
        np.testing.assert_array_equal(getattr(found, tap), getattr(wanted, tap), err_msg=f"{what}, tap {tap}")


def test_equals_golden_at_every_tap(any_fixed):
    design = any_fixed.design
    kernel = HostKernel(any_fixed)
    clipped = np.zeros(3, int)
    for name, codes in signals(len(design.channels), design.converter.rate_hz, 24 * design.converter.rate_hz).items():
        golden = GoldenTokenizer(any_fixed)
        kernel.reset()
        assert_equal(kernel.push(codes), golden.push(codes), name)
        found = (kernel.saturated.inputs, kernel.saturated.bands, kernel.saturated.tokens)
        wanted = (golden.saturated_inputs, golden.saturated_bands.sum(), golden.saturated_tokens.sum())
        assert found == wanted, name
        clipped += wanted
    assert clipped[2] > 0  # else the rails were never reached
    assert clipped[1] > 0 or design.fixed_point.band_guard_bits < 8  # a band sample of so few bits fits 32 always


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    scale_bits=st.integers(1, 24),
    cuts=st.lists(st.integers(0, 1500), max_size=6),
)
def test_any_split_into_blocks_gives_golden_bits(fixed, seed, scale_bits, cuts):
    limit = 2 ** (scale_bits - 1)
    codes = np.random.default_rng(seed).integers(-limit, limit, (1500, 4))
    golden = GoldenTokenizer(fixed).push(codes)
    kernel = HostKernel(fixed)
    parts = [kernel.push(block) for block in np.split(codes, sorted(cuts))]
    for tap in TAPS:
        np.testing.assert_array_equal(np.concatenate([getattr(p, tap) for p in parts]), getattr(golden, tap))


@settings(max_examples=40)
@given(
    codes=st.lists(
        st.tuples(*[st.sampled_from([LOW, LOW + 1, -1, 0, 1, HIGH - 1, HIGH])] * 4), min_size=1, max_size=300
    )
)
def test_extreme_codes_give_golden_bits(fixed, codes):
    codes = np.array(codes * 3)
    assert_equal(HostKernel(fixed).push(codes), GoldenTokenizer(fixed).push(codes))


def test_reset_forgets_everything(fixed):
    codes = signals(4, 1000, 3333)["full-scale noise"]
    kernel = HostKernel(fixed)
    first = kernel.push(codes)
    kernel.reset()
    assert_equal(kernel.push(codes), first)


def test_codes_of_another_channel_count_are_refused(fixed):
    with pytest.raises(ValueError, match=r"wanted \[samples, 4\]"):
        HostKernel(fixed).push(np.zeros((10, 3), int))


@pytest.mark.parametrize("mistake", ["band mantissa", "tap", "token shift", "notch exponent"])
def test_a_tampered_constant_shows(fixed, tmp_path, mistake):
    """The comparison that the tests above rely on is not blind."""
    for path, text in generated_files(fixed).items():
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    header = tmp_path / "design.h"
    text = header.read_text(encoding="utf-8")
    old, new = {
        "band mantissa": ("{{0, 1, 32734, 6,", "{{0, 1, 32733, 6,"),
        "tap": (" 105718,", " 105717,"),
        "token shift": ("DESIGN_TOKEN_SHIFTS {13,", "DESIGN_TOKEN_SHIFTS {12,"),
        "notch exponent": (", 3} /* 50 Hz", ", 4} /* 50 Hz"),
    }[mistake]
    assert text.count(old) == 1
    header.write_text(text.replace(old, new), encoding="utf-8")
    codes = signals(4, 1000, 6000)["full-scale noise"]
    tampered = HostKernel(fixed, build_host(fixed, generated_dir=tmp_path)).push(codes)
    with pytest.raises(AssertionError):
        assert_equal(tampered, GoldenTokenizer(fixed).push(codes))


def test_sanitizers_find_nothing_in_the_kernel(fixed):
    codes = np.concatenate(list(signals(4, 1000, 3000).values())).astype("<i4")
    program = build_checked(fixed)
    done = subprocess.run([program, "kernel"], input=codes.tobytes(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    golden = GoldenTokenizer(fixed).push(codes)
    assert len(done.stdout) == sum(getattr(golden, tap).nbytes for tap in TAPS)
    assert golden.decimated[0].astype("<i4").tobytes() == done.stdout[: golden.decimated[0].nbytes]


def test_no_heap_is_used(fixed):
    """No allocator among what the library takes from elsewhere."""
    symbols = subprocess.run(["nm", "-u", build_host(fixed)], capture_output=True, text=True, check=True).stdout
    assert not re.search(r"\b(malloc|calloc|realloc|free)\b", symbols)
