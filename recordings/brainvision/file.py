"""BrainVision recordings: a header (`.vhdr`), samples, and markers, in uV by the header's units and resolutions.

`brainvision.header` reads the header, `brainvision.markers` the markers, `brainvision.samples` the samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.recordings.brainvision.header import (
    MARKER_SUFFIXES,
    BrainVisionChannel,
    BrainVisionHeader,
    read_brainvision_header,
)
from earloop.recordings.brainvision.markers import events_of, read_markers, segments_of
from earloop.recordings.brainvision.samples import samples_of
from earloop.recordings.reading.channels import check_rate
from earloop.recordings.reading.opened_file import FileChannel, OpenedFile
from earloop.recordings.reading.options import ReadOptions
from earloop.recordings.reading.units import uv_per_unit, why_no_potential


def open_brainvision(path: Path, options: ReadOptions) -> OpenedFile:
    """Read the header and the markers; count the samples.

    Raises
    ------
    RecordingError
        The file is not a header, or it is damaged or of an unsupported kind; one of its files is missing or truncated;
        the rate in the options is not the header's.
    """
    header = read_brainvision_header(path)
    check_rate(path, options.rate_hz, header.rate_hz)
    samples = samples_of(path, header)
    markers, damaged = read_markers(header.marker_path) if header.marker_path else ([], 0)
    segments = segments_of(markers, samples.count, header.rate_hz, header.segment_points)
    channels = tuple(_channel(channel, header.rate_hz) for channel in header.channels)

    def read(columns: Sequence[int], part: int) -> list[NDArray[Any]]:
        arrays = samples.read(columns, segments[part].first, segments[part].stop)
        with np.errstate(over="ignore"):  # a header may have any resolution; the recording refuses infinities
            scales = [header.channels[i].resolution * (channels[i].scale or 1.0) for i in columns]
            return [values * scale for values, scale in zip(arrays, scales, strict=True)]

    return OpenedFile(
        path=path,
        format="BrainVision",
        channels=channels,
        parts=tuple(segment.part for segment in segments),
        events=events_of(markers, segments, header.rate_hz),
        read=read,
        notes=_notes(
            path, header, damaged, [m.name for m in markers if m.is_new_segment and m.position > samples.count]
        ),
    )


def _channel(channel: BrainVisionChannel, rate_hz: float) -> FileChannel:
    scale = uv_per_unit(channel.unit)
    why_not = channel.why_not or ("" if scale is not None else why_no_potential(channel.unit))
    return FileChannel(
        name=channel.name,
        unit=channel.unit,
        rate_hz=rate_hz,
        scale=None if why_not else scale,
        why_not=why_not,
        reference=channel.reference,
    )


def _notes(path: Path, header: BrainVisionHeader, damaged: int, beyond: list[str]) -> tuple[str, ...]:
    notes = []
    if header.averaged:
        notes.append("its samples are averages of several segments of a recording (Averaged=YES)")
    if damaged:
        notes.append(f"{damaged} of its markers have no position, and are omitted")
    if beyond:
        notes.append(f"{', '.join(beyond[:3])}: a new segment begins after the last sample, so samples may be missing")
    marker_files = [file.name for file in path.parent.glob("*") if file.suffix.lower() in MARKER_SUFFIXES]
    if header.marker_path is None and (same := [name for name in marker_files if Path(name).stem == path.stem]):
        notes.append(f"{same[0]} in the same folder is not read, because the header has no line MarkerFile=")
    return tuple(notes)
