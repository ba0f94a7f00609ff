"""The demo on a short session: its summary, and what is run again."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from earloop.cli import demo
from earloop.cli.main import main


def run_demo(out):
    with pytest.raises(SystemExit) as stop:
        main(["demo", "--out", str(out)])
    return stop.value.code


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """Where the demo of ten seconds and two training steps has run; it stays that short for this module."""
    folder = tmp_path_factory.mktemp("demo") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "SECONDS", 10.0)
        patch.setattr(demo, "HELD_OUT_SECONDS", 10.0)
        patch.setattr(demo, "TRAINING", replace(demo.TRAINING, steps=2, validate_every=1))
        assert run_demo(folder) == 0
        yield folder


def test_the_whole_loop_passes(out, design):
    summary = json.loads((out / "summary.json").read_text())
    assert summary["design_hash"] == design.design_hash
    for kind in ("rtl", "firmware"):
        assert summary[kind]["tokens"] == 40 * len(design.channels) * len(design.bands)
        assert summary[kind]["mismatches"] == 0
    assert summary["rtl"]["realtime_factor"] > 0
    assert 1000 < summary["firmware"]["instructions_per_tick"] < 6000
    assert set(summary["sqnr_db"]) == set(design.band_names)
    assert min(summary["sqnr_db"].values()) >= 80
    assert summary["pretrain"]["held_out"] == demo.HELD_OUT
    assert summary["pretrain"]["held_out_loss_last"] < summary["pretrain"]["held_out_loss_first"]


def test_the_page_links_to_both_reports(out):
    page = (out / "report.html").read_text()
    for kind in ("rtl", "firmware"):
        assert f'href="{kind}/report.html"' in page
        assert (out / kind / "report.html").exists()


def test_stages_whose_inputs_are_unchanged_are_not_run_again(out, capsys):
    stamps = {path: path.stat().st_mtime_ns for kind in demo.DEVICES for path in (out / kind).iterdir()}
    assert run_demo(out) == 0
    assert capsys.readouterr().out.count("unchanged since the last run") == len(demo.STAGE_ROOMS)
    assert stamps == {path: path.stat().st_mtime_ns for path in stamps}


def test_a_folder_of_something_else_is_left_alone(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("years of work")
    assert run_demo(tmp_path) == 2
    assert "holds files that no demo wrote" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
