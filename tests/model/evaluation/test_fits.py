"""The fits of a comparison, here and in processes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from earloop.model.baselines.band_power import BandPower
from earloop.model.baselines.constant import Constant
from earloop.model.config import ModelError
from earloop.model.evaluation.fits import FitJob, run_fits
from earloop.model.finetuning.finetune import FineTune
from earloop.model.fitting.training import TrainConfig
from earloop.model.tasks.splits import leave_one_run_out
from tests.model.epochs_made import tone_epochs

BRIEF = TrainConfig(passes=2)


def job_of(models):
    epochs = tone_epochs(30)
    return FitJob(epochs=epochs, splits=leave_one_run_out(epochs), models=models, seed=1)


def test_processes_give_what_this_one_gives_to_the_bit():
    job = job_of({"constant": Constant(), "power": BandPower(), "PiMT": FineTune(preset="nano", config=BRIEF)})
    done = []
    here, there = run_fits(job), run_fits(job, workers=2, advance=done.append)
    assert set(here) == set(there) == set(job.names)
    for name in job.names:
        np.testing.assert_array_equal(here[name].predicted, there[name].predicted)
        assert here[name].parameters == there[name].parameters
    assert done == list(range(1, 10))


@dataclass(frozen=True)
class Failing:
    def fit(self, epochs, train, seed):
        raise ModelError("it cannot take these epochs")


def test_an_error_in_a_process_reaches_the_caller():
    with pytest.raises(ModelError, match="it cannot take these epochs"):
        run_fits(job_of({"constant": Constant(), "failing": Failing()}), workers=2)


def test_a_model_that_cannot_leave_this_process_is_fitted_here():
    class Local(Constant):
        pass

    job = job_of({"local": Local()})
    assert set(run_fits(job, workers=2)) == set(job.names)
