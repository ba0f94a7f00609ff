"""A recording read by MNE, for the formats that this project does not read itself, such as EEGLAB's .set."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from earloop.recordings import Recording, RecordingError
from earloop.recordings.read import OPENERS
from earloop.recordings.reading.options import ReadOptions

UV_PER_V = 1e6  # MNE gives volts


def read_by_mne(path: Path, options: ReadOptions) -> Recording:
    """Return the electrodes of a file in uV, without its events.

    Raises
    ------
    RecordingError
        MNE cannot read the file, or it has no such channel.
    """
    import mne

    try:
        raw = mne.io.read_raw(path, preload=True, verbose="error")
    except Exception as error:  # MNE's readers raise errors of many kinds for a damaged file
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise RecordingError(
            f"{path}: neither a format of this program ({', '.join(OPENERS)}) nor one that MNE reads: {reason}"
        ) from None
    kinds = dict(zip(raw.ch_names, raw.get_channel_types(), strict=True))
    electrodes = [name for name, kind in kinds.items() if kind in ("eeg", "eog", "emg", "ecg")]
    names = options.channels or tuple(electrodes)
    if missing := [name for name in names if name not in kinds]:
        raise RecordingError(f"{path}: no channel {', '.join(missing)}; available: {', '.join(raw.ch_names)}")
    data = np.asarray(raw.get_data(picks=list(names)), np.float64).T * UV_PER_V
    return Recording(data, "uV", float(raw.info["sfreq"]), names)
