"""The figure of a recording as a design sees it: in uV, with the design's EEG bands and the mains marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from matplotlib.figure import Figure

from earloop.recordings import Recording, Track
from earloop.sim.front_end.quantise import codes_to_uv
from earloop.sim.front_end.stimulus import check_made_for
from earloop.sim.view.part import DISPLAY_BAND_HZ, Excerpt
from earloop.sim.view.sheet import session_figure
from earloop.spec.design import Design


def view(
    recording: Recording,
    design: Design,
    part: Excerpt,
    *,
    title: str,
    tracks: Mapping[str, Track],
    band_hz: tuple[float, float] = DISPLAY_BAND_HZ,
    figure: Figure | None = None,
) -> Figure:
    """Draw a part of a recording; see `session_figure`.

    Parameters
    ----------
    recording : in uV, or codes of the design, which are converted to the potentials at the converter's input
    design : its EEG bands are shaded in the spectra
    figure : the figure to draw on; None for a new one

    Raises
    ------
    ViewError
        The sampling rate does not allow the filter.
    RecordingError
        The codes are of another design.
    """
    return session_figure(
        _in_uv(recording, design),
        part,
        tracks=tracks,
        title=title,
        bands=_eeg_bands(design),
        mains_hz=_mains_hz(recording),
        band_hz=band_hz,
        figure=figure,
    )


def _in_uv(recording: Recording, design: Design) -> Recording:
    """Return the recording in uV; codes are converted to the potentials at the converter's input."""
    if recording.unit == "uV":
        return recording
    check_made_for(recording, design)
    return replace(recording, data=codes_to_uv(recording.data, design.converter), unit="uV")


def _eeg_bands(design: Design) -> dict[str, tuple[float, float]]:
    """Return the bands of the design that do not overlap."""
    bands = {band.name: (band.low_hz, band.high_hz) for band in design.bands if band.name.startswith("eeg_")}
    return {name.removeprefix("eeg_"): edges for name, edges in bands.items()}


def _mains_hz(recording: Recording) -> tuple[float, ...]:
    """Return the mains frequency of the simulation; for other recordings, both that exist."""
    known = recording.fact("front_end", "mains_hz")
    return (float(known),) if known in (50, 60) else (50.0, 60.0)
