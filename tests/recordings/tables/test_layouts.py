"""How tables are written: separators, decimal signs, encodings, comments, names. pandas is the independent reader."""

from __future__ import annotations

import io
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earloop.recordings import RecordingError, read_recording
from earloop.recordings.reading.assemble import NOTES

ROWS = [[0.5, -1.25, 3.0], [6.3, 107.5, -208.8], [12.4, 0.001, 1e-3]]
NAMES = ["T7", "T9", "T8"]


def text_of(separator: str = ",", decimal: str = ".", names: list[str] = NAMES, end: str = "\n") -> str:
    lines = [separator.join(names)] + [separator.join(str(v).replace(".", decimal) for v in row) for row in ROWS]
    return end.join(lines) + end


def read(tmp_path, content: str | bytes, name: str = "a.csv", **options):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_recording(path, **{"rate_hz": 250, **options})


@pytest.mark.parametrize(
    ("separator", "decimal", "notes"),
    [
        (",", ".", []),
        (";", ".", ["columns are separated by semicolons"]),
        (";", ",", ["columns are separated by semicolons", "numbers have decimal commas"]),
        ("\t", ".", ["columns are separated by tabs"]),
        ("\t", ",", ["columns are separated by tabs", "numbers have decimal commas"]),
        ("   ", ".", ["columns are separated by spaces"]),
        (" , ", ".", []),
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.txt"])
def test_a_separator_and_a_decimal_sign_are_found_and_told(tmp_path, separator, decimal, notes, name):
    found = read(tmp_path, text_of(separator, decimal), name)
    np.testing.assert_array_equal(found.data, ROWS)
    assert found.channels == tuple(NAMES)
    assert found.meta.get(NOTES, []) == notes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_text_of_every_encoding_that_marks_its_byte_order_is_read(tmp_path, encoding, end):
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    content = mark + text_of(names=["é", "T9 (µV)", "T8 (μV)"], end=end).encode(encoding)
    found = read(tmp_path, content)
    assert found.channels == ("é", "T9", "T8")
    np.testing.assert_array_equal(found.data, ROWS)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32"])
def test_text_of_another_encoding_is_refused(tmp_path, encoding):
    with pytest.raises(RecordingError, match=r"zero byte|not UTF-8 text.*save it as UTF-8"):
        read(tmp_path, text_of(names=["é", "T9", "T8"]).encode(encoding))


@pytest.mark.parametrize(
    ("cells", "complaint"),
    [
        ("1,234;5,678", "'1,234' may have three decimals or a thousands separator"),
        ("1,234,567;5", "'1,234,567' has a thousands separator"),
        ("1.234,5;5", "'1.234,5' has a thousands separator"),
        ("1,5;2.5", "'1,5' has a decimal comma and '2.5' a decimal point"),
    ],
)
def test_numbers_that_may_be_read_in_two_ways_are_refused(tmp_path, cells, complaint):
    with pytest.raises(RecordingError, match=complaint):
        read(tmp_path, f"T7;T9\n{cells}\n{cells}\n")


def test_three_decimals_are_decimals_where_another_number_proves_it(tmp_path):
    found = read(tmp_path, "T7;T9\n1,234;5,5\n1,5;0,125\n")
    np.testing.assert_array_equal(found.data, [[1.234, 5.5], [1.5, 0.125]])


def test_comments_and_blank_lines_are_no_rows_and_count_as_lines(tmp_path):
    head = "# made by hand\n% 250 Hz\n\nT7,T9\n1,2\n# paused\n\n3,4\n"
    np.testing.assert_array_equal(read(tmp_path, head).data, [[1, 2], [3, 4]])
    with pytest.raises(RecordingError, match="'x' in line 9, column T9"):
        read(tmp_path, head + "5,x\n")


def test_the_line_that_tells_excel_the_separator_is_no_row(tmp_path):
    found = read(tmp_path, "sep=;\n" + text_of(";", ","))
    np.testing.assert_array_equal(found.data, ROWS)


def test_names_in_a_comment_are_names_as_numpy_writes_them(tmp_path):
    out = io.BytesIO()
    np.savetxt(out, ROWS, delimiter=",", header="T7,T9,T8")
    found = read(tmp_path, out.getvalue())
    assert found.channels == tuple(NAMES)
    np.testing.assert_array_equal(found.data, ROWS)
    assert found.meta[NOTES] == ["the names of the columns are in a comment line"]


def test_a_table_without_names_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(RecordingError, match=r"line 2 has numbers.*add a line with the names of the columns above"):
        read(tmp_path, "# no names\n1,2\n3,4\n")


def test_quoted_cells_are_read_and_hide_no_separator(tmp_path):
    found = read(tmp_path, '"T7","T9, left",event\n"1","2.5","a,b"\n3,4,\n')
    assert found.channels == ("T7", "T9, left")
    np.testing.assert_array_equal(found.data, [[1, 2.5], [3, 4]])
    assert [note.label for note in found.annotations] == ["a,b"]


def test_a_separator_at_the_end_of_each_row_is_no_column(tmp_path):
    found = read(tmp_path, "T7,T9\n1,2,\n3,4,\n")
    assert found.channels == ("T7", "T9")
    np.testing.assert_array_equal(found.data, [[1, 2], [3, 4]])


def test_a_single_column_is_read(tmp_path):
    np.testing.assert_array_equal(read(tmp_path, "ECG\n0.5\n-1\n2\n").data, [[0.5], [-1], [2]])


GROUPED = re.compile(r"-?[1-9]\d?\d?,\d{3}")  # 1,234: nobody knows whether it is 1.234
FLOATS = st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 4))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.integers(2, 5).flatmap(
        lambda width: st.lists(st.lists(FLOATS, min_size=width, max_size=width), min_size=1, max_size=12)
    ),
    writing=st.sampled_from([(",", "."), (";", "."), (";", ","), ("\t", "."), ("\t", ",")]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    has_index=st.booleans(),
)
def test_what_pandas_writes_is_read_as_pandas_reads_it(tmp_path, rows, writing, encoding, has_index):
    separator, decimal = writing
    path = tmp_path / "a.csv"
    table = pd.DataFrame(rows, columns=[f"c{i}" for i in range(len(rows[0]))])
    table.to_csv(path, sep=separator, decimal=decimal, encoding=encoding, index=has_index)
    proven = decimal == "." or any(not GROUPED.fullmatch(str(v).replace(".", ",")) for row in rows for v in row)
    if not proven:
        with pytest.raises(RecordingError, match="separator of thousands"):
            read_recording(path, rate_hz=250)
        return
    found = read_recording(path, rate_hz=250)
    wanted = pd.read_csv(
        path,
        sep=separator,
        decimal=decimal,
        encoding=encoding,
        index_col=0 if has_index else None,
        float_precision="round_trip",
    )
    left_out = {note.split()[1] for note in found.meta.get(NOTES, []) if "reads it as one" in note}
    np.testing.assert_array_equal(found.data, wanted.drop(columns=list(left_out)).to_numpy(float))


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_a_micro_sign_is_one_in_any_encoding_that_spreadsheets_write(tmp_path, encoding):
    path = tmp_path / "a.csv"
    path.write_bytes("Öhr (µV),T8 (mV)\n1,2\n3,4\n".encode(encoding))
    found = read_recording(path, rate_hz=250)
    assert found.channels == ("Öhr", "T8")
    assert found.data.tolist() == [[1, 2000], [3, 4000]]


@pytest.mark.parametrize("row", ["s,mV,V", "(s),(mV),(V)", ",mV,V", "[s],[mV],[V]"])
@pytest.mark.parametrize("blank", ["", "\n"])
def test_a_row_of_units_below_the_names_holds_for_its_columns(tmp_path, row, blank):
    path = tmp_path / "a.csv"
    path.write_text(f"Time,T7,T8\n{blank}{row}\n0.000,1,2\n0.004,3,4\n0.008,5,6\n")
    found = read_recording(path, rate_hz=250)
    assert found.channels == ("T7", "T8")
    assert found.data.tolist() == [[1e3, 2e6], [3e3, 4e6], [5e3, 6e6]]


def test_a_row_of_text_that_is_no_row_of_units_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("T7,T8\nleft,right\n1,2\n3,4\n")
    with pytest.raises(RecordingError, match="'left' in line 2, column T7: every cell must be a number"):
        read_recording(path, rate_hz=250)
