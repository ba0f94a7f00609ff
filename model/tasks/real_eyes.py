"""Tasks of the eyes in real recordings: closed or open (BioSPPy), blinks and saccades (NeuroKit), sleep (YASA).

Only the first recordings have labels. Blinks and saccades are labelled here, from the same potentials as the tokens: a
score on them measures the agreement of a model with a detector, not with a person.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, find_peaks, sosfiltfilt

from earloop.model.config import ModelError
from earloop.model.tasks.cut import Cue, cut_epochs
from earloop.model.tasks.epochs import Epochs
from earloop.model.tokens.tokenize import tokenize
from earloop.recordings import Recording, read_recording
from earloop.spec.design import Design
from earloop.spec.variants import vary_reference

FloatArray = NDArray[np.float64]

# The files say 125 Hz. Their mains hum is at 0.200 of the rate. They were recorded in Europe, so the rate is 250 Hz:
# then the alpha rhythm of closed eyes peaks at 9.5 Hz; at 125 Hz it would peak at 4.8 Hz.
EYES_SFREQ = 250.0
# 3.3 V over a gain of 40000 and 10 bits (PLUX, data sheet of the EEG sensor): the numbers range from 0 to 1011, which
# fits such a board. The files name no device.
EYES_STEP_UV = 0.08
EYES_MID_STEP = 512.0
EYES_PATCHES = 8
EYES_FILES = {"eeg_ec": "closed", "eeg_eo": "open"}

EOG_SFREQ = 200.0
EOG_UV = 1e6  # the file's numbers are volts: blinks are then 330 to 660 uV
EOG_CHANNELS = ("hEOG", "vEOG")
# The file's names are exchanged: its hEOG falls by 0.5 mV and returns 38 times per minute, as only the eyelids do, and
# its vEOG changes in steps, as the eyes do.
EOG_COLUMNS = {"hEOG": ("vEOG", 1.0), "vEOG": ("hEOG", -1.0)}
REM_CHANNELS = ("LOC", "ROC")
EVENT_PATCHES = 4
BEFORE_S = 0.25  # time before a saccade that belongs to its epoch
BLINK_MARGIN_S = 0.15  # half a blink; a window with a blink closer to its edge has neither class

STEP_S = 0.1  # a saccade of 25 degrees takes 76 ms (Carpenter 1988)
REFRACTORY_S = 0.3
EOG_STEP_UV = 100.0  # 5 degrees at 20 uV per degree, the usual potential of the horizontal derivation
REM_STEP_UV = 80.0  # for the difference of both eyes; movements in sleep are smaller and the electrodes farther away


def eyes_closed(folder: Path) -> Epochs:
    """Return the task of closed against open eyes: contiguous windows of 2 s, from one recording for each class."""
    design = _design(("EEG",), 50)
    streams, cues = [], []
    for stream, (name, label) in enumerate(EYES_FILES.items()):
        steps = _numbers(folder / "biosppy" / f"{name}.txt.gz")
        uv = (steps - EYES_MID_STEP)[:, None] * EYES_STEP_UV
        recording = Recording(uv, "uV", EYES_SFREQ, design.channels)
        streams.append(tokenize(recording, design, name=name, subject="1", session="1", run=name))
        length_s = EYES_PATCHES * design.tokens.patch / design.token_rate_hz
        cues += [Cue(stream, at_s, label) for at_s in np.arange(0.0, recording.duration_s, length_s)]
    return cut_epochs("real eyes", design, tuple(streams), cues, EYES_PATCHES, tuple(sorted(EYES_FILES.values())))


def blinks(folder: Path) -> Epochs:
    """Return the task of windows of 1 s with and without a blink; NeuroKit finds blinks in the vertical derivation."""
    import neurokit2

    uv, design = _eog(folder), _design(EOG_CHANNELS, 50)
    vertical = neurokit2.eog_clean(uv[:, 1], sampling_rate=EOG_SFREQ, method="neurokit")
    at_s = np.asarray(neurokit2.eog_findpeaks(vertical, sampling_rate=EOG_SFREQ, method="mne")) / EOG_SFREQ
    length_s = EVENT_PATCHES * design.tokens.patch / design.token_rate_hz
    cues = []
    for start_s in np.arange(0.0, len(uv) / EOG_SFREQ, length_s):
        within, edges = at_s - start_s, (BLINK_MARGIN_S, length_s - BLINK_MARGIN_S)
        if ((within > edges[0]) & (within < edges[1])).any():
            cues.append(Cue(0, start_s, "blink"))
        elif not ((within > -BLINK_MARGIN_S) & (within < length_s + BLINK_MARGIN_S)).any():
            cues.append(Cue(0, start_s, "none"))
    return _of_one("real blinks", design, uv, EOG_SFREQ, cues, ("blink", "none"))


def saccades(folder: Path) -> Epochs:
    """Return the task of the sign of saccades in the horizontal derivation; its positive side is not known."""
    uv, design = _eog(folder), _design(EOG_CHANNELS, 50)
    cues = _jumps(uv[:, 0], EOG_SFREQ, EOG_STEP_UV, ("negative", "positive"))
    return _of_one("real saccades", design, uv, EOG_SFREQ, cues, ("negative", "positive"))


def rem_saccades(folder: Path) -> Epochs:
    """Return the task of left or right in REM sleep: the cornea is positive, so LOC rises against ROC to the left."""
    with _readable(folder / "yasa" / "EOGs_REM_256Hz.npz") as path, np.load(path) as file:
        uv, sfreq = np.asarray(file["data"], np.float64).T, float(file["sf"])
    cues = _jumps(uv[:, 0] - uv[:, 1], sfreq, REM_STEP_UV, ("right", "left"))
    return _of_one("real REM saccades", _design(REM_CHANNELS, 60), uv, sfreq, cues, ("left", "right"))


def _jumps(horizontal_uv: FloatArray, sfreq: float, least_uv: float, signs: tuple[str, str]) -> list[Cue]:
    """Return a cue before each change of `least_uv` or more within `STEP_S`; its sign chooses from `signs`.

    The first of `signs` is the label of a negative change, the second that of a positive change.
    """
    smooth = sosfiltfilt(butter(4, 30.0, fs=sfreq, output="sos"), horizontal_uv)
    width = round(STEP_S * sfreq)
    change = smooth[width:] - smooth[:-width]
    peaks = find_peaks(np.abs(change), height=least_uv, distance=round(REFRACTORY_S * sfreq))[0]
    return [Cue(0, i / sfreq - BEFORE_S, signs[int(change[i] > 0)]) for i in peaks]


def _of_one(
    task: str, design: Design, uv: FloatArray, sfreq: float, cues: list[Cue], classes: tuple[str, ...]
) -> Epochs:
    """Return the epochs of a single recording of a single person."""
    recording = Recording(uv, "uV", sfreq, design.channels)
    stream = tokenize(recording, design, name=task, subject="1", session="1", run="1")
    return cut_epochs(task, design, (stream,), cues, EVENT_PATCHES, classes)


def _design(channels: tuple[str, ...], mains_hz: int) -> Design:
    """Return the reference design with other electrodes; the files do not name their reference electrode."""
    return vary_reference(
        electrodes={"left": channels[:1], "right": channels[1:], "reference": ["unknown"]},
        notch={"mains_hz": mains_hz},
    )


def _eog(folder: Path) -> FloatArray:
    """Read NeuroKit's EOG as `EOG_CHANNELS`, float64 [samples, 2], uV; a blink is positive."""
    with _readable(folder / "neurokit" / "eog_200hz.csv.gz") as path:
        table = read_recording(path, rate_hz=EOG_SFREQ, channels=[EOG_COLUMNS[name][0] for name in EOG_CHANNELS])
    signs = np.array([EOG_COLUMNS[name][1] for name in EOG_CHANNELS])
    uv: FloatArray = EOG_UV * signs * table.data
    return uv


def _numbers(path: Path) -> FloatArray:
    """Read a file with one number per line, float64 [lines]."""
    with _readable(path):
        values: FloatArray = np.loadtxt(path, ndmin=1)
    return values


@contextmanager
def _readable(path: Path) -> Iterator[Path]:
    """Turn the errors that a reader raises for a missing or damaged file into a ModelError that names the file."""
    if not path.is_file():
        raise ModelError(f"{path}: no such file; wanted the folder of real recordings")
    try:
        yield path
    except (OSError, EOFError, ValueError, KeyError, zlib.error, BadZipFile) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError(f"{path}: damaged: {reason}") from None
