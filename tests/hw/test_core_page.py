"""The figures on the core's page are those of the code."""

from __future__ import annotations

import re

import numpy as np
import pytest

from earloop.hw.bench.stimuli import noise
from earloop.hw.simulate.runner import build_runner, run_rtl
from earloop.hw.synthesise.synthesis import synthesise
from earloop.hw.verify.contract import promised_ports
from earloop.spec.program import Program
from earloop.system.project import ROOT

TO_START_AND_DRAIN = 12  # clocks of a tick beside its rows


@pytest.fixture(scope="module")
def page():
    return (ROOT / "docs" / "rtl-core.md").read_text(encoding="utf-8")


def test_the_steps_have_the_rows_that_the_page_says(page, designs):
    steps = {step.name: len(step.rows) for step in Program(designs["reference"]).steps}
    said = {
        what: int(rows) for what, rows in re.findall(r"^\| \**(\w[^|*]*?)\** \| \**(\d+)\** \|", page, re.MULTILINE)
    }
    assert {name: said[name] for name in ("decimate", "notch", "clean")} == {
        name: steps[name] for name in ("decimate", "notch", "clean")
    }
    bands = {rows for name, rows in steps.items() if "section" in name}
    assert bands == {said["band, each of two sections"], said["high-pass band, each of two sections"]}
    assert said["all, 12 bands"] == sum(steps.values())


def test_a_tick_takes_the_clocks_that_the_page_says(page, designs):
    fixed = designs["reference"]
    run = run_rtl(build_runner(fixed), fixed.design, noise(fixed.design, 60, np.random.default_rng(1)))
    rows = len(Program(fixed).rows)
    assert run.clocks_per_tick_max == 4 * rows + TO_START_AND_DRAIN
    for channels, lanes in (("1 or 2", 2), ("4", 4), ("8", 8)):
        assert f"| a tick, {channels} channels | {lanes * rows + TO_START_AND_DRAIN:,} |" in page
    assert f"three times | {run.clocks_to_first_tick:,} |" in page


def test_every_port_is_on_the_page(page, designs):
    for name in promised_ports(designs["reference"]):
        group, _, rest = name.partition("_")
        assert name in page or f"_{rest.rpartition('_')[2]}" in page or f"{group}_*" in page, name


def test_what_the_up5k_gives_is_what_the_page_says(page, designs):
    alone, spi = (synthesise(designs["reference"], spi=spi) for spi in (False, True))
    cells, rams = alone.logic_cells, alone.block_rams
    assert f"| logic cells | {cells.used:,} of {cells.there:,} | 1,600 | {spi.logic_cells.used:,} | 2,000 |" in page
    assert f"| {rams.used} of {rams.there} | 30 | {spi.block_rams.used} | 30 |" in page
    assert f"| clock | {alone.fmax_hz / 1e6:.1f} MHz | 24 MHz | {spi.fmax_hz / 1e6:.1f} MHz | 24 MHz |" in page
