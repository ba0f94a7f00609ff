"""The figures on the core's page are those of the code."""

from __future__ import annotations

import re

import numpy as np
import pytest

from earloop.hw.bench.stimuli import noise
from earloop.hw.simulate.compile import TOP
from earloop.hw.simulate.runner import RTL_DIR, build_runner, run_rtl
from earloop.hw.synthesise.synthesis import synthesise
from earloop.hw.verify.contract import read_module
from earloop.spec.program import Program
from earloop.system.project import ROOT

TO_START_AND_DRAIN = 12  # clocks of a tick beside its rows


@pytest.fixture(scope="module")
def page():
    return (ROOT / "docs" / "reference" / "rtl-core.md").read_text(encoding="utf-8")


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


def ports_of(text):
    """Name and bits of each port in the page's table of ports; one without a range has one bit."""
    table = text.partition("## Ports")[2].partition("| parameter |")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = re.findall(r"`(\w+)(?:\[(\d+):0\])?`", " ".join(cells))
    assert len(dict(named)) == len(named), "each port stands there once"
    return {name: int(last or 0) + 1 for name, last in named}


def test_the_page_has_every_port_of_the_core_and_no_other_each_with_its_width(page):
    ports = read_module(RTL_DIR / f"{TOP}.v").ports
    assert ports_of(page) == {name: port.bits for name, port in ports.items()}


def test_a_port_is_not_taken_for_another_that_shares_its_prefix_or_suffix(page):
    ports = {name: port.bits for name, port in read_module(RTL_DIR / f"{TOP}.v").ports.items()}
    assert ports_of(page.replace(", `m_axis_tlast`", "")) == {n: b for n, b in ports.items() if n != "m_axis_tlast"}
    assert ports_of(page) != ports | {"s_axis_tkeep": 1}
    assert ports_of(page) != ports | {"probe_tick": 1}


def test_what_the_up5k_gives_is_what_the_page_says(page, designs):
    alone, spi = (synthesise(designs["reference"], spi=spi) for spi in (False, True))
    cells, rams = alone.logic_cells, alone.block_rams
    assert f"| logic cells | {cells.used:,} of {cells.available:,} | 1,600 | {spi.logic_cells.used:,} | 2,000 |" in page
    assert f"| {rams.used} of {rams.available} | 30 | {spi.block_rams.used} | 30 |" in page
    assert f"| clock | {alone.fmax_hz / 1e6:.1f} MHz | 24 MHz | {spi.fmax_hz / 1e6:.1f} MHz | 24 MHz |" in page
