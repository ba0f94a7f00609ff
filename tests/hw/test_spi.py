"""The tokenizer behind SPI, on the bench with a microcontroller made of bits."""

from __future__ import annotations

import pytest
from cocotb_tools.check_results import get_results

from earloop.hw.simulate.runner import RTL_DIR
from earloop.hw.simulate.verilator import verilate
from earloop.spec.design import parse_design
from earloop.spec.errors import EarloopError
from earloop.spec.fixed import compile_design
from earloop.spec.generate import VERILOG_HEADER, generated_files
from tests.hw.icarus import HOST_DIR, simulate


def test_tokenizer_behind_spi(designs, monkeypatch):
    short = designs["small"].design.model_dump() | {"tokens": {"bits": 16, "patch": 3, "window_patches": 16}}
    fixed = compile_design(parse_design(short))
    results = simulate("tokenizer_spi", "bench_spi", fixed, monkeypatch, parameters={"FRAME_BITS": 2})
    count, failed = get_results(results)
    assert count >= 18
    assert failed == 0


@pytest.mark.parametrize("name", ["reference", "one_channel", "largest"])
def test_lint_is_silent(name, designs, tmp_path):
    (tmp_path / VERILOG_HEADER.name).write_text(generated_files(designs[name])[VERILOG_HEADER], encoding="utf-8")
    includes = [f"-I{path}" for path in (tmp_path, RTL_DIR, HOST_DIR, RTL_DIR / "generated")]
    assert "%Warning" not in verilate(["--lint-only", "-Wall", *includes, str(HOST_DIR / "tokenizer_spi.v")])


@pytest.mark.parametrize(
    ("top", "parameter", "complaint"),
    [
        ("registers", "COUNT_BITS=33", "COUNT_BITS_must_be_at_most_32"),
        ("registers", "BANDS=17", "CHANNELS_BANDS_and_PATCH_must_fit_the_size_register"),
        ("frame_fifo", "CHANNELS=9", "CHANNELS_must_be_1_to_8"),
        ("frame_fifo", "FRAME_BITS=0", "FRAME_BITS_must_be_at_least_1"),
    ],
)
def test_a_parameter_out_of_range_fails_at_elaboration(top, parameter, complaint):
    includes = [f"-I{path}" for path in (RTL_DIR, HOST_DIR, RTL_DIR / "generated")]
    with pytest.raises(EarloopError, match=f"error_{top}_{complaint}"):
        verilate(["--lint-only", "-Wno-WIDTH", *includes, f"-G{parameter}", str(HOST_DIR / f"{top}.v")])
