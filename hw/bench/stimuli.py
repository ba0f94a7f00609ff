"""Streams of converter codes for tests of the tokenizer: directed ones, the edges of the number range, and noise.

Each function takes the design, a number of samples and a generator, and returns int32 codes, shape [samples, channels].
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from earloop.spec.design import Design

Codes = NDArray[np.int32]
Stimulus = Callable[[Design, int, np.random.Generator], Codes]

CODE_MAX = 2**23 - 1
CODE_MIN = -(2**23)


def _spread(design: Design, wave: NDArray[np.float64]) -> Codes:
    """Put one wave on all channels, with a different size and offset on each, so that exchanged channels are found."""
    channel = np.arange(len(design.channels))
    codes = wave[:, None] * (1 - 0.1 * channel) + 1000 * channel
    return np.clip(np.round(codes), CODE_MIN, CODE_MAX).astype(np.int32)


def impulse(design: Design, samples: int, _rng: np.random.Generator) -> Codes:
    """Return a single full-scale sample at a third of the length: the impulse response of every filter."""
    wave = np.zeros(samples)
    wave[samples // 3] = CODE_MAX
    return _spread(design, wave)


def step(design: Design, samples: int, _rng: np.random.Generator) -> Codes:
    """Return a step from one level to another in the middle."""
    return _spread(design, np.where(np.arange(samples) < samples // 2, -200_000.0, 300_000.0))


def sine(design: Design, samples: int, _rng: np.random.Generator) -> Codes:
    """Return a sine of 10 Hz and 100 uV."""
    size = 100 / design.converter.lsb_uv
    return _spread(design, size * np.sin(2 * np.pi * 10 * np.arange(samples) / design.converter.rate_hz))


def high_rail(design: Design, samples: int, _rng: np.random.Generator) -> Codes:
    """Return the largest code everywhere, as of an electrode that has fallen off."""
    return np.full((samples, len(design.channels)), CODE_MAX, np.int32)


def low_rail(design: Design, samples: int, _rng: np.random.Generator) -> Codes:
    """Return the smallest code everywhere."""
    return np.full((samples, len(design.channels)), CODE_MIN, np.int32)


def full_scale_steps(design: Design, samples: int, _rng: np.random.Generator) -> Codes:
    """Return steps from rail to rail every 20 ticks, channels in opposite phase: every filter saturates."""
    half = np.arange(samples) // (20 * design.decimator.factor)
    phase = half[:, None] + np.arange(len(design.channels))
    return np.where(phase % 2 == 0, CODE_MIN, CODE_MAX).astype(np.int32)


def alternation(design: Design, samples: int, _rng: np.random.Generator) -> Codes:
    """Return the smallest and the largest code in turn, sample by sample."""
    return np.where(np.arange(samples)[:, None] % 2 + np.zeros(len(design.channels)), CODE_MAX, CODE_MIN).astype(
        np.int32
    )


def nyquist_square(design: Design, samples: int, _rng: np.random.Generator) -> Codes:
    """Return a full-scale square wave at half the tokenizer's rate."""
    high = np.arange(samples)[:, None] // design.decimator.factor % 2
    return np.where(high + np.zeros(len(design.channels)), CODE_MAX, CODE_MIN).astype(np.int32)


def all_equal(design: Design, samples: int, _rng: np.random.Generator) -> Codes:
    """Return one odd code everywhere: after priming of the history, every band's output must be zero."""
    return np.full((samples, len(design.channels)), -123_457, np.int32)


def noise(design: Design, samples: int, rng: np.random.Generator) -> Codes:
    """Return white noise over the whole range of codes."""
    return rng.integers(CODE_MIN, CODE_MAX, (samples, len(design.channels)), np.int32, endpoint=True)


DIRECTED: dict[str, Stimulus] = {"impulse": impulse, "step": step, "sine": sine}
EDGE: dict[str, Stimulus] = {
    "high_rail": high_rail,
    "low_rail": low_rail,
    "full_scale_steps": full_scale_steps,
    "alternation": alternation,
    "nyquist_square": nyquist_square,
    "all_equal": all_equal,
}
STIMULI: dict[str, Stimulus] = {**DIRECTED, **EDGE, "noise": noise}
