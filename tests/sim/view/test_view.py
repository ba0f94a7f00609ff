"""A view shows the session's own numbers, where and as large as they are."""

from __future__ import annotations

import math

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from scipy.signal import welch

from earloop.recordings import Annotation, Recording, Track
from earloop.sim.view import Excerpt, ViewError, part_of, session_figure
from earloop.sim.view.lanes import MOST_LANES, OTHER, lanes, pack
from earloop.sim.view.part import filtered_uv
from earloop.sim.view.spectra import root_density
from earloop.sim.view.traces import envelope, spacing

SFREQ = 500.0
CHANNELS = ("left", "right")
BANDS = {"alpha": (8.0, 13.0), "beta": (13.0, 30.0)}
NOTES = (
    Annotation(0.0, 10.0, "eyes_open", source="scenario"),
    Annotation(2.0, 0.3, "blink", 100.0, "eog"),
    Annotation(3.0, 0.05, "saccade_left", 10.0, "eog"),
    Annotation(4.0, 0.0, "r_peak", source="ecg"),
    Annotation(5.0, 1.0, "lift_off/TP9", source="contact"),
    Annotation(10.0, 10.0, "eyes_closed", source="scenario"),
    Annotation(15.0, 0.3, "blink", 100.0, "eog"),
)
CONTACTS = {"left": {"kohm": 20.0, "offset_mv": -3.0}, "right": {"kohm": 40.0, "offset_mv": 5.0}}


def recording(seconds: float = 20.0, **facts) -> Recording:
    data = np.random.default_rng(0).normal(0, 10, (round(seconds * SFREQ), 2))
    return Recording(data, "uV", SFREQ, CHANNELS, **({"annotations": NOTES} | facts))


def draw(of: Recording, part: Excerpt, tracks=None, **options):
    return session_figure(of, part, tracks=tracks or {}, title="a session", bands=BANDS, mains_hz=(50.0,), **options)


def axes_named(figure, ylabels):
    """The axes whose tick labels are these, in order."""
    return next(ax for ax in figure.axes if [label.get_text() for label in ax.get_yticklabels()] == ylabels)


def spectrum_axes(figure):
    return next(ax for ax in figure.axes if ax.get_ylabel() == "uV/√Hz")


def test_events_stand_where_they_are():
    figure = draw(recording(), Excerpt(1.0, 9.0))
    ax = axes_named(figure, ["blink", "saccade", "r peak", "lift off"])
    spans = [collection.get_paths() for collection in ax.collections]
    edges = [[(path.vertices[:, 0].min(), path.vertices[:, 0].max()) for path in paths] for paths in spans]
    assert edges[0][0] == pytest.approx((2.0, 2.3))
    assert edges[1][0][0] == pytest.approx(4.0)
    assert edges[2][0] == pytest.approx((5.0, 6.0))
    arrow = next(line for line in ax.lines if line.get_marker() == "<")
    assert arrow.get_xdata()[0] == pytest.approx(3.025)
    assert "TP9" in [text.get_text() for text in ax.texts]
    assert len(edges[0]) == 1, "the blink after the part is not drawn"
    assert ax.get_xlim() == (1.0, 9.0)


def test_activities_are_bands_cut_to_the_part():
    figure = draw(recording(), Excerpt(8.0, 20.0))
    ax = axes_named(figure, ["activity"])
    assert [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches] == [(8.0, 10.0), (10.0, 20.0)]
    assert [text.get_text() for text in ax.texts] == ["eyes open", "eyes closed"]
    assert len({to_rgb(bar.get_facecolor()) for bar in ax.patches}) == 2


def test_no_text_leaves_its_activity():
    notes = tuple(Annotation(i / 4, 0.25, "standing_on_one_leg", source="scenario") for i in range(80))
    shown = set()
    for seconds in (20.0, 8.0, 5.0, 2.0, 1.0):
        figure = draw(recording(annotations=notes), Excerpt(0.0, seconds))
        ax = axes_named(figure, ["activity"])
        renderer = FigureCanvasAgg(figure).get_renderer()
        for text, bar in zip(ax.texts, ax.patches, strict=True):
            shown.add(text.get_text())
            assert text.get_window_extent(renderer).width <= bar.get_window_extent(renderer).width
    assert "" in shown, "too narrow for any text"
    assert "standing on one leg" in shown
    assert any(text.startswith("stand") and text.endswith("…") for text in shown)


def test_activities_that_overlap_go_into_rows_of_their_own():
    def note(onset_s, duration_s):
        return Annotation(onset_s, duration_s, "a", source="scenario")

    rows = pack([note(0, 5), note(2, 5), note(5, 5), note(7, 1), note(6, 1)])
    assert [[a.onset_s for a in row] for row in rows] == [[0, 5], [2, 7], [6]]


