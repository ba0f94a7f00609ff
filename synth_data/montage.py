"""How much of each source reaches each electrode, against a common reference on the midline.

Signs follow from the side: looking right brings the cornea, which is positive, to the right ear; the heart's main
vector points left and down. Gains without another source are estimates of this project.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spec.design import Design
from synth_data.scenario import ScenarioError
from synth_data.spectrum import FloatArray

HEOG_UV_DEG = 2.5  # across the ears, 1..4 uV/degree; linear, r = .99 (earEOG, arXiv 2506.07193)
ECG_CROSS_EAR_UV = 30.0  # R peak, right against left, 10..50 uV; within one ear a tenth of it
EEG_SHARED = (0.55, 0.30, 0.15)  # of the power: whole head, one hemisphere, one electrode alone; estimate


@dataclass(frozen=True)
class Site:
    """A place around the ear, the same on both sides; gains against the sources' own amplitudes."""

    eeg: float
    heog: float
    """Of half the cross-ear potential."""
    blink: float
    temporalis: float
    masseter: float
    ecg: float
    """Of half the cross-ear potential."""


# Above the ear (T7, T8), below it (T9, T10), behind it (TP) and before it (FT). The eyes are nearer in front, the
# temporalis lies above, the masseter below and in front. A blink hardly shows at the ear (Kappel 2017).
ABOVE = Site(eeg=1.0, heog=1.0, blink=0.06, temporalis=0.6, masseter=0.15, ecg=0.9)
BELOW = Site(eeg=0.85, heog=0.9, blink=0.04, temporalis=0.3, masseter=0.35, ecg=1.1)
BEHIND = Site(eeg=0.95, heog=0.7, blink=0.03, temporalis=0.25, masseter=0.15, ecg=1.05)
BEFORE = Site(eeg=1.0, heog=1.4, blink=0.10, temporalis=0.8, masseter=0.20, ecg=0.9)

SITES = {
    **dict.fromkeys(("T7", "T8"), ABOVE),
    **dict.fromkeys(("T9", "T10"), BELOW),
    **dict.fromkeys(("TP7", "TP8", "TP9", "TP10"), BEHIND),
    **dict.fromkeys(("FT7", "FT8", "FT9", "FT10"), BEFORE),
}


@dataclass(frozen=True)
class Montage:
    """`gain` float64 [sources, electrodes]: uV at the electrode per unit of the source."""

    electrodes: tuple[str, ...]
    sources: tuple[str, ...]
    gain: NDArray[np.float64]

    def mix(self, sources: Mapping[str, FloatArray]) -> FloatArray:
        """Electrode potentials, float64 [samples, electrodes] in uV, of sources [samples] each, by name."""
        # Source by source, in order: a matrix product may sum in another order with another number of threads.
        uv = np.zeros((len(sources[self.sources[0]]), len(self.electrodes)))
        for name, gain in zip(self.sources, self.gain, strict=True):
            for electrode in np.flatnonzero(gain):
                uv[:, electrode] += gain[electrode] * sources[name]
        return uv


def ear_montage(design: Design) -> Montage:
    """The montage of a design's electrodes.

    Sources are `eeg_common`, `eeg_left`, `eeg_right` and one `eeg_<electrode>` each, of equal spectrum; `gaze` in
    degrees; `blink` as in a vertical EOG; the four jaw muscles; and `ecg` with an R peak of 1.

    Raises
    ------
    ScenarioError
        An electrode whose place on the head is not known.
    """
    gain: dict[str, NDArray[np.float64]] = {}

    def put(source: str, electrode: int, value: float) -> None:
        gain.setdefault(source, np.zeros(len(design.channels)))[electrode] = value

    for i, name in enumerate(design.channels):
        if name not in SITES:
            raise ScenarioError(f"electrode {name}: no place on the head known; valid: {', '.join(SITES)}")
        site = SITES[name]
        side, sign = ("left", -1.0) if name in design.electrodes.left else ("right", 1.0)
        common, lateral, local = (float(np.sqrt(share)) for share in EEG_SHARED)
        put("eeg_common", i, common * site.eeg)
        put(f"eeg_{side}", i, lateral * site.eeg)
        put(f"eeg_{name}", i, local * site.eeg)
        put("gaze", i, sign * site.heog * HEOG_UV_DEG / 2)
        put("blink", i, site.blink)
        put(f"temporalis_{side}", i, site.temporalis)
        put(f"masseter_{side}", i, site.masseter)
        put("ecg", i, -sign * site.ecg * ECG_CROSS_EAR_UV / 2)
    return Montage(design.channels, tuple(gain), np.array(list(gain.values())))
