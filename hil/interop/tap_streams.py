"""A device's run as streams for other tools: rows of numbers with times, and names of the columns.

The time of a row is that of the newest converter sample on which it depends, from the first sample. The delay of the
filters is not removed, because it differs between bands. A row can be sent once it is known; a token needs its whole
patch.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.hil.devices.replayed import Replayed
from earloop.hil.run.device import DeviceRun
from earloop.sim.front_end.quantise import codes_to_uv
from earloop.spec.design import Design
from earloop.spec.fixed import FixedDesign
from earloop.spec.patches import from_patches

CODES, BANDS, TOKENS, UV = "codes", "bands", "tokens", "uV"
TICK_TAPS = ("decimated", "notched", BANDS)
EXG, EEG, MISC = "ExG", "EEG", "misc"
BAND_TYPES = ("eeg", "emg", "eog", "ecg")


@dataclass(frozen=True, kw_only=True)
class TapStream:
    """One tap of a run, or `uV`: the codes in uV.

    Parameters
    ----------
    tap : name of the tap
    rate_hz : rows per second
    labels : labels of the columns: a channel, or `channel/band`
    types : types of the columns in XDF and MNE; `ExG` for codes, because MNE assumes volts for EEG
    unit : unit of all columns: `codes`, `microvolts` or `steps`
    step_uv : size of one unit in uV, per column
    values : numbers, [rows, columns]
    times_s : float64 [rows], times of the rows, from the first converter sample
    due_s : float64 [rows], when each row is known, by the same clock
    """

    tap: str
    rate_hz: float
    labels: tuple[str, ...]
    types: tuple[str, ...]
    unit: str
    step_uv: tuple[float, ...]
    values: NDArray[Any]
    times_s: NDArray[np.float64]
    due_s: NDArray[np.float64]


def tap_streams(replayed: Replayed, fixed: FixedDesign) -> tuple[TapStream, TapStream, TapStream, TapStream]:
    """Return codes, bands and tokens of a run, and the codes in uV.

    codes : int32 at the converter's rate, the input of the device
    bands : float32 uV at the tokens' rate, from the device's `bands` tap, or from its tokens without that tap
    tokens : int16 steps at the tokens' rate
    uV : float32 at the converter's rate, the codes in uV for tools without codes
    """
    design, codes = fixed.design, replayed.stimulus.codes
    times_s = np.arange(len(codes)) / design.converter.rate_hz
    raw = TapStream(
        tap=CODES,
        rate_hz=float(design.converter.rate_hz),
        labels=design.channels,
        types=(EXG,) * len(design.channels),
        unit=CODES,
        step_uv=(design.converter.lsb_uv,) * len(design.channels),
        values=codes,
        times_s=times_s,
        due_s=times_s,
    )
    tokens = _tokens(replayed.run, fixed)
    in_uv = replace(
        raw,
        tap=UV,
        types=(EEG,) * len(design.channels),
        unit="microvolts",
        step_uv=(1.0,) * len(design.channels),
        values=codes_to_uv(codes, design.converter).astype(np.float32),
    )
    return raw, _bands(replayed.run, tokens, design), tokens, in_uv


def tap_in_uv(run: DeviceRun, design: Design, tap: str) -> NDArray[np.float64]:
    """Return one of `TICK_TAPS` in float64 uV, in the shape of the run's tap."""
    steps = design.fixed_point.band_steps if tap == BANDS else design.fixed_point.input_steps
    return codes_to_uv(run.taps[tap], design.converter) / steps


def band_labels(design: Design) -> tuple[str, ...]:
    """Return the labels `channel/band`: all bands of the first channel, then those of the second."""
    return tuple(f"{channel}/{band}" for channel in design.channels for band in design.band_names)


def band_type(band: str) -> str:
    """Return MNE's type of a band; `eeg` if its name has none."""
    kind = band.partition("_")[0]
    return kind if kind in BAND_TYPES else "eeg"


def tick_times_s(design: Design, ticks: int) -> NDArray[np.float64]:
    """Return the times of the newest converter samples of the first `ticks` ticks."""
    return design.newest_sample(np.arange(ticks)) / design.converter.rate_hz


def _bands(run: DeviceRun, tokens: TapStream, design: Design) -> TapStream:
    """Return the bands in uV, from the `bands` tap or else from tokens."""
    if BANDS in run.taps:
        uv = tap_in_uv(run, design, BANDS).reshape(len(run.taps[BANDS]), -1)
        times_s = due_s = tick_times_s(design, len(uv))
    else:
        uv, times_s, due_s = tokens.values * np.array(tokens.step_uv), tokens.times_s, tokens.due_s
    return TapStream(
        tap=BANDS,
        rate_hz=design.token_rate_hz,
        labels=tokens.labels,
        types=tuple(band_type(band).upper() for _ in design.channels for band in design.band_names),
        unit="microvolts",
        step_uv=(1.0,) * len(tokens.labels),
        values=uv.astype(np.float32),
        times_s=times_s,
        due_s=due_s,
    )


def _tokens(run: DeviceRun, fixed: FixedDesign) -> TapStream:
    """Return the tokens, [patches, channels, bands, patch], as rows of ticks."""
    patches, channels, bands, patch = run.tokens.shape
    times_s = tick_times_s(fixed.design, patches * patch)
    return TapStream(
        tap=TOKENS,
        rate_hz=fixed.design.token_rate_hz,
        labels=band_labels(fixed.design),
        types=(MISC,) * channels * bands,
        unit="steps",
        step_uv=fixed.token_lsb_uv * channels,
        values=from_patches(run.tokens).reshape(patches * patch, channels * bands),
        times_s=times_s,
        due_s=np.repeat(times_s[patch - 1 :: patch], patch),
    )