def test_kinds_are_grouped_by_source_and_the_rarest_share_a_lane():
    found = lanes(NOTES[1:5])
    assert [(lane.kind, lane.source) for lane in found] == [
        ("blink", "eog"),
        ("saccade", "eog"),
        ("r_peak", "ecg"),
        ("lift_off", "contact"),
    ]
    many = [Annotation(float(i), 0.0, f"kind{i}") for i in range(40)] + [Annotation(0.0, 0.0, "kind39")]
    found = lanes(many)
    assert len(found) == MOST_LANES
    assert sum(len(lane.events) for lane in found) == 41
    assert "kind39" in [lane.kind for lane in found]
    assert found[-1].kind == OTHER


def test_traces_are_on_one_scale_with_a_bar_of_that_size():
    sine = 40 * np.sin(2 * np.pi * 10 * np.arange(round(20 * SFREQ)) / SFREQ)
    of = Recording(np.column_stack([sine, 0.5 * sine]), "uV", SFREQ, CHANNELS)
    figure = draw(of, Excerpt(5.0, 15.0))
    ax = axes_named(figure, list(CHANNELS))
    first, second, bar = ax.lines
    uv = float(ax.texts[0].get_text().split()[0]) / np.ptp(bar.get_ydata())  # of one unit of the axis
    assert np.ptp(first.get_ydata()) * uv == pytest.approx(80, rel=0.01)
    assert np.ptp(second.get_ydata()) * uv == pytest.approx(40, rel=0.01)
    assert np.ptp(first.get_ydata()) + np.ptp(second.get_ydata()) < 2, "they do not touch"


def test_a_railed_channel_does_not_squash_the_others():
    uv = np.random.default_rng(0).normal(0, 10, (1000, 4))
    usual = spacing(uv)
    uv[:, 2] *= 1e4
    assert spacing(uv) == usual


def test_spikes_survive_the_thinning_of_a_long_trace():
    y = np.zeros(10**6)
    y[123_456] = 1.0
    t, thin = envelope(y, Excerpt(10.0, 1010.0))
    assert len(thin) < 10_000
    assert thin.max() == 1.0
    assert t[thin.argmax()] == pytest.approx(10.0 + 123.456, abs=1.0)


def test_the_display_filter_passes_its_band_without_delay():
    t = np.arange(round(30 * SFREQ)) / SFREQ
    slow, fast = 1000 + 50 * np.sin(2 * np.pi * 0.02 * t), np.sin(2 * np.pi * 10 * t)
    of = Recording((slow + fast)[:, np.newaxis], "uV", SFREQ, ("a",))
    uv = filtered_uv(of, Excerpt(10.0, 20.0), (1.0, 40.0))
    np.testing.assert_allclose(uv[:, 0], fast[round(10 * SFREQ) : round(20 * SFREQ)], atol=0.02)
    unfiltered = filtered_uv(of, Excerpt(10.0, 20.0), (0.0, math.inf))
    np.testing.assert_allclose(np.diff(unfiltered[:, 0]), np.diff(of.data[round(10 * SFREQ) : round(20 * SFREQ), 0]))


def test_the_spectrum_is_that_of_scipy_and_of_white_noise():
    of = recording(200.0)
    f, density = root_density(of.data, SFREQ)
    reference_f, reference = welch(of.data[:, 0], SFREQ, nperseg=2000, detrend="linear")
    np.testing.assert_allclose(density[:, 0] ** 2, np.interp(f, reference_f, reference))
    flat = density[(f > 5) & (f < 240)]
    assert np.sqrt((flat**2).mean()) == pytest.approx(10 / np.sqrt(SFREQ / 2), rel=0.02)
    ax = spectrum_axes(draw(of, Excerpt(0.0, 200.0)))
    np.testing.assert_allclose(ax.lines[0].get_ydata(), density[:, 0])
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")


def test_bands_and_mains_are_marked():
    ax = spectrum_axes(draw(recording(), Excerpt(0.0, 20.0)))
    assert {text.get_text() for text in ax.texts} == {"alpha", "beta", "50 Hz"}
    alpha = ax.patches[0]
    assert (alpha.get_x(), alpha.get_x() + alpha.get_width()) == (8.0, 13.0)
    assert 50.0 in [line.get_xdata()[0] for line in ax.lines]


def test_impedance_over_time_is_drawn_for_each_site():
    kohm = np.linspace(10, 50, 201)[:, np.newaxis] * [1.0, 2.0, 3.0]
    track = Track(kohm, 10.0, (*CHANNELS, "TP9"), "kOhm")
    figure = draw(recording(meta={"front_end": _front_end()}), Excerpt(0.0, 10.0), {"impedance": track})
    ax = next(ax for ax in figure.axes if "kΩ" in ax.get_ylabel())
    for line, column, site in zip(ax.lines, kohm.T, track.columns, strict=True):
        np.testing.assert_array_equal(line.get_ydata(), column)
        assert line.get_label() == site
    assert ax.get_xlim() == (0, 20.0)


def _front_end():
    return {"device": "a device", "fit": "dry", "contacts": CONTACTS}


def test_contacts_are_bars_where_only_their_medians_are_known():
    figure = draw(recording(meta={"front_end": _front_end()}), Excerpt(0.0, 10.0))
    impedance, offset = figure.axes[-2:]
    assert [bar.get_width() for bar in impedance.patches] == [20.0, 40.0]
    assert [bar.get_width() for bar in offset.patches] == [-3.0, 5.0]


