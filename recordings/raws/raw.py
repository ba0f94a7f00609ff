"""Recordings from MNE's `Raw`, and to it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from earloop.recordings.raws.opened_raw import SKIP, UV_PER_V, open_raw
from earloop.recordings.reading.assemble import assemble
from earloop.recordings.reading.options import Gaps, ReadOptions
from earloop.recordings.recording import Recording, RecordingError
from earloop.spec.errors import naming_extras


@naming_extras()
def from_mne(
    raw: Any, *, channels: Sequence[str] | None = None, gaps: Gaps = "refuse", part: int | None = None
) -> Recording:
    """Return the potentials of an `mne.io.Raw` as a recording in uV.

    Parameters
    ----------
    channels : names of the channels, in this order; None for all of the types EEG, EOG, ECG, EMG and the like
    gaps, part : as in `read_recording`; a gap is where MNE has `BAD_ACQ_SKIP` or the boundary of joined recordings

    Returns
    -------
    Recording
        float64 [samples, channels], uV; events from MNE's annotations and trigger channels

    Raises
    ------
    RecordingError
        It is no Raw, no channel has such a name or is a potential, or it has a gap.
    MissingExtraError
        MNE-Python is not installed.
    """
    import mne

    if not isinstance(raw, mne.io.BaseRaw):
        raise RecordingError(f"from_mne takes an mne.io.Raw, found a {type(raw).__name__}")
    names = None if channels is None else tuple(channels)
    files = [Path(name) for name in raw.filenames if name is not None]
    options = ReadOptions(channels=names, gaps=gaps, part=part)
    return assemble(open_raw(raw, files[0] if files else Path("raw"), "Raw", options), options)


@naming_extras()
def to_mne(recording: Recording) -> Any:
    """Return a recording as an `mne.io.RawArray` in volts, with its events as annotations.

    All channels have the type `eeg`: a channel of an ear has EEG, EOG, EMG and ECG at once. Codes become volts by the
    size of a code. A gap becomes zeros under an annotation `BAD_ACQ_SKIP`, as in MNE's own recordings.

    Raises
    ------
    RecordingError
        The recording holds codes, and does not say the size of a code.
    MissingExtraError
        MNE-Python is not installed.
    """
    import mne

    scale = 1.0 if recording.unit == "uV" else recording.lsb_uv
    if scale is None:
        raise RecordingError("the recording holds codes without their size; wanted lsb_uv in its meta")
    info = mne.create_info(list(recording.channels), recording.sfreq, "eeg")
    volts = np.nan_to_num(recording.data.T * (scale / UV_PER_V), copy=False)
    raw = mne.io.RawArray(volts, info, verbose="error")
    skips = [(first / recording.sfreq, (end - first) / recording.sfreq, SKIP) for first, end in recording.gaps]
    notes = [(note.onset_s, note.duration_s, note.label) for note in recording.annotations]
    rows = sorted([*skips, *notes])
    onsets, durations, labels = zip(*rows, strict=True) if rows else ((), (), ())
    raw.set_annotations(mne.Annotations(list(onsets), list(durations), list(labels)), verbose="error")
    return raw
