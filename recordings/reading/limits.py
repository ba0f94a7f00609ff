"""How large a recording may be: what a header or a small compressed file claims is counted, not believed."""

from __future__ import annotations

DEFAULT_MAX_GB = 4.0  # a day of 4 channels at 1 kHz, as float64, takes 2.8
MOST_CHANNELS = 4_096  # the densest caps have 256 electrodes, the largest arrays of microelectrodes a few thousand
GB = 1e9
RAISE_IT = "take fewer channels (--channels), or raise the limit (--max-gb)"


def check_memory(where: object, samples: int, channels: int, value_bytes: int, max_gb: float) -> None:
    """Refuse what takes more memory than it may, before any of it is taken.

    Parameters
    ----------
    where : the file, or whatever else holds the signal, as a message names it

    Raises
    ------
    RecordingError
        Says how much it takes, and how to have it read all the same.
    """
    from earloop.recordings.recording import RecordingError

    found_gb = samples * channels * value_bytes / GB
    if found_gb > max_gb:
        raise RecordingError(
            f"{where}: {samples:,} samples of {channels:,} channels take {found_gb:.3g} GB of memory, at most "
            f"{max_gb:g} GB are read: {RAISE_IT}"
        )


def check_channels(where: object, channels: int) -> None:
    """Refuse a file of more channels, or columns, than any device has; raises RecordingError."""
    from earloop.recordings.recording import RecordingError

    if channels > MOST_CHANNELS:
        raise RecordingError(
            f"{where}: {channels:,} channels; at most {MOST_CHANNELS:,} are read: no device has more, write a file of "
            "those that you want"
        )