def test_without_contacts_the_spectra_take_their_room():
    with_contacts = draw(recording(meta={"front_end": _front_end()}), Excerpt(0.0, 10.0))
    without = draw(recording(), Excerpt(0.0, 10.0))
    assert len(without.axes) == len(with_contacts.axes) - 2
    width = spectrum_axes(without).get_position().width
    assert width > 1.5 * spectrum_axes(with_contacts).get_position().width


def test_gaze_lids_and_stage_get_a_lane_only_where_they_do_something():
    samples = round(20 * SFREQ)
    gaze = np.zeros((samples, 2))
    gaze[round(12 * SFREQ) :, 0] = 15.0
    stage = np.zeros(samples)
    stage[round(15 * SFREQ) :] = 3
    tracks = {"gaze": Track(gaze, SFREQ, ("right", "up"), "deg"), "stage": Track(stage, SFREQ)}
    late = draw(recording(), Excerpt(10.0, 20.0), tracks)
    lane = next(ax for ax in late.axes if ax.get_ylabel().startswith("gaze"))
    x, y = lane.lines[0].get_data()
    assert x[np.flatnonzero(y)[0]] == pytest.approx(12.0, abs=0.01)
    sleep = next(ax for ax in late.axes if ax.get_ylabel() == "stage")
    ticks = dict(zip((label.get_text() for label in sleep.get_yticklabels()), sleep.get_yticks(), strict=True))
    assert sleep.lines[0].get_ydata()[-1] == ticks["N3"]
    early = draw(recording(), Excerpt(0.0, 10.0), tracks)
    assert not [ax for ax in early.axes if ax.get_ylabel().startswith(("gaze", "stage"))]


@pytest.mark.parametrize(
    ("start_s", "seconds", "complaint"),
    [
        (-1.0, 5.0, "start at -1 s"),
        (20.0, 5.0, "must be within the recording, 0 to 20 s"),
        (math.nan, 5.0, "start at nan s"),
        (0.0, 0.0, "must be positive"),
        (0.0, math.nan, "must be positive"),
        (19.9, 5.0, "0.1 s to draw"),
    ],
)
def test_a_part_that_cannot_be_drawn(start_s, seconds, complaint):
    with pytest.raises(ViewError, match=complaint):
        part_of(recording(), start_s, seconds)


def test_a_part_ends_with_the_recording():
    assert part_of(recording(), 15.0, 30.0) == Excerpt(15.0, 20.0)


@pytest.mark.parametrize("band_hz", [(5.0, 2.0), (-1.0, 10.0), (1.0, 250.0), (300.0, math.inf), (math.nan, 10.0)])
def test_a_filter_that_cannot_be(band_hz):
    with pytest.raises(ViewError, match="must be 0 <= low < high < 250"):
        draw(recording(), Excerpt(0.0, 10.0), band_hz=band_hz)


def test_codes_are_not_drawn():
    with pytest.raises(ViewError, match="in codes"):
        draw(Recording(np.ones((1000, 2), np.int32), "codes", SFREQ, CHANNELS), Excerpt(0.0, 2.0))


def test_many_channels_keep_the_sheet_readable():
    data = np.random.default_rng(0).normal(0, 10, (2000, 64))
    figure = draw(Recording(data, "uV", SFREQ, tuple(f"c{i}" for i in range(64))), Excerpt(0.0, 4.0))
    assert figure.get_size_inches()[1] < 14
    assert spectrum_axes(figure).get_legend() is None


@pytest.mark.parametrize("shape", [np.cumsum, np.copy, np.diff], ids=["falling", "flat", "rising"])
def test_the_legend_covers_no_spectrum(shape):
    uv = shape(np.random.default_rng(0).normal(0, 10, 5001))[:5000]
    figure = draw(Recording(uv[:, None], "uV", SFREQ, ("EEG T7",)), Excerpt(0.0, 10.0))
    FigureCanvasAgg(figure).draw()
    ax = spectrum_axes(figure)
    box = ax.get_legend().get_window_extent()
    points = ax.transData.transform(np.column_stack(ax.lines[0].get_data()))
    assert [point for point in points if box.contains(*point)] == []


def test_a_gap_is_blank_and_disturbs_nothing_beside_it():
    whole = recording()
    gap = (4000, 6000)
    data = whole.data.copy()
    data[slice(*gap)] = np.nan
    uv = filtered_uv(Recording(data, "uV", SFREQ, CHANNELS, gaps=(gap,)), Excerpt(0.0, 20.0), (0.5, math.inf))
    assert np.isnan(uv[slice(*gap)]).all()
    before = Recording(whole.data[: gap[0]], "uV", SFREQ, CHANNELS)
    np.testing.assert_allclose(uv[: gap[0]], filtered_uv(before, Excerpt(0.0, 8.0), (0.5, math.inf)))
    assert np.isfinite(uv[gap[1] :]).all()
