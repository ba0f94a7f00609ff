"""One table of units, for every format."""

from __future__ import annotations

import pytest

from earloop.recordings.reading.units import uv_per_unit


@pytest.mark.parametrize(
    ("texts", "factor"),
    [
        (
            (
                "uV",
                "uv",
                "UV",
                "µV",
                "μV",
                "µv",
                " uV ",
                "microvolts",
                "Microvolt",
                "MICROVOLTS",
                "uVolt",
                "µVolts",
                "microV",
            ),
            1.0,
        ),
        (("mV", "mv", "millivolts", "Millivolt", "mVolt", "mvolts"), 1e3),
        (("V", "v", "volts", "Volt"), 1e6),
        (("nV", "nv", "NV", "nanovolts"), 1e-3),
    ],
)
def test_a_unit_is_read_however_it_is_written(texts, factor):
    assert {uv_per_unit(text) for text in texts} == {factor}


@pytest.mark.parametrize(
    "text", ["", "MV", "MVolt", "pV", "kV", "degC", "uV/s", "Âµ", "%", "counts", "-6", "0", "u V", "mmHg"]
)
def test_what_the_table_does_not_know_is_none(text):
    assert uv_per_unit(text) is None


def test_powers_of_ten_are_units_only_where_they_may_be():
    assert [uv_per_unit(text, powers=True) for text in ("0", "-3", "-6", "-9")] == [1e6, 1e3, 1.0, 1e-3]
    assert uv_per_unit("-12", powers=True) is None
