"""A run of any device as an MNE `Raw`: any tap, in volts, with the recording's events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mne
import numpy as np

from earloop.hil.devices.replayed import Replayed
from earloop.hil.interop.tap_streams import BANDS, CODES, TICK_TAPS, band_labels, band_type, tap_in_uv, tick_times_s
from earloop.recordings import Annotation
from earloop.sim.front_end.quantise import codes_to_uv
from earloop.spec.design import Design
from earloop.spec.errors import EarloopError

V_PER_UV = 1e-6  # MNE keeps potentials in volts


def raw_of(replayed: Replayed, design: Design, tap: str = CODES, annotations: Sequence[Annotation] = ()) -> Any:
    """Return one tap of a run as `mne.io.RawArray`.

    Parameters
    ----------
    tap : `codes`, the input of the device; `decimated`, `notched` or `bands`, as the device sent them
    annotations : the recording's; onsets become relative to the tap's first row. The time of a tick is that of the
        newest converter sample on which it depends

    Returns
    -------
    mne.io.RawArray
        Volts. Channels have the design's names and the type `eeg`, because only bands separate the signals of an ear
        electrode. Bands are named `channel/band`, and their type is the beginning of the band's name: `eeg`, `emg`,
        `eog` or `ecg`.

    Raises
    ------
    EarloopError
        The tap does not exist, or the device does not send it.
    """
    if tap == CODES:
        uv, first_s = codes_to_uv(replayed.stimulus.codes, design.converter), 0.0
        rate_hz = float(design.converter.rate_hz)
    elif tap in TICK_TAPS and tap in replayed.run.taps:
        uv = tap_in_uv(replayed.run, design, tap)
        rate_hz, first_s = design.token_rate_hz, float(tick_times_s(design, 1)[0])
    else:
        emitted = ", ".join([CODES, *(name for name in TICK_TAPS if name in replayed.run.taps)])
        raise EarloopError(f"{replayed.identity.kind}: no tap {tap}; available: {emitted}")
    names, types = design.channels, ["eeg"] * len(design.channels)
    if tap == BANDS:
        names = band_labels(design)
        types = [band_type(band) for _ in design.channels for band in design.band_names]
    info = mne.create_info(list(names), rate_hz, types)
    info["line_freq"] = design.notch.mains_hz or None
    info["description"] = f"{tap} of {replayed.identity.kind}, {replayed.identity.name}; design {design.design_hash}"
    raw = mne.io.RawArray(V_PER_UV * uv.reshape(len(uv), -1).T, info, verbose="error")
    raw.set_annotations(
        mne.Annotations(
            np.array([max(0.0, note.onset_s - first_s) for note in annotations]),
            np.array([note.duration_s for note in annotations]),
            [note.label for note in annotations],
        ),
        verbose="error",
    )
    return raw
