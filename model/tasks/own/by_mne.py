"""A recording read by MNE, for the formats that this project does not read itself, such as EEGLAB's .set."""

from __future__ import annotations

from pathlib import Path

from earloop.recordings import Recording, RecordingError, from_mne
from earloop.recordings.read import OPENERS
from earloop.recordings.reading.options import ReadOptions


def read_by_mne(path: Path, options: ReadOptions) -> Recording:
    """Return the electrodes of a file in uV, with its events.

    Raises
    ------
    RecordingError
        The file is a part of a BrainVision recording, MNE cannot read it, it has no such channel, or it has a gap.
    """
    header = path.with_suffix(".vhdr")
    if path.suffix in (".eeg", ".vmrk") and header.exists():
        raise RecordingError(
            f"{path}: a part of a BrainVision recording; name its header, {header.name}, such as by *.vhdr"
        )
    import mne

    try:
        raw = mne.io.read_raw(path, preload=True, verbose="error")
    except Exception as error:  # MNE's readers raise errors of many kinds for a damaged file
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise RecordingError(
            f"{path}: neither a format of this program ({', '.join(OPENERS)}) nor one that MNE reads: {reason}"
        ) from None
    recording = from_mne(raw, channels=options.channels, gaps=options.gaps, part=options.part)
    return recording.renamed(dict(options.renames or ()))
