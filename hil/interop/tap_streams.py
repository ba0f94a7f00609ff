"""A device's run as the streams that others' tools take: rows of numbers, each with its time and its columns' names.

A row's time is that of the newest converter sample that it depends on, counted from the first sample; what the filters
delay is not taken out, for it differs from band to band. A row can be sent once it is known: a token once its whole
patch is.
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


@dataclass(frozen=True)
class TapStream:
    """One tap of a run; or `uV`, the codes in uV.

    Parameters
    ----------
    tap : its name
    rate_hz : rows a second
    labels : of the columns: a channel, or `channel/band`
    types : of the columns, as XDF and MNE name them; `ExG` of codes, which MNE would take for volts if they were EEG
    unit : of all columns: `codes`, `microvolts` or `steps`
    step_uv : size of one unit in uV, a column
    values : numbers, [rows, columns]
    times_s : of the rows, float64 [rows], from the first converter sample
    due_s : when each row is known, float64 [rows], on the same clock
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
    """Codes, bands and tokens of a run, and the codes in uV.

    codes : int32 at the converter's rate, as the device was fed
    bands : float32 uV at the tokens' rate, from the device's `bands` tap; from its tokens where it emits no other
    tokens : int16 steps at the tokens' rate
    uV : float32 at the converter's rate, the codes for those who know no codes
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
    """One of `TICK_TAPS`, float64 uV, in the shape that the run has it."""
    steps = design.fixed_point.band_steps if tap == BANDS else design.fixed_point.input_steps
    return codes_to_uv(run.taps[tap], design.converter) / steps


def band_labels(design: Design) -> tuple[str, ...]:
    """`channel/band`, every band of the first channel before the second's."""
    return tuple(f"{channel}/{band}" for channel in design.channels for band in design.band_names)


def band_type(band: str) -> str:
    """MNE's type of a band; `eeg` where its name tells none."""
    kind = band.partition("_")[0]
    return kind if kind in BAND_TYPES else "eeg"


def tick_times_s(design: Design, ticks: int) -> NDArray[np.float64]:
    """Times of the newest converter samples of the first `ticks` ticks."""
    return design.newest_sample(np.arange(ticks)) / design.converter.rate_hz


def _bands(run: DeviceRun, tokens: TapStream, design: Design) -> TapStream:
    """Bands in uV, by the best that the device gave."""
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
    """[patches, channels, bands, patch] as rows of ticks."""
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
