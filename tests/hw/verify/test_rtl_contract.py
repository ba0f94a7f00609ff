"""The top module keeps what the design and the generated header promise; the Verilog is free of lint."""

from __future__ import annotations

import shutil

import pytest

from earloop.hw.bench.designs import DESIGNS
from earloop.hw.simulate.runner import RTL_DIR
from earloop.hw.simulate.verilator import verilate
from earloop.hw.verify.contract import broken_promises, promised_ports, read_module
from earloop.spec.errors import EarloopError
from earloop.spec.generate import VERILOG_HEADER, generated_files


@pytest.fixture
def header_of(tmp_path):
    """Writes the header of a design into a directory of its own."""

    def write(fixed):
        directory = tmp_path / fixed.design.design_hash[:8]
        directory.mkdir()
        (directory / VERILOG_HEADER.name).write_text(generated_files(fixed)[VERILOG_HEADER], encoding="utf-8")
        return directory

    return write


@pytest.fixture
def changed_rtl(tmp_path):
    """A copy of the RTL with one text replaced in the top module."""

    def change(old, new):
        copy = tmp_path / "rtl"
        shutil.copytree(RTL_DIR, copy)
        top = copy / "tokenizer.v"
        text = top.read_text(encoding="utf-8")
        assert text.count(old) == 1
        top.write_text(text.replace(old, new), encoding="utf-8")
        return copy

    return change


def test_the_committed_header_and_rtl_keep_the_contract(designs):
    assert broken_promises(designs["reference"]) == []


@pytest.mark.parametrize("name", [name for name in DESIGNS if name != "reference"])
def test_other_designs_keep_the_contract(name, designs, header_of):
    assert broken_promises(designs[name], include=header_of(designs[name])) == []


CHANGES = {
    "width": (
        "[SAMPLE_W-1:0] probe_data",
        "[SAMPLE_W-2:0] probe_data",
        "port probe_data: output of 31 bits, wanted output of 32",
    ),
    "parameter": (
        "parameter TOKEN_W     = 16",
        "parameter TOKEN_W     = 12",
        "port m_axis_tdata: output of 12 bits, wanted output of 16",
    ),
    "direction": (
        "output wire [7:0]          m_axis_tuser",
        "input  wire [7:0]          m_axis_tuser",
        "port m_axis_tuser: input of 8 bits, wanted output of 8",
    ),
    "missing": ("    input  wire                s_axis_tlast,\n", "", "port s_axis_tlast: missing"),
    "extra": (
        "input  wire                rst,",
        "input  wire                rst, input wire scan,",
        "port scan: not in the contract",
    ),
}


@pytest.mark.parametrize(("old", "new", "complaint"), CHANGES.values(), ids=CHANGES)
def test_a_changed_port_is_named(old, new, complaint, designs, changed_rtl):
    assert complaint in broken_promises(designs["reference"], changed_rtl(old, new))


def test_a_header_of_another_design_is_named(designs, header_of):
    lines = broken_promises(designs["reference"], include=header_of(designs["small"]))
    assert "constant PATCH: 5, wanted 50" in lines
    assert any(line.startswith("constant DESIGN_HASH: ") for line in lines)


def test_every_promised_port_is_read_with_its_width(designs):
    module = read_module(RTL_DIR / "tokenizer.v")
    assert module.ports == promised_ports(designs["reference"])
    assert module.parameters["CODE_W"] == 24


def test_a_file_without_the_module_is_refused():
    with pytest.raises(EarloopError, match=r"mac\.v: no module tokenizer is in it"):
        read_module(RTL_DIR / "mac.v")


@pytest.mark.parametrize("name", DESIGNS)
def test_lint_is_silent(name, designs, header_of):
    said = verilate(
        ["--lint-only", "-Wall", f"-I{header_of(designs[name])}", f"-I{RTL_DIR}", str(RTL_DIR / "tokenizer.v")]
    )
    assert "%Warning" not in said


def test_a_parameter_that_does_not_fit_the_design_fails_at_elaboration(designs, header_of):
    arguments = [
        "--lint-only",
        f"-I{header_of(designs['small'])}",
        f"-I{RTL_DIR}",
        "-GTOKEN_W=12",
        "--top-module",
        "tokenizer",
    ]
    with pytest.raises(EarloopError, match="error_tokenizer_TOKEN_W_must_equal_the_designs_TOKEN_BITS"):
        verilate([*arguments, str(RTL_DIR / "tokenizer.v")])
