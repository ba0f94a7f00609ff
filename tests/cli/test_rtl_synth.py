"""The command that says what the RTL takes of an FPGA."""

from __future__ import annotations

import re

import pytest

from earloop.hw.synthesise.area_goals import LEAST_FMAX_HZ, LEFT_FOR_SPI, MOST, lines
from earloop.hw.synthesise.synthesis import TARGETS, ResourceUse, Synthesis


def test_it_shows_each_figure_beside_its_goal_and_ends_with_0(earloop, tmp_path):
    ended = earloop("rtl", "synth", "--out", tmp_path / "made")
    assert ended.status == 0
    assert re.search(r"logic cells +\W+ [1-9][\d,]+ +\W+ 5,280 +\W+ at most 1,600 +\W+ met", ended.out)
    assert re.search(r"large RAM +\W+ 1 +\W+ 4 +\W+ at most 4 +\W+ met", ended.out)
    assert re.search(r"clock +\W+ \d\d\.\d MHz +\W+ at least 24\.0 MHz +\W+ met", ended.out)
    assert "missed" not in ended.out
    assert {"netlist.json", "placed.asc", "nextpnr.log", "yosys.log"} <= {p.name for p in (tmp_path / "made").iterdir()}


def test_an_unknown_target_is_one_line(refused):
    assert refused("rtl", "synth", "--target", "ecp5") == "target ecp5: wanted up5k or hx8k"


def test_a_folder_that_cannot_be_made_is_one_line(refused, tmp_path):
    (tmp_path / "file").write_text("")
    assert refused("rtl", "synth", "--out", tmp_path / "file").startswith(f"{tmp_path / 'file'}: ")


def test_power_is_shown_as_an_estimate_whose_parts_make_up_the_total(earloop):
    ended = earloop("rtl", "power", "--samples", 300)
    assert ended.status == 0
    assert "estimate, uW" in ended.out
    rows = {name: (int(slow), int(fast)) for name, slow, fast in re.findall(r"│ (\w+) +│ (\d+) +│ (\d+)", ended.out)}
    total = rows.pop("total")
    assert rows.keys() == {"static", "clock", "toggles", "multipliers"}
    assert [sum(column) for column in zip(*rows.values(), strict=True)] == [
        pytest.approx(part, abs=2) for part in total
    ]


FIELDS = {
    "logic cells": "logic_cells",
    "multipliers": "multipliers",
    "block RAM": "block_rams",
    "large RAM": "large_rams",
}


@pytest.mark.parametrize("spi", [False, True])
def test_every_target_has_goals_and_each_can_be_missed(spi):
    assert MOST.keys() == TARGETS.keys()
    for target, goals in MOST.items():
        most = goals | {"logic cells": goals["logic cells"] - LEFT_FOR_SPI[target] * (not spi)}
        for excess, fmax_hz, met in ((1, LEAST_FMAX_HZ - 1, False), (0, LEAST_FMAX_HZ, True)):
            usages = {FIELDS[name]: ResourceUse(goal + excess, 10_000) for name, goal in most.items()}
            found = lines(Synthesis(target=target, spi=spi, **usages, fmax_hz=fmax_hz))
            assert [line.met for line in found] == [met] * 5
