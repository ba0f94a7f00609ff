"""BDF, EDF and BrainVision files, decoded by MNE.

MNE fills up or shortens a file that was cut off and says so only in its log; here the size is checked first, against
the header, so that a truncated recording is an error and not a shorter recording.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import mne
import numpy as np

from recordings.channels import check_known, check_rate
from recordings.limits import check_channels, check_memory
from recordings.recording import Annotation, Recording, RecordingError
from spec.bounded_file import TooLongError, read_at_most

READERS = {".bdf": mne.io.read_raw_bdf, ".edf": mne.io.read_raw_edf, ".vhdr": mne.io.read_raw_brainvision}
SAMPLE_BYTES = {".bdf": 3, ".edf": 2}
BRAINVISION_SAMPLE_BYTES = {"short": 2, "int": 4, "single": 4}
MOST_HEADER_BYTES = 10_000_000  # text: a channel takes some 100
CHANNEL_COUNT = re.compile(rb"^[ \t]*NumberOfChannels[ \t]*[=:][ \t]*(\d+)", re.IGNORECASE | re.MULTILINE)
VOLTAGES = {"V", "mV", "µV", "μV", "uV", "nV"}  # both the micro sign and the Greek letter stand in real files


def read_mne(path: Path, rate_hz: float | None, channels: tuple[str, ...] | None, max_gb: float) -> Recording:
    """Read a file that MNE knows; without `channels`, all but the trigger channels.

    Annotations of the file are kept; each change of a trigger channel to a value other than 0 becomes one, labelled
    by that value.

    Raises
    ------
    RecordingError
        The file is empty, truncated or not of its kind; a wanted channel is no voltage; the rate is not the file's
        own; the samples take more memory than they may.
    """
    suffix = path.suffix.lower()
    if suffix in SAMPLE_BYTES:
        _check_edf_size(path, SAMPLE_BYTES[suffix])
    else:
        _check_brainvision_channels(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MNE warns of odd headers that do not change the samples
        try:
            raw = READERS[suffix](path, verbose="error")
            if suffix == ".vhdr":
                _check_brainvision_size(raw)
            check_rate(path, rate_hz, float(raw.info["sfreq"]))
            return _as_recording(path, raw, channels, max_gb)
        except (RecordingError, MemoryError):
            raise
        except Exception as error:  # a damaged header surfaces as anything from KeyError to AttributeError
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise RecordingError(f"{path}: not a readable {suffix[1:].upper()} file: {reason}") from None


def _as_recording(path: Path, raw: Any, channels: tuple[str, ...] | None, max_gb: float) -> Recording:
    triggers = [name for name, kind in zip(raw.ch_names, raw.get_channel_types(), strict=True) if kind == "stim"]
    available = [name for name in raw.ch_names if name not in triggers]
    names = tuple(available) if channels is None else channels
    check_known(path, names, available)
    # MNE offers the file's own units only here; a unit that it does not know it passes on as if it were volts.
    units = getattr(raw, "_orig_units", {})
    for name in names:
        if units.get(name, "V") not in VOLTAGES:
            raise RecordingError(
                f"{path}: channel {name} is in '{units[name]}', not in volts; leave it out of channels"
            )
    sfreq = float(raw.info["sfreq"])
    check_memory(path, raw.n_times, len(names), 8, max_gb)  # MNE brings all channels to the highest of their rates
    data = raw.get_data(picks=list(names))
    data *= 1e6  # volts to uV
    events = [
        Annotation(float(note["onset"]), float(note["duration"]), str(note["description"])) for note in raw.annotations
    ]
    for name in triggers:
        codes = raw.get_data(picks=[name])[0].astype(np.int64)
        onsets = np.flatnonzero((codes != 0) & (np.diff(codes, prepend=codes[:1]) != 0))
        events += [Annotation(float(i / sfreq), 0.0, str(codes[i])) for i in onsets]
    events.sort(key=lambda event: event.onset_s)
    try:
        return Recording(np.ascontiguousarray(data.T), "uV", sfreq, names, tuple(events))
    except RecordingError as error:
        raise RecordingError(f"{path}: {error}") from None


def _check_edf_size(path: Path, sample_bytes: int) -> None:
    """Compare the size on disk with the header (EDF specification: 256 bytes, then 256 a signal, then the records)."""
    content_bytes = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(256)
        try:
            header_bytes, records, signals = int(head[184:192]), int(head[236:244]), int(head[252:256])
            check_channels(path, signals)
            file.seek(256 + max(0, signals) * 216)
            samples = [int(file.read(8)) for _ in range(signals)]
        except ValueError:
            raise RecordingError(f"{path}: empty, truncated or damaged: its header cannot be read") from None
    if records < 1:
        raise RecordingError(
            f"{path}: its header counts {records} records; the recording was never closed, or is empty"
        )
    if not samples or min(samples) < 1 or header_bytes != 256 * (signals + 1):
        raise RecordingError(
            f"{path}: damaged: its header of {header_bytes} bytes counts {signals} signals, one of "
            f"{min(samples, default=0)} samples a record"
        )
    wanted_bytes = header_bytes + records * sum(samples) * sample_bytes
    if content_bytes < wanted_bytes:
        raise RecordingError(f"{path}: truncated: {content_bytes} bytes where its header promises {wanted_bytes}")


def _check_brainvision_channels(path: Path) -> None:
    """Complain of a header that claims more channels than any device has, before MNE takes memory for them."""
    try:
        header = read_at_most(path, MOST_HEADER_BYTES)
    except TooLongError as error:
        raise RecordingError(f"{path}: {error}") from None
    for count in CHANNEL_COUNT.findall(header):
        check_channels(path, int(count[:20]))


def _check_brainvision_size(raw: Any) -> None:
    """Complain where the binary file ends within a sample instant, as one that was cut off does."""
    data_path = Path(str(raw.filenames[0]))
    frame_bytes = BRAINVISION_SAMPLE_BYTES.get(str(getattr(raw, "orig_format", "")), 1) * len(raw.ch_names)
    size = data_path.stat().st_size
    if size == 0 or size % frame_bytes:
        raise RecordingError(
            f"{data_path}: truncated: {size} bytes is not a whole number of {frame_bytes}-byte samples"
        )
