"""The demo on a short session: its summary, and what is run again."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from earloop import demo
from earloop.cli import main


@pytest.fixture(scope="module")
def short_demo(tmp_path_factory):
    """The demo of ten seconds and two training steps, run twice; what it printed the second time."""
    out = tmp_path_factory.mktemp("demo") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "SECONDS", 10.0)
        patch.setattr(demo, "TRAINING", replace(demo.TRAINING, steps=2))
        codes = []
        for _ in range(2):
            with pytest.raises(SystemExit) as stop:
                main(["demo", "--out", str(out)])
            codes.append(stop.value.code)
        yield out, codes


def test_the_whole_loop_passes(short_demo, design):
    out, codes = short_demo
    assert codes == [0, 0]
    summary = json.loads((out / "summary.json").read_text())
    assert summary["design_hash"] == design.design_hash
    for kind in ("rtl", "firmware"):
        assert summary[kind]["tokens"] == 40 * len(design.channels) * len(design.bands)
        assert summary[kind]["mismatches"] == 0
    assert summary["rtl"]["realtime_factor"] > 0
    assert 1000 < summary["firmware"]["instructions_per_tick"] < 6000
    assert set(summary["sqnr_db"]) == set(design.band_names)
    assert min(summary["sqnr_db"].values()) >= 80
    assert summary["pretrain"]["loss_first"] > 0
    assert summary["pretrain"]["loss_last"] > 0


def test_the_page_links_to_both_reports(short_demo):
    out, _ = short_demo
    page = (out / "report.html").read_text()
    for kind in ("rtl", "firmware"):
        assert f'href="{kind}/report.html"' in page
        assert (out / kind / "report.html").exists()


def test_stages_whose_inputs_are_unchanged_are_not_run_again(short_demo, capsys):
    out, _ = short_demo
    stamps = {path: path.stat().st_mtime_ns for kind in demo.DEVICES for path in (out / kind).iterdir()}
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(demo, "SECONDS", 10.0)
        patch.setattr(demo, "TRAINING", replace(demo.TRAINING, steps=2))
        main(["demo", "--out", str(out)])
    assert capsys.readouterr().out.count("unchanged since the last run") == len(demo.STAGE_ROOMS)
    assert stamps == {path: path.stat().st_mtime_ns for path in stamps}


def test_a_folder_of_something_else_is_left_alone(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(SystemExit) as stop:
        main(["demo", "--out", str(tmp_path)])
    assert stop.value.code == 2
    assert "no earlier demo" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
