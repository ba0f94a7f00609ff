"""The single modules on Icarus: each against plain integers, all in one simulation; and what stops elaboration."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cocotb_tools.runner import get_runner

from earloop.hw.bench.modules.wrapper import WRAPPER, wrapper
from earloop.hw.simulate.runner import RTL_DIR, rtl_sources
from earloop.hw.simulate.verilator import verilate
from earloop.spec.errors import EarloopError
from earloop.spec.generate import VERILOG_HEADER
from earloop.system.project import ROOT

BENCHES = ROOT / "hw" / "bench" / "modules"
HEADER_DIR = (ROOT / VERILOG_HEADER).parent

NAMES = sorted(path.stem.removeprefix("bench_") for path in BENCHES.glob("bench_*.py"))
LEAST_TESTS = {
    "event_counter": 2,
    "history": 24,
    "mac": 9,
    "operand": 4,
    "patch_buffer": 49,
    "quantizer": 3,
    "ram": 2,
    "rom": 2,
    "saturate": 3,
    "sequencer": 6,
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory) -> dict[str, list[str]]:
    """Runs all benches in one simulation; of each module, the complaint of every test, empty where it passed."""
    if shutil.which("iverilog") is None:
        pytest.skip("iverilog is not installed")
    build: Path = tmp_path_factory.mktemp("modules")
    (build / "modules.v").write_text(wrapper(), encoding="utf-8")
    runner = get_runner("icarus")
    runner.build(
        sources=[*rtl_sources(), build / "modules.v"],
        hdl_toplevel=WRAPPER,
        includes=[HEADER_DIR],
        build_args=["-g2005"],
        build_dir=build,
        timescale=("1ns", "1ns"),
    )
    results = build / "results.xml"
    with suppress(SystemExit):  # what failed stands in the results
        runner.test(
            test_module=[f"earloop.hw.bench.modules.bench_{name}" for name in NAMES],
            hdl_toplevel=WRAPPER,
            build_dir=build,
            results_xml=str(results),
            seed=1,
            extra_env={"COCOTB_LOG_LEVEL": "WARNING"},
        )
    found: dict[str, list[str]] = {}
    for case in ElementTree.parse(results).iter("testcase"):
        name = case.attrib["classname"].rpartition("bench_")[2]
        bad = [f"{case.attrib['name']}: {item.attrib.get('message')}" for item in case if item.tag != "properties"]
        found.setdefault(name, []).append("; ".join(bad))
    return found


@pytest.mark.parametrize("name", LEAST_TESTS)
def test_a_module_passes_its_bench(name, outcomes):
    assert [complaint for complaint in outcomes[name] if complaint] == []
    assert len(outcomes[name]) >= LEAST_TESTS[name]


def test_every_bench_is_asked_for():
    assert sorted(LEAST_TESTS) == NAMES


BAD_PARAMETERS = {
    "error_engine_BANDS_must_be_1_to_16": ("engine", {"BANDS": 17}),
    "error_engine_ROWS_must_be_at_most_1023": ("engine", {"ROWS": 1024}),
    "error_engine_ACC_BITS_must_exceed_a_samples": ("engine", {"SAMPLE_SHIFT": 23}),
    "error_history_CHANNELS_must_be_1_to_8": ("history", {"CHANNELS": 9}),
    "error_history_TAPS_must_be_odd_and_at_most_1023": ("history", {"TAPS": 250}),
    "error_history_FACTOR_must_be_1_to_80": ("history", {"FACTOR": 81}),
    "error_mac_ACC_BITS_exceeds_the_64_of_the_golden_model": ("mac", {"ACC_BITS": 65}),
    "error_mac_PLACES_must_be_1_to_4": ("mac", {"PLACES": 5}),
    "error_multiply_add_C_BITS_must_be_at_most_30_and_A_BITS_and_B_BITS_together_32": ("multiply_add", {"C_BITS": 31}),
    "error_operand_SPLIT_must_leave_both_parts_a_bit": ("operand", {"SPLIT": 34, "A_BITS": 35}),
    "error_operand_A_BITS_must_hold_every_operand": ("operand", {"A_BITS": 24}),
    "error_patch_buffer_BANKS_must_be_1_or_2": ("patch_buffer", {"BANKS": 3}),
    "error_patch_buffer_PATCH_must_be_1_to_255": ("patch_buffer", {"PATCH": 256}),
    "error_quantizer_STATE_BITS_must_exceed_TOKEN_BITS_by_two": ("quantizer", {"STATE_BITS": 17}),
    "error_ram_ADDRESS_BITS_must_reach_DEPTH": ("ram", {"DEPTH": 257}),
    "error_saturate_IN_BITS_must_exceed_OUT_BITS": ("saturate", {"IN_BITS": 32}),
    "error_single_port_ram_ADDRESS_BITS_must_reach_DEPTH": ("single_port_ram", {"DEPTH": 16385}),
    "error_tokenizer_CODE_W_must_equal_the_designs_CODE_BITS": ("tokenizer", {"CODE_W": 16}),
    "error_tokenizer_SAMPLE_W_must_equal_the_designs_STATE_BITS": ("tokenizer", {"SAMPLE_W": 24}),
    "error_tokenizer_TOKEN_W_must_equal_the_designs_TOKEN_BITS": ("tokenizer", {"TOKEN_W": 12}),
}


def _elaborate(module, parameters):
    given = [f"-G{name}={value}" for name, value in parameters.items()]
    verilate(
        [
            "--lint-only",
            "-Wno-lint",
            f"-I{HEADER_DIR}",
            f"-I{RTL_DIR}",
            "--top-module",
            module,
            *given,
            str(RTL_DIR / f"{module}.v"),
        ]
    )


@pytest.mark.parametrize("complaint", BAD_PARAMETERS)
def test_a_bad_parameter_stops_elaboration_and_is_named(complaint):
    module, parameters = BAD_PARAMETERS[complaint]
    with pytest.raises(EarloopError, match=f"Cannot find file containing module: '{complaint}'"):
        _elaborate(module, parameters)


@pytest.mark.parametrize("module", sorted({module for module, _ in BAD_PARAMETERS.values()}))
def test_the_default_parameters_elaborate(module):
    _elaborate(module, {})


def test_every_check_of_the_modules_is_tried():
    words = " ".join(path.read_text(encoding="utf-8") for path in rtl_sources()).split()
    assert {word for word in words if word.startswith("error_")} == set(BAD_PARAMETERS)
