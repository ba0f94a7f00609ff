"""The complete figure, from top to bottom: activities, events, truths, traces; then spectra and contacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from earloop.recordings import Recording, Track
from earloop.sim.view.contacts import draw_contact_bars, draw_impedance
from earloop.sim.view.events import draw_activities, draw_lanes
from earloop.sim.view.lanes import ACTIVITY_SOURCE, lanes, pack
from earloop.sim.view.part import DISPLAY_BAND_HZ, Excerpt, ViewError, band_text, filtered_uv
from earloop.sim.view.spectra import draw_spectra
from earloop.sim.view.style import SMALL, style
from earloop.sim.view.traces import draw_traces
from earloop.sim.view.truths import truth_lanes

WIDTH_IN, HEIGHT_IN = 11.7, 8.3  # A4 landscape; higher with many lanes and channels
LEFT_IN, RIGHT_IN = 0.95, 0.75
TOP_IN, BOTTOM_IN = 0.6, 0.5
ACTIVITY_IN, LANE_IN, TRUTH_IN, GAP_IN = 0.2, 0.155, 0.48, 0.07
TRACE_IN, TRACES_IN = 0.55, (2.4, 9.0)  # height of a channel; smallest and largest height of all channels
SPECTRA_IN, ABOVE_SPECTRA_IN, BETWEEN_IN = 1.95, 0.85, 0.75
SPECTRA_SHARE = 0.52  # share of the width, if there are contacts
HOUR_S = 3600.0


def session_figure(
    recording: Recording,
    part: Excerpt,
    *,
    tracks: Mapping[str, Track],
    title: str,
    bands: Mapping[str, tuple[float, float]],
    mains_hz: Sequence[float],
    band_hz: tuple[float, float] = DISPLAY_BAND_HZ,
    figure: Figure | None = None,
) -> Figure:
    """Draw a part of a session.

    Parameters
    ----------
    recording : the session's recording, in uV
    tracks : other data of the session; `impedance`, `gaze`, `lids` and `stage` are drawn
    bands : low and high edges, Hz, shaded in the spectra
    mains_hz : frequencies of the mains, marked in the spectra
    band_hz : band of the filter for the traces; spectra are of the unfiltered part
    figure : an empty figure to draw on, whose size is set; None for a new one

    Raises
    ------
    ViewError
        The recording has codes, or the sampling rate does not allow the filter.
    """
    if recording.unit != "uV":
        raise ViewError(f"a recording in {recording.unit}; a view needs uV")
    uv = filtered_uv(recording, part, band_hz)
    events = part.events(recording.annotations)
    activities = pack([event for event in events if event.source == ACTIVITY_SOURCE])
    event_lanes = lanes([event for event in events if event.source != ACTIVITY_SOURCE])
    truths = truth_lanes(tracks, part)
    with style():
        sheet = _Sheet(figure, len(activities), len(event_lanes), len(truths), len(recording.channels))
        if activities:
            draw_activities(sheet.below(ACTIVITY_IN * len(activities)), activities, part)
        if event_lanes:
            draw_lanes(sheet.below(LANE_IN * len(event_lanes)), event_lanes, part)
        for draw in truths:
            draw(sheet.below(TRUTH_IN))
        ax = sheet.below(sheet.traces_in)
        draw_traces(ax, uv, part, recording.channels)
        ax.set_xlabel(f"time, s    (traces in uV, {band_text(band_hz)} for display; spectra unfiltered)")
        _draw_lower(sheet, recording, part, tracks, bands, mains_hz)
        sheet.figure.text(LEFT_IN / WIDTH_IN, 1 - 0.2 / sheet.height_in, title, va="top", fontsize=11, weight="bold")
        sheet.figure.text(
            *(LEFT_IN / WIDTH_IN, 1 - 0.4 / sheet.height_in), _facts(recording, part), va="top", fontsize=SMALL
        )
    return sheet.figure


def _draw_lower(
    sheet: _Sheet,
    recording: Recording,
    part: Excerpt,
    tracks: Mapping[str, Track],
    bands: Mapping[str, tuple[float, float]],
    mains_hz: Sequence[float],
) -> None:
    contacts = _contacts(recording)
    share = SPECTRA_SHARE if "impedance" in tracks or contacts else 1.0
    shown = part.samples(recording.sfreq)
    runs = [(max(first, shown.start), min(end, shown.stop)) for first, end in recording.runs]
    first, end = max(runs, key=lambda run: run[1] - run[0])  # the spectra are of the longest run without a gap
    cut = recording.data[first:end]
    draw_spectra(sheet.lower(0.0, share), cut, recording.sfreq, recording.channels, bands, mains_hz)
    rest = share + BETWEEN_IN / sheet.inner_in
    if "impedance" in tracks:
        draw_impedance(sheet.lower(rest, 1.0), tracks["impedance"], part, recording.channels)
    elif contacts:
        middle = rest + 0.55 * (1 - rest)
        axes = sheet.lower(rest, middle), sheet.lower(middle + 0.02, 1.0)
        draw_contact_bars(*axes, contacts, recording.channels)


def _contacts(recording: Recording) -> dict[str, dict[str, float]]:
    """Return resistance and offset of each site from a simulated front end; empty without such facts."""
    contacts = recording.fact("front_end", "contacts")
    if not isinstance(contacts, dict):
        return {}
    values = [recording.fact("front_end", "contacts", site, key) for site in contacts for key in ("kohm", "offset_mv")]
    return contacts if all(isinstance(value, int | float) for value in values) else {}


def _facts(recording: Recording, part: Excerpt) -> str:
    end_s = recording.duration_s
    length = f"{end_s / HOUR_S:.2f} h" if end_s > HOUR_S else f"{end_s:g} s"
    facts = [
        f"{part.start_s:g} to {part.end_s:g} s of {length}",
        f"{len(recording.channels)} channels at {recording.sfreq:g} Hz",
    ]
    device, fit = recording.fact("front_end", "device"), recording.fact("front_end", "fit")
    optional = {
        "scenario {}": recording.fact("scenario"),
        "subject {}": recording.fact("subject", "name"),
        "{} fit": f"{device}, {fit}" if device and fit else None,
        "seed {}": recording.fact("seed"),
    }
    facts += [text.format(value) for text, value in optional.items() if isinstance(value, str | int)]
    return "  ·  ".join(facts)


class _Sheet:
    """A figure that is filled from the top; all sizes are in inches, so that lanes are equally high in every view."""

    def __init__(self, figure: Figure | None, activities: int, lanes: int, truths: int, channels: int) -> None:
        parts = [ACTIVITY_IN * activities, LANE_IN * lanes, *[TRUTH_IN] * truths]
        upper_in = TOP_IN + sum(part + GAP_IN for part in parts if part)
        lower_in = ABOVE_SPECTRA_IN + SPECTRA_IN + BOTTOM_IN
        traces_in = min(max(TRACE_IN * channels, TRACES_IN[0]), TRACES_IN[1])
        self.height_in = max(HEIGHT_IN, upper_in + traces_in + lower_in)
        self.traces_in = self.height_in - upper_in - lower_in
        self.inner_in = WIDTH_IN - LEFT_IN - RIGHT_IN
        self.figure = figure or Figure()
        self.figure.set_size_inches(WIDTH_IN, self.height_in)
        self._top_in = TOP_IN

    def below(self, height_in: float) -> Axes:
        """Add the next axes from the top, over the whole width."""
        self._top_in += height_in + GAP_IN
        return self._axes(LEFT_IN, self.height_in - self._top_in + GAP_IN, self.inner_in, height_in)

    def lower(self, from_share: float, to_share: float) -> Axes:
        """Add axes at the bottom, between two shares of the width."""
        return self._axes(
            LEFT_IN + from_share * self.inner_in, BOTTOM_IN, (to_share - from_share) * self.inner_in, SPECTRA_IN
        )

    def _axes(self, left_in: float, bottom_in: float, width_in: float, height_in: float) -> Axes:
        return self.figure.add_axes(
            (left_in / WIDTH_IN, bottom_in / self.height_in, width_in / WIDTH_IN, height_in / self.height_in)
        )
