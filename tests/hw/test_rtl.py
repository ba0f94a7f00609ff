"""The RTL in the simulators: hw/bench against the golden model, the same benches on Verilator and on Icarus."""

from __future__ import annotations

import hashlib
import shutil

import pytest
from cocotb_tools.check_results import get_results
from cocotb_tools.runner import get_runner

from hw.runner import RTL_DIR, rtl_sources
from hw.verilator import verilator_environment
from spec.generate import ROOT, VERILOG_HEADER, generated_files

# Ticks a stream, for each design: long enough that whole patches go by, short enough for an interpreted simulator.
TICKS = {"reference": 52, "one_channel": 32, "undecimated": 32, "small": 63}


@pytest.mark.parametrize("design", TICKS)
@pytest.mark.parametrize("simulator", ["verilator", "icarus"])
def test_equals_golden(simulator, design, designs, monkeypatch):
    if simulator == "icarus" and shutil.which("iverilog") is None:
        pytest.skip("iverilog is not installed")
    for name, value in verilator_environment().items():
        monkeypatch.setenv(name, value)
    fixed = designs[design]
    header = generated_files(fixed)[VERILOG_HEADER]
    key = hashlib.sha256(header.encode()).hexdigest()[:8]
    build = ROOT / ".build" / "bench" / f"{simulator}-{design}-{key}"
    build.mkdir(parents=True, exist_ok=True)
    (build / VERILOG_HEADER.name).write_text(header, encoding="utf-8")
    (build / "design.json").write_text(fixed.design.model_dump_json(), encoding="utf-8")

    runner = get_runner(simulator)
    runner.build(
        sources=rtl_sources(RTL_DIR),
        hdl_toplevel="tokenizer",
        includes=[build],
        # Registers that reset forgets start at random.
        build_args=["-O3", "--x-initial", "unique"] if simulator == "verilator" else ["-g2005"],
        build_dir=build,
        always=simulator == "icarus",
        timescale=("1ns", "1ns"),
    )
    results = runner.test(
        test_module="hw.bench.bench_tokenizer",
        hdl_toplevel="tokenizer",
        build_dir=build,
        results_xml=str(build / "results.xml"),
        seed=1,
        plusargs=["+verilator+rand+reset+2", "+verilator+seed+7"] if simulator == "verilator" else [],
        extra_env={"EARLOOP_BENCH_DESIGN": str(build / "design.json"), "EARLOOP_BENCH_TICKS": str(TICKS[design])},
    )
    count, failed = get_results(results)
    assert count >= 14
    assert failed == 0
