"""Builds a module of the host's side with its bench on Icarus, and runs it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from cocotb_tools.runner import get_runner

from earloop.hw.simulate.runner import RTL_DIR
from earloop.spec.fixed import FixedDesign
from earloop.spec.generate import VERILOG_HEADER, generated_files
from earloop.system.project import ROOT

HOST_DIR = RTL_DIR / "host"


def simulate(
    top: str,
    bench: str,
    fixed: FixedDesign,
    monkeypatch: pytest.MonkeyPatch,
    *,
    parameters: Mapping[str, object] | None = None,
) -> Path:
    """Run all tests of hw/bench/`bench` on the module `top`; returns the file of results."""
    if shutil.which("iverilog") is None:
        pytest.skip("iverilog is not installed")
    header = generated_files(fixed)[VERILOG_HEADER]
    key = hashlib.sha256(f"{header}{parameters}".encode()).hexdigest()[:8]
    build = ROOT / ".build" / "bench" / f"icarus-{top}-{key}"
    build.mkdir(parents=True, exist_ok=True)
    (build / VERILOG_HEADER.name).write_text(header, encoding="utf-8")
    (build / "design.json").write_text(fixed.design.model_dump_json(), encoding="utf-8")
    monkeypatch.setenv("EARLOOP_BENCH_DESIGN", str(build / "design.json"))
    runner = get_runner("icarus")
    runner.build(
        sources=sorted([*RTL_DIR.glob("*.v"), *HOST_DIR.glob("*.v")]),
        hdl_toplevel=top,
        includes=[build, RTL_DIR / "generated"],  # the design's header before the reference design's
        parameters=dict(parameters or {}),
        build_args=["-g2005"],
        build_dir=build,
        always=True,
        timescale=("1ns", "1ps"),
    )
    return Path(
        runner.test(
            test_module=f"earloop.hw.bench.{bench}",
            hdl_toplevel=top,
            build_dir=build,
            results_xml=str(build / "results.xml"),
            seed=1,
        )
    )
