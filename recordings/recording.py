"""A multi-channel signal with its events: the type that every room passes to the next.

`check_description` checks the description of every signal, in memory and on disk, so that no room misinterprets a unit
that it does not know.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from numbers import Real
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from earloop.spec.errors import EarloopError

Unit = Literal["uV", "codes"]
UNITS: tuple[Unit, ...] = get_args(Unit)
RENAMED = "renamed"  # key in `Recording.meta`: the name in the file of each renamed channel
_SHOWN = 8  # channels and labels that the text of a recording names
NOT_IN_A_NAME = ("Cc", "Cs")  # Unicode categories: control characters, halves of a surrogate pair


class RecordingError(EarloopError):
    """A recording or its file cannot be used; the message says which and why."""


@dataclass(frozen=True)
class Annotation:
    """An event: `onset_s` and `duration_s` in seconds from the first sample, `label` such as `blink`.

    The label determines the unit of `amplitude`; `source` is the origin of the event, such as `eog`. Other formats
    usually have neither.
    """

    onset_s: float
    duration_s: float
    label: str
    amplitude: float | None = None
    source: str = ""


@dataclass(frozen=True, repr=False)
class Recording:
    """A signal of shape [samples, channels] with its description.

    Parameters
    ----------
    data : float64 or float32 in uV, or int32 converter codes, shape [samples, channels]; integers may also be in uV
    unit : `"uV"` or `"codes"`
    sfreq : sampling rate in Hz
    channels : one name for each column
    annotations : events, sorted by onset
    meta : JSON-able facts: subject, scenario, seed, design hash, `lsb_uv` (uV a code)
    gaps : ranges of samples, (first, end), in which nothing was recorded; every channel is NaN in them

    Raises
    ------
    RecordingError
        The unit is another one; data are not real numbers, or have a wrong shape or no samples; the rate is not a
        positive number; a name is empty, not unique or not text; an event or a gap is invalid; a value outside the gaps
        is not finite (the message names channel and time).
    """

    data: NDArray[Any]
    unit: Unit
    sfreq: float
    channels: tuple[str, ...]
    annotations: tuple[Annotation, ...] = ()
    meta: dict[str, Any] = field(default_factory=dict)
    gaps: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        check_description(self.unit, self.sfreq, self.channels, self.annotations, self.meta)
        data: Any = self.data  # a caller without a type checker may pass any object
        if not isinstance(data, np.ndarray) or isinstance(data, np.ma.MaskedArray):
            raise RecordingError(f"data are a {type(data).__name__}; wanted a plain numpy array [samples, channels]")
        if self.data.ndim != 2 or self.data.shape[1] != len(self.channels):
            raise RecordingError(
                f"data of shape {self.data.shape} does not fit {len(self.channels)} channels; "
                "wanted [samples, channels]"
            )
        if not len(self.data):
            raise RecordingError("the recording holds no samples")
        check_dtype(self.unit, self.data.dtype)
        if not math.isfinite(self.duration_s):
            raise RecordingError(f"{len(self.data)} samples at {self.sfreq} Hz would last for ever")
        _check_gaps(self.gaps, self.data)
        bad = ~np.isfinite(self.data) if self.data.dtype.kind == "f" else np.zeros(0, bool)
        for first, end in self.gaps:
            bad[first:end] = False
        if bad.any():
            sample, channel = (int(i) for i in np.argwhere(bad)[0])
            raise RecordingError(
                f"{self.data[sample, channel]} at sample {sample} ({sample / self.sfreq:.3f} s) of channel "
                f"{self.channels[channel]}; every sample must be finite"
            )

    def __repr__(self) -> str:
        """Return one line for a prompt or a notebook: what the recording is, without its samples."""
        names = ", ".join(self.channels[:_SHOWN]) + (", ..." if len(self.channels) > _SHOWN else "")
        labels = Counter(note.label for note in self.annotations).most_common()
        events = ", ".join(f"{count} x {label}" for label, count in labels[:_SHOWN])
        more = ", ..." if len(labels) > _SHOWN else ""
        return (
            f"<Recording: {self.duration_s:.3f} s at {self.sfreq:g} Hz in {self.unit}; "
            f"{len(self.channels)} channels: {names}; events: {events or 'none'}{more}; {len(self.gaps)} gaps>"
        )

    @property
    def duration_s(self) -> float:
        """Duration of all samples, including gaps, s."""
        return len(self.data) / self.sfreq

    @property
    def runs(self) -> tuple[tuple[int, int], ...]:
        """Ranges of samples, (first, end), between gaps; one range without gaps."""
        edges = [0, *(edge for gap in self.gaps for edge in gap), len(self.data)]
        return tuple((first, end) for first, end in zip(edges[::2], edges[1::2], strict=True) if end > first)

    @property
    def lsb_uv(self) -> float | None:
        """Size of one code in uV, from `meta`; None for a signal in uV, or if `meta` does not have it."""
        return lsb_uv_of(self.unit, self.meta)

    @property
    def file_names(self) -> tuple[str, ...]:
        """The names of the channels in the file, before `renamed`."""
        before = self.fact(RENAMED) or {}
        return tuple(str(before.get(name, name)) for name in self.channels)

    def renamed(self, names: Mapping[str, str]) -> Recording:
        """Return the same recording with other channel names; `meta` keeps the names in the file.

        Parameters
        ----------
        names : the new name of each channel to rename; the other channels keep their names

        Raises
        ------
        RecordingError
            There is no channel of a name, or two channels would have the same name.

        Examples
        --------
        >>> ears = Recording(np.zeros((4, 2)), "uV", 250.0, ("EarL1", "EarR1"))
        >>> ears.renamed({"EarL1": "T7"}).channels
        ('T7', 'EarR1')
        """
        channels = renamed_channels(self.channels, names)
        in_file = zip(channels, self.file_names, strict=True)
        before = {name: file_name for name, file_name in in_file if name != file_name}
        others = {key: value for key, value in self.meta.items() if key != RENAMED}
        return replace(self, channels=channels, meta={**others, **({RENAMED: before} if before else {})})

    def fact(self, *names: str) -> Any:
        """Return the value of `meta` under nested names; None if there is no such value."""
        value: Any = self.meta
        for name in names:
            value = value.get(name) if isinstance(value, dict) else None
        return value


def renamed_channels(channels: tuple[str, ...], names: Mapping[str, str]) -> tuple[str, ...]:
    """Return the channels with the new names; raises RecordingError as `Recording.renamed`."""
    for name in names:
        if name not in channels:
            raise RecordingError(f"no channel {name} to rename; there are: {', '.join(channels)}")
    renamed = tuple(names.get(name, name) for name in channels)
    for name in renamed:
        if renamed.count(name) > 1:
            before = [old for old, new in zip(channels, renamed, strict=True) if new == name]
            raise RecordingError(
                f"{' and '.join(before)} would both have the name {name}; each needs a name of its own"
            )
    return renamed


def check_whole(recording: Recording, user: str) -> None:
    """Raise RecordingError if a recording has gaps; `user` is the part of the program that needs all samples."""
    if recording.gaps:
        first, end = (sample / recording.sfreq for sample in recording.gaps[0])
        raise RecordingError(
            f"nothing was recorded from {first:.3f} s to {end:.3f} s, and {user} needs a recording without gaps: "
            "read one part of it (--part N)"
        )


def lsb_uv_of(unit: Unit, meta: dict[str, Any]) -> float | None:
    """Return `Recording.lsb_uv` of a signal that is not in memory."""
    lsb: Any = meta.get("lsb_uv")
    return float(lsb) if unit == "codes" and _is_number(lsb) and _is_finite(lsb) and lsb > 0 else None


def check_description(unit: Any, sfreq: Any, channels: Any, annotations: Any, meta: Any) -> None:
    """Check the description of a signal in memory or on disk.

    Raises
    ------
    RecordingError
        A field is invalid; the message names the field, its value, and the value wanted.
    """
    if not isinstance(unit, str) or unit not in UNITS:
        raise RecordingError(f"unit {_brief(unit)}: wanted {' or '.join(UNITS)}; convert the data first")
    if not _is_number(sfreq):
        raise RecordingError(f"sampling rate {_brief(sfreq)}: wanted a number, in Hz")
    if not (_is_finite(sfreq) and sfreq > 0):
        raise RecordingError(f"sampling rate {sfreq} Hz: must be positive")
    _check_names(channels)
    if not isinstance(annotations, tuple):
        raise RecordingError(f"annotations are a {type(annotations).__name__}; wanted a tuple of Annotation")
    for i, note in enumerate(annotations):
        _check_annotation(i, note)
    if not isinstance(meta, dict) or not all(isinstance(key, str) for key in meta):
        raise RecordingError(f"meta is {_brief(meta)}; wanted a dict with names as keys")


def _check_gaps(gaps: tuple[tuple[int, int], ...], data: NDArray[Any]) -> None:
    last = 0
    for first, end in gaps:
        if not last <= first < end <= len(data):
            raise RecordingError(f"gap from sample {first} to {end} of {len(data)}: wanted ranges in order")
        if data.dtype.kind != "f" or not np.isnan(data[first:end]).all():
            raise RecordingError(f"gap from sample {first} to {end}: wanted NaN in every channel")
        last = end


def check_dtype(unit: Unit, dtype: np.dtype[Any]) -> None:
    """Raise RecordingError if a recording of this unit cannot have this dtype."""
    if unit == "codes" and dtype.kind != "i":
        raise RecordingError(f"codes must be integers, found {dtype}")
    if unit == "uV" and not (dtype.kind in "iu" or dtype in (np.float32, np.float64)):
        raise RecordingError(f"data in uV must be float32, float64 or integers, found {dtype}")


def _check_names(names: Any) -> None:
    if not isinstance(names, tuple):
        raise RecordingError(f"channels are {_brief(names)}; wanted a tuple of names")
    for name in names:
        if not isinstance(name, str):
            raise RecordingError(f"channel name {_brief(name)}: wanted text")
        if not name.strip() or any(unicodedata.category(character) in NOT_IN_A_NAME for character in name):
            raise RecordingError(f"channel name {name!r}: wanted at least one character, and no control characters")
    if len(set(names)) != len(names):
        raise RecordingError(f"a channel name occurs twice in {', '.join(names)}; names must be unique")


def _check_annotation(i: int, note: Any) -> None:
    if not isinstance(note, Annotation):
        raise RecordingError(f"annotation {i} is a {type(note).__name__}; wanted an Annotation")
    texts: Sequence[tuple[str, Any]] = (("label", note.label), ("source", note.source))
    for name, text in texts:
        if not isinstance(text, str) or any(unicodedata.category(character) == "Cs" for character in text):
            raise RecordingError(f"annotation {i}: {name} {_brief(text)}: wanted text")
    amplitude = () if note.amplitude is None else (("amplitude", note.amplitude),)
    for name, value in (("onset_s", note.onset_s), ("duration_s", note.duration_s), *amplitude):
        if not _is_number(value) or not _is_finite(value):
            raise RecordingError(f"annotation {i} ({note.label}): {name} is {_brief(value)}; wanted a finite number")
        if value < 0 and name != "amplitude":
            raise RecordingError(f"annotation {i} ({note.label}): {name} is {value}; wanted 0 or more")


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool | np.bool_)


def _is_finite(value: Any) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer beyond every float
        return False


def _brief(value: Any) -> str:
    text = repr(value) if isinstance(value, str | int | float | None) else f"a {type(value).__name__}"
    return text if len(text) <= 60 else f"{text[:57]}..."
