"""`earloop sim timeline`: its table, its files, and what it refuses."""

from __future__ import annotations

import json

import pytest

from earloop.cli.output import console
from earloop.cli.output.tick_instructions import count_tick_instructions

QUICK = ("--minutes", "0.1", "--instructions", "5600")


@pytest.fixture
def timeline(earloop, monkeypatch):
    """Runs the command on a wide screen, without the published platforms, which have a test of their own."""
    monkeypatch.setattr(console.stdout, "width", 160)
    monkeypatch.setattr("earloop.sim.timeline.compare_with_published", lambda seed: [])
    return lambda *options: earloop("sim", "timeline", *QUICK, *options)


def test_three_modes_stand_side_by_side_with_their_files(timeline, tmp_path):
    out = tmp_path / "a" / "timeline"
    ended = timeline("--out", out)
    assert (ended.status, ended.err) == (0, "")
    assert sorted(path.name for path in out.iterdir()) == ["buffer.png", "energy.png", "latency.png", "summary.json"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in out.glob("*.png"))
    runs = json.loads((out / "summary.json").read_text())["runs"]
    assert [run["mode"] for run in runs] == ["raw", "bands", "tokens"]
    for run in runs:
        assert f"{run['latency_ms']['median']:.1f}" in ended.out
        assert f"{run['total_mw']:.2f}" in ended.out
        assert run["total_mw"] == pytest.approx(sum(run["power_mw"].values()))
    assert "5,600 instructions, given" in ended.out
    assert timeline("--out", out).status == 0, "an earlier one is replaced"


def test_one_mode_by_wire_with_another_earbud_and_battery(timeline, tmp_path):
    def run(*options):
        ended = timeline("--mode", "raw", "--transport", "uart", "--out", tmp_path / "out", *options)
        assert ended.status == 0
        (only,) = json.loads((tmp_path / "out" / "summary.json").read_text())["runs"]
        return only

    first, second = run(), run("--earbud", "nrf52840", "--battery-mah", "150")
    assert (first["mode"], first["transport"], first["earbud"]) == ("raw", "uart", "stm32f405")
    assert (second["earbud"], second["battery_mah"]) == ("nrf52840", 150)
    assert second["battery_h"] * second["total_mw"] == pytest.approx(2 * first["battery_h"] * first["total_mw"])


def test_the_same_seed_prints_the_same_table(timeline):
    assert timeline("--seed", "7").out == timeline("--seed", "7").out != timeline("--seed", "8").out


def test_published_platforms_are_printed_with_their_ratio(earloop, monkeypatch):
    monkeypatch.setattr(console.stdout, "width", 200)
    ended = earloop("sim", "timeline", *QUICK, "--mode", "raw")
    assert all(name in ended.out for name in ("BioGAP-Ultra", "GAPses", "Guermandi", "IDUN Guardian"))
    assert "ratio" in ended.out


def test_a_tick_is_counted_in_the_emulated_firmware(design):
    assert 4000 < count_tick_instructions(design) < 6000  # 4 channels of 12 bands, bench/RESULTS.md


def test_without_the_emulator_a_figure_counted_earlier_serves(timeline, earloop, monkeypatch, tmp_path, design):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert count_tick_instructions(design) is None
    ended = earloop("sim", "timeline", "--minutes", "0.05", "--mode", "raw")
    assert "5,590 instructions, as counted earlier; QEMU or the ARM compiler is missing" in ended.out


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--minutes", "0"], "duration, s = 0: must be a number above 0"),
        (["--minutes", "inf"], "duration, s = inf"),
        (["--mode", "smell"], "'smell'"),
        (["--battery-mah", "0"], "battery capacity, mAh = 0"),
        (["--instructions", "-5"], "instructions in a tick = -5"),
        (["--seed", "-1"], "-1"),
        (["--design", "nowhere.toml"], "nowhere.toml: cannot be read"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(refused, options, complaint):
    assert complaint in refused("sim", "timeline", "--instructions", "5600", *options)


def test_a_folder_with_something_else_in_it_is_left_alone(refused, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    assert "contains files that are no earlier report" in refused("sim", "timeline", *QUICK, "--out", tmp_path)


def test_the_group_lists_its_commands_without_loading_them(earloop):
    ended = earloop("sim", "--help")
    assert ended.status == 0
    assert "timeline" in ended.out
