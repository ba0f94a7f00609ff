"""What columns are by their names and units."""

from __future__ import annotations

import re

import numpy as np
import pytest

from earloop.recordings import RecordingError, describe_file, read_recording
from earloop.recordings.reading.assemble import NOTES
from earloop.recordings.reading.options import ReadOptions

NOISE = np.random.default_rng(0).normal(0, 20, (40, 4)).round(2)


@pytest.fixture
def read(tmp_path):
    def made(names: list[str], rows=NOISE, **options):
        path = tmp_path / "a.csv"
        lines = [",".join(str(cell) for cell in row[: len(names)]) for row in rows]
        path.write_text(",".join(names) + "\n" + "\n".join(lines) + "\n")
        return read_recording(path, **{"rate_hz": 250, **options})

    return made


@pytest.mark.parametrize(
    ("name", "factor"),
    [
        ("T7 (mV)", 1e3),
        ("T7 [V]", 1e6),
        ("T7/uV", 1),
        ("T7 (µV)", 1),
        ("T7 (μV)", 1),
        ("T7[nV]", 1e-3),
        ("T7_mV", 1e3),
        ("T7 uV", 1),
        ("T7 (microvolts)", 1),
        ("T7", 1),
        ("T7 ()", 1),
    ],
)
def test_a_unit_in_a_name_scales_its_column_to_uv(read, name, factor):
    found = read([name, "T8"])
    assert found.channels == ("T7", "T8")
    np.testing.assert_allclose(found.data[:, 0], NOISE[:, 0] * factor, rtol=1e-15)
    np.testing.assert_array_equal(found.data[:, 1], NOISE[:, 1])
    np.testing.assert_array_equal(read([name, "T8"], channels=["T7"]).data, found.data[:, :1])
    np.testing.assert_array_equal(read([name, "T8"], channels=[name]).data, found.data[:, :1])


@pytest.mark.parametrize(("name", "factor"), [("[V]", 1e6), ("(mV)", 1e3), ("[ uV ]", 1)])
def test_a_unit_alone_in_brackets_scales_its_column_and_is_its_name(read, name, factor):
    found = read([name, "T8"])
    assert found.channels == (name, "T8")
    np.testing.assert_allclose(found.data[:, 0], NOISE[:, 0] * factor, rtol=1e-15)


@pytest.mark.parametrize("name", ["EOG_V", "A1/A2", "Fp1-V", "left V"])
def test_what_only_looks_like_a_unit_is_part_of_the_name(read, name):
    found = read([name, "T8"])
    assert found.channels == (name, "T8")
    np.testing.assert_array_equal(found.data, NOISE[:, :2])


@pytest.mark.parametrize("unit", ["a.u.", "counts", "degC", "codes", "MV", "g"])
def test_a_column_in_another_unit_is_refused_by_name_and_read_around(read, unit):
    with pytest.raises(RecordingError, match=rf"channel T7 is in '{unit}', which is not a known unit .*--channels T8"):
        read([f"T7 ({unit})", "T8"])
    np.testing.assert_array_equal(read([f"T7 [{unit}]", "T8"], channels=["T8"]).data, NOISE[:, 1:2])


def test_one_name_in_two_units_is_two_channels(read):
    found = read(["T7 (mV)", "T7 (uV)"])
    assert found.channels == ("T7 (mV)", "T7 (uV)")
    np.testing.assert_allclose(found.data, NOISE[:, :2] * [1e3, 1])


def test_a_name_that_stands_twice_matters_among_the_chosen_only(read):
    names = ["T7", "X", "X", "T8"]
    np.testing.assert_array_equal(read(names, channels=["T8", "T7"]).data, NOISE[:, [3, 0]])
    with pytest.raises(RecordingError, match="X is the name of more than one channel"):
        read(names)
    with pytest.raises(RecordingError, match="X is the name of 2 channels"):
        read(names, channels=["X"])


