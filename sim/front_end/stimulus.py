"""Conversion of any recording to the codes that a device processes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from earloop.recordings import Recording, RecordingError, check_whole, resample
from earloop.recordings.reading.electrode_names import match_channels, sources_of
from earloop.sim.front_end.quantise import code_limits, count_clipped, uv_to_codes
from earloop.spec.design import Design


@dataclass(frozen=True)
class Stimulus:
    """Codes at the converter's rate, and their sources.

    codes : int32 [samples, channels], channels in the design's order
    sources : the channel of the recording for each electrode of the design, by its name in the file
    clipped : number of values at the converter's rails
    """

    codes: NDArray[np.int32]
    sources: tuple[str, ...]
    clipped: int


def to_stimulus(recording: Recording, design: Design) -> Stimulus:
    """Convert a recording to a design's electrodes, rate and codes.

    The recording needs a channel for each electrode of the design, by its name; `Recording.renamed` gives channels the
    names of electrodes. Values in uV are resampled to the converter's rate and divided by the size of a code; codes
    stay unchanged.

    Raises
    ------
    RecordingError
        An electrode has no channel, or codes have another rate, another design, or exceed the converter's range.
    """
    check_whole(recording, "a device")
    matched = match_channels(recording.channels, design)
    sources = sources_of(recording, matched)
    columns = [recording.channels.index(name) for name in matched]
    recording = replace(recording, data=recording.data[:, columns], channels=matched)
    match recording.unit:
        case "uV":
            codes = uv_to_codes(resample(recording, float(design.converter.rate_hz)).data, design.converter)
        case "codes":
            codes = _checked_codes(recording, design)
        case _:
            assert_never(recording.unit)
    return Stimulus(codes, sources, int(count_clipped(codes, design.converter).sum()))


def check_made_for(recording: Recording, design: Design) -> None:
    """Raise RecordingError if the recording names another design as the one of its codes."""
    made_for = recording.fact("design_hash")
    if made_for is not None and made_for != design.design_hash:
        raise RecordingError(
            f"codes of design {str(made_for)[:12]}, but this design is {design.design_hash[:12]}: "
            "choose their design with --design"
        )


def _checked_codes(recording: Recording, design: Design) -> NDArray[np.int32]:
    """Return the codes unchanged, if this design's converter could have produced them."""
    if recording.sfreq != design.converter.rate_hz:
        raise RecordingError(
            f"codes at {recording.sfreq:g} Hz: the design's converter runs at {design.converter.rate_hz} Hz, "
            "and codes cannot be resampled"
        )
    check_made_for(recording, design)
    lowest, highest = recording.data.min(), recording.data.max()
    low, high = code_limits(design.converter)
    if lowest < low or highest > high:
        raise RecordingError(
            f"codes beyond {design.converter.bits} bits: from {lowest} to {highest}; must be {low} to {high}"
        )
    return np.asarray(recording.data, np.int32)
