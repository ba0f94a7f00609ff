"""The baselines that stand in every comparison."""

from __future__ import annotations

from model.baselines.band_power import BandPower
from model.baselines.constant import Constant
from model.baselines.eegnet import SHORTEST, EEGNet
from model.evaluation.protocol import Model
from model.tasks.epochs import Epochs

BASELINES = CONSTANT, BAND_POWER, EEGNET = "constant", "band power", "EEGNet"


def baselines_for(epochs: Epochs) -> dict[str, Model]:
    """By name, those that can take a task's epochs: EEGNet's filters want some length."""
    models: dict[str, Model] = {CONSTANT: Constant(), BAND_POWER: BandPower()}
    return models | ({EEGNET: EEGNet()} if epochs.samples >= SHORTEST else {})
