"""The experiments' own parts: bands that tile the range, a fair later half, reports, pictures, a whole run."""

from __future__ import annotations

import json

import numpy as np
import pytest
from matplotlib.figure import Figure

from earloop.model.config import ModelError
from earloop.model.experiments.bands import FEWER_BANDS, ear_design
from earloop.model.experiments.budget import BUDGETS, budget_of
from earloop.model.experiments.catalogue import EXPERIMENTS
from earloop.model.experiments.crossuser import ARMS, MINUTE_S, person_split
from earloop.model.experiments.figures import along, side_by_side
from earloop.model.experiments.objectives import CHOICES
from earloop.model.experiments.realism import DIETS, LONGEST, REAL
from earloop.model.experiments.report import ExperimentReport
from earloop.model.experiments.setting import Setting
from earloop.model.protocol.bootstrap import Score
from earloop.spec.fixed import compile_design
from tests.model.epochs_made import tone_epochs


@pytest.mark.parametrize("count", FEWER_BANDS)
def test_fewer_bands_tile_the_range_without_gap_or_overlap(count):
    bands = ear_design(count).bands
    assert len(bands) == count
    assert (bands[0].low_hz, bands[-1].high_hz) == (0.5, 100.0)
    assert [band.high_hz for band in bands[:-1]] == [band.low_hz for band in bands[1:]]
    compile_design(ear_design(count))  # and the arithmetic holds them


def test_twelve_bands_are_the_references(design):
    assert ear_design(12).bands == design.bands
    assert ear_design(12).channels == ("TP9", "TP10")


@pytest.mark.parametrize("arm", ARMS)
def test_nothing_of_a_persons_later_half_is_learned_from(arm):
    epochs = tone_epochs(60)
    for person in np.unique(epochs.subject):
        split = person_split(epochs, person, ARMS[arm])
        assert (epochs.subject[split.test] == person).all()
        own = split.train[epochs.subject[split.train] == person]
        others = split.train[epochs.subject[split.train] != person]
        assert not len(np.intersect1d(split.train, split.test))
        assert len(own) == 0 or epochs.start[own].max() < epochs.start[split.test].min()
        assert (len(own) > 0) == (arm != "others")
        assert (len(others) > 0) == (arm != "own")


def test_a_minute_is_a_minute():
    epochs = tone_epochs(400, runs=2)  # 200 epochs of 1.5 s a person, of whom the earlier hundred are given
    split = person_split(epochs, "sub0", ARMS["others + a minute"])
    own = split.train[epochs.subject[split.train] == "sub0"]
    begins_s = epochs.start[own] / epochs.format.rate_hz
    assert len(own) == pytest.approx(MINUTE_S / 1.5, abs=1)
    assert np.ptp(begins_s) < MINUTE_S


def test_a_report_is_a_table_for_eyes_and_numbers_for_programs(tmp_path):
    score = Score(0.75, 0.7, 0.8)
    report = ExperimentReport(
        name="trial",
        question="Why?",
        head=("task", "hours", "score"),
        rows=(("gaze", 0.5, score), ("jaw", 1200, "")),
        figure=Figure(),
    )
    paths = report.write(tmp_path / "out", {"seed": 3})
    assert [path.name for path in paths] == ["trial.md", "trial.png", "trial.json"]
    assert "| gaze | 0.5 | 0.75 [0.70, 0.80] |\n| jaw | 1,200 |  |" in paths[0].read_text(encoding="utf-8")
    content = json.loads(paths[2].read_text(encoding="utf-8"))
    assert content["rows"][0]["score"] == {"value": 0.75, "low": 0.7, "high": 0.8}
    assert content["seed"] == 3


def test_scores_stand_at_their_values_with_their_intervals():
    figure = side_by_side(
        {"gaze": {"a": Score(3.0, 2.0, 5.0)}, "jaw": {"b": Score(0.7, 0.6, 0.9)}}, {"gaze": "deg", "jaw": "acc"}
    )
    (interval, point) = figure.axes[0].lines
    assert list(interval.get_xdata()) == [2.0, 5.0]
    assert list(point.get_xdata()) == [3.0]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["a", "b"]


def test_lines_of_a_panel_do_not_stand_upon_each_other():
    points = [(0.1, Score(0.6, 0.5, 0.7)), (1.0, Score(0.8, 0.7, 0.9))]
    figure = along({"gaze": {"a": points, "b": points}}, "hours", {"gaze": "deg"})
    first, second = (line.get_xdata() for line in figure.axes[0].lines)
    assert (np.asarray(first) < np.asarray(second)).all()
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["0.1", "1"]


def test_an_unknown_budget_is_refused():
    with pytest.raises(ModelError, match="budget 'huge' is not known; valid: smoke, laptop, cluster"):
        budget_of("huge")


@pytest.mark.parametrize("name", ["scaling", "crossuser", "saliency"])
def test_an_experiment_runs_from_nothing_and_finds_its_work_again(name, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp() / "experiments"

    setting = Setting(folder=folder, budget=BUDGETS["smoke"])
    report = EXPERIMENTS[name].run(setting)
    assert {row[0].partition(" ")[0] for row in report.rows} == {"synthetic"}
    for row in report.rows:
        for cell in row:
            if isinstance(cell, Score):
                assert cell.low <= cell.value <= cell.high
    assert all(len(row) == len(report.head) for row in report.rows)


@pytest.mark.realdata
def test_what_pretraining_rests_on_is_asked_of_real_recordings(real_data, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp() / "experiments"
    report = EXPERIMENTS["realism"].run(
        Setting(folder=folder, budget=BUDGETS["smoke"], real=real_data, only=("real left-right",))
    )
    larger = ["untrained, tiny", "+ living, tiny"]
    assert [row[1] for row in report.rows] == ["scratch", "untrained", *DIETS, LONGEST, REAL, *larger]
    scores = {str(row[1]): row[2] for row in report.rows}
    assert len({score.value for score in scores.values()}) > 1  # the encoders are not one and the same


def test_each_choice_of_objectives_makes_an_encoder_of_its_own(tmp_path_factory):
    folder = tmp_path_factory.getbasetemp() / "experiments"
    report = EXPERIMENTS["objectives"].run(Setting(folder=folder, budget=BUDGETS["smoke"]))
    assert [row[1] for row in report.rows] == ["scratch", "untrained", *CHOICES]
    names = {path.name for path in (folder / "pretrained").iterdir()}
    assert sum("free-living-0.02h-" in name for name in names) >= len(CHOICES)
