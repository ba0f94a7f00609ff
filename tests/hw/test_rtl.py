"""The RTL in the simulators: hw/bench against the golden model, the same benches on Verilator and on Icarus."""

from __future__ import annotations

import hashlib
import shutil

import pytest
from cocotb_tools.check_results import get_results
from cocotb_tools.runner import get_runner

from earloop.hw.simulate.runner import RTL_DIR, rtl_sources
from earloop.hw.simulate.verilator import verilator_environment
from earloop.spec.generate import VERILOG_HEADER, generated_files
from earloop.system.project import ROOT

# Ticks a stream: whole patches on the compiled simulator, few ticks of the large design where one is interpreted.
# To compile a design costs more than to interpret a short stream: the runner's tests have the others on Verilator.
TICKS = {
    ("verilator", "reference"): 52,
    ("verilator", "small"): 63,
    ("icarus", "reference"): 8,
    ("icarus", "one_channel"): 21,
    ("icarus", "undecimated"): 21,
    ("icarus", "small"): 33,
}


@pytest.mark.parametrize(("simulator", "design"), TICKS)
def test_equals_golden(simulator, design, designs, monkeypatch):
    if simulator == "icarus" and shutil.which("iverilog") is None:
        pytest.skip("iverilog is not installed")
    for name, value in verilator_environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(
        "MAKEFLAGS", "-j2 OPT_FAST=-O1 OPT_GLOBAL=-O0"
    )  # the streams are short: compiling is what takes time
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
        test_module="earloop.hw.bench.bench_tokenizer",
        hdl_toplevel="tokenizer",
        build_dir=build,
        results_xml=str(build / "results.xml"),
        seed=1,
        plusargs=["+verilator+rand+reset+2", "+verilator+seed+7"] if simulator == "verilator" else [],
        extra_env={
            "EARLOOP_BENCH_DESIGN": str(build / "design.json"),
            "EARLOOP_BENCH_TICKS": str(TICKS[simulator, design]),
        },
    )
    count, failed = get_results(results)
    assert count >= 15
    assert failed == 0
