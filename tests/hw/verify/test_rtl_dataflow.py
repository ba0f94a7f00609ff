"""No signal of the core is left undriven or unread; one that is planted is named."""

from __future__ import annotations

import shutil

import pytest

from earloop.hw.simulate.runner import RTL_DIR
from earloop.hw.verify.dataflow import loose_signals
from earloop.spec.errors import EarloopError
from earloop.spec.generate import VERILOG_HEADER, generated_files


def test_every_signal_is_driven_and_read():
    assert loose_signals() == []


@pytest.mark.parametrize("name", ["one_channel", "undecimated", "largest"])
def test_every_signal_is_driven_and_read_in_other_designs(name, designs, tmp_path):
    header = tmp_path / VERILOG_HEADER.name
    header.write_text(generated_files(designs[name])[VERILOG_HEADER], encoding="utf-8")
    assert loose_signals(header=header) == []


@pytest.fixture
def changed_rtl(tmp_path):
    """A copy of the RTL with one text replaced in one file."""

    def change(file, old, new):
        rtl = tmp_path / "rtl"
        shutil.copytree(RTL_DIR, rtl)
        text = (rtl / file).read_text(encoding="utf-8")
        assert text.count(old) == 1
        (rtl / file).write_text(text.replace(old, new), encoding="utf-8")
        return rtl

    return change


def test_every_signal_of_the_multiplier_in_one_piece_is_driven_and_read(changed_rtl):
    # Which form a design takes follows from widths that the analyser does not work out the same way twice.
    assert loose_signals(changed_rtl("multiply_add.v", "A_BITS <= 31 && B_BITS <= 31", "0")) == []


PLANTED = {
    "wire without a driver": (
        "mac.v",
        "assign acc = acc_reg;",
        "wire planted; assign acc = acc_reg ^ planted;",
        ["tokenizer.filters.multiplier.planted: undriven"],
    ),
    "register that nothing reads": (
        "history.v",
        "assign codes = codes_reg;",
        "assign codes = codes_reg; reg planted; always @(posedge clk) planted <= due_reg;",
        ["tokenizer.frames.planted: unread"],
    ),
    "counter that only reads itself": (
        "quantizer.v",
        "assign busy            = busy_reg;",
        "assign busy = busy_reg; reg [3:0] planted; always @(posedge clk) planted <= planted + 1'b1;",
        ["tokenizer.quantize.planted: unread"],
    ),
    "port left open": (
        "engine.v",
        ".low(low), .first(first)",
        ".low(low), .first()",
        ["tokenizer.filters.first: unread", "tokenizer.filters.multiplier.first: undriven"],
    ),
    "wire between two modules that nobody drives": (
        "tokenizer.v",
        ".busy(quantizer_busy),",
        ".busy(),",
        ["tokenizer.quantize.busy: unread", "tokenizer.quantizer_busy: undriven"],
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "lines"), PLANTED.values(), ids=PLANTED)
def test_a_loose_signal_is_named(file, old, new, lines, changed_rtl):
    assert loose_signals(changed_rtl(file, old, new)) == lines


def test_verilog_that_does_not_parse_is_one_line(tmp_path):
    (tmp_path / "tokenizer.v").write_text("module tokenizer (input wire clk; endmodule\n", encoding="utf-8")
    with pytest.raises(EarloopError, match="pyverilog") as caught:
        loose_signals(tmp_path)
    assert "\n" not in str(caught.value)
