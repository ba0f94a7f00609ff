"""The runner: what it writes, and when it does not."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from bench import __main__ as bench
from bench.table import ResultRow
from earloop.cli.doctor import Tool, tools
from earloop.spec.errors import EarloopError


@pytest.fixture
def measurements(monkeypatch, tmp_path):
    """Two measurements that take no time, by name, to be changed at will."""
    found = {
        name: SimpleNamespace(NEEDS=(), measure=lambda: [ResultRow(what="speed", value=2.0, unit="x")])
        for name in ("golden", "rtl")
    }
    monkeypatch.setattr(bench, "MEASUREMENTS", tuple(found))
    monkeypatch.setattr(bench, "RESULTS", tmp_path / "RESULTS.md")
    monkeypatch.setattr(importlib, "import_module", lambda name: found[name.removeprefix("bench.measurements.")])
    return found


def run(*arguments):
    return CliRunner().invoke(bench.main, arguments)


def test_all_measurements_make_the_page(measurements):
    assert run().exit_code == 0
    assert bench.RESULTS.read_text().count("| speed | 2 x |") == 2


def test_one_measurement_is_printed_and_not_written(measurements):
    result = run("rtl")
    assert result.exit_code == 0
    assert "speed" in result.output
    assert not bench.RESULTS.exists()


def test_rows_of_one_measurement_can_be_renewed_and_the_others_stay(measurements):
    run()
    measurements["golden"].measure = lambda: [
        ResultRow(what="speed", value=3.0, unit="x"),
        ResultRow(what="size", value=1.0, unit="MB"),
    ]
    assert run("golden", "--write").exit_code == 0
    rows = [line.split(" | ")[:2] for line in bench.RESULTS.read_text().splitlines() if "python -m bench" in line][1:]
    assert rows == [["| speed", "3 x"], ["| size", "1 MB"], ["| speed", "2 x"]]


def test_a_failure_leaves_the_page_as_it_was(measurements):
    bench.RESULTS.write_text("old")

    def fail():
        raise EarloopError("the simulated RTL died")

    measurements["rtl"].measure = fail
    result = run()
    assert result.exit_code == 2
    assert "error: rtl: the simulated RTL died" in result.output
    assert bench.RESULTS.read_text() == "old"


def test_a_missing_tool_is_named_in_the_row(measurements, monkeypatch):
    tool = Tool(name="a-simulator", find=lambda: None, wanted=">=1", lost="rtl", cure="apt: a-simulator")
    monkeypatch.setattr(bench, "tools", lambda: {"programs": (tool,)})
    measurements["rtl"].NEEDS = ("a-simulator",)
    assert run().exit_code == 0
    assert "a-simulator is missing or too old (apt: a-simulator)" in bench.RESULTS.read_text()


@pytest.mark.parametrize("name", bench.MEASUREMENTS)
def test_every_need_is_a_tool_that_the_doctor_knows(name):
    module = importlib.import_module(f"bench.measurements.{name}")
    assert set(module.NEEDS) <= {tool.name for group in tools().values() for tool in group}
