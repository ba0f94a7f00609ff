"""The table of results says what was measured, beside what is wanted of it."""

from __future__ import annotations

import pytest

from bench.table import HEADINGS, ResultRow, number, render


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.0123456, "0.0123"),
        (0.9996, "1"),
        (1.2345, "1.23"),
        (2.5, "2.5"),
        (999.6, "1,000"),
        (168e6, "168,000,000"),
        (-41.07, "-41.1"),
    ],
)
def test_numbers_have_three_digits_and_no_exponent(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "bounds", "met"),
    [
        (3.0, {"at_most": 3.0}, True),
        (3.1, {"at_most": 3.0}, False),
        (1.0, {"at_least": 1.0}, True),
        (0.9, {"at_least": 1.0}, False),
        (5.0, {}, None),
        (None, {"at_most": 3.0}, None),
    ],
)
def test_a_target_is_met_or_missed_and_nothing_without_a_value(value, bounds, met):
    assert ResultRow(what="a", value=value, **bounds).met is met


def table(rows):
    """The cells of each row, headings first."""
    lines = [line for line in render(rows, "CPU, 2 cores", "2000-01-01").splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_the_page_has_one_line_a_row_with_the_command_that_repeats_it():
    rows = {
        "golden": [
            ResultRow(what="speed", value=1.5, unit="x scipy's", against="scipy", at_most=3.0),
            ResultRow(what="block", value=1.25, unit="x"),
        ],
        "rtl": [ResultRow(what="clocks", value=70_000.0, unit="clocks", against="budget", at_most=60_000.0)],
    }
    headings, _, *found = table(rows)
    assert tuple(headings) == HEADINGS
    assert found == [
        ["speed", "1.5 x scipy's", "scipy", "≤ 3 x scipy's: met", "`python -m bench golden`"],
        ["block", "1.25 x", "", "", "`python -m bench golden`"],
        ["clocks", "70,000 clocks", "budget", "≤ 60,000 clocks: **missed**", "`python -m bench rtl`"],
    ]


def test_what_could_not_be_measured_says_why():
    *_, row = table({"rtl": [ResultRow(what="rtl", value=None, against="g++ is missing (apt: g++)", at_least=1.0)]})
    assert row[:4] == ["rtl", "not measured", "g++ is missing (apt: g++)", "≥ 1"]


def test_a_cell_cannot_break_the_table():
    page = render({"a": [ResultRow(what="one | two\nthree", value=1.0)]}, "CPU", "2000-01-01")
    assert "| one \\| two three | 1 |" in page


def test_the_page_names_the_machine_and_the_day():
    assert "CPU, 2 cores; 2000-01-01." in render({}, "CPU, 2 cores", "2000-01-01")