@pytest.mark.parametrize(
    "other",
    ["Not Used", "Battery", "acc_x", "Accelerometer_X", "Gyro Y", "PPG_IR", "Temperature", "timestamp", "lsl_timestamp",
     "Time [s]", "sample_time", "Sample Index", "packet_num", "Marker Channel", "Annotations", "Elements", "Trigger2"],
)  # fmt: skip
def test_what_is_no_electrode_by_its_name_is_none_until_it_is_asked_for(read, other):
    ramp = np.column_stack([NOISE[:, 0], np.arange(40) / 250])
    assert read(["T7", other], ramp).channels == ("T7",)
    assert len(read(["T7", other], ramp, channels=[other]).channels) == 1


def test_cells_count_in_chosen_columns_only(read):
    rows = [[*row[:2], "x"] for row in NOISE]
    rows[3] = [1.0, 2.0, 3.0]  # so that the column is no text
    np.testing.assert_array_equal(read(["T7", "T8", "note"], rows, channels=["T7"]).data, np.c_[[r[0] for r in rows]])
    with pytest.raises(RecordingError, match="'x' in line 2, column note: every cell must be a number"):
        read(["T7", "T8", "note"], rows)


def test_columns_of_text_and_blank_ones_are_left_out_and_told(read):
    found = read(["T7", "task", "AUX"], [[row[0], "rest", ""] for row in NOISE])
    assert found.channels == ("T7",)
    assert found.meta[NOTES] == ["column task has text, and is omitted", "column AUX is blank, and is omitted"]


def test_what_is_no_electrode_is_described(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("time,T7 (mV),Marker,task,Battery\n" + "".join(f"{i / 250},1,0,x,80\n" for i in range(9)))
    found = describe_file(path, ReadOptions(rate_hz=250))
    assert [(one.name, one.unit, one.read) for one in found.channels] == [
        ("time", "", False), ("T7", "mV", True), ("Marker", "", False), ("task", "", False), ("Battery", "", False),
    ]  # fmt: skip
    assert [one.why_not for one in found.channels if not one.read] == [
        "is a clock", "holds markers", "has text", "is not an electrode by its name",
    ]  # fmt: skip
    assert not found.refused


@pytest.mark.parametrize(
    "name", ["T7-mV", "T7.mV", "T7:mV", "T7 {mV}", "T7mV", "mV T7", "mV", "T7 (mV) raw", "T7-millivolts", "T7 <mv>"]
)
def test_a_unit_anywhere_in_a_name_counts(read, name):
    assert read([name, "T8"]).data[:, 0] == pytest.approx(NOISE[:, 0] * 1e3)


@pytest.mark.parametrize("name", ["T7_MV", "T7-kV", "pV T7", "T7 uV-mV"])
def test_a_unit_in_a_name_that_is_not_known_or_not_the_only_one_is_refused(read, name):
    with pytest.raises(RecordingError, match=r"not a known unit of potential .*: leave it out: --channels T8"):
        read([name, "T8"])


def test_a_column_in_a_unit_of_time_is_a_clock_whatever_it_is_called(read):
    rows = np.column_stack([np.arange(40) * 4.0 + 400 * (np.arange(40) >= 20), NOISE[:, :2]])
    with pytest.raises(RecordingError, match=r"has a gap of 0\.400 s, 0\.080 s after its beginning, before line 22"):
        read(["Zeit [ms]", "T7", "T8"], rows)


def test_a_column_without_a_name_that_does_not_count_is_an_electrode(read):
    assert read(["T7", "", "T8"]).channels == ("T7", "unnamed 2", "T8")
    assert read(["", "T7", "T8"], np.column_stack([np.arange(40), NOISE[:, :2]])).channels == ("T7", "T8")


def test_cells_that_are_nearly_numbers_are_refused_and_no_electrode_is_left_out(read):
    rows = [(f"{a:.3e}".replace("e", "D"), b) for a, b in NOISE[:, :2]]
    with pytest.raises(
        RecordingError, match=r"T7 has '.*D[+-]\d+', which is not a number: leave it out: --channels T8"
    ):
        read(["T7", "T8"], rows)


def test_values_too_small_for_uv_are_told_unless_their_unit_is(read):
    (note,) = read(["T7", "T8"], NOISE * 1e-6).meta[NOTES]
    assert re.search(r"read as uV, but begin with values within .*e-05 of 0: if they are volts", note)
    assert NOTES not in read(["T7 (V)", "T8 (V)"], NOISE * 1e-6).meta
    assert NOTES not in read(["T7", "T8"]).meta
