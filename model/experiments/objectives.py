"""Which of the six objectives teaches an encoder features that a task needs?

Each encoder is pretrained for the same steps on some of the objectives: those on whole windows, those on hidden tokens,
or those of one quantity. It is then frozen under a linear model, and compared with the network from scratch and with an
untrained encoder.
"""

from __future__ import annotations

from earloop.model.experiments.bands import ear_design
from earloop.model.experiments.pretrained import pretrained_encoder
from earloop.model.experiments.probing import frozen_arms, probe, scratch_arm
from earloop.model.experiments.report import ExperimentReport
from earloop.model.experiments.setting import Setting
from earloop.model.experiments.tasks import tasks_of
from earloop.model.pretraining.objectives import OBJECTIVES

CHOICES = {
    "all six": OBJECTIVES,
    "of whole windows": ("autoencoding", "amplitude", "phase"),
    "of hidden tokens": ("masked_reconstruction", "masked_amplitude", "masked_phase"),
    "waveforms": ("autoencoding", "masked_reconstruction"),
    "amplitudes": ("amplitude", "masked_amplitude"),
    "phases": ("phase", "masked_phase"),
}
REAL_TASKS = ("SSVEP", "N170", "left-right")


def run(setting: Setting) -> ExperimentReport:
    """Pretrain on each choice of objectives, and probe every encoder on every task."""
    design, hours = ear_design(), setting.budget.pretrain_hours
    tasks = tasks_of(setting, real=REAL_TASKS, scenarios=("task-taste",))
    encoders = {
        name: pretrained_encoder(setting, design, hours, weights=tuple(float(one in chosen) for one in OBJECTIVES))
        for name, chosen in CHOICES.items()
    }
    return probe(
        setting,
        tasks,
        {name: task.load(design) for name, task in tasks.items()},
        scratch_arm(setting) | frozen_arms(setting, encoders),
        name="objectives",
        question="Which of the six objectives teaches an encoder features that a task needs?",
    )
