"""The baselines that stand in every comparison."""

from __future__ import annotations

from model.baselines.band_power import BandPower
from model.baselines.constant import Constant
from model.baselines.eegnet import SHORTEST, EEGNet
from model.baselines.line_power import LinePower, frequencies_of
from model.evaluation.protocol import Model
from model.tasks.epochs import Epochs

BASELINES = CONSTANT, BAND_POWER, LINE_POWER, EEGNET = "constant", "band power", "power at the flicker", "EEGNet"


def baselines_for(epochs: Epochs) -> dict[str, Model]:
    """By name, those that can take a task: EEGNet wants some length, power at the flicker classes named by it."""
    models: dict[str, Model] = {CONSTANT: Constant(), BAND_POWER: BandPower()}
    if lines_hz := frequencies_of(epochs.classes):
        models[LINE_POWER] = LinePower(lines_hz)
    return models | ({EEGNET: EEGNet()} if epochs.samples >= SHORTEST else {})
