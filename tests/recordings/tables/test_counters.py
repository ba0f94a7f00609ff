"""Lost and repeated packets by their counters."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.recordings.read import open_recording
from earloop.recordings.reading.options import ReadOptions

SIGNAL = np.random.default_rng(2).normal(0, 20, 4000).round(1)
N = 2000
BYTE = np.arange(N) % 256
DAISY_ODD = 1 + 2 * (np.arange(N) % 128)
DAISY_EVEN = 2 * (np.arange(N) % 128)
MUSE = np.arange(N) // 12 % 65_536
# https://docs.openbci.com/Ganglion/GanglionDataFormat: 0 comes once, with 1..100 or 101..200 twice each.
GANGLION = np.resize([0, *np.repeat(np.arange(1, 101), 2)], N)
GANGLION_18_BIT = np.resize([0, *np.repeat(np.arange(101, 201), 2)], N)
COUNTERS = {
    "to 255": BYTE,
    "from 77 on": (np.arange(N) + 77) % 256,
    "odd, Daisy": DAISY_ODD,
    "even, Daisy": DAISY_EVEN,
    "12 samples a packet": MUSE,
    "Ganglion": GANGLION,
    "Ganglion, 18 bits": GANGLION_18_BIT,
    "to 99": np.arange(N) % 100,
    "no end": np.arange(N),
    "from 1": np.arange(N) + 1,
    "two a packet, to 255": np.arange(N) // 2 % 256,
}


def parts_of(tmp_path, counts, stamps=None, name="Sample Index"):
    path = tmp_path / "a.csv"
    columns = [np.asarray(counts), *([] if stamps is None else [np.round(stamps, 6)]), SIGNAL[: len(counts)]]
    header = ",".join([name, *([] if stamps is None else ["timestamps"]), "T7"])
    rows = zip(*(column.tolist() for column in columns), strict=True)
    path.write_text(header + "\n" + "".join(",".join(map(str, row)) + "\n" for row in rows))
    opened = open_recording(path, ReadOptions(rate_hz=250))
    return [(round(part.start_s * 250), round(part.duration_s * 250), part.place) for part in opened.parts], opened


@pytest.mark.parametrize("kind", COUNTERS)
@pytest.mark.parametrize("name", ["Sample Index", "counter", "ch1"])
def test_a_counter_that_misses_nothing_makes_no_gap(tmp_path, kind, name):
    parts, opened = parts_of(tmp_path, COUNTERS[kind], name=name)
    assert parts == [(0, N, "line 2")]
    assert [one.name for one in opened.channels if one.is_electrode] == ["T7"]


@pytest.mark.parametrize("kind", COUNTERS)
@pytest.mark.parametrize("at", [600, 1201])
@pytest.mark.parametrize("packets", [1, 5])
def test_packets_that_were_lost_make_a_gap_of_their_samples(tmp_path, kind, at, packets):
    counts = COUNTERS[kind]
    begins = np.flatnonzero(np.diff(counts)) + 1
    first = int(begins[begins >= at][0])
    end = int(begins[begins >= at][packets])
    kept = np.delete(counts, slice(first, end))
    parts, _ = parts_of(tmp_path, kept)
    assert parts == [(0, first, "line 2"), (end, len(kept) - first, f"line {first + 2}")]


@pytest.mark.parametrize("kind", ["to 255", "odd, Daisy", "no end", "12 samples a packet"])
def test_packets_that_came_twice_go_back(tmp_path, kind):
    counts = np.insert(COUNTERS[kind], 612, COUNTERS[kind][600:612])
    parts, _ = parts_of(tmp_path, counts)
    assert parts == [(0, 612, "line 2"), (600, N - 600, "line 614")]


def test_a_sample_that_came_twice_goes_back(tmp_path):
    parts, _ = parts_of(tmp_path, np.insert(BYTE, 601, BYTE[600]))
    assert parts == [(0, 601, "line 2"), (600, N - 600, "line 603")]


def test_a_counter_that_was_set_back_goes_back(tmp_path):
    parts, _ = parts_of(tmp_path, np.concatenate([np.arange(1200), np.arange(800)]))
    assert parts == [(0, 1200, "line 2"), (0, 800, "line 1202")]


def test_the_clock_tells_how_many_rounds_of_a_counter_are_missing(tmp_path):
    lost = 256 * 3 + 10
    counts = np.delete(np.arange(N + lost) % 256, slice(700, 700 + lost))
    stamps = np.delete(np.arange(N + lost) / 250, slice(700, 700 + lost))
    parts, _ = parts_of(tmp_path, counts, stamps)
    assert parts == [(0, 700, "line 2"), (700 + lost, N - 700, "line 702")]


def test_losses_and_jumps_of_the_clock_are_both_breaks(tmp_path):
    stamps = np.arange(N) / 250 + np.where(np.arange(N) >= 1500, 2.0, 0.0)
    counts = (np.arange(N) + np.where(np.arange(N) >= 500, 3, 0)) % 256
    parts, _ = parts_of(tmp_path, counts, stamps)
    assert parts == [(0, 500, "line 2"), (503, 1000, "line 502"), (2003, 500, "line 1502")]


def test_what_is_called_a_counter_and_counts_nothing_is_told(tmp_path):
    parts, opened = parts_of(tmp_path, np.random.default_rng(0).permutation(N))
    assert parts == [(0, N, "line 2")]
    assert opened.notes == ("column Sample Index does not count steadily: it cannot show lost samples",)
