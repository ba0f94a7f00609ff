"""Limits on the size of a recording, checked before memory is allocated for the size in a header."""

from __future__ import annotations

DEFAULT_MAX_GB = 4.0  # a day of 4 channels at 1 kHz, as float64, takes 2.8
"""The largest memory of a recording's samples, in GB (1e9 bytes), unless the caller gives another limit."""
MOST_CHANNELS = 4_096  # the densest caps have 256 electrodes, the largest arrays of microelectrodes a few thousand
GB = 1e9
RAISE_IT = "read fewer channels (--channels), or raise the limit (--max-gb)"


def check_memory(where: object, samples: int, channels: int, value_bytes: int, max_gb: float) -> None:
    """Check the memory of a signal before it is allocated.

    Parameters
    ----------
    where : the file or other source of the signal, for the message

    Raises
    ------
    RecordingError
        The signal exceeds the limit; the message says its size, and which options help.
    """
    from earloop.recordings.recording import RecordingError

    needed_gb = samples * channels * value_bytes / GB
    if needed_gb > max_gb:
        raise RecordingError(
            f"{where}: {samples:,} samples of {channels:,} channels take {needed_gb:.3g} GB of memory; the limit is "
            f"{max_gb:g} GB: {RAISE_IT}"
        )


def check_channels(where: object, channels: int) -> None:
    """Raise RecordingError if a file has more channels, or columns, than any device."""
    from earloop.recordings.recording import RecordingError

    if channels > MOST_CHANNELS:
        raise RecordingError(
            f"{where}: {channels:,} channels; at most {MOST_CHANNELS:,} can be read, more than any device has: "
            "write a file with fewer channels"
        )
