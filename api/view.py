"""A recording as a figure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from earloop.api.designs import design_of
from earloop.recordings import Recording
from earloop.sim import truth_tracks
from earloop.sim.view import DISPLAY_BAND_HZ, part_of, view
from earloop.spec.design import Design
from earloop.synth_data import Session

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot(
    recording: Session | Recording,
    start_s: float = 0.0,
    seconds: float = 30.0,
    *,
    design: Design | Path | str | None = None,
    band_hz: tuple[float, float] = DISPLAY_BAND_HZ,
    title: str = "",
) -> Figure:
    """Draw traces, events, spectra and contacts of a recording, as `earloop sim view` does.

    Parameters
    ----------
    recording : uV at any rate, or codes of the design; or a synthetic session, whose gaze, lids and stage are drawn too
    start_s, seconds : the part to draw, to the end of the recording at most
    design : its EEG bands are shaded in the spectra; None for the reference design
    band_hz : lower and upper edge of the filter for the traces, in Hz; the spectra are of the unfiltered part

    Returns
    -------
    Figure
        A figure of pyplot: a notebook shows it, `matplotlib.pyplot.show()` opens it, `.savefig("view.png")` keeps it

    Raises
    ------
    ViewError
        There is no such part, or the sampling rate does not allow the filter.
    RecordingError
        The codes are of another design.
    """
    import matplotlib.pyplot as plt

    signal, tracks = (
        (recording.recording, truth_tracks(recording)) if isinstance(recording, Session) else (recording, {})
    )
    part, made_for = part_of(signal, start_s, seconds), design_of(design)
    figure = plt.figure()
    try:
        return view(signal, made_for, part, title=title, tracks=tracks, band_hz=band_hz, figure=figure)
    except BaseException:
        plt.close(figure)
        raise
