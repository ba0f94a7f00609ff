"""Gaps and rates by the clocks of tables: what is missing, where, and when the rate is wrong."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from earloop.recordings import RecordingError, read_recording
from earloop.recordings.read import open_recording
from earloop.recordings.reading.assemble import NOTES
from earloop.recordings.reading.options import ReadOptions

RATE_HZ = 250
N = 1000
T_S = np.arange(N) / RATE_HZ
SIGNAL = np.random.default_rng(1).normal(0, 20, N).round(1)


def written(tmp_path, stamps, name="timestamps", form="{:.3f}", signal=SIGNAL):
    path = tmp_path / "a.csv"
    cells = [stamp if isinstance(stamp, str) else form.format(stamp) for stamp in stamps]
    path.write_text(f"{name},T7\n" + "".join(f"{cell},{value}\n" for cell, value in zip(cells, signal, strict=False)))
    return path


def parts_of(path, **options):
    opened = open_recording(path, ReadOptions(**{"rate_hz": RATE_HZ, **options}))
    return [(round(part.start_s, 3), round(part.duration_s, 3), part.place) for part in opened.parts]


def dates(stamps_s, form="%Y-%m-%d %H:%M:%S.%f", begin=datetime(2024, 1, 1, 10)):
    return [(begin + timedelta(seconds=float(s))).strftime(form) for s in stamps_s]


DROPPED = np.delete(T_S, slice(400, 450))  # 0.2 s
ONE_PART = [(0.0, 4.0, "line 2")]
TWO_PARTS = [(0.0, 1.6, "line 2"), (1.8, 2.2, "line 402")]
FORMS = {
    "seconds": list,
    "seconds since 1970": lambda t: [f"{1.7e9 + s:.6f}" for s in t],
    "milliseconds since 1970": lambda t: [f"{1.7e12 + s * 1e3:.0f}" for s in t],
    "microseconds since 1970": lambda t: [f"{int(1.7e15) + round(s * 1e6)}" for s in t],
    "nanoseconds since 1970": lambda t: [f"{17 * 10**17 + round(s * 1e9)}" for s in t],
    "dates": dates,
    "ISO dates": lambda t: [text + "Z" for text in dates(t, "%Y-%m-%dT%H:%M:%S.%f")],
    "times of day": lambda t: dates(t, "%H:%M:%S.%f"),
    "times of day over midnight": lambda t: dates(t, "%H:%M:%S.%f", datetime(2024, 1, 1, 23, 59, 59)),
    "days first": lambda t: dates(t, "%d.%m.%Y %H:%M:%S.%f", datetime(2024, 1, 1, 23, 59, 59)),
    "half days": lambda t: dates(t, "%I:%M:%S.%f %p", datetime(2024, 1, 1, 11, 59, 59)),
    "minutes": lambda t: dates(t, "%M:%S.%f", datetime(2024, 1, 1, 11, 59, 59)),
    "a unit of 7 ms": lambda t: [f"{s / 0.007:.6f}" for s in t],
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["timestamps", "x"])
def test_what_a_clock_leaves_out_is_a_gap_and_a_whole_one_is_none(tmp_path, form, name):
    assert parts_of(written(tmp_path, FORMS[form](T_S), name)) == ONE_PART
    assert parts_of(written(tmp_path, FORMS[form](DROPPED), name)) == TWO_PARTS


def test_a_gap_is_refused_with_its_line_and_its_parts(tmp_path):
    with pytest.raises(RecordingError, match=r"has a gap of 0.200 s, 1.600 s .*, before line 402;.*--part 2"):
        read_recording(written(tmp_path, DROPPED), rate_hz=RATE_HZ)
    found = read_recording(written(tmp_path, DROPPED), rate_hz=RATE_HZ, part=2)
    np.testing.assert_array_equal(found.data[:, 0], SIGNAL[400:950])
    filled = read_recording(written(tmp_path, DROPPED), rate_hz=RATE_HZ, gaps="nan")
    assert (len(filled.data), filled.gaps) == (N, ((400, 450),))


def test_lines_are_counted_with_comments_and_blank_ones(tmp_path):
    path = written(tmp_path, DROPPED)
    lines = path.read_text().split("\n")
    path.write_text("\n".join(["# made", "", *lines[:10], "", "# paused", *lines[10:]]))
    assert [part[2] for part in parts_of(path)] == ["line 4", "line 406"]


def test_stamps_that_go_back_are_a_break(tmp_path):
    again = np.concatenate([T_S[:412], T_S[400:]])
    assert parts_of(written(tmp_path, again)) == [(0.0, 1.648, "line 2"), (1.6, 2.352, "line 414")]
    with pytest.raises(RecordingError, match=r"time goes back by 0.048 s.*before line 414"):
        read_recording(written(tmp_path, again), rate_hz=RATE_HZ)


@pytest.mark.parametrize("lost", [1, 2, 12, 250, 100_000])
def test_any_number_of_samples_that_is_lost_is_a_gap(tmp_path, lost):
    t = T_S + np.where(np.arange(N) >= 500, lost / RATE_HZ, 0)
    assert parts_of(written(tmp_path, t)) == [
        (0.0, 2.0, "line 2"), (round(2.0 + lost / RATE_HZ, 3), 2.0, "line 502")
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("lost", [0, 256])
def test_packets_that_arrive_late_are_no_gap_and_lost_ones_are(tmp_path, seed, lost):
    """As Mind Monitor stamps a Muse's packets of 12 samples: all at their arrival, whole ms."""
    random = np.random.default_rng(seed)
    n = 15_360
    arrived = (np.arange(n) // 12 + 1) * 12 / 256 + np.repeat(random.gamma(2, 0.01, n // 12), 12)
    arrived = np.maximum.accumulate(arrived) + np.tile(np.arange(12) * 2e-4, n // 12)
    arrived[7_680:] += lost / 256
    path = written(tmp_path, dates(arrived), "TimeStamp", signal=np.resize(SIGNAL, n))
    found = parts_of(path, rate_hz=256)
    if not lost:
        assert found == [(0.0, 60.0, "line 2")]
        return
    assert [part[2] for part in found] == ["line 2", "line 7682"]
    assert found[1][0] == pytest.approx(31.0, abs=0.05)


@pytest.mark.parametrize("decimals", [0, 2])
def test_stamps_in_whole_seconds_or_hundredths_are_no_gaps(tmp_path, decimals):
    t = np.arange(20 * RATE_HZ) / RATE_HZ
    path = written(tmp_path, np.floor(t * 10**decimals) / 10**decimals, signal=np.resize(SIGNAL, len(t)))
    assert parts_of(path) == [(0.0, 20.0, "line 2")]


@pytest.mark.parametrize("form", ["seconds", "milliseconds since 1970", "dates"])
def test_a_rate_that_the_stamps_contradict_is_refused_with_both(tmp_path, form):
    path = written(tmp_path, FORMS[form](T_S))
    with pytest.raises(RecordingError, match=r"timestamps say 250 Hz, not 256 Hz; give --rate 250"):
        read_recording(path, rate_hz=256)
    assert NOTES not in read_recording(path, rate_hz=250).meta
    assert read_recording(path, rate_hz=251).meta[NOTES] == ["the stamps of column timestamps say 250 Hz, not 251 Hz"]


def test_a_clock_in_another_unit_tells_of_gaps_only_and_it_is_told(tmp_path):
    path = written(tmp_path, FORMS["a unit of 7 ms"](T_S), "t")
    assert read_recording(path, rate_hz=512).meta[NOTES] == [
        "the unit of column t is unknown: it shows gaps, but not the sampling rate"
    ]


@pytest.mark.parametrize(
    ("stamps", "why"),
    [
        ([5.0] * N, "does not grow"),
        (list(T_S[::-1]), "does not grow"),
        (["2024-01-01"] * N, "has no times in a known format"),
    ],
)
def test_a_clock_that_tells_nothing_is_no_electrode_and_it_is_told(tmp_path, stamps, why):
    found = read_recording(written(tmp_path, stamps, "time"), rate_hz=RATE_HZ)
    assert found.channels == ("T7",)
    assert found.meta[NOTES] == [f"column time {why}: it cannot show gaps"]


def test_rounded_stamps_of_a_short_file_contradict_no_rate(tmp_path):
    t = np.round(np.arange(40) / 256, 3)
    assert read_recording(written(tmp_path, t), rate_hz=256).duration_s == 40 / 256


def test_a_cell_of_the_clock_that_is_no_time_is_named(tmp_path):
    for cell in ("x", ""):
        stamps = [*map(str, T_S[:20]), cell, *map(str, T_S[21:40])]
        with pytest.raises(RecordingError, match=r"in line 22, column timestamps: every cell"):
            read_recording(written(tmp_path, stamps), rate_hz=RATE_HZ)
        stamps = [*dates(T_S[:20]), cell, *dates(T_S[21:40])]
        with pytest.raises(RecordingError, match=r"in line 22, column timestamps: every cell"):
            read_recording(written(tmp_path, stamps), rate_hz=RATE_HZ)


def noisy(n=N, seed=3):
    return np.random.default_rng(seed).normal(0, 1, n)


ELECTRODES = {
    "noise": noisy() * 20,
    "drift": np.cumsum(noisy()) + 1000,
    "a slow ramp with noise": np.arange(N) * 0.05 + noisy(),
    "a steep ramp with noise": np.arange(N) * 2.0 + noisy(),
    "settling": 1000 * (1 - np.exp(-T_S)),
    "constant": np.full(N, 187_500.02),
    "zero": np.zeros(N),
    "a slow sine": 100 * np.sin(2 * np.pi * 0.3 * T_S),
    "a square": np.where(np.arange(N) % 250 < 125, 100.0, 0.0),
    "codes of one bit": (noisy() > 0).astype(float),
    "falling": -np.arange(N) * 0.5,
}


@pytest.mark.parametrize("kind", ELECTRODES)
def test_an_electrode_is_never_taken_for_a_clock(tmp_path, kind):
    path = written(tmp_path, ELECTRODES[kind], "x", "{:.2f}")
    found = read_recording(path, rate_hz=RATE_HZ)
    assert found.channels == ("x", "T7")
    np.testing.assert_allclose(found.data[:, 0], ELECTRODES[kind], atol=0.005 + 1e-9)
    assert NOTES not in found.meta


JITTER = np.random.default_rng(0).random(N)
COUNTS = {
    "a clock": (T_S, "{:.3f}", "grows steadily, like a clock"),
    "a clock that jitters": (T_S + 0.001 * JITTER, "{:.6f}", "grows steadily, like a clock"),
    "a clock of 1970 that jitters": (1.7e9 + T_S + 0.003 * JITTER, "{:.6f}", "grows steadily, like a clock"),
    "a count": (np.arange(N), "{:d}", "grows steadily, like a clock"),
    "a count of packets": (np.arange(N) // 12, "{:d}", "counts, like a counter of packets"),
    "a count that begins again": (np.arange(N) % 256, "{:d}", "counts, like a counter of packets"),
    "a count to 99": (np.arange(N) % 100, "{:d}", "counts, like a counter of packets"),
    "a ramp without noise": (np.arange(N) * 0.5, "{:.1f}", "grows steadily, like a clock"),
}  # fmt: skip


@pytest.mark.parametrize("kind", COUNTS)
@pytest.mark.parametrize("name", ["x", "L", "ch5"])
def test_a_clock_or_a_counter_is_no_electrode_whatever_its_name_and_it_is_told(tmp_path, kind, name):
    values, form, why = COUNTS[kind]
    path = written(tmp_path, values, name, form)
    found = read_recording(path, rate_hz=RATE_HZ)
    assert found.channels == ("T7",)
    told = f"column {name} {why}: it is not read as an electrode (--channels {name} reads it as one)"
    assert told in found.meta[NOTES]
    assert read_recording(path, rate_hz=RATE_HZ, channels=[name, "T7"]).channels == (name, "T7")


@pytest.mark.parametrize("form", ["%d-%b-%Y %H:%M:%S.%f", "%d %b %Y, %H:%M:%S.%f", "%Y%m%dT%H%M%S.%f"])
def test_dates_with_month_names_and_without_signs_tell_of_gaps(tmp_path, form):
    at = T_S + np.where(np.arange(N) >= 500, 30.0, 0)
    stamps = [(datetime(2026, 2, 28, 23, 59, 45) + timedelta(seconds=float(t))).strftime(form) for t in at]
    rows = "".join(f'"{stamp}",{value}\n' for stamp, value in zip(stamps, SIGNAL, strict=True))
    path = tmp_path / "a.csv"
    path.write_text("Time,T7\n" + rows)
    assert parts_of(path) == [(0.0, 2.0, "line 2"), (32.0, 2.0, "line 502")]
